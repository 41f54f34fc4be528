//! The e-shop: its payment instruments and its account statement.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};

use super::{GoPayEndpoint, error_body, invalid_field, parse_json, routes};
use crate::{
    Endpoint, Error,
    endpoint::read_params,
    http::{Method, Request, Response},
    json::RawJson,
    money::check_currency,
    time::parse_iso8601,
};

/// The file formats of a statement.
const FORMATS: [&str; 11] =
    ["CSV_A", "CSV_B", "CSV_C", "CSV_D", "CSV_E", "XLS_A", "XLS_B", "XLS_C", "ABO_A", "ABO_B", "PDF_A"];

/// `GET /eshops/eshop/{goid}/payment-instruments`, of one currency or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentInstruments {
    /// The e-shop's id.
    pub go_id: u64,
    /// ISO 4217.
    pub currency: Option<String>,
}

impl Endpoint for PaymentInstruments {
    type Output = RawJson;

    fn request(&self) -> Result<Request, Error> {
        if let Some(currency) = &self.currency {
            check_currency(currency).map_err(|problem| Error::invalid("currency", problem))?;
        }
        Ok(Request::new(Method::Get, routes::payment_instruments(self.go_id, self.currency.as_deref())))
    }

    fn parse(response: &Response) -> Result<RawJson, Error> {
        parse_json(response)
    }
}

impl GoPayEndpoint for PaymentInstruments {
    fn read(&self, response: &Response, json: &str) -> Result<RawJson, Error> {
        let json = RawJson::of(json).filter(|json| json.as_str().starts_with('{'));
        json.ok_or_else(|| invalid_field(response, "body", "is not a JSON object"))
    }
}

/// `POST /accounts/account-statement`. It changes nothing, so it is retried.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountStatement {
    body: String,
}

impl AccountStatement {
    /// Reads a caller's parameters, named as on the wire. `goid` is filled in.
    pub fn from_json(params: &str, go_id: u64) -> Result<AccountStatement, Error> {
        read_params(params, |mut fields| {
            for name in ["date_from", "date_to"] {
                let date = fields.string(name)?;
                if date.len() != 10 || parse_iso8601(&date).is_none() {
                    return fields.field_error(name, "must be a date such as 2026-01-31");
                }
            }
            let currency = fields.string("currency")?;
            if let Err(problem) = check_currency(&currency) {
                return fields.field_error("currency", problem);
            }
            if !FORMATS.contains(&&*fields.string("format")?) {
                return fields.field_error("format", "must be CSV_A to CSV_E, XLS_A to XLS_C, ABO_A, ABO_B or PDF_A");
            }
            Ok(AccountStatement { body: fields.with(&[("goid", &go_id.to_string())], &[]) })
        })
    }
}

impl Endpoint for AccountStatement {
    /// The file.
    type Output = Vec<u8>;

    fn request(&self) -> Result<Request, Error> {
        let request = Request::new(Method::Post, routes::ACCOUNT_STATEMENT.to_owned());
        Ok(Request { repeatable: true, is_file: true, ..request.with_json(self.body.clone()) })
    }

    fn parse(response: &Response) -> Result<Vec<u8>, Error> {
        if (200..300).contains(&response.status) { Ok(response.body.clone()) } else { Err(error_body::parse(response)) }
    }
}

impl GoPayEndpoint for AccountStatement {
    fn read(&self, response: &Response, _: &str) -> Result<Vec<u8>, Error> {
        let content_type = response.headers.get("content-type").unwrap_or_default();
        if content_type.trim_start().to_ascii_lowercase().starts_with("text/html") {
            return Err(invalid_field(response, "body", "is a web page, and not a statement"));
        }
        Ok(response.body.clone())
    }
}
