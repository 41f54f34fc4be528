//! Saved cards. GoPay's API reads and deletes them. A payment saves one.

use alloc::string::String;

use super::{GoPayEndpoint, id, parse_object, payment_id, routes};
use crate::{
    Endpoint, Error, RawObject,
    endpoint::{read_object, same_id},
    http::{Method, Request, Response},
    json::{FieldReader, FieldResult, open_enum},
};

open_enum! {
    /// Whether a card can be charged.
    CardStatus {
        /// The card can be charged.
        Active = "ACTIVE",
        /// The card was deleted.
        Deleted = "DELETED",
    }
}

/// A saved card.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The id of the card, digits.
    pub card_id: String,
    /// Whether it can be charged.
    pub status: Option<CardStatus>,
    /// All other fields, unchanged.
    pub extra: RawObject,
}

impl Card {
    fn read(mut fields: FieldReader) -> FieldResult<Card> {
        Ok(Card {
            card_id: match id(&mut fields, "card_id")? {
                Some(id) => id,
                None => return fields.field_error("card_id", "is missing"),
            },
            status: fields.text("status").map(Into::into),
            extra: fields.rest(),
        })
    }
}

/// `GET /payments/cards/{card_id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveCard {
    /// The id of the card, digits.
    pub card_id: String,
}

impl Endpoint for RetrieveCard {
    type Output = Card;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Get, routes::card(&payment_id("card_id", &self.card_id)?)))
    }

    fn parse(response: &Response) -> Result<Card, Error> {
        parse_object(response, Card::read)
    }
}

impl GoPayEndpoint for RetrieveCard {
    fn read(&self, response: &Response, json: &str) -> Result<Card, Error> {
        let card = read_object(response, json, Card::read)?;
        same_id(response, "card_id", &card.card_id, &self.card_id)?;
        Ok(card)
    }
}

/// `DELETE /payments/cards/{card_id}`. A second deletion changes nothing, so it is retried.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteCard {
    /// The id of the card, digits.
    pub card_id: String,
}

impl Endpoint for DeleteCard {
    type Output = ();

    fn request(&self) -> Result<Request, Error> {
        let path = routes::card(&payment_id("card_id", &self.card_id)?);
        Ok(Request { repeatable: true, ..Request::new(Method::Delete, path) })
    }

    fn parse(response: &Response) -> Result<(), Error> {
        super::parse_optional_json(response).map(drop)
    }
}

impl GoPayEndpoint for DeleteCard {
    /// GoPay's own response has no body.
    fn read(&self, response: &Response, json: &str) -> Result<(), Error> {
        if json.is_empty() {
            return Ok(());
        }
        read_object(response, json, |mut fields| match id(&mut fields, "card_id")? {
            Some(card_id) if card_id != self.card_id => fields.field_error("card_id", "is not the requested one"),
            _ if fields.text("result").as_deref() == Some("FAILED") => fields.field_error("result", "is FAILED"),
            _ => Ok(()),
        })
    }
}
