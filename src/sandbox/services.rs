//! ServiceManifests: registered as a draft, brought live, found by a search.
//!
//! The page says that registering checks for duplicates, but not by what: two manifests that are alike are
//! two services here. Names of statuses other than `draft` and `active` are documented nowhere.

use alloc::{borrow::ToOwned, string::String};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use super::table::Row;
use crate::{
    itpay::CreateManifest,
    json::{JsonMap, RawJson, open_enum, parse, to_tree},
    time::to_iso8601,
};

open_enum! {
    /// Whether a service can be found.
    ServiceStatus {
        /// It can.
        Active = "active",
        /// Not yet.
        Draft = "draft",
    }
}

/// A service as the gateway keeps it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Service {
    /// Chosen by the gateway.
    pub id: String,
    /// What was registered.
    #[serde(deserialize_with = "read_params")]
    pub params: CreateManifest,
    /// Whether it can be found.
    pub status: ServiceStatus,
    /// Unix milliseconds.
    pub created_at: u64,
}

impl Service {
    /// As it stands on the wire. What the client sent stays, but for the fields that are the gateway's.
    pub fn to_wire(&self) -> JsonMap {
        let mut object = to_tree(&self.params);
        object.insert("id".to_owned(), self.id.clone().into());
        object.insert("status".to_owned(), self.status.as_str().into());
        object.insert("created_at".to_owned(), to_iso8601(self.created_at).into());
        object
    }

    /// The name that a payer sees.
    pub fn merchant_name(&self) -> String {
        let provider = self.params.extra.get("provider").map(|json| parse(json.as_str())).unwrap_or_default();
        provider.get("display_name").and_then(Value::as_str).unwrap_or(&self.params.name).to_owned()
    }

    /// Whether a search finds it: only what is live, by name, description or tag.
    pub(super) fn matches(&self, query: &str) -> bool {
        let query = query.to_lowercase();
        let tags = self.params.extra.get("tags").map(|json| parse(json.as_str())).unwrap_or_default();
        let tags = tags.as_array().into_iter().flatten();
        let mut texts = [Some(self.params.name.as_str()), self.params.description.as_deref()]
            .into_iter()
            .chain(tags.map(Value::as_str))
            .flatten();
        self.status == ServiceStatus::Active && texts.any(|text| text.to_lowercase().contains(&query))
    }
}

impl Row for Service {
    fn id(&self) -> &str {
        &self.id
    }
}

fn read_params<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CreateManifest, D::Error> {
    CreateManifest::from_json(RawJson::deserialize(deserializer)?.as_str()).map_err(D::Error::custom)
}
