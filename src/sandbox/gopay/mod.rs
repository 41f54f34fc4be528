//! The GoPay gateway (REST API v3) as a pure state machine, for one e-shop.
//!
//! The sandbox checks everything that GoPay documents or practices. Each gap is decided in the file of its subject, with
//! a comment. Responses have the oddities of the real ones: spaces around text, HTML entities in `additional_params`,
//! and two shapes of errors.
//!
//! ```
//! use itpay::Secret;
//! use itpay::http::{Method, Request};
//! use itpay::sandbox::gopay::{Config, Sandbox};
//!
//! let (now_ms, random) = (1_745_712_345_000, [0; 16]);
//! let mut gateway = Sandbox::new(Config::new("1000001", Secret::new("secret"), 8_123_456_789))?;
//! let request = Request::new(Method::Get, "/api/payments/payment/3000000001".into());
//! assert_eq!(gateway.handle(&request, now_ms, &random).status, 403);
//! while let Some(call) = gateway.next_delivery(now_ms) {
//!     // GET call.url, then report the response:
//!     gateway.delivered(&call.id, Some(200), now_ms);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accounts;
mod cards;
mod changes;
mod error_response;
mod gateway;
mod handlers;
mod notifications;
mod orders;
mod payments;
mod qr_payments;
mod recurrence;
mod refunds;
mod tokens;
mod transitions;
mod validator;

pub use self::{
    gateway::{Call, Config, DEFAULT_PAY_URL, Sandbox},
    notifications::Notification,
    orders::{Order, Param, Terms},
    payments::{Change, Payment, Queued},
    recurrence::Mandate,
    refunds::Refund,
    transitions::{Action, Operation},
};
