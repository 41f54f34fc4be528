//! One call of a gateway's API. Fields become a request, and a response becomes a value or an error. The error says
//! whether the caller or the gateway is at fault.

use alloc::{format, string::String, vec::Vec};

use serde::Deserialize;

use crate::{
    Error,
    http::{self, Response},
    json::{FieldError, FieldReader, FieldResult, LONE_SURROGATE, has_lone_surrogate},
};

/// One call of a gateway's API.
pub trait Endpoint {
    /// The type of a successful response.
    type Output;

    /// Validates the fields and builds the request. The error names the first invalid field.
    fn request(&self) -> Result<http::Request, Error>;

    /// Reads the gateway's response.
    fn parse(response: &Response) -> Result<Self::Output, Error>;

    /// Whether the response can be read.
    fn check(response: &Response) -> Result<(), Error> {
        Self::parse(response).map(drop)
    }

    /// Checks that the response can be read and is about the requested resource.
    fn verify(&self, response: &Response) -> Result<(), Error> {
        Self::check(response)
    }
}

/// A call whose parameters are a JSON object.
pub trait JsonEndpoint: Endpoint {
    /// Builds the request from JSON parameters. They are validated and sent unchanged.
    fn request_from_json(params: &str) -> Result<http::Request, Error>;

    /// Checks that a response can be read and is about the resource that the parameters name.
    fn check_for(_params: &str, response: &Response) -> Result<(), Error> {
        Self::check(response)
    }
}

/// Checks that a response is about the requested id.
pub(crate) fn same_id(response: &Response, field: &str, id: &str, asked: &str) -> Result<(), Error> {
    if id == asked {
        return Ok(());
    }
    let problem = "is not the requested one".into();
    Err(invalid_response(response, FieldError { field: field.into(), problem }))
}

/// Reads the body of an error response, in any shape that the gateway uses. Never fails.
pub(crate) type ReadErrorResponse = fn(&Response) -> Error;

/// The text of a successful response.
pub(crate) fn success(response: &Response, read_error: ReadErrorResponse) -> Result<&str, Error> {
    if !(200..300).contains(&response.status) {
        return Err(read_error(response));
    }
    core::str::from_utf8(&response.body)
        .map_err(|_| invalid_response(response, FieldError { field: "body".into(), problem: "is not UTF-8".into() }))
}

/// The JSON of a successful response.
pub(crate) fn parse_json<'a, T: Deserialize<'a>>(
    response: &'a Response,
    read_error: ReadErrorResponse,
) -> Result<T, Error> {
    serde_json::from_str(success(response, read_error)?).map_err(|error| not_json(response, &error))
}

/// Reads an object from the JSON of a response.
pub(crate) fn read_object<T>(
    response: &Response,
    json: &str,
    read: impl FnOnce(FieldReader) -> FieldResult<T>,
) -> Result<T, Error> {
    read(object(response, json)?).map_err(|field_error| invalid_response(response, *field_error))
}

fn object<'a>(response: &Response, json: &'a str) -> Result<FieldReader<'a>, Error> {
    FieldReader::parse(json).map_err(|error| not_json(response, &error))?.ok_or_else(|| {
        invalid_response(response, FieldError { field: "body".into(), problem: "is not a JSON object".into() })
    })
}

/// Reads a list of objects from the JSON of a response.
pub(crate) fn read_list<T>(
    response: &Response,
    json: &str,
    read: impl Fn(FieldReader) -> FieldResult<T>,
) -> Result<Vec<T>, Error> {
    if !json.trim_start().starts_with('[') {
        let problem = "is not a JSON list".into();
        return Err(invalid_response(response, FieldError { field: "body".into(), problem }));
    }
    let mut holder = FieldReader::of("body", json);
    holder
        .list("body", |entry, key| read(entry.object(key)?))
        .map_err(|field_error| invalid_response(response, *field_error))
}

fn not_json(response: &Response, error: &serde_json::Error) -> Error {
    let problem = format!("is not JSON (line {}, column {})", error.line(), error.column());
    invalid_response(response, FieldError { field: "body".into(), problem })
}

/// The error of a successful response that cannot be read.
pub(crate) fn invalid_response(response: &Response, field_error: FieldError) -> Error {
    Error::InvalidResponse {
        status: response.status,
        field: field_error.field,
        problem: field_error.problem,
        request_id: response.request_id().map(Into::into),
    }
}

/// The error of an invalid parameter.
pub(crate) fn invalid(field_error: FieldError) -> Error {
    Error::Invalid { field: field_error.field, problem: field_error.problem }
}

/// Reads a caller's parameters from the text of a JSON object.
pub(crate) fn read_params<'a, T>(
    params: &'a str,
    read: impl FnOnce(FieldReader<'a>) -> FieldResult<T>,
) -> Result<T, Error> {
    match FieldReader::parse(params) {
        Ok(Some(fields)) => {
            let value = read(fields).map_err(|field_error| invalid(*field_error))?;
            // A field that was not read may contain one. A gateway would reject or change it.
            if has_lone_surrogate(params) { Err(Error::invalid("params", LONE_SURROGATE)) } else { Ok(value) }
        }
        // So may the name of a field.
        Err(_) if has_lone_surrogate(params) => Err(Error::invalid("params", LONE_SURROGATE)),
        _ => Err(Error::invalid("params", "must be an object")),
    }
}

/// A request body. The fields have the order of the struct.
pub(crate) fn to_body(params: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(params).map_err(|_| Error::invalid("params", "cannot be written as JSON"))
}
