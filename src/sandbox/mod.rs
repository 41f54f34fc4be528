//! Both gateways as pure state machines: `(state, request, now, random) -> (state, response, deliveries)`.
//!
//! A double that is stricter than the real thing: whatever the pages describe is checked, and what they do
//! not say is decided in the file of its subject, with a comment that says so. Whoever runs one brings the
//! clock and the random bytes, hands the requests in and posts the webhooks that come out.

mod charges;
mod deliveries;
mod emvco;
mod ids;
mod intents;
mod itpay;
mod refusal;
mod services;
mod table;

pub use self::{
    charges::{Charge, Display},
    deliveries::{Attempt, Delivery, Progress},
    intents::{Action, Change, Intent},
    itpay::{Config, DEFAULT_EXPIRES_AFTER, DEFAULT_WALLET_URL, Sandbox, Webhook},
    services::{Service, ServiceStatus},
};
