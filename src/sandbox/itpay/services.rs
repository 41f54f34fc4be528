//! Services: registered as a draft, then activated, then found by a search.
//!
//! The page says that registering checks for duplicates, but not how: here two equal manifests are two services. No
//! page names statuses other than `draft` and `active`.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use crate::{
    itpay::{CreateManifest, PaymentMethods, Pricing},
    json::{JsonMap, RawJson, RawObject, open_enum, to_tree},
    sandbox::store::Record,
    time::to_iso8601,
};

open_enum! {
    /// Whether a search finds a service.
    ServiceStatus {
        /// A search finds it.
        Active = "active",
        /// Not activated yet.
        Draft = "draft",
    }
}

/// A service as the gateway keeps it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Service {
    /// Chosen by the gateway.
    pub id: String,
    /// The manifest as registered.
    #[serde(deserialize_with = "read_params")]
    pub params: CreateManifest,
    /// Whether a search finds it.
    pub status: ServiceStatus,
    /// Unix milliseconds.
    pub created_at: u64,
}

impl Service {
    /// The service `svc_sandbox`, which accepts every channel. Its webhooks go to a host that never exists.
    pub(super) fn built_in() -> Service {
        Service {
            id: "svc_sandbox".to_owned(),
            params: CreateManifest {
                name: "Sandbox".to_owned(),
                description: Some("Accepts every payment".to_owned()),
                payment_methods: Some(PaymentMethods { one_time: true, cumulative: true, subscription: true }),
                pricing: Pricing::default(),
                accepted_channels: Vec::new(),
                qr_mode: None,
                settlement_currency: Some("CNY".to_owned()),
                endpoint: Some("https://merchant.example/webhook".to_owned()),
                extra: RawObject::default(),
            },
            status: ServiceStatus::Active,
            created_at: 0,
        }
    }

    /// Whether the service takes this channel. An empty list, as `svc_sandbox` has it, accepts all.
    pub(super) fn accepts(&self, channel: &str) -> bool {
        let accepted = &self.params.accepted_channels;
        accepted.is_empty() || accepted.iter().any(|one| one == channel)
    }

    /// The channel of an intent that names none.
    pub(super) fn default_channel(&self) -> String {
        self.params.accepted_channels.first().cloned().unwrap_or_else(|| "alipay".to_owned())
    }

    /// The wire object: the client's fields, overridden by the gateway's own.
    pub fn to_wire(&self) -> JsonMap {
        let mut object = to_tree(&self.params);
        object.insert("id".to_owned(), self.id.clone().into());
        object.insert("status".to_owned(), self.status.as_str().into());
        object.insert("created_at".to_owned(), to_iso8601(self.created_at).into());
        object
    }

    /// The name that the payer sees.
    pub fn merchant_name(&self) -> String {
        let provider = self.params.extra.get("provider").and_then(RawJson::read::<Value>).unwrap_or_default();
        provider.get("display_name").and_then(Value::as_str).unwrap_or(&self.params.name).to_owned()
    }

    /// Whether a search finds it: an active service, by name, description or tag.
    pub(super) fn matches(&self, query: &str) -> bool {
        let query = query.to_lowercase();
        let tags = self.params.extra.get("tags").and_then(RawJson::read::<Value>).unwrap_or_default();
        let tags = tags.as_array().into_iter().flatten();
        let mut texts = [Some(self.params.name.as_str()), self.params.description.as_deref()]
            .into_iter()
            .chain(tags.map(Value::as_str))
            .flatten();
        self.status == ServiceStatus::Active && texts.any(|text| text.to_lowercase().contains(&query))
    }
}

impl Record for Service {
    fn id(&self) -> &str {
        &self.id
    }
}

fn read_params<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CreateManifest, D::Error> {
    CreateManifest::from_json(RawJson::deserialize(deserializer)?.as_str()).map_err(D::Error::custom)
}
