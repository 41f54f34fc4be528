//! A stream of signed and unsigned requests to both sandboxes, while time passes: each gets a response.

#![no_main]

use itpay::{
    Secret,
    http::{BaseUrl, Method, Request},
    itpay::{ApiKey, authorize},
    sandbox::{Config, Sandbox, gopay},
};
use libfuzzer_sys::fuzz_target;

const KEY: &str = "sk_test_0123456789abcdef";
const RANDOM: [u8; 16] = *b"sixteen of them.";
const METHODS: [Method; 4] = [Method::Get, Method::Post, Method::Put, Method::Delete];
/// Existing paths, so that not all of the time is spent on finding them. `$` is the id in the last response.
const PATHS: [&str; 12] = [
    "/v1/services",
    "/v1/payment-intents",
    "/v1/payment-intents/$",
    "/v1/payment-intents/$/qr",
    "/v1/services/$/activate",
    "/api/oauth2/token",
    "/api/payments/payment",
    "/api/payments/payment/$",
    "/api/payments/payment/$/refund",
    "/api/payments/payment/$/create-recurrence",
    "/api/payments/payment/$/void-authorization",
    "/api/accounts/account-statement",
];

fuzz_target!(|data: &[u8]| {
    let mut itpay = Sandbox::new(Config::new(Secret::new(KEY), Secret::new("whsec_test_secret"))).expect("a sandbox");
    let mut paid = gopay::Sandbox::new(gopay::Config::new("1", Secret::new("secret"), 8)).expect("a sandbox");
    let base = BaseUrl::parse("https://api.itpay.ai", false).expect("a URL");
    let key = ApiKey::new(Secret::new(KEY)).expect("a key");
    let (mut now, mut id, mut token) = (1_745_712_345_000_u64, String::from("1"), String::new());
    for message in data.split(|byte| *byte == 0) {
        let [kind, wait, body @ ..] = message else { continue };
        now += u64::from(*wait) * 7000;
        let path = PATHS
            .get(usize::from(kind & 15))
            .map_or_else(|| format!("/{}", String::from_utf8_lossy(body)), |path| path.replace('$', &id));
        let method = METHODS.get(usize::from(kind >> 4 & 3)).copied().unwrap_or(Method::Get);
        let mut request = Request::new(method, path);
        request.body = body.to_vec();
        request.headers.set(
            "Content-Type",
            if request.path.ends_with("token") { "application/x-www-form-urlencoded" } else { "application/json" },
        );
        let response = if request.path.starts_with("/api") {
            request.headers.set("Accept", "application/json");
            request.headers.set("Authorization", format!("Bearer {token}"));
            paid.handle(&request, now, &RANDOM)
        } else {
            if kind & 64 == 0 {
                request = authorize(&request, &base, &key, now / 1000);
            }
            itpay.handle(&request, now, &RANDOM)
        };
        assert!((200..=599).contains(&response.status), "{}", response.status);
        if let Ok(json) = serde_json::from_slice::<serde_json::Value>(&response.body) {
            if let Some(access_token) = json.get("access_token").and_then(|token| token.as_str()) {
                token = access_token.to_owned();
            }
            match json.get("id") {
                Some(serde_json::Value::String(value)) => id = value.clone(),
                Some(serde_json::Value::Number(value)) => id = value.to_string(),
                _ => {}
            }
        }
        itpay.tick(now, &RANDOM);
        paid.tick(now, &RANDOM);
        if let Some(webhook) = itpay.next_delivery(now) {
            itpay.delivered(&webhook.id, (kind & 128 == 0).then_some(200), now);
        }
    }
    itpay.snapshot().expect("a snapshot");
});
