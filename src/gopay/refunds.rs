//! Refunds and the refund history, the only place where a refund has an id.

use alloc::{format, string::String, vec::Vec};

use super::{
    Change, GoPayEndpoint, Operation, OperationResult, id, parse_json, parse_object, payments::check_items, routes,
};
use crate::{
    Endpoint, Error,
    endpoint::{self, read_params},
    http::{Method, Request, Response},
    json::{FieldReader, FieldResult, RawJson, open_enum},
    money::amount,
    time::parse_instant,
};

open_enum! {
    /// The state of a refund.
    RefundState {
        /// The refund is in progress.
        Requested = "REQUESTED",
        /// The refund is complete.
        Success = "SUCCESS",
        /// The refund failed.
        Failed = "FAILED",
    }
}

/// `POST /payments/payment/{id}/refund`.
#[derive(Clone, Debug, PartialEq)]
pub struct RefundPayment {
    /// The id of the payment.
    pub id: String,
    /// In minor units, above 0.
    pub amount: i64,
    /// The order lines that are refunded, as on the wire. Their amounts are the refund's.
    pub items: Option<RawJson>,
}

impl RefundPayment {
    /// A refund of an amount, without items.
    pub fn new(id: impl Into<String>, amount: i64) -> RefundPayment {
        RefundPayment { id: id.into(), amount, items: None }
    }

    /// Reads a caller's parameters, named as on the wire.
    pub fn from_json(id: String, params: &str) -> Result<RefundPayment, Error> {
        read_params(params, |mut fields| {
            let amount = amount(&mut fields)?;
            check_items(&mut fields, amount)?;
            Ok(RefundPayment { id, amount, items: fields.json("items") })
        })
    }
}

impl Endpoint for RefundPayment {
    type Output = OperationResult;

    fn request(&self) -> Result<Request, Error> {
        if self.amount < 1 {
            return Err(Error::invalid("amount", "must be above 0"));
        }
        let request = Request::new(Method::Post, routes::refund(&self.id)?);
        Ok(match &self.items {
            Some(items) => request.with_json(format!("{{\"amount\":{},\"items\":{}}}", self.amount, items.as_str())),
            None => request.with_form(format!("amount={}", self.amount)),
        })
    }

    fn parse(response: &Response) -> Result<OperationResult, Error> {
        parse_object(response, OperationResult::read)
    }
}

impl GoPayEndpoint for RefundPayment {
    const CHANGES: bool = true;

    fn read(&self, response: &Response, json: &str) -> Result<OperationResult, Error> {
        OperationResult::of_change(response, json, &self.id)
    }

    fn change(&self) -> Option<Change> {
        Change::new(&self.id, Operation::Refunded { amount: self.amount })
    }
}

/// An entry of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Refund {
    /// The refund's own id.
    pub id: String,
    /// The current state.
    pub state: RefundState,
    /// In minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Option<String>,
    /// When it was requested, in Unix milliseconds. None for an unreadable date and for one without a time zone.
    pub requested_at: Option<u64>,
}

impl Refund {
    fn read(mut fields: FieldReader) -> FieldResult<Refund> {
        Ok(Refund {
            id: match id(&mut fields, "id")? {
                Some(id) => id,
                None => return fields.field_error("id", "is missing"),
            },
            state: fields.string("state")?.into(),
            amount: fields.integer("amount")?,
            currency: fields.text("currency"),
            // SDKs show text, and error bodies show a number.
            requested_at: match fields.text("date_requested") {
                Some(text) => parse_instant(&text),
                None => fields.take("date_requested").parse().ok(),
            },
        })
    }

    /// Reads a normalized history.
    pub fn list_from_json(history: &str) -> Result<Vec<Refund>, Error> {
        let response = Response { status: 200, headers: Default::default(), body: Vec::new() };
        endpoint::read_list(&response, history, Refund::read)
    }
}

/// `GET /payments/payment/{id}/refunds`.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRefunds {
    /// The id of the payment.
    pub id: String,
}

impl Endpoint for ListRefunds {
    type Output = Vec<Refund>;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Get, routes::refunds(&self.id)?))
    }

    fn parse(response: &Response) -> Result<Vec<Refund>, Error> {
        endpoint::read_list(response, parse_json(response)?.as_str(), Refund::read)
    }
}

impl GoPayEndpoint for ListRefunds {
    fn read(&self, response: &Response, json: &str) -> Result<Vec<Refund>, Error> {
        endpoint::read_list(response, json, Refund::read)
    }

    fn lists_refunds_of(&self) -> Option<&str> {
        Some(&self.id)
    }
}
