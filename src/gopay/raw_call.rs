//! A call that is not modeled.

use alloc::string::String;

use super::{Change, GoPayEndpoint, Operation, parse_optional_json};
use crate::{
    Endpoint, Error, RawJson,
    http::{self, Method, Request, Response},
};

/// A call of any path below the base URL. A GET is repeated after a failure, and any other call is sent once.
#[derive(Clone, Debug, PartialEq)]
pub struct RawCall {
    request: Request,
}

impl RawCall {
    /// Builds a call. `path` is absolute and encoded, and `body` is JSON.
    pub fn new<'a>(
        method: &str,
        path: &str,
        query: impl IntoIterator<Item = (&'a str, &'a str)>,
        body: Option<String>,
    ) -> Result<RawCall, Error> {
        let method =
            Method::parse(method).ok_or_else(|| Error::invalid("method", "must be GET, POST, PUT, PATCH or DELETE"))?;
        let mut request = Request::new(method, http::plain_path(path)?);
        request.query = http::query(query);
        if let Some(body) = body {
            request = request.with_json(body);
        }
        Ok(RawCall { request })
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
