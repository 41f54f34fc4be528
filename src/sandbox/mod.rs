//! Both gateways as pure state machines: `(state, request, now, random) -> (state, response, deliveries)`.
//!
//! The sandbox checks everything that the pages document. Each gap in the pages is decided in the file of its subject,
//! with a comment. The caller brings the clock and the random bytes, passes requests in, and sends the webhooks that
//! come out.
//!
//! ```
//! use itpay::http::{BaseUrl, Method, Request};
//! use itpay::sandbox::{Config, Sandbox};
//! use itpay::Secret;
//! use itpay::itpay::{ApiKey, authorize};
//!
//! let (key, now_ms, random) = (Secret::new("sk_test_1"), 1_745_712_345_000, [0; 16]);
//! let mut gateway = Sandbox::new(Config::new(key.clone(), Secret::new("whsec_1")))?;
//! let request = Request::new(Method::Get, "/payment-intents/pi_01".into());
//! let base = BaseUrl::parse("https://api.itpay.ai/v1", false)?;
//! let signed = authorize(&request, &base, &ApiKey::new(key)?, now_ms / 1000);
//! assert_eq!(gateway.handle(&signed, now_ms, &random).status, 404);
//! assert_eq!(gateway.handle(&request, now_ms, &random).status, 401);
//! while let Some(webhook) = gateway.next_delivery(now_ms) {
//!     // POST webhook.body with webhook.headers to webhook.url, then report the response:
//!     gateway.delivered(&webhook.id, Some(200), now_ms);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod context;
mod deliveries;
pub mod gopay;
mod ids;
mod itpay;
mod store;

pub use self::{
    deliveries::{Attempt, DeliveryState},
    itpay::{
        Action, Change, Charge, Config, DEFAULT_EXPIRES_AFTER, DEFAULT_WALLET_URL, Delivery, Display, Intent,
        PreviewCall, Sandbox, Service, ServiceStatus, Webhook,
    },
};
