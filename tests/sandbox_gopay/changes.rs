//! Refunds, captures and voids.

use super::*;

#[test]
fn two_refunds_of_the_same_amount_are_two_entries_of_the_history() {
    let mut shop = Shop::open();
    let id = shop.paid(&order());
    for _ in 0..2 {
        assert_eq!(body(&shop.form(&format!("/payments/payment/{id}/refund"), "amount=500"))["result"], "FINISHED");
    }
    let history = body(&shop.get(&format!("/payments/payment/{id}/refunds")));
    assert_eq!((&history[0]["amount"], &history[1]["amount"]), (&json!(500), &json!(500)));
    assert_ne!(history[0]["id"], history[1]["id"]);
}

#[test]
fn features_that_are_not_enabled_are_errors() {
    let config = Config { recurrence: false, preauthorization: false, partial_capture: false, ..config() };
    let mut shop = Shop::with(config.clone());
    let refused = shop.post("/payments/payment", &recurring("ON_DEMAND", Value::Null));
    assert_eq!(problems(&refused), [("recurrence".to_owned(), 341)]);
    assert_eq!(body(&refused)["errors"][0]["error_name"], "PAYMENT_RECURRENCE_NOT_SUPPORTED");
    assert_eq!(problems(&shop.post("/payments/payment", &preauthorized())), [("preauthorization".to_owned(), 302)]);
    let mut shop = Shop::with(Config { preauthorization: true, ..config });
    let id = shop.paid(&preauthorized());
    let part = json!({ "amount": 1, "items": [{ "name": "a", "amount": 1 }] });
    assert_eq!(result(&shop.post(&format!("/payments/payment/{id}/capture"), &part)), "350");
    assert_eq!(shop.call(id, "capture", ""), "FINISHED");
}

#[test]
fn a_refund_is_full_or_partial_and_never_larger() {
    let mut shop = Shop::open();
    let id = shop.paid(&order());
    shop.notified();
    shop.now += HOUR / 4;
    assert_eq!(shop.call(id, "refund", "amount=2901"), "332");
    assert_eq!(shop.call(id, "refund", "amount=0"), "332");
    assert_eq!(shop.call(id, "refund", "amount=-1"), "332");
    assert_eq!(shop.call(id, "refund", "amount=1.5"), "111");
    assert_eq!(shop.call(id, "refund", ""), "110");
    assert_eq!(shop.call(id, "refund", "amount=900"), "FINISHED");
    assert_eq!(shop.state(id), "PARTIALLY_REFUNDED");
    assert_eq!(shop.call(id, "refund", "amount=2001"), "332");
    assert_eq!(shop.call(id, "refund", "amount=1000"), "FINISHED");
    assert_eq!(shop.notified(), [format!("shop=1&id={id}"), format!("shop=1&id={id}")], "the same, for two refunds");
    assert_eq!(shop.call(id, "refund", "amount=1000"), "FINISHED");
    assert_eq!(shop.state(id), "REFUNDED");
    assert_eq!(shop.call(id, "refund", "amount=1"), "331");
    assert_eq!(shop.wire(id)["amount"], 2900);
    let refunds = shop.refunds(id);
    let amounts: Vec<&Value> = refunds.iter().map(|refund| &refund["amount"]).collect();
    assert_eq!(amounts, [900, 1000, 1000]);
    assert_eq!((&refunds[0]["state"], &refunds[0]["currency"]), (&json!("SUCCESS"), &json!("CZK")));
    assert_eq!(refunds[0]["date_requested"], "2025-04-27T01:20:45.000+01:00");
    assert_ne!(refunds[0]["id"], refunds[1]["id"]);
}

#[test]
fn only_a_paid_payment_can_be_refunded() {
    let mut shop = Shop::open();
    let id = shop.create(&order());
    assert_eq!(shop.call(id, "refund", "amount=1"), "331");
    let id = shop.paid(&preauthorized());
    assert_eq!(shop.call(id, "refund", "amount=1"), "331");
    let items = json!({ "amount": 5, "items": [{ "name": "a", "amount": 5 }] });
    let id = shop.paid(&order());
    assert_eq!(result(&shop.post(&format!("/payments/payment/{id}/refund"), &items)), "FINISHED");
}

#[test]
fn an_accepted_refund_counts_at_once_and_is_visible_when_it_finishes() {
    let mut shop = Shop::open();
    let id = shop.paid(&order());
    shop.notified();
    shop.gateway.set_outcome(Operation::Refund, Outcome::Accepted);
    assert_eq!(shop.call(id, "refund", "amount=2000"), "ACCEPTED");
    assert_eq!((shop.state(id).as_str(), &shop.refunds(id)[0]["state"]), ("PAID", &json!("REQUESTED")));
    assert_eq!(shop.call(id, "refund", "amount=901"), "332", "what is on its way cannot go again");
    shop.now += 1000;
    shop.act(id, Action::Settle).unwrap();
    assert_eq!((shop.state(id).as_str(), &shop.refunds(id)[0]["state"]), ("PARTIALLY_REFUNDED", &json!("SUCCESS")));
    assert_eq!(shop.refunds(id)[0]["date_last_change"], "2025-04-27T01:05:46.000+01:00");
    assert_eq!(shop.notified().len(), 1);
    assert_eq!(shop.call(id, "refund", "amount=900"), "ACCEPTED");
    shop.act(id, Action::Reject).unwrap();
    assert_eq!((shop.state(id).as_str(), &shop.refunds(id)[1]["state"]), ("PARTIALLY_REFUNDED", &json!("FAILED")));
    shop.gateway.set_outcome(Operation::Refund, Outcome::Failed);
    assert_eq!(shop.call(id, "refund", "amount=900"), "FAILED");
    assert_eq!(shop.refunds(id)[2]["state"], "FAILED");
    shop.gateway.set_outcome(Operation::Refund, Outcome::Finished);
    assert_eq!(shop.call(id, "refund", "amount=900"), "FINISHED", "what failed can be tried again");
    assert!(shop.act(id, Action::Settle).is_err(), "nothing is left to settle");
}

