//! A call that is ready to be sent, whatever its endpoint.

use alloc::{boxed::Box, string::String};

use super::{Change, GoPayEndpoint, error_body, parse_optional_json};
use crate::{
    CallError, CallResult, Error, Outcome,
    http::{Request, Response},
};

/// A call that is ready to be sent.
pub struct Prepared<'a> {
    /// The request.
    pub request: Request,
    /// The change, if the call makes one.
    pub change: Option<Change>,
    /// The id of the payment whose refunds the call lists, if it lists refunds.
    pub lists_refunds_of: Option<String>,
    /// Validates the normalized JSON of a successful response.
    pub validate: Box<Validate<'a>>,
}

/// Validates the normalized JSON of a successful response.
type Validate<'a> = dyn Fn(&Response, &str) -> Result<(), Error> + 'a;

impl<'a> Prepared<'a> {
    /// Builds the request of an endpoint.
    pub fn new<E: GoPayEndpoint>(endpoint: &E, validate: Box<Validate<'a>>) -> CallResult<Prepared<'a>> {
        let request = endpoint.request().map_err(not_sent::<E>)?;
        let lists_refunds_of = endpoint.lists_refunds_of().map(Into::into);
        Ok(Prepared { request, change: endpoint.change(), lists_refunds_of, validate })
    }

    /// Builds the request of an endpoint, or passes on the error in its parameters. The response is only validated.
    pub fn owned<E: GoPayEndpoint + 'static>(endpoint: Result<E, Error>) -> CallResult<Prepared<'static>> {
        let endpoint = endpoint.map_err(not_sent::<E>)?;
        let mut prepared = Prepared::new(&endpoint, Box::new(|_, _| Ok(())))?;
        prepared.validate = Box::new(move |response, json| endpoint.read(response, json).map(drop));
        Ok(prepared)
    }

    /// Normalizes a response and validates it. Returns the JSON.
    pub(super) fn read(&self, response: &Response) -> Result<String, Error> {
        if self.request.is_file {
            if !response.is_success() {
                return Err(error_body::parse(response));
            }
            (self.validate)(response, "")?;
            return Ok(String::new());
        }
        let json = parse_optional_json(response)?;
        let json = json.as_ref().map_or("", |json| json.as_str());
        (self.validate)(response, json)?;
        Ok(json.into())
    }
}

/// The error of a call that was not sent.
fn not_sent<E: GoPayEndpoint>(error: Error) -> Box<CallError> {
    let mut error = Box::<CallError>::from(error);
    error.outcome = E::CHANGES.then_some(Outcome::NotDone);
    error
}
