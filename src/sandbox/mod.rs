//! Both gateways as pure state machines: `(state, request, now, random) -> (state, response, deliveries)`.
//!
//! A double that is stricter than the real thing: whatever the pages describe is checked, and what they do
//! not say is decided in the file of its subject, with a comment that says so. Whoever runs one brings the
//! clock and the random bytes, hands the requests in and posts the webhooks that come out.
//!
//! ```
//! use itpay::http::{BaseUrl, Method, Request};
//! use itpay::sandbox::{Config, Sandbox};
//! use itpay::Secret;
//! use itpay::itpay::{ApiKey, authorise};
//!
//! let (key, now_ms, random) = (Secret::new("sk_test_1"), 1_745_712_345_000, [0; 16]);
//! let mut gateway = Sandbox::new(Config::new(key.clone(), Secret::new("whsec_1")))?;
//! let request = Request::new(Method::Get, "/payment-intents/pi_01".into());
//! let base = BaseUrl::parse("https://api.itpay.ai/v1", false)?;
//! let signed = authorise(&request, &base, &ApiKey::new(key)?, now_ms / 1000);
//! assert_eq!(gateway.answer(&signed, now_ms, &random).status, 404);
//! assert_eq!(gateway.answer(&request, now_ms, &random).status, 401);
//! while let Some(webhook) = gateway.next_delivery(now_ms) {
//!     // POST webhook.body with webhook.headers to webhook.url, then tell how it went:
//!     gateway.delivered(&webhook.id, Some(200), now_ms);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod charges;
mod deliveries;
mod emvco;
mod error_response;
pub mod gopay;
mod ids;
mod intents;
mod itpay;
mod services;
mod table;

pub use self::{
    charges::{Charge, Display},
    deliveries::{Attempt, Delivery, Progress},
    intents::{Action, Change, Intent},
    itpay::{Config, DEFAULT_EXPIRES_AFTER, DEFAULT_WALLET_URL, Sandbox, Webhook},
    services::{Service, ServiceStatus},
};
