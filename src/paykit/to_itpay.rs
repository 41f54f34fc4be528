//! Parameters of PayKit's calls as parameters of ItPay's `POST /payment-intents`.

use alloc::{
    borrow::{Cow, ToOwned},
    string::String,
};

use serde::Serialize;

use super::{
    metadata::{self, Item},
    objects::Payee,
    params::{self, AmountSource, Order},
};
use crate::{
    Error, Metadata, Money,
    json::{self, FieldReader, FieldResult},
    money::amount,
};

/// Defaults of the provider, for calls that leave these values out.
#[derive(Clone, Debug, Default)]
pub struct ProviderDefaults {
    /// The id of the agent that acts.
    pub agent_id: Option<String>,
    /// The id of the service that is paid for. Without it, the item id is the service id.
    pub service_id: Option<String>,
}

/// `createCheckout`. Amount and currency are in `provider_metadata`.
pub fn intent_of_checkout(params: &str, defaults: &ProviderDefaults) -> Result<String, Error> {
    params::read(params, |fields, provider| {
        let order = Order::read(fields, provider, AmountSource::ProviderMetadata { default_currency: None })?;
        intent(order, Some("one_time"), provider, defaults)
    })
}

/// `createPayment`.
pub fn intent_of_payment(params: &str, defaults: &ProviderDefaults) -> Result<String, Error> {
    params::read(params, |fields, provider| {
        let order = Order::read(fields, provider, AmountSource::Params)?;
        // A wallet takes the money at once, so both methods are the same.
        params::is_manual_capture(fields)?;
        intent(order, None, provider, defaults)
    })
}

/// Whether the parameters of `createCheckout` ask for a recurring session.
pub fn is_recurring(params: &str) -> Result<bool, Error> {
    params::read(params, |fields, _| Ok(fields.text("session_type").as_deref() == Some("recurring")))
}

/// The amount of `capturePayment`.
pub fn captured_amount(params: &str) -> Result<i64, Error> {
    params::read(params, |fields, _| amount(fields))
}

fn intent(
    order: Order,
    session_type: Option<&str>,
    provider: &mut FieldReader,
    defaults: &ProviderDefaults,
) -> FieldResult<String> {
    let default = defaults.service_id.as_deref().or(order.item_id.as_deref());
    let Some(service_id) = provider.optional_string("service_id")?.or(default.map(Cow::Borrowed)) else {
        return provider.field_error("service_id", "is missing, and so is item_id, which would be its default");
    };
    let default = defaults.agent_id.as_deref().map(Cow::Borrowed);
    let Some(agent_id) = provider.optional_string("agent_id")?.or(default) else {
        return provider.field_error("agent_id", "is missing: set it here, or set `agentId` of the provider");
    };
    let human_id = provider.optional_string("human_id")?.or(order.customer.as_ref().map(|customer| match customer {
        Payee::Email(id) | Payee::Id(id) => id.into(),
    }));
    let item = Item {
        item: order.item_id.clone(),
        quantity: Some(order.quantity),
        session_type: session_type.map(ToOwned::to_owned),
        ..Item::default()
    };
    let mut metadata = order.metadata;
    metadata.insert(metadata::KEY.to_owned(), item.to_text());
    Ok(json::text(&Intent {
        id: provider.optional_string("id")?,
        service_id,
        intent_type: "one_time",
        amount: Money { currency: order.currency, value: order.amount },
        description: provider.optional_string("description")?,
        payer: Payer { agent_id, human_id },
        channel: provider.optional_string("channel")?,
        metadata,
    }))
}

/// The parameters of `POST /payment-intents`.
#[derive(Serialize)]
struct Intent<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, str>>,
    service_id: Cow<'a, str>,
    #[serde(rename = "type")]
    intent_type: &'a str,
    amount: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    payer: Payer<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Cow<'a, str>>,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Payer<'a> {
    agent_id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    human_id: Option<Cow<'a, str>>,
}
