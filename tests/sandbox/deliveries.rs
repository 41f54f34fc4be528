//! Webhooks, their retries, and snapshots.

use super::*;

#[test]
fn a_delivery_is_retried_until_a_2xx_with_doubling_pauses() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    shop.act("pi_01", Action::Pay).unwrap();
    let mut now = NOW;
    let mut bodies = Vec::new();
    for (pause, status) in [(1_000, None), (2_000, Some(500)), (4_000, Some(301)), (8_000, Some(401))] {
        let webhook = shop.gateway.next_delivery(now).unwrap();
        let header = webhook.headers.get(signature::HEADER).unwrap();
        assert!(header.starts_with(&format!("t={},", now / 1000)), "signed anew: {header}");
        assert_eq!(shop.gateway.next_delivery(now), None, "it is in flight");
        shop.gateway.delivered(&webhook.id, status, now);
        assert_eq!(shop.gateway.next_due(), Some(now + pause));
        assert_eq!(shop.gateway.next_delivery(now + pause - 1), None);
        now += pause;
        bodies.push(webhook.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(shop.events(now).len(), 1);
    let delivery = &shop.gateway.deliveries()[0];
    assert_eq!(delivery.progress, DeliveryState::Delivered);
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [None, Some(500), Some(301), Some(401), Some(200)]);
    shop.gateway.delivered(&delivery.id.clone(), Some(500), now);
    assert_eq!(shop.gateway.deliveries()[0].attempts.len(), 5, "a late report counts for nothing");
}

#[test]
fn an_unreachable_merchants_delivery_is_abandoned_and_can_be_redelivered() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    shop.act("pi_01", Action::Pay).unwrap();
    while let Some(due) = shop.gateway.next_due() {
        let webhook = shop.gateway.next_delivery(due).unwrap();
        shop.gateway.delivered(&webhook.id, None, due);
    }
    let delivery = shop.gateway.deliveries()[0].clone();
    assert_eq!((delivery.progress, delivery.attempts.len()), (DeliveryState::Abandoned, 10));
    shop.gateway.redeliver(&delivery.id, NOW).unwrap();
    assert_eq!(shop.gateway.next_delivery(NOW).unwrap().attempt, 11);
}

#[test]
fn an_event_that_was_delivered_can_be_delivered_again() {
    let mut shop = Shop::open();
    shop.ready("pi_01");
    shop.act("pi_01", Action::Pay).unwrap();
    let first = shop.events(NOW);
    let id = first[0]["id"].as_str().unwrap();
    shop.gateway.redeliver(id, NOW + 5).unwrap();
    shop.gateway.redeliver(id, NOW + 5).unwrap();
    assert_eq!(shop.events(NOW + 5), first);
    assert!(shop.gateway.redeliver("evt_unknown", NOW).is_err());
}

#[test]
fn the_sandboxs_webhook_url_overrides_the_manifests_endpoint() {
    let mut shop = Shop::with(Config { webhook_url: Some("http://127.0.0.1:8787/hook".into()), ..config() });
    shop.ready("pi_01");
    shop.act("pi_01", Action::Pay).unwrap();
    assert_eq!(shop.gateway.next_delivery(NOW).unwrap().url, "http://127.0.0.1:8787/hook");
}

#[test]
fn a_restored_sandbox_continues_from_the_snapshot() {
    let mut shop = Shop::open();
    for id in ["pi_pending", "pi_ready", "pi_paid", "pi_lost"] {
        shop.ready(id);
    }
    shop.create("pi_new");
    shop.act("pi_lost", Action::Fail { reason: "declined".into() }).unwrap();
    shop.act("pi_paid", Action::Pay).unwrap();
    let in_flight = shop.gateway.next_delivery(NOW).unwrap();
    let snapshot = shop.gateway.snapshot().unwrap();
    assert!(!snapshot.contains(KEY) && !snapshot.contains(SECRET));
    let mut restored = Sandbox::restore(config(), &snapshot).unwrap();
    assert_eq!(restored.intents(), shop.gateway.intents());
    assert_eq!(restored.services(), shop.gateway.services());
    assert_eq!(restored.next_delivery(NOW).unwrap().id, in_flight.id, "what was in flight is sent again");
    assert!(restored.next_delivery(NOW).is_some());
    assert_eq!(restored.next_due(), Some(NOW + DEFAULT_EXPIRES_AFTER));
    shop.gateway = restored;
    assert_eq!(shop.create("pi_new").status, 200);
    assert_eq!(shop.act("pi_ready", Action::Pay).unwrap(), "succeeded");
    for (table, field) in [("intents", "status"), ("intents", "params"), ("services", "id"), ("deliveries", "progress")]
    {
        let mut broken: Value = serde_json::from_str(&snapshot).unwrap();
        broken[table][0][field] = json!({"nothing": "fits"});
        assert!(Sandbox::restore(config(), &broken.to_string()).is_err(), "{table}.{field}");
    }
}
