//! Services.

use super::*;

#[test]
fn the_service_svc_sandbox_exists_from_the_start_and_accepts_every_channel() {
    let mut shop = Shop::open();
    for channel in [json!("wechat"), json!("carrier_pigeon"), Value::Null] {
        let id = format!("pi_{channel}").replace('"', "");
        let mut params = shop.params(&id);
        params["service_id"] = json!("svc_sandbox");
        params["channel"] = channel.clone();
        let created = shop.send(Method::Post, "/payment-intents", &params);
        assert_eq!(created.status, 201, "{channel}");
        assert_eq!(json(&created)["channel"], if channel.is_null() { json!("alipay") } else { channel });
        assert_eq!(json(&shop.qr(&id))["display"]["merchant_name"], "Sandbox");
        shop.act(&id, Action::Pay).unwrap();
    }
    assert_eq!(shop.gateway.next_delivery(NOW).unwrap().url, "https://merchant.example/webhook");
    let activated = shop.send(Method::Patch, "/services/svc_sandbox/activate", &Value::Null);
    assert_eq!((activated.status, &json(&activated)["status"]), (200, &json!("active")));
    assert_eq!(shop.gateway.services().len(), 1, "it is not a registered service");
    let restored = Sandbox::restore(config(), &shop.gateway.snapshot().unwrap()).unwrap();
    assert_eq!(restored.intents(), shop.gateway.intents());
}

#[test]
fn a_service_is_a_draft_until_activated_and_only_then_found() {
    let mut shop = Shop::open();
    let path = format!("/services/{}/activate", shop.service_id);
    assert_eq!(shop.gateway.services()[0].status.as_str(), "draft");
    assert_eq!(json(&shop.get("/services?q=summary")), json!([]));
    let activated = shop.send(Method::Patch, &path, &Value::Null);
    assert_eq!((activated.status, &json(&activated)["status"]), (200, &json!("active")));
    for (query, found) in [
        ("", 1),
        ("?q=", 1),
        ("?q=SUMMARI", 1),
        ("?q=smart+summary", 1),
        ("?q=smart%20summary", 1),
        ("?q=translation", 0),
        ("?page=2&q=smart", 1),
    ] {
        assert_eq!(json(&shop.get(&format!("/services{query}"))).as_array().unwrap().len(), found, "{query}");
    }
    let unknown = shop.send(Method::Patch, "/services/svc_unknown/activate", &Value::Null);
    assert_eq!(refused(&unknown, 404), "SERVICE_NOT_FOUND");
    let mut wrong = manifest();
    wrong["accepted_channels"] = json!([7]);
    let response = shop.send(Method::Post, "/services", &wrong);
    assert_eq!(refused(&response, 422), "VALIDATION_FAILED");
}

#[test]
fn a_service_needs_a_name_alone_and_then_takes_every_channel() {
    let mut shop = Shop::open();
    let created = json(&shop.send(Method::Post, "/services", &json!({ "name": "Bare" })));
    let mut params = shop.params("pi_bare");
    params["service_id"] = created["id"].clone();
    params["channel"] = json!("promptpay");
    assert_eq!(shop.send(Method::Post, "/payment-intents", &params).status, 201);
    // It has no endpoint, so nothing is sent.
    shop.act("pi_bare", Action::Expire).unwrap();
    assert!(shop.events(NOW).is_empty());
}