#[test]
fn a_preauthorized_payment_is_captured_whole_once() {
    let mut shop = Shop::open();
    let id = shop.create(&preauthorized());
    assert_eq!(shop.call(id, "capture", ""), "303");
    assert_eq!(shop.call(id, "void-authorization", ""), "352");
    assert_eq!(shop.act(id, Action::Pay).unwrap(), "AUTHORIZED");
    assert_eq!(shop.wire(id)["preauthorization"], json!({ "requested": true, "state": "AUTHORIZED" }));
    assert_eq!(shop.call(id, "capture", ""), "FINISHED");
    assert_eq!((shop.state(id).as_str(), &shop.wire(id)["preauthorization"]["state"]), ("PAID", &json!("CAPTURED")));
    assert_eq!(shop.notified().len(), 2);
    assert_eq!(shop.call(id, "capture", ""), "351");
    assert_eq!(shop.call(id, "void-authorization", ""), "352");
    let plain = shop.paid(&order());
    assert_eq!(shop.call(plain, "capture", ""), "303");
    assert_eq!(shop.call(plain, "void-authorization", ""), "352");
}

#[test]
fn only_the_captured_part_can_be_refunded() {
    let mut shop = Shop::open();
    let id = shop.paid(&preauthorized());
    let part = |amount: i64, item: i64| json!({ "amount": amount, "items": [{ "name": "a", "amount": item }] });
    let path = format!("/payments/payment/{id}/capture");
    assert_eq!(result(&shop.post(&path, &part(2901, 2901))), "332");
    assert_eq!(result(&shop.post(&path, &part(1000, 999))), "360");
    assert_eq!(result(&shop.post(&path, &part(0, 0))), "111");
    assert_eq!(result(&shop.post(&path, &part(1000, 1000))), "FINISHED");
    assert_eq!(shop.wire(id)["amount"], 2900);
    assert_eq!(result(&shop.post(&path, &part(1000, 1000))), "351");
    assert_eq!(shop.call(id, "refund", "amount=1001"), "332");
    assert_eq!(shop.call(id, "refund", "amount=1000"), "FINISHED");
    assert_eq!(shop.state(id), "REFUNDED");
}

#[test]
fn an_authorization_is_voided_or_lapses_after_four_days() {
    let mut shop = Shop::open();
    let voided = shop.paid(&preauthorized());
    assert_eq!(shop.call(voided, "void-authorization", ""), "FINISHED");
    assert_eq!(
        (shop.state(voided).as_str(), &shop.wire(voided)["preauthorization"]["state"]),
        ("CANCELED", &json!("CANCELED"))
    );
    assert_eq!(shop.call(voided, "void-authorization", ""), "353");
    assert_eq!(shop.call(voided, "capture", ""), "303");
    let lapsing = shop.paid(&preauthorized());
    shop.wait(4 * DAY - 1);
    assert_eq!(shop.state(lapsing), "AUTHORIZED");
    shop.wait(1);
    assert_eq!(shop.state(lapsing), "CANCELED");
    assert_eq!(shop.call(lapsing, "void-authorization", ""), "353");
    let lapsed = shop.paid(&preauthorized());
    assert_eq!(shop.act(lapsed, Action::Lapse).unwrap(), "CANCELED");
}

#[test]
fn an_accepted_capture_blocks_other_operations_until_it_is_settled() {
    let mut shop = Shop::open();
    let id = shop.paid(&preauthorized());
    shop.gateway.set_outcome(Operation::Capture, Outcome::Accepted);
    assert_eq!(shop.call(id, "capture", ""), "ACCEPTED");
    assert_eq!(shop.state(id), "AUTHORIZED");
    assert_eq!(shop.call(id, "capture", ""), "303");
    assert_eq!(shop.call(id, "void-authorization", ""), "352");
    assert!(shop.act(id, Action::Lapse).is_err());
    shop.act(id, Action::Reject).unwrap();
    assert_eq!(shop.state(id), "AUTHORIZED");
    assert_eq!(shop.call(id, "capture", ""), "ACCEPTED");
    shop.act(id, Action::Settle).unwrap();
    assert_eq!(shop.state(id), "PAID");
    shop.gateway.set_outcome(Operation::VoidAuthorization, Outcome::Failed);
    let id = shop.paid(&preauthorized());
    assert_eq!(shop.call(id, "void-authorization", ""), "FAILED");
    assert_eq!(shop.state(id), "AUTHORIZED");
}
