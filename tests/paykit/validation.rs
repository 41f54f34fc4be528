//! Invalid parameters, charges and captures.

use super::*;

#[test]
fn a_customer_without_an_email_address_is_an_error() {
    let customer = json!({ "customer": { "id": 7 } });
    let mut subscription: JsonMap = serde_json::from_str(&subscription_with(json!("month"), json!({}))).expect("JSON");
    subscription.extend(object(customer.clone()));
    for refused in [
        paykit::payment_params(&payment_with(customer.clone()), &context()),
        paykit::checkout_params(&checkout_with(customer), &context()),
        paykit::subscription_params(&text(subscription), &context()),
    ] {
        assert!(matches!(refused, Err(Error::Invalid { ref field, .. }) if field == "customer.email"), "{refused:?}");
    }
}

#[test]
fn amounts_must_be_positive_integers() {
    let wrong = [
        json!("29.5"),
        json!(29.5),
        json!(-1),
        json!(0),
        json!("0"),
        json!(null),
        json!("1e3"),
        json!(9_007_199_254_740_992i64),
        json!("9007199254740993"),
        json!(1e300),
        json!(""),
        json!(" 12 "),
        json!("+5"),
        json!("-5"),
        json!("abc"),
        json!(true),
        json!([]),
        json!({}),
    ];
    for amount in &wrong {
        let refused = [
            paykit::checkout_params(&checkout_with(json!({ "provider_metadata": { "amount": amount } })), &context()),
            paykit::payment_params(&payment_with(json!({ "amount": amount })), &context()),
            paykit::intent_of_checkout(
                &checkout_with(json!({ "provider_metadata": { "amount": amount, "currency": "CNY" } })),
                &defaults(),
            ),
            paykit::intent_of_payment(&payment_with(json!({ "amount": amount })), &defaults()),
        ];
        for (refused, name) in
            refused.into_iter().zip(["provider_metadata.amount", "amount", "provider_metadata.amount", "amount"])
        {
            assert!(matches!(refused, Err(Error::Invalid { ref field, .. }) if field == name), "{amount}: {refused:?}");
        }
        let mut subscription: JsonMap =
            serde_json::from_str(&subscription_with(json!("month"), json!({}))).expect("JSON");
        subscription.insert("amount".into(), amount.clone());
        assert!(paykit::subscription_params(&text(subscription), &context()).is_err(), "{amount}");
    }
    // Only the amount of a checkout may be text.
    assert!(paykit::payment_params(&payment_with(json!({ "amount": "2900" })), &context()).is_err());
    assert!(
        paykit::checkout_params(
            &checkout_with(json!({ "provider_metadata": { "amount": 9_007_199_254_740_991i64 } })),
            &context()
        )
        .is_ok()
    );
}

#[test]
fn other_invalid_parameters_are_named() {
    let subscription =
        |interval: Value| paykit::subscription_params(&subscription_with(interval, json!({})), &context());
    for (refused, name) in [
        (
            paykit::payment_params(&payment_with(json!({ "provider_metadata": {} })), &context()),
            "provider_metadata.success_url",
        ),
        (
            paykit::payment_params(&payment_with(json!({ "provider_metadata": null })), &context()),
            "provider_metadata.success_url",
        ),
        (
            paykit::payment_params(
                &payment_with(json!({ "provider_metadata": { "success_url": "/done" } })),
                &context(),
            ),
            "provider_metadata.success_url",
        ),
        (paykit::payment_params(&payment_with(json!({ "provider_metadata": [] })), &context()), "provider_metadata"),
        (paykit::payment_params(&payment_with(json!({ "currency": "koruna" })), &context()), "currency"),
        (paykit::payment_params(&payment_with(json!({ "currency": null })), &context()), "currency"),
        (
            paykit::payment_params(&payment_with(json!({ "customer": { "email": "nobody" } })), &context()),
            "customer.email",
        ),
        (paykit::payment_params(&payment_with(json!({ "customer": {} })), &context()), "customer.email"),
        (paykit::payment_params(&payment_with(json!({ "item_id": "" })), &context()), "item_id"),
        (paykit::payment_params(&payment_with(json!({ "item_id": "x".repeat(257) })), &context()), "item_id"),
        (
            paykit::checkout_params(
                &checkout_with(json!({ "success_url": format!("https://{}", "x".repeat(512)) })),
                &context(),
            ),
            "success_url",
        ),
        (
            paykit::checkout_params(
                &checkout_with(json!({ "provider_metadata": { "amount": 1, "order_number": "x".repeat(129) } })),
                &context(),
            ),
            "provider_metadata.order_number",
        ),
        (
            paykit::checkout_params(
                &checkout_with(json!({ "provider_metadata": { "amount": 1, "description": "x".repeat(257) } })),
                &context(),
            ),
            "provider_metadata.description",
        ),
        (
            paykit::payment_params(
                &payment_with(json!({ "billing": { "address": { "postal_code": "x".repeat(17) } } })),
                &context(),
            ),
            "billing.address.postal_code",
        ),
        (paykit::checkout_params(&checkout_with(json!({ "quantity": 0 })), &context()), "quantity"),
        (paykit::checkout_params(&checkout_with(json!({ "quantity": -1 })), &context()), "quantity"),
        (paykit::checkout_params(&checkout_with(json!({ "quantity": "" })), &context()), "quantity"),
        (paykit::checkout_params(&checkout_with(json!({ "success_url": "" })), &context()), "success_url"),
        (
            paykit::checkout_params(
                &checkout_with(json!({ "provider_metadata": { "amount": 1, "language": "english" } })),
                &context(),
            ),
            "provider_metadata.language",
        ),
        (subscription(json!("fortnight")), "billing_interval"),
        (subscription(json!({ "type": "custom", "durationMs": 0 })), "billing_interval"),
        (subscription(json!({ "type": "custom", "durationMs": -1 })), "billing_interval"),
        (subscription(json!({ "type": "custom" })), "billing_interval"),
        (subscription(json!(null)), "billing_interval"),
    ] {
        assert!(matches!(refused, Err(Error::Invalid { ref field, .. }) if field == name), "{name}: {refused:?}");
    }
}

