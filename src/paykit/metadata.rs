//! PayKit's own metadata of a payment: the purchased item. It has the format of the published GoPay provider, so that
//! each package reads the payments of the other.

use alloc::string::String;

use serde::Serialize;

use super::objects::BillingInterval;
use crate::{
    Metadata,
    json::{self, FieldReader},
    time::{parse_iso8601, to_iso8601},
};

/// The name of the metadata entry.
pub(super) const KEY: &str = "__paykit";

/// A purchased item, and how it is billed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// The shop's id of the item.
    pub item: Option<String>,
    /// How many.
    pub quantity: Option<u64>,
    /// `one_time` or `recurring`, of a checkout.
    pub session_type: Option<String>,
    /// How often a subscription is charged.
    pub billing_interval: Option<BillingInterval>,
    /// When a subscription was created, in Unix milliseconds. GoPay does not report it. The published provider ignores
    /// this field.
    pub start: Option<u64>,
}

/// In the order in which it is written.
#[derive(Serialize)]
struct Wire<'a> {
    item: Option<&'a str>,
    qty: u64,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    session_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
}

impl Item {
    /// Takes the item out of the metadata. An unreadable entry counts as absent.
    pub(super) fn take(metadata: &mut Metadata) -> Item {
        let text = metadata.remove(KEY).unwrap_or_default();
        let Ok(Some(mut fields)) = FieldReader::parse(&text) else { return Item::default() };
        let mut string = |name: &str| fields.text(name).filter(|text| !text.is_empty());
        Item {
            // 1.1.1 wrote `itemId`.
            item: string("item").or_else(|| string("itemId")),
            session_type: string("type"),
            quantity: fields.integer_or_digits("qty").ok().and_then(|quantity| quantity.try_into().ok()),
            billing_interval: BillingInterval::from_json(fields.take("billing_interval")),
            start: fields.text("start").and_then(|start| parse_iso8601(&start)),
        }
    }

    pub(super) fn to_text(&self) -> String {
        let wire = Wire {
            item: self.item.as_deref(),
            qty: self.quantity.unwrap_or(1),
            session_type: self.session_type.as_deref(),
            billing_interval: self.billing_interval.map(BillingInterval::to_text),
            start: self.start.map(to_iso8601),
        };
        json::text(&wire)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn read(text: &str) -> Item {
        let own = [(KEY.to_string(), text.to_string()), ("mine".to_string(), "1".to_string())];
        let mut metadata: Metadata = own.into_iter().collect();
        let item = Item::take(&mut metadata);
        assert_eq!(metadata.iter().collect::<alloc::vec::Vec<_>>(), [("mine", "1")]);
        item
    }

    #[test]
    fn an_item_survives_a_round_trip_in_the_published_format() {
        for (item, text) in [
            (
                Item {
                    item: Some("a \"b\"".into()),
                    quantity: Some(2),
                    session_type: Some("one_time".into()),
                    ..Item::default()
                },
                r#"{"item":"a \"b\"","qty":2,"type":"one_time"}"#,
            ),
            (Item { item: Some("a".into()), quantity: Some(1), ..Item::default() }, r#"{"item":"a","qty":1}"#),
            (
                Item {
                    item: Some("a".into()),
                    quantity: Some(1),
                    billing_interval: Some(BillingInterval::Month),
                    start: Some(1_795_737_600_000),
                    ..Item::default()
                },
                r#"{"item":"a","qty":1,"billing_interval":"month","start":"2026-11-27T00:00:00.000Z"}"#,
            ),
            (
                Item {
                    item: Some("a".into()),
                    quantity: Some(1),
                    billing_interval: Some(BillingInterval::Custom { duration_ms: 60_000 }),
                    ..Item::default()
                },
                r#"{"item":"a","qty":1,"billing_interval":"custom:60000ms"}"#,
            ),
            (Item { quantity: Some(1), ..Item::default() }, r#"{"item":null,"qty":1}"#),
        ] {
            assert_eq!(item.to_text(), text);
            assert_eq!(read(text), item);
        }
    }

    #[test]
    fn entries_of_older_and_other_versions_are_read_as_far_as_possible() {
        assert_eq!(
            read(r#"{"itemId":"old","qty":"3"}"#),
            Item { item: Some("old".into()), quantity: Some(3), ..Item::default() }
        );
        for text in
            ["", "not json", "[]", "7", "null", r#"{"item":7,"qty":-1,"billing_interval":"custom:0ms","start":"soon"}"#]
        {
            assert_eq!(read(text), Item::default(), "{text}");
        }
    }
}
