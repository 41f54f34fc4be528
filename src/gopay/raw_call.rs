//! A call that is not modeled.

use alloc::string::String;

use super::{Change, GoPayEndpoint, Operation, parse_optional_json};
use crate::{
    Endpoint, Error, RawJson,
    http::{Request, Response},
};

/// A call of any path below the base URL. A GET is repeated after a failure, and any other call is sent once.
#[derive(Clone, Debug, PartialEq)]
pub struct RawCall {
    request: Request,
}

impl RawCall {
    /// Builds a call, as [`Request::raw`] does.
    pub fn new(method: &str, path: &str, query: &[String], body: Option<String>) -> Result<RawCall, Error> {
        Ok(RawCall { request: Request::raw(method, path, query, body)? })
    }
}

impl Endpoint for RawCall {
    /// The normalized JSON; none for an empty body.
    type Output = Option<RawJson>;

    fn request(&self) -> Result<Request, Error> {
        Ok(self.request.clone())
    }

    fn parse(response: &Response) -> Result<Option<RawJson>, Error> {
        parse_optional_json(response)
    }
}

impl GoPayEndpoint for RawCall {
    const CHANGES: bool = true;

    fn read(&self, _response: &Response, json: &str) -> Result<Option<RawJson>, Error> {
        Ok(RawJson::of(json))
    }

    fn change(&self) -> Option<Change> {
        if self.request.is_repeatable() { None } else { Change::new("", Operation::Other) }
    }
}
