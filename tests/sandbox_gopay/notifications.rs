//! Notifications and their retries.

use super::*;

#[test]
fn a_notification_is_sent_up_to_twenty_times_until_a_200() {
    let mut shop = Shop::open();
    shop.paid(&order());
    for (attempt, status) in (1..=20).zip([Some(204), Some(302), Some(500), None, Some(201)].into_iter().cycle()) {
        let due = shop.gateway.next_due().unwrap();
        let call = shop.gateway.next_delivery(due).unwrap();
        assert_eq!(call.attempt, attempt);
        shop.gateway.delivered(&call.id, status, due);
    }
    assert_eq!(shop.gateway.notifications()[0].progress, DeliveryState::Abandoned);
    let id = shop.gateway.notifications()[0].id.clone();
    shop.gateway.redeliver(&id, NOW).unwrap();
    assert_eq!(shop.notified().len(), 1);
    assert_eq!(shop.gateway.notifications()[0].progress, DeliveryState::Delivered);
    assert!(shop.gateway.redeliver("ntf_none", NOW).is_err());
}

#[test]
fn notifications_are_independent_and_reads_show_the_current_state() {
    let mut shop = Shop::open();
    let id = shop.paid(&preauthorized());
    let first = shop.gateway.next_delivery(shop.now).unwrap();
    assert_eq!(shop.call(id, "capture", ""), "FINISHED");
    let second = shop.gateway.next_delivery(shop.now).unwrap();
    assert_eq!(first.url, second.url);
    assert_eq!(shop.state(id), "PAID");
}

#[test]
fn the_sandboxs_notification_url_overrides_the_payments() {
    let mut shop = Shop::with(Config { notification_url: Some("http://localhost:3000/hook".into()), ..config() });
    let id = shop.paid(&with("/callback/notification_url", Value::Null));
    assert_eq!(shop.gateway.next_delivery(NOW).unwrap().url, format!("http://localhost:3000/hook?id={id}"));
    let mut shop = Shop::open();
    shop.paid(&with("/callback/notification_url", Value::Null));
    assert_eq!(shop.gateway.next_delivery(NOW), None);
}
