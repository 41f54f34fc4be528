//! Identity verification (docs.itpay.ai/capabilities/kyc-kyb). The page shows the first step, without its response. The path of
//! the second, a code of six digits, is unknown.

use alloc::string::String;

use serde::Serialize;

use super::{parse_open, post_once, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint,
    endpoint::to_body,
    http::{Request, Response},
    json::{FieldReader, FieldResult, RawObject},
};

/// `POST /kyc/verify`. Sent once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerifyIdentity {
    /// Such as `basic`.
    pub level: String,
    /// The person's data.
    pub data: IdentityData,
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// The data of a person, as far as the level asks for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IdentityData {
    /// An email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

impl JsonEndpoint for VerifyIdentity {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post_once(Route::KycVerify, params, &[], check_params)
    }
}

impl Endpoint for VerifyIdentity {
    type Output = RawObject;

    fn request(&self) -> Result<Request, Error> {
        VerifyIdentity::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<RawObject, Error> {
        parse_open(response)
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    fields.string("level")?;
    let mut data = fields.object("data")?;
    data.optional_string("email")?;
    data.optional_string("phone")?;
    Ok(())
}
