//! GoPay and ItPay as providers of PayKit.
//!
//! Sources: PayKit's provider contract and the documentation page of its GoPay provider. `params` reads the parameters
//! of a call, `to_…` maps them to the gateway's, and `from_…` maps the gateway's objects to PayKit's.

mod amount_change;
mod countries;
mod error;
mod from_gopay;
mod from_itpay;
mod gopay_events;
mod gopay_provider;
mod itpay_provider;
mod metadata;
mod objects;
mod params;
mod period;
mod to_gopay;
mod to_itpay;

pub use self::{
    countries::alpha3,
    error::{PayKitError, PayKitErrorName, PayKitResult},
    from_gopay::{checkout, created_refund, invoice, is_subscription, payment, refund, subscription},
    from_itpay::{intent_checkout, intent_events, intent_payment},
    gopay_events::{NotificationContext, RequiredReads, events, notification, required_reads},
    gopay_provider::GoPayProvider,
    itpay_provider::ItPayProvider,
    metadata::Item,
    objects::{
        BillingInterval, BillingMode, Checkout, CheckoutSubscription, Event, EventData, Invoice, Payee, Payment,
        PaymentStatus, Product, Refund, SessionType, Subscription, SubscriptionStatus,
    },
    params::{Billing, Order, RefundParams},
    period::{PeriodDates, current_period},
    to_gopay::{
        ChargeParams, Context, capture_params, charge_params, checkout_params, payment_params, subscription_params,
    },
    to_itpay::{ProviderDefaults, intent_of_checkout, intent_of_payment},
};
