//! PayKit's objects, as its provider contract has them. Amounts are integers in minor units, times Unix milliseconds.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    Metadata, RawJson, RawObject,
    json::{self, FieldReader},
};

/// The payer of a payment.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Payee {
    /// An email address.
    Email(String),
    /// The shop's id of the customer.
    Id(String),
}

/// How often a subscription is charged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the names are clear")]
pub enum BillingInterval {
    Day,
    Week,
    Month,
    Year,
    Custom { duration_ms: u64 },
}

const NAMED: [(&str, BillingInterval); 4] = [
    ("day", BillingInterval::Day),
    ("week", BillingInterval::Week),
    ("month", BillingInterval::Month),
    ("year", BillingInterval::Year),
];

impl BillingInterval {
    /// Reads `"month"`, `{type: "custom", durationMs}`, or the text that `to_text` writes.
    pub fn from_json(json: &str) -> Option<BillingInterval> {
        let duration_ms = match json::string(json) {
            Some(text) => match NAMED.iter().find(|(name, _)| *name == text) {
                Some((_, interval)) => return Some(*interval),
                None => text.strip_prefix("custom:")?.strip_suffix("ms")?.parse().ok()?,
            },
            None => {
                let mut fields = FieldReader::parse(json).ok()??;
                fields.text("type").filter(|name| name == "custom")?;
                fields.take("durationMs").parse().ok()?
            }
        };
        (duration_ms > 0).then_some(BillingInterval::Custom { duration_ms })
    }

    /// The text form of metadata: `month`, `custom:86400000ms`.
    pub fn to_text(self) -> String {
        match self {
            BillingInterval::Custom { duration_ms } => format!("custom:{duration_ms}ms"),
            named => NAMED.iter().find(|(_, known)| *known == named).map_or("", |(name, _)| name).to_string(),
        }
    }
}

impl Serialize for BillingInterval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            BillingInterval::Custom { duration_ms } => {
                let mut custom = serializer.serialize_struct("Custom", 2)?;
                custom.serialize_field("type", "custom")?;
                custom.serialize_field("durationMs", duration_ms)?;
                custom.end()
            }
            named => serializer.serialize_str(&named.to_text()),
        }
    }
}

/// A purchased product and its quantity.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Product {
    /// The shop's id of the product.
    pub id: String,
    /// At least 1.
    pub quantity: u64,
}

/// Whether a checkout starts a subscription.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are clear")]
pub enum SessionType {
    OneTime,
    Recurring,
}

/// A payment page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as PayKit's contract has them")]
pub struct Checkout {
    pub id: String,
    pub customer: Option<Payee>,
    pub payment_url: String,
    pub metadata: Metadata,
    pub session_type: SessionType,
    pub products: Vec<Product>,
    pub currency: String,
    pub amount: i64,
    pub subscription: Option<CheckoutSubscription>,
    pub custom_fields: RawObject,
}

/// The subscription that a checkout starts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckoutSubscription {
    /// The unit of the interval.
    pub billing_interval: BillingInterval,
    /// How many units make one interval.
    pub billing_interval_count: u64,
}

/// The status of a payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as PayKit's contract has them")]
pub enum PaymentStatus {
    Pending,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
    Failed,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as PayKit's contract has them")]
pub struct Payment {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub customer: Option<Payee>,
    pub status: PaymentStatus,
    pub metadata: Metadata,
    pub item_id: Option<String>,
    pub requires_action: bool,
    pub payment_url: Option<String>,
    pub custom_fields: RawObject,
}

/// The status of a subscription.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as PayKit's contract has them")]
pub enum SubscriptionStatus {
    Active,
    PastDue,
    Canceled,
    Pending,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as PayKit's contract has them")]
pub struct Subscription {
    pub id: String,
    pub customer: Option<Payee>,
    pub amount: i64,
    pub currency: String,
    pub status: SubscriptionStatus,
    pub current_period_start: u64,
    pub current_period_end: u64,
    pub item_id: String,
    pub billing_interval: BillingInterval,
    pub metadata: Metadata,
    pub custom_fields: RawObject,
    pub requires_action: bool,
    pub payment_url: Option<String>,
}

/// A refund of a payment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as PayKit's contract has them")]
pub struct Refund {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub reason: Option<String>,
    pub metadata: Option<Metadata>,
    pub custom_fields: RawObject,
}

/// Whether an invoice belongs to a subscription.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are clear")]
pub enum BillingMode {
    OneTime,
    Recurring,
}

/// An invoice of a paid payment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as PayKit's contract has them")]
pub struct Invoice {
    pub id: String,
    pub customer: Option<Payee>,
    pub subscription_id: Option<String>,
    pub billing_mode: BillingMode,
    pub amount_paid: i64,
    pub currency: String,
    pub status: &'static str,
    pub paid_at: Option<String>,
    pub line_items: Option<Vec<Product>>,
    pub metadata: Metadata,
    pub custom_fields: RawObject,
}

/// A webhook event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// The same for each delivery of the event, so that a handler can recognize a repeated one.
    pub id: String,
    /// Such as `payment.succeeded`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// When the event was read, in Unix milliseconds.
    pub created: u64,
    /// The object of the event.
    pub data: EventData,
    /// Whether this is the gateway's own event, whose type starts with the provider's name.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub is_raw: bool,
}

/// The object of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "the names are clear")]
pub enum EventData {
    Invoice(Invoice),
    Payment(Payment),
    Raw(Option<RawJson>),
    Refund(Refund),
    Subscription(Subscription),
}
