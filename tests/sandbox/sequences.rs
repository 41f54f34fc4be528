//! Invariants in random sequences of events.

use super::*;

/// The events of a random sequence.
#[derive(Clone, Debug)]
enum Event {
    Act(usize, Action),
    Create(usize, i64),
    Deliver(Option<u16>),
    Qr(usize),
    Redeliver(usize),
    Report(usize, Option<u16>),
    Restart,
    Retrieve(usize),
    Send(Method, String, String),
    Take,
    Wait(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let id = 0..4_usize;
    let action = prop_oneof![
        Just(Action::Authorize),
        Just(Action::Cancel),
        Just(Action::Capture),
        Just(Action::Expire),
        Just(Action::Fail { reason: "declined".into() }),
        Just(Action::Pay),
        Just(Action::Scan),
        Just(Action::Succeed),
    ];
    let method = prop::sample::select(vec![Method::Delete, Method::Get, Method::Patch, Method::Post, Method::Put]);
    let path = prop_oneof!["/(payment-intents|services)(/[a-z%./]{0,8}){0,3}", ".{0,12}"];
    let body = prop_oneof![".{0,20}", r#"\{"(id|amount|service_id)":("x"|-?[0-9]{1,20}|1e999|\[\]|\{\})\}"#];
    let status = prop::option::of(prop::sample::select(vec![200, 204, 302, 404, 500]));
    let event = prop_oneof![
        4 => (id.clone(), action).prop_map(|(id, action)| Event::Act(id, action)),
        3 => (id.clone(), 698..=700_i64).prop_map(|(id, value)| Event::Create(id, value)),
        2 => status.clone().prop_map(Event::Deliver),
        3 => id.clone().prop_map(Event::Qr),
        1 => id.clone().prop_map(Event::Redeliver),
        1 => (id.clone(), status).prop_map(|(id, status)| Event::Report(id, status)),
        1 => Just(Event::Restart),
        1 => id.prop_map(Event::Retrieve),
        1 => (method, path, body).prop_map(|(method, path, body)| Event::Send(method, path, body)),
        1 => Just(Event::Take),
        1 => prop_oneof![0..5_000_u64, 0..2_000_000_u64].prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 1..60)
}

/// A second implementation, from the pages and from the decisions in intents.rs.
fn may_follow(before: &str, after: &str) -> bool {
    matches!(
        (before, after),
        ("pending", "qr_generated" | "expired" | "cancelled")
            | ("qr_generated", "scanning" | "expired" | "cancelled")
            | ("scanning", "authorized" | "failed" | "expired" | "cancelled")
            | ("authorized", "captured" | "failed" | "cancelled")
            | ("captured", "succeeded")
    )
}

/// The invariants. `amounts` has the requested amounts.
fn check(gateway: &Sandbox, amounts: &[Option<i64>]) -> Result<(), TestCaseError> {
    prop_assert_eq!(gateway.intents().len(), amounts.iter().flatten().count());
    for intent in gateway.intents() {
        let statuses: Vec<&str> = intent.history.iter().map(|change| change.status.as_str()).collect();
        prop_assert_eq!((statuses[0], *statuses.last().unwrap()), ("pending", intent.status.as_str()));
        prop_assert!(statuses.windows(2).all(|pair| may_follow(pair[0], pair[1])), "{:?}", statuses);
        prop_assert!(intent.history.windows(2).all(|pair| pair[0].at <= pair[1].at));

        let number: usize = intent.params.id[3..].parse().unwrap();
        prop_assert_eq!(Some(intent.params.amount.value), amounts[number]);

        let charge = intent.charge.as_ref().map(|charge| charge.status.as_str());
        prop_assert_eq!(charge.is_some(), statuses.contains(&"qr_generated"));
        let fits = |charge| match intent.status.as_str() {
            "qr_generated" => charge == "active",
            "scanning" | "authorized" => charge == "scanned",
            "captured" | "succeeded" => charge == "consumed",
            _ => charge == "expired",
        };
        prop_assert!(charge.is_none_or(fits), "{:?}", intent);

        let about = |delivery: &&itpay::sandbox::Delivery| delivery.intent_id == intent.params.id;
        let announced: Vec<&str> = gateway.deliveries().iter().filter(about).map(|d| d.event_type.as_str()).collect();
        let expected = match intent.status.as_str() {
            end @ ("succeeded" | "failed" | "expired") => vec![format!("payment_intent.{end}")],
            _ => Vec::new(),
        };
        prop_assert_eq!(announced, expected);
    }
    for delivery in gateway.deliveries() {
        let event: Value = serde_json::from_str(&delivery.body).unwrap();
        let number: usize = delivery.intent_id[3..].parse().unwrap();
        prop_assert_eq!(event["data"]["amount"]["value"].as_i64(), amounts[number]);
        prop_assert!(delivery.attempts.windows(2).all(|pair| pair[0].at <= pair[1].at));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_sequence_no_status_is_skipped_and_every_end_has_one_event(events in events()) {
        let mut shop = Shop::open();
        let mut now = NOW;
        let mut amounts = [None; 4];
        for event in events {
            match event {
                Event::Act(id, action) => {
                    let before = shop.gateway.intents().to_vec();
                    let refused = shop.gateway.wallet(&format!("pi_{id}"), &action, now, &RANDOM).is_err();
                    prop_assert!(!refused || before == shop.gateway.intents());
                }
                Event::Create(id, value) => {
                    let mut params = shop.params(&format!("pi_{id}"));
                    params["amount"]["value"] = json!(value);
                    let response = shop.send_at(now, Method::Post, "/payment-intents", &params);
                    let first = *amounts[id].get_or_insert(value);
                    prop_assert_eq!(response.status == 409, first != value);
                }
                Event::Deliver(status) => {
                    if let Some(webhook) = shop.gateway.next_delivery(now) {
                        shop.gateway.delivered(&webhook.id, status, now);
                    }
                }
                Event::Qr(id) => {
                    let path = format!("/payment-intents/pi_{id}/qr");
                    let response = shop.send_at(now, Method::Post, &path, &Value::Null);
                    prop_assert!(matches!(response.status, 201 | 404 | 409 | 410));
                }
                Event::Redeliver(index) => {
                    if let Some(id) = shop.gateway.deliveries().get(index).map(|delivery| delivery.id.clone()) {
                        shop.gateway.redeliver(&id, now).unwrap();
                    }
                }
                Event::Report(index, status) => {
                    if let Some(id) = shop.gateway.deliveries().get(index).map(|delivery| delivery.id.clone()) {
                        shop.gateway.delivered(&id, status, now);
                    }
                }
                Event::Restart => {
                    let due = shop.gateway.next_due();
                    let snapshot = shop.gateway.snapshot().unwrap();
                    shop.gateway = Sandbox::restore(config(), &snapshot).unwrap();
                    // Only deliveries that were in flight become due earlier.
                    let restarted = shop.gateway.next_due();
                    prop_assert!(restarted == due || restarted.is_some_and(|restarted| due.is_none_or(|due| restarted < due)));
                }
                Event::Retrieve(id) => {
                    let response = shop.send_at(now, Method::Get, &format!("/payment-intents/pi_{id}"), &Value::Null);
                    prop_assert_eq!(response.status == 200, amounts[id].is_some());
                }
                Event::Send(method, path, body) => {
                    let unsigned = Request { body: body.into_bytes(), ..Request::new(method, path) };
                    let base = BaseUrl::parse("https://api.itpay.ai/v1", false).unwrap();
                    let request = authorize(&unsigned, &base, &ApiKey::new(Secret::new(KEY)).unwrap(), now / 1000);
                    let response = shop.gateway.handle(&request, now, &RANDOM);
                    prop_assert!(matches!(response.status, 200 | 404 | 405 | 422), "{}", response.status);
                    prop_assert!(serde_json::from_slice::<Value>(&response.body).is_ok());
                }
                Event::Take => {
                    shop.gateway.next_delivery(now);
                }
                Event::Wait(ms) => {
                    now += ms;
                    shop.gateway.tick(now, &RANDOM);
                    let overdue = |intent: &itpay::sandbox::Intent| {
                        intent.expires_at <= now && matches!(intent.status.as_str(), "pending" | "qr_generated" | "scanning")
                    };
                    prop_assert!(!shop.gateway.intents().iter().any(overdue));
                }
            }
            check(&shop.gateway, &amounts)?;
        }

        // The merchant is back: every delivery that was not abandoned arrives.
        while let Some(due) = shop.gateway.next_due() {
            now = now.max(due);
            shop.gateway.tick(now, &RANDOM);
            while let Some(webhook) = shop.gateway.next_delivery(now) {
                shop.gateway.delivered(&webhook.id, Some(200), now);
            }
            check(&shop.gateway, &amounts)?;
        }
        for delivery in shop.gateway.deliveries() {
            prop_assert!(!matches!(delivery.progress, DeliveryState::Waiting { .. }), "{:?}", delivery);
        }
    }

    #[test]
    fn any_request_with_a_valid_key_gets_a_response(
        method in prop::sample::select(vec![Method::Get, Method::Patch, Method::Post]),
        path in prop::sample::select(vec!["/payment-intents", "/services", "/payment-intents/a/qr"]),
        query in prop::option::of("[a-z=&%+]{0,12}"),
        (field, value) in (
            prop::sample::select(vec!["id", "service_id", "type", "amount", "payer", "channel", "metadata", "name",
                "pricing", "payment_methods", "accepted_channels", "settlement_currency", "endpoint", "provider", "tags"]),
            prop_oneof![
                Just("null".to_owned()), "-?[0-9]{1,25}", "[0-9]{1,3}e[0-9]{1,2}", r#""[^"\\\\\x00-\x1f]{0,40}""#,
                Just("[[{}]]".to_owned()), r#"\{"(currency|value|agent_id|one_time)":(1|"CNY"|\[1\]|\{\})\}"#,
            ],
        ),
        cut in 0..400_usize,
    ) {
        let mut shop = Shop::open();
        let mut body = if path == "/services" { manifest() } else { shop.params("a") };
        if let Ok(value) = serde_json::from_str(&value) {
            body[field] = value;
        }
        let mut bytes = body.to_string().into_bytes();
        bytes.truncate(if cut > 350 { cut } else { usize::MAX });
        let unsigned = Request { body: bytes, query, ..Request::new(method, path.to_owned()) };
        let base = BaseUrl::parse("https://api.itpay.ai/v1", false).unwrap();
        let request = authorize(&unsigned, &base, &ApiKey::new(Secret::new(KEY)).unwrap(), NOW / 1000);
        let response = shop.gateway.handle(&request, NOW, &RANDOM);
        prop_assert!(matches!(response.status, 200 | 201 | 404 | 405 | 409 | 422), "{}", response.status);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        if response.status >= 400 {
            prop_assert_eq!(body["request_id"].as_str(), response.request_id());
        }
        shop.gateway.wallet("a", &Action::Expire, NOW, &RANDOM).ok();
        let snapshot = shop.gateway.snapshot().unwrap();
        prop_assert!(Sandbox::restore(config(), &snapshot).is_ok());
    }
}

/// `cargo test --release --test sandbox -- --ignored --nocapture`
#[test]
#[ignore = "prints a figure"]
fn payments_per_second() {
    const PAYMENTS: usize = 50_000;
    let mut shop = Shop::open();
    let requests: Vec<_> = (0..PAYMENTS)
        .map(|number| {
            let id = format!("pi_{number}");
            let create = signed(Method::Post, "/payment-intents", &shop.params(&id), KEY, NOW);
            let qr = signed(Method::Post, &format!("/payment-intents/{id}/qr"), &Value::Null, KEY, NOW);
            (id, create, qr)
        })
        .collect();
    let start = std::time::Instant::now();
    for (id, create, qr) in &requests {
        assert_eq!(shop.gateway.handle(create, NOW, &RANDOM).status, 201);
        assert_eq!(shop.gateway.handle(qr, NOW, &RANDOM).status, 201);
        shop.gateway.wallet(id, &Action::Pay, NOW, &RANDOM).unwrap();
        let webhook = shop.gateway.next_delivery(NOW).unwrap();
        shop.gateway.delivered(&webhook.id, Some(200), NOW);
    }
    println!("{:.0} payments a second", PAYMENTS as f64 / start.elapsed().as_secs_f64());
}
