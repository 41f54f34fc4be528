//! What one call of a gateway's API is: fields that become a request, and an answer that becomes a value or an
//! error that says whose fault it was.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde_json::Value;

use crate::{
    Error,
    http::{self, Response},
    json::{Fields, Fit, Misfit, Object},
};

/// One call of a gateway's API.
pub trait Endpoint {
    /// What the gateway answers with.
    type Output;

    /// Checks the fields and builds the request; the first field that does not fit is the error.
    fn request(&self) -> Result<http::Request, Error>;

    /// Reads the gateway's answer.
    fn parse(response: &Response) -> Result<Self::Output, Error>;
}

/// Reads the body of a refusal, in whatever shape the gateway gives it. Never fails.
pub(crate) type ReadRefusal = fn(&Response) -> Error;

/// The JSON of a successful answer.
pub(crate) fn parse_json(response: &Response, refusal: ReadRefusal) -> Result<Value, Error> {
    if !(200..300).contains(&response.status) {
        return Err(refusal(response));
    }
    serde_json::from_slice(&response.body).map_err(|error| {
        let problem = format!("is not JSON (line {}, column {})", error.line(), error.column());
        unreadable(response, Misfit { field: "body".into(), problem })
    })
}

/// Reads an object out of an answer.
pub(crate) fn read_object<T>(
    response: &Response,
    json: Value,
    read: impl FnOnce(Fields) -> Fit<T>,
) -> Result<T, Error> {
    match json {
        Value::Object(object) => read(Fields::new(object)).map_err(|misfit| unreadable(response, misfit)),
        _ => Err(unreadable(response, Misfit { field: "body".into(), problem: "is not a JSON object".into() })),
    }
}

/// Reads a list of objects out of an answer.
pub(crate) fn read_list<T>(response: &Response, list: Value, read: impl Fn(Fields) -> Fit<T>) -> Result<Vec<T>, Error> {
    let mut holder = Object::new();
    holder.insert("body".to_owned(), list);
    let mut holder = Fields::new(holder);
    holder.list("body", |entry, key| read(entry.object(key)?)).map_err(|misfit| unreadable(response, misfit))
}

/// A successful answer that cannot be read.
pub(crate) fn unreadable(response: &Response, misfit: Misfit) -> Error {
    Error::Unreadable {
        status: response.status,
        field: misfit.field,
        problem: misfit.problem,
        request_id: response.request_id().map(Into::into),
    }
}

/// Reads a caller's parameters.
pub(crate) fn read_params<T>(params: Object, read: impl FnOnce(Fields) -> Fit<T>) -> Result<T, Error> {
    read(Fields::new(params)).map_err(|Misfit { field, problem }| Error::Invalid { field, problem })
}

/// A request body: the fields in the order in which the struct has them.
pub(crate) fn to_body(params: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(params).map_err(|_| Error::invalid("params", "cannot be written as JSON"))
}
