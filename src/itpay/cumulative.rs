//! Usage that is billed later (docs.itpay.ai/capabilities/cumulative-pay). The page shows `quantity` and the response. Its
//! states: `recording`, `invoiced`, `payment_pending`, then `paid` or `overdue`.

use serde::Serialize;

use super::{check_object, parse_object, post_once, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint,
    endpoint::to_body,
    http::{Request, Response},
    json::{FieldReader, FieldResult, RawObject},
};

/// `POST /cumulative/record`. Sent once: recording the same usage twice bills it twice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecordUsage {
    /// How much was used, above 0.
    pub quantity: f64,
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// Usage that was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRecord {
    /// A plain number; its unit is unknown.
    pub amount: f64,
    /// The sum of all amounts.
    pub running_total: f64,
    /// Every other field, as it came.
    pub extra: RawObject,
}

impl JsonEndpoint for RecordUsage {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post_once(Route::CumulativeRecord, params, &[], check_params)
    }
}

impl Endpoint for RecordUsage {
    type Output = UsageRecord;

    fn request(&self) -> Result<Request, Error> {
        RecordUsage::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<UsageRecord, Error> {
        parse_object(response, |mut fields| {
            Ok(UsageRecord {
                amount: fields.number("amount")?,
                running_total: fields.number("running_total")?,
                extra: fields.rest(),
            })
        })
    }

    fn check(response: &Response) -> Result<(), Error> {
        check_object(response, |fields| {
            fields.number("amount")?;
            fields.number("running_total").map(drop)
        })
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    if fields.number("quantity")? > 0.0 { Ok(()) } else { fields.field_error("quantity", "must be above 0") }
}
