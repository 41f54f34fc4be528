//! Preauthorizations: the amount is authorized first, and captured or released later.

use alloc::string::String;

use super::{Change, GoPayEndpoint, Operation, OperationResult, parse_object, payments::check_items, routes};
use crate::{
    Endpoint, Error,
    endpoint::read_params,
    http::{Method, Request, Response},
    json::{FieldReader, open_enum},
    money::amount,
};

open_enum! {
    /// The state of a preauthorization.
    PreauthorizationState {
        /// Requested.
        Requested = "REQUESTED",
        /// The amount is authorized.
        Authorized = "AUTHORIZED",
        /// The amount was captured.
        Captured = "CAPTURED",
        /// The amount was released.
        Canceled = "CANCELED",
    }
}

/// The preauthorization of a payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Preauthorization {
    /// The current state.
    pub state: Option<PreauthorizationState>,
}

impl Preauthorization {
    pub(super) fn read(mut fields: FieldReader) -> Preauthorization {
        Preauthorization { state: fields.text("state").map(Into::into) }
    }
}

/// `POST /payments/payment/{id}/capture`: captures the authorized amount or a part of it. GoPay releases the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    id: String,
    part: Option<Part>,
}

#[derive(Clone, Debug, PartialEq)]
struct Part {
    amount: i64,
    body: String,
}

impl Capture {
    /// Reads a caller's parameters, named as on the wire, `amount` and `items` of a part; none for all of it.
    pub fn from_json(id: String, part: Option<&str>) -> Result<Capture, Error> {
        let part = part.map(|part| {
            read_params(part, |mut fields| {
                let amount = amount(&mut fields)?;
                check_items(&mut fields, amount)?;
                Ok(Part { amount, body: fields.with(&[], &[]) })
            })
        });
        Ok(Capture { id, part: part.transpose()? })
    }

    /// The amount of a partial capture. None for the whole amount.
    pub fn amount(&self) -> Option<i64> {
        self.part.as_ref().map(|part| part.amount)
    }
}

impl Endpoint for Capture {
    type Output = OperationResult;

    fn request(&self) -> Result<Request, Error> {
        let request = Request::new(Method::Post, routes::capture(&self.id)?);
        Ok(match &self.part {
            Some(part) => request.with_json(part.body.clone()),
            None => request.with_form(String::new()),
        })
    }

    fn parse(response: &Response) -> Result<OperationResult, Error> {
        parse_object(response, OperationResult::read)
    }
}

impl GoPayEndpoint for Capture {
    const CHANGES: bool = true;

    fn read(&self, response: &Response, json: &str) -> Result<OperationResult, Error> {
        OperationResult::of_change(response, json, &self.id)
    }

    fn change(&self) -> Option<Change> {
        Change::new(&self.id, Operation::Captured { amount: self.amount() })
    }
}

/// `POST /payments/payment/{id}/void-authorization`: releases the authorized amount.
#[derive(Clone, Debug, PartialEq)]
pub struct VoidAuthorization {
    /// The id of the payment.
    pub id: String,
}

impl Endpoint for VoidAuthorization {
    type Output = OperationResult;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Post, routes::void_authorization(&self.id)?).with_form(String::new()))
    }

    fn parse(response: &Response) -> Result<OperationResult, Error> {
        parse_object(response, OperationResult::read)
    }
}

impl GoPayEndpoint for VoidAuthorization {
    const CHANGES: bool = true;

    fn read(&self, response: &Response, json: &str) -> Result<OperationResult, Error> {
        OperationResult::of_change(response, json, &self.id)
    }

    fn change(&self) -> Option<Change> {
        Change::new(&self.id, Operation::AuthorizationVoided)
    }
}
