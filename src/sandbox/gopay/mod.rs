//! The GoPay gateway (REST API v3) as a pure state machine, for one e-shop.
//!
//! What GoPay's documentation and practice say is checked; what they do not say is decided in the file of its
//! subject, with a comment that says so. Answers have what the real ones have: spaces around text, HTML entities in
//! `additional_params`, and two shapes of errors.
//!
//! ```
//! use itpay::Secret;
//! use itpay::http::{Method, Request};
//! use itpay::sandbox::gopay::{Config, Sandbox};
//!
//! let (now_ms, random) = (1_745_712_345_000, [0; 16]);
//! let mut gateway = Sandbox::new(Config::new("1000001", Secret::new("secret"), 8_123_456_789))?;
//! let request = Request::new(Method::Get, "/api/payments/payment/3000000001".into());
//! assert_eq!(gateway.answer(&request, now_ms, &random).status, 403);
//! while let Some(call) = gateway.next_delivery(now_ms) {
//!     // GET call.url, then tell how it went:
//!     gateway.delivered(&call.id, Some(200), now_ms);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accounts;
mod check;
mod error_response;
mod gateway;
mod notifications;
mod orders;
mod payments;
mod recurrence;
mod refunds;
mod tokens;

pub use self::{
    gateway::{Call, Config, DEFAULT_PAY_URL, Sandbox},
    notifications::Notification,
    orders::{Order, Param, Terms},
    payments::{Action, Change, Operation, Payment, Queued},
    recurrence::Mandate,
    refunds::Refund,
};