#[test]
fn a_charge_needs_an_amount_and_is_in_the_first_payments_currency_by_default() {
    let params =
        |provider: Value, metadata: Value| text(object(json!({ "metadata": metadata, "provider_metadata": provider })));
    let charge =
        |provider: Value, first: Option<&Payment>| paykit::charge_params(&params(provider, json!({})), first, "fresh");
    assert_eq!(charge(json!({}), None), Ok(ChargeParams::None));
    assert_eq!(paykit::charge_params(&params(json!({}), json!({ "a": "b" })), None, "fresh"), Ok(ChargeParams::None));
    assert_eq!(charge(json!({ "amount": 500 }), None), Ok(ChargeParams::MissingCurrency));
    let create = |charge| match charge {
        Ok(ChargeParams::Create(params)) => params_of(Ok(params)),
        other => panic!("{other:?}"),
    };
    let params_of = |provider: Value, first| create(charge(provider, first));
    let item = |name: &str| json!([{ "type": "ITEM", "name": name, "amount": 500, "count": 1 }]);
    let first = payment_of(json!({ "currency": "EUR" }));
    assert_eq!(
        params_of(json!({ "amount": 500 }), Some(&first)),
        json!({ "amount": 500, "currency": "EUR", "order_number": "fresh", "items": item("my-plan") })
    );
    // A payer sees the item's name, so it is not used as an order number.
    assert_eq!(params_of(json!({ "amount": 500, "currency": "CZK" }), None)["items"], item("Subscription"));
    let with_metadata = params(json!({ "amount": 500, "currency": "CZK" }), json!({ "order": "R-2" }));
    let with_metadata = create(paykit::charge_params(&with_metadata, None, "fresh"));
    assert_eq!(with_metadata["additional_params"], json!([{ "name": "order", "value": "R-2" }]));
    let provider = json!({ "amount": "500", "currency": "eur", "order_number": "ORD-2", "order_description": "May" });
    assert_eq!(
        params_of(provider, None),
        json!({ "amount": 500, "currency": "EUR", "order_number": "ORD-2", "order_description": "May", "items": item("May") })
    );
    for wrong in [json!(0), json!(-1), json!("29.5"), json!("1e3"), json!("")] {
        assert!(charge(json!({ "amount": wrong, "currency": "CZK" }), None).is_err());
    }
}

#[test]
fn a_capture_is_full_or_partial_and_never_larger() {
    let authorized = payment_of(json!({ "state": "AUTHORIZED" }));
    let part = |amount: Value| paykit::capture_params(&text(object(json!({ "amount": amount }))), &authorized);
    assert_eq!(part(json!(2900)), Ok(None));
    let some = part(json!(900)).transpose().expect("a part");
    assert_eq!(
        params_of(some),
        json!({ "amount": 900, "items": [{ "type": "ITEM", "name": "Capture", "amount": 900, "count": 1 }] })
    );
    for wrong in [json!(2901), json!(0), json!(-1), json!(1.5), json!("2900"), json!(null)] {
        assert!(matches!(part(wrong.clone()), Err(Error::Invalid { field, .. }) if field == "amount"), "{wrong}");
    }
}
