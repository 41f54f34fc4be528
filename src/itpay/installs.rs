//! Installs: a payer lets a service charge within limits (docs.itpay.ai/capabilities/install). The page shows
//! `auto_pay_limit` without its form, daily and monthly caps without their names, and the response.

use alloc::string::String;

use serde::Serialize;

use super::{check_object, parse_object, post_once, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint,
    endpoint::to_body,
    http::{Request, Response},
    json::{FieldReader, FieldResult, RawJson, RawObject},
};

/// `POST /installs`. Sent once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateInstall {
    /// The most that the service may charge without asking. Its form is unknown.
    pub auto_pay_limit: RawJson,
    /// The payment channel, such as `alipay`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// An install.
#[derive(Clone, Debug, PartialEq)]
pub struct Install {
    /// Such as `ins_01`.
    pub install_id: String,
    /// `active`.
    pub status: String,
    /// Every other field, as it came.
    pub extra: RawObject,
}

impl JsonEndpoint for CreateInstall {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post_once(Route::Installs, params, &["channel"], check_params)
    }
}

impl Endpoint for CreateInstall {
    type Output = Install;

    fn request(&self) -> Result<Request, Error> {
        CreateInstall::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<Install, Error> {
        parse_object(response, |mut fields| {
            Ok(Install {
                install_id: fields.string("install_id")?.into_owned(),
                status: fields.string("status")?.into_owned(),
                extra: fields.rest(),
            })
        })
    }

    fn check(response: &Response) -> Result<(), Error> {
        check_object(response, |fields| fields.require_strings(&["install_id", "status"]))
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    fields.optional_string("channel")?;
    if fields.has("auto_pay_limit") { Ok(()) } else { fields.field_error("auto_pay_limit", "is missing") }
}
