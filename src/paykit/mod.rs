//! PayKit's objects and events, and what GoPay's and ItPay's are in its terms.
//!
//! Facts: PayKit's provider contract and the GoPay provider's page. Parameters are read once, in `params`; what a
//! gateway is sent is made in `to_…`, and what it answers is read in `from_…`.

mod countries;
mod from_gopay;
mod from_itpay;
mod gopay_events;
mod metadata;
mod objects;
mod params;
mod period;
mod to_gopay;
mod to_itpay;

pub use self::{
    countries::alpha3,
    from_gopay::{checkout, invoice, is_subscription, payment, refund, refund_made, subscription},
    from_itpay::{intent_checkout, intent_events, intent_payment},
    gopay_events::{Look, Mismatch, Seen, events, further_looks, notification},
    metadata::Item,
    objects::{
        BillingInterval, BillingMode, Checkout, CheckoutSubscription, Event, EventData, Invoice, Payee, Payment,
        PaymentStatus, Product, Refund, SessionType, Subscription, SubscriptionStatus,
    },
    params::{Billing, Order},
    period::current_period,
    to_gopay::{Charge, Context, charge, checkout_params, part_to_capture, payment_params, subscription_params},
    to_itpay::{Shop, intent_of_checkout, intent_of_payment},
};
