//! Recurrences and their charges.

use super::*;

#[test]
fn a_recurrence_on_demand_is_charged_until_it_is_voided() {
    let mut shop = Shop::open();
    let parent = shop.create(&recurring("ON_DEMAND", Value::Null));
    assert_eq!(problems(&shop.recur(parent, 500)), [(String::new(), 303)]);
    shop.act(parent, Action::Pay).unwrap();
    assert_eq!(shop.wire(parent)["recurrence"]["recurrence_state"], "STARTED");
    shop.notified();
    let charge = body(&shop.recur(parent, 500));
    let child = charge["id"].as_u64().unwrap();
    assert_eq!(
        (&charge["parent_id"], &charge["amount"], &charge["state"]),
        (&json!(parent), &json!(500), &json!("CREATED"))
    );
    assert!(charge.get("recurrence").is_none(), "the documented sample has none");
    assert_eq!(shop.state(child), "PAID");
    assert_eq!(shop.notified(), [format!("shop=1&id={child}&parent_id={parent}")]);
    assert_eq!(result(&shop.recur(child, 500)), "341", "the parent's id, always");
    assert_eq!(shop.call(child, "void-recurrence", ""), "341");
    assert_eq!(shop.call(parent, "void-recurrence", ""), "FINISHED");
    assert_eq!(shop.wire(parent)["recurrence"]["recurrence_state"], "STOPPED");
    assert_eq!(shop.state(parent), "PAID");
    assert_eq!(shop.notified(), Vec::<String>::new(), "no payment changed its state");
    assert_eq!(shop.call(parent, "void-recurrence", ""), "342");
    let refused = shop.recur(parent, 500);
    assert_eq!(body(&refused)["errors"][0]["error_name"], "PAYMENT_RECURRENCE_STOPPED");
    assert_eq!(result(&refused), "342");
    assert_eq!(shop.call(child, "refund", "amount=500"), "FINISHED");
    let plain = shop.paid(&order());
    assert_eq!(result(&shop.recur(plain, 500)), "341");
}

#[test]
fn a_charge_is_checked_like_a_create() {
    let mut shop = Shop::open();
    let parent = shop.paid(&recurring("ON_DEMAND", Value::Null));
    let path = format!("/payments/payment/{parent}/create-recurrence");
    let fields: Vec<String> = problems(&shop.post(&path, &json!({}))).into_iter().map(|p| p.0).collect();
    assert_eq!(fields, ["amount", "currency", "order_number"]);
    let euros = json!({ "amount": 1, "currency": "EUR", "order_number": "a" });
    assert_eq!(problems(&shop.post(&path, &euros)), [("currency".to_owned(), 111)]);
    let items = json!({ "amount": 1, "currency": "CZK", "order_number": "a", "items": [{ "name": "a", "amount": 2 }] });
    assert_eq!(problems(&shop.post(&path, &items)), [("items".to_owned(), 360)]);
}

#[test]
fn after_three_failed_charges_in_a_row_the_next_one_must_wait() {
    let mut shop = Shop::open();
    let parent = shop.paid(&recurring("ON_DEMAND", Value::Null));
    shop.gateway.set_outcome(Operation::Charge, Outcome::Failed);
    for _ in 0..3 {
        let child = body(&shop.recur(parent, 500))["id"].as_u64().unwrap();
        assert_eq!((shop.state(child).as_str(), &shop.wire(child)["sub_state"]), ("CANCELED", &json!("_5006")));
    }
    shop.gateway.set_outcome(Operation::Charge, Outcome::Accepted);
    assert_eq!(result(&shop.recur(parent, 500)), "343");
    shop.wait(DAY);
    let child = body(&shop.recur(parent, 500))["id"].as_u64().unwrap();
    assert_eq!(shop.state(child), "CREATED");
    assert_eq!(shop.act(child, Action::Pay).unwrap(), "PAID");
    assert_eq!(shop.recur(parent, 500).status, 200);
}

#[test]
fn a_cyclic_recurrence_charges_by_itself_until_its_last_day() {
    for (cycle, period, charges) in [("DAY", 30, 3), ("WEEK", 1, 13), ("MONTH", 1, 3), ("MONTH", 9, 0)] {
        let mut shop = Shop::open();
        let parent = shop.paid(&recurring(cycle, json!(period)));
        shop.notified();
        shop.wait(97 * DAY); // after 2025-08-01
        assert_eq!(shop.gateway.payments().len(), 1 + charges, "{cycle}");
        assert!(
            shop.gateway.payments().iter().skip(1).all(|child| child.parent_id == Some(parent) && child.paid == 2900)
        );
        assert_eq!(shop.notified().len(), charges);
        assert_eq!(shop.wire(parent)["recurrence"]["recurrence_state"], "STOPPED");
        shop.wait(365 * DAY);
        assert_eq!(shop.gateway.payments().len(), 1 + charges);
    }
    let mut shop = Shop::open();
    let parent = shop.paid(&recurring("MONTH", json!(1)));
    let child = shop.gateway.charge(parent, NOW, &RANDOM).unwrap();
    assert_eq!((child.parent_id, child.state.as_str()), (Some(parent), "PAID"));
    assert_eq!(shop.act(parent, Action::StopRecurrence).unwrap(), "PAID");
    assert!(shop.gateway.charge(parent, NOW, &RANDOM).is_err());
}

#[test]
fn a_first_payment_that_ends_unpaid_ends_its_recurrence() {
    let mut shop = Shop::open();
    let parent = shop.create(&recurring("MONTH", json!(1)));
    shop.act(parent, Action::Cancel).unwrap();
    let wire = shop.wire(parent);
    assert_eq!((&wire["state"], &wire["sub_state"]), (&json!("CANCELED"), &json!("_5043")));
    assert_eq!(wire["recurrence"]["recurrence_state"], "STOPPED");
}
