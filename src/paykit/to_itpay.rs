//! PayKit's calls as ItPay's: what `paymentIntents.create` is given.

use alloc::{
    borrow::{Cow, ToOwned},
    string::String,
};

use serde_json::json;

use super::{
    metadata::{self, Item},
    objects::Payee,
    params::{self, AmountIn, Order},
};
use crate::{
    Error, Tree,
    json::{Fields, Fit},
};

/// What a call does not say itself.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    /// The agent that acts, where the call names none.
    pub agent_id: Option<String>,
    /// The service that is paid for, where the call names none. Else the item is one.
    pub service_id: Option<String>,
}

/// `createCheckout`. Amount and currency are in `provider_metadata`.
pub fn intent_of_checkout(params: &str, shop: &Shop) -> Result<Tree, Error> {
    params::read(params, |fields, provider| {
        let order = Order::read(fields, provider, AmountIn::ProviderMetadata { default_currency: None })?;
        intent(order, Some("one_time"), provider, shop)
    })
}

/// `createPayment`.
pub fn intent_of_payment(params: &str, shop: &Shop) -> Result<Tree, Error> {
    params::read(params, |fields, provider| {
        let order = Order::read(fields, provider, AmountIn::Params)?;
        intent(order, None, provider, shop)
    })
}

fn intent(order: Order, session_type: Option<&str>, provider: &mut Fields, shop: &Shop) -> Fit<Tree> {
    let default = shop.service_id.as_deref().or(order.item_id.as_deref());
    let Some(service_id) = provider.optional_string("service_id")?.or(default.map(Cow::Borrowed)) else {
        return provider.misfit("service_id", "is missing, and there is no item_id in its place");
    };
    let default = shop.agent_id.as_deref().map(Cow::Borrowed);
    let Some(agent_id) = provider.optional_string("agent_id")?.or(default) else {
        return provider.misfit("agent_id", "is missing: say which agent acts, here or as the provider's `agentId`");
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
    let mut intent = Tree::new();
    let mut set = |name: &str, value: serde_json::Value| {
        if !value.is_null() {
            intent.insert(name.to_owned(), value);
        }
    };
    set("id", json!(provider.optional_string("id")?));
    set("service_id", json!(service_id));
    set("type", json!("one_time"));
    set("amount", json!({ "currency": order.currency, "value": order.amount }));
    set("description", json!(provider.optional_string("description")?));
    set(
        "payer",
        match human_id {
            Some(human_id) => json!({ "agent_id": agent_id, "human_id": human_id }),
            None => json!({ "agent_id": agent_id }),
        },
    );
    set("channel", json!(provider.optional_string("channel")?));
    set("metadata", json!(metadata));
    Ok(intent)
}
