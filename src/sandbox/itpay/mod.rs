//! The ItPay gateway.

mod charges;
mod emvco;
mod error_response;
mod events;
mod gateway;
mod handlers;
mod intents;
mod preview;
mod services;

pub use self::{
    charges::{Charge, Display},
    events::Delivery,
    gateway::{Config, DEFAULT_EXPIRES_AFTER, DEFAULT_WALLET_URL, PreviewCall, Sandbox, Webhook},
    intents::{Action, Change, Intent},
    services::{Service, ServiceStatus},
};
