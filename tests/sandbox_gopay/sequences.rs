//! Invariants in random sequences of events.

use super::*;

/// The events of a random sequence.
#[derive(Clone, Debug)]
enum Event {
    Act(usize, Action),
    Capture(usize, Option<i64>),
    Charge(usize),
    Create(u8, i64),
    Deliver(Option<u16>),
    Outcome(Operation, Outcome),
    Post(usize, &'static str),
    Recur(usize, i64),
    Redeliver(usize),
    Refund(usize, i64),
    Restart,
    Send(Method, String, String),
    Wait(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let id = 0..6_usize;
    let action = prop::sample::select(vec![
        Action::Cancel,
        Action::Choose { instrument: "BANK_ACCOUNT".into() },
        Action::Choose { instrument: "PAYMENT_CARD".into() },
        Action::Decline { sub_state: "_5006".into() },
        Action::Lapse,
        Action::Pay,
        Action::Pay,
        Action::Pay,
        Action::Reject,
        Action::Settle,
        Action::StopRecurrence,
        Action::TimeOut,
        Action::Transfer,
    ]);
    let operation = prop::sample::select(vec![
        Operation::Capture,
        Operation::Charge,
        Operation::Refund,
        Operation::VoidAuthorization,
        Operation::VoidRecurrence,
    ]);
    let outcome = prop::sample::select(vec![Outcome::Accepted, Outcome::Failed, Outcome::Finished]);
    let method = prop::sample::select(vec![Method::Delete, Method::Get, Method::Patch, Method::Post, Method::Put]);
    let path = prop_oneof!["/(payments/payment|eshops/eshop)(/[a-z0-9%.-]{0,12}){0,3}", ".{0,12}"];
    let body = prop_oneof![".{0,20}", r#"\{"(amount|items|payer)":("x"|-?[0-9]{1,20}|1e999|\[\]|\{\})\}"#];
    let status = prop::option::of(prop::sample::select(vec![200, 204, 404, 500]));
    let amount = prop_oneof![1..40_i64, Just(0), Just(-1), Just(i64::MAX)];
    let event = prop_oneof![
        5 => (id.clone(), action).prop_map(|(id, action)| Event::Act(id, action)),
        2 => (id.clone(), prop::option::of(amount.clone())).prop_map(|(id, amount)| Event::Capture(id, amount)),
        1 => id.clone().prop_map(Event::Charge),
        3 => (0..5_u8, 1..40_i64).prop_map(|(kind, amount)| Event::Create(kind, amount)),
        2 => status.prop_map(Event::Deliver),
        2 => (operation, outcome).prop_map(|(operation, outcome)| Event::Outcome(operation, outcome)),
        2 => (id.clone(), prop::sample::select(vec!["void-authorization", "void-recurrence"]))
            .prop_map(|(id, last)| Event::Post(id, last)),
        2 => (id.clone(), amount.clone()).prop_map(|(id, amount)| Event::Recur(id, amount)),
        1 => id.clone().prop_map(Event::Redeliver),
        4 => (id, amount).prop_map(|(id, amount)| Event::Refund(id, amount)),
        1 => Just(Event::Restart),
        1 => (method, path, body).prop_map(|(method, path, body)| Event::Send(method, path, body)),
        2 => prop_oneof![0..5_000_u64, 0..3 * DAY, 0..40 * DAY].prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 1..60)
}

/// A second implementation, from the documentation.
fn may_follow(before: &str, after: &str) -> bool {
    matches!(
        (before, after),
        ("CREATED", "PAYMENT_METHOD_CHOSEN" | "TIMEOUTED" | "CANCELED" | "PAID")
            | ("PAYMENT_METHOD_CHOSEN", "PAID" | "AUTHORIZED" | "CANCELED" | "TIMEOUTED")
            | ("AUTHORIZED", "PAID" | "CANCELED")
            | ("PAID" | "PARTIALLY_REFUNDED", "PARTIALLY_REFUNDED" | "REFUNDED")
    )
}

/// The invariants. `asked` has the orders as requested, by id.
fn check(gateway: &Sandbox, asked: &mut std::collections::BTreeMap<u64, i64>) -> Result<(), TestCaseError> {
    for payment in gateway.payments() {
        let Payment { id, order, state, .. } = payment;
        prop_assert_eq!(*asked.entry(*id).or_insert(order.amount), order.amount, "an amount changed");
        let states: Vec<&str> = payment.history.iter().map(|change| change.state.as_str()).collect();
        prop_assert_eq!((states[0], *states.last().unwrap()), ("CREATED", state.as_str()));
        prop_assert!(states.windows(2).all(|pair| may_follow(pair[0], pair[1])), "{:?}", states);
        prop_assert!(payment.history.windows(2).all(|pair| pair[0].at <= pair[1].at));

        prop_assert!((0..=order.amount).contains(&payment.paid), "captured more than authorized");
        prop_assert_eq!(payment.paid > 0, states.contains(&"PAID"));
        let sum = |wanted: &[&str]| -> i64 {
            payment
                .refunds
                .iter()
                .filter(|refund| wanted.contains(&refund.state.as_str()))
                .map(|refund| refund.amount)
                .sum()
        };
        let (back, on_its_way) = (sum(&["SUCCESS"]), sum(&["SUCCESS", "REQUESTED"]));
        prop_assert!(on_its_way <= payment.paid, "refunded more than paid");
        prop_assert_eq!(state.as_str() == "REFUNDED", back > 0 && back == payment.paid);
        prop_assert_eq!(state.as_str() == "PARTIALLY_REFUNDED", back > 0 && back < payment.paid);

        let hold = payment.preauthorization.as_ref().map(|hold| hold.as_str());
        let fits = match state.as_str() {
            "CREATED" | "PAYMENT_METHOD_CHOSEN" => hold == Some("REQUESTED"),
            "AUTHORIZED" => hold == Some("AUTHORIZED"),
            "CANCELED" | "TIMEOUTED" => hold == Some("CANCELED"),
            _ => hold == Some("CAPTURED"),
        };
        prop_assert!(fits || (hold.is_none() && state.as_str() != "AUTHORIZED"), "{:?}", payment);
        let recurrence = payment.mandate.as_ref().map(|mandate| mandate.state.as_str());
        prop_assert!(recurrence != Some("STARTED") || payment.paid > 0);
        prop_assert!(recurrence != Some("REQUESTED") || payment.paid == 0);
        if let Some(parent_id) = payment.parent_id {
            prop_assert!(payment.mandate.is_none() && hold.is_none());
            let parent = gateway.payment(parent_id).unwrap();
            prop_assert!(parent.mandate.is_some() && parent.paid > 0);
            prop_assert_eq!(&parent.order.currency, &order.currency);
        }
        let notified =
            gateway.notifications().iter().filter(|one| one.payment_id == *id).map(|one| one.payment_state.as_str());
        let expected: Vec<&str> =
            states.into_iter().filter(|state| !matches!(*state, "CREATED" | "PAYMENT_METHOD_CHOSEN")).collect();
        prop_assert_eq!(notified.collect::<Vec<_>>(), expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_sequence_states_are_legal_and_no_money_is_refunded_twice(events in events()) {
        let mut shop = Shop::open();
        let mut asked = std::collections::BTreeMap::new();
        for event in events {
            let known = |shop: &Shop, index: usize| shop.gateway.payments().get(index).map_or(1, |payment| payment.id);
            match event {
                Event::Act(index, action) => {
                    let id = known(&shop, index);
                    let before = shop.gateway.payments().to_vec();
                    let refused = shop.act(id, action).is_err();
                    prop_assert!(!refused || before == shop.gateway.payments());
                }
                Event::Capture(index, amount) => {
                    let path = format!("/payments/payment/{}/capture", known(&shop, index));
                    let response = match amount {
                        None => shop.form(&path, ""),
                        Some(amount) => shop.post(&path, &json!({ "amount": amount, "items": [{ "name": "a", "amount": amount }] })),
                    };
                    prop_assert!(matches!(response.status, 200 | 404 | 409));
                }
                Event::Charge(index) => {
                    let id = known(&shop, index);
                    shop.gateway.charge(id, shop.now, &RANDOM).ok();
                }
                Event::Create(kind, amount) => {
                    let mut order = match kind {
                        0 => order(),
                        1 => preauthorized(),
                        2 => recurring("ON_DEMAND", Value::Null),
                        3 => recurring("MONTH", json!(1)),
                        _ => recurring("DAY", json!(7)),
                    };
                    if kind > 1 {
                        order["recurrence"]["recurrence_date_to"] = json!("2031-01-01");
                    }
                    order["amount"] = json!(amount);
                    order["items"] = json!([{ "name": "a", "amount": amount }]);
                    asked.insert(shop.create(&order), amount);
                }
                Event::Deliver(status) => {
                    if let Some(call) = shop.gateway.next_delivery(shop.now) {
                        shop.gateway.delivered(&call.id, status, shop.now);
                    }
                }
                Event::Outcome(operation, outcome) => shop.gateway.set_outcome(operation, outcome),
                Event::Post(index, last) => {
                    let id = known(&shop, index);
                    shop.call(id, last, "");
                }
                Event::Recur(index, amount) => {
                    let id = known(&shop, index);
                    let response = shop.recur(id, amount);
                    prop_assert!(matches!(response.status, 200 | 404 | 409));
                }
                Event::Redeliver(index) => {
                    if let Some(id) = shop.gateway.notifications().get(index).map(|one| one.id.clone()) {
                        shop.gateway.redeliver(&id, shop.now).unwrap();
                    }
                }
                Event::Refund(index, amount) => {
                    let id = known(&shop, index);
                    let left = shop.gateway.payment(id).map_or(0, Payment::refundable);
                    let result = shop.call(id, "refund", &format!("amount={amount}"));
                    let accepted = matches!(result.as_str(), "ACCEPTED" | "FAILED" | "FINISHED");
                    prop_assert!(!accepted || (1..=left).contains(&amount));
                }
                Event::Restart => {
                    let (due, snapshot) = (shop.gateway.next_due(), shop.gateway.snapshot().unwrap());
                    shop.gateway = Sandbox::restore(config(), &snapshot).unwrap();
                    shop.renew("payment-all");
                    prop_assert_eq!(shop.gateway.next_due(), due);
                }
                Event::Send(method, path, body) => {
                    let response = shop.send(Request { method, ..Request::new(method, path).with_json(body) });
                    prop_assert!(matches!(response.status, 200 | 403 | 404 | 405 | 409), "{}", response.status);
                }
                Event::Wait(ms) => {
                    shop.wait(ms);
                    let overdue = |payment: &Payment| {
                        let open = matches!(payment.state.as_str(), "CREATED" | "PAYMENT_METHOD_CHOSEN");
                        open && payment.expires_at <= shop.now
                    };
                    prop_assert!(!shop.gateway.payments().iter().any(overdue));
                }
            }
            check(&shop.gateway, &mut asked)?;
        }
    }

    #[test]
    fn any_request_with_a_token_gets_a_response(
        (path, value) in (
            prop::sample::select(vec!["/amount", "/currency", "/items", "/items/0/amount", "/payer", "/payer/contact",
                "/target/goid", "/callback", "/callback/notification_url", "/additional_params", "/additional_params/0", "/lang",
                "/order_number", "/payer/allowed_payment_instruments"]),
            prop_oneof![
                Just("null".to_owned()), "-?[0-9]{1,25}", "[0-9]{1,3}e[0-9]{1,2}", r#""[^"\\\\\x00-\x1f]{0,40}""#,
                Just("[[{}]]".to_owned()), r#"\{"(recurrence_cycle|email|goid)":(1|"DAY"|\[1\]|\{\})\}"#,
            ],
        ),
        cut in 0..900_usize,
    ) {
        let mut shop = Shop::open();
        let mut order = recurring("MONTH", json!(1));
        if let Ok(value) = serde_json::from_str(&value) {
            *order.pointer_mut(path).unwrap() = value;
        }
        let mut bytes = order.to_string().into_bytes();
        bytes.truncate(if cut < 700 { usize::MAX } else { cut - 700 });
        let request = Request { body: bytes, ..Request::new(Method::Post, "/payments/payment".into()).with_json(String::new()) };
        let response = shop.send(request);
        prop_assert!(matches!(response.status, 200 | 409), "{}", response.status);
        body(&response);
        let snapshot = shop.gateway.snapshot().unwrap();
        prop_assert!(Sandbox::restore(config(), &snapshot).is_ok());
    }
}

/// `cargo test --release --test sandbox_gopay -- --ignored --nocapture`
#[test]
#[ignore = "prints a figure"]
fn payments_per_second() {
    const PAYMENTS: usize = 20_000;
    let mut shop = Shop::open();
    let order = order();
    let start = std::time::Instant::now();
    for _ in 0..PAYMENTS {
        let id = shop.create(&order);
        shop.act(id, Action::Pay).unwrap();
        assert_eq!(shop.state(id), "PAID");
        shop.notified();
    }
    println!("{:.0} payments a second", PAYMENTS as f64 / start.elapsed().as_secs_f64());
}
