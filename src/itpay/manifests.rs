//! ServiceManifest: the product, its price and the accepted channels
//! (Go SDK page; docs.itpay.ai/core-objects/service-manifest).

use alloc::{borrow::Cow, string::String, vec::Vec};

use serde::Serialize;

use super::{check_object, list_json, parse_object, post, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint,
    endpoint::{read_list, read_params, same_id, to_body},
    http::{Method, Request, Response, query},
    json::{FieldReader, FieldResult, RawObject},
    money::check_currency,
};

/// The billing modes of a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[allow(missing_docs, reason = "their names say it")]
pub struct PaymentMethods {
    pub one_time: bool,
    pub cumulative: bool,
    pub subscription: bool,
}

/// A price. Flat on the wire, unlike [`crate::Money`]; the names are ASSUMED from the Go SDK's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PriceTier {
    /// In the currency's minor unit.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// The prices of a service. Only one-time prices are documented. Others pass through.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Pricing {
    /// One-time prices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_time: Vec<PriceTier>,
    /// All other kinds of prices, unchanged.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceManifest {
    /// The id. Its format is not documented.
    pub id: String,
    /// The name.
    pub name: Option<String>,
    /// The URL that receives its webhooks.
    pub endpoint: Option<String>,
    /// `draft` until activated.
    pub status: Option<String>,
    /// All other fields, unchanged.
    pub extra: RawObject,
}

impl ServiceManifest {
    pub(crate) fn read(mut fields: FieldReader) -> FieldResult<ServiceManifest> {
        Ok(ServiceManifest {
            id: fields.string("id")?.into_owned(),
            name: fields.text("name"),
            endpoint: fields.text("endpoint"),
            status: fields.text("status"),
            extra: fields.rest(),
        })
    }
}

/// `POST /services`. No page says which fields are required: only the name is here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateManifest {
    /// The name of the service.
    pub name: String,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The billing modes of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_methods: Option<PaymentMethods>,
    /// The prices.
    pub pricing: Pricing,
    /// Channels such as `alipay`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accepted_channels: Vec<String>,
    /// `dynamic` or `static`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_mode: Option<String>,
    /// ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement_currency: Option<String>,
    /// The URL that receives webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// Fields that may be null. A null field is not sent.
const OPTIONAL: [&str; 7] =
    ["description", "payment_methods", "pricing", "accepted_channels", "qr_mode", "settlement_currency", "endpoint"];

impl CreateManifest {
    /// Reads and validates parameters.
    pub fn from_json(params: &str) -> Result<CreateManifest, Error> {
        read_params(params, |mut fields| {
            check_params(&mut fields)?;
            Ok(CreateManifest {
                name: fields.string("name")?.into_owned(),
                description: fields.optional_string("description")?.map(Cow::into_owned),
                payment_methods: fields.optional_object("payment_methods")?.map(read_methods).transpose()?,
                pricing: fields.optional_object("pricing")?.map(read_pricing).transpose()?.unwrap_or_default(),
                accepted_channels: fields
                    .list("accepted_channels", |entry, key| Ok(entry.string(key)?.into_owned()))?,
                qr_mode: fields.optional_string("qr_mode")?.map(Cow::into_owned),
                settlement_currency: fields.optional_string("settlement_currency")?.map(Cow::into_owned),
                endpoint: fields.optional_string("endpoint")?.map(Cow::into_owned),
                extra: fields.rest(),
            })
        })
    }
}

fn check_params(fields: &mut FieldReader) -> FieldResult<()> {
    fields.string("name")?;
    fields.optional_string("description")?;
    fields.optional_object("payment_methods")?.map(read_methods).transpose()?;
    fields.optional_object("pricing")?.map(read_pricing).transpose()?;
    fields.each("accepted_channels", &mut |entry, key| entry.string(key).map(drop))?;
    fields.optional_string("qr_mode")?;
    if let Some(currency) = fields.optional_string("settlement_currency")?
        && let Err(problem) = check_currency(&currency)
    {
        return fields.field_error("settlement_currency", problem);
    }
    if fields.has("endpoint") { fields.url("endpoint") } else { Ok(()) }
}

impl JsonEndpoint for CreateManifest {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post(Route::Services, params, &OPTIONAL, check_params)
    }
}

impl Endpoint for CreateManifest {
    type Output = ServiceManifest;

    fn request(&self) -> Result<Request, Error> {
        CreateManifest::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<ServiceManifest, Error> {
        parse_object(response, ServiceManifest::read)
    }

    fn check(response: &Response) -> Result<(), Error> {
        check_object(response, |fields| fields.require_strings(&["id"]))
    }
}

/// `PATCH /services/{id}/activate`.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivateManifest {
    /// The manifest to activate.
    pub id: String,
}

impl Endpoint for ActivateManifest {
    type Output = ServiceManifest;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Patch, Route::Activate.path_with("id", &self.id)?))
    }

    fn parse(response: &Response) -> Result<ServiceManifest, Error> {
        parse_object(response, ServiceManifest::read)
    }

    fn verify(&self, response: &Response) -> Result<(), Error> {
        let id = parse_object(response, |mut fields| Ok(fields.string("id")?.into_owned()))?;
        same_id(response, "id", &id, &self.id)
    }
}

/// `GET /services?q=…`.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchManifests {
    /// The search text. All services without it.
    pub q: Option<String>,
}

impl SearchManifests {
    /// The JSON of the list, if the response is an object around it.
    pub fn unwrapped(response: &Response) -> Option<String> {
        let list = list_json(response).ok()?;
        (list.len() < response.body.len()).then(|| list.into())
    }
}

impl Endpoint for SearchManifests {
    type Output = Vec<ServiceManifest>;

    fn request(&self) -> Result<Request, Error> {
        let mut request = Request::new(Method::Get, Route::Services.path());
        request.query = query(self.q.as_deref().map(|q| ("q", q)));
        Ok(request)
    }

    fn parse(response: &Response) -> Result<Vec<ServiceManifest>, Error> {
        read_list(response, list_json(response)?, ServiceManifest::read)
    }
}

fn read_methods(mut fields: FieldReader) -> FieldResult<PaymentMethods> {
    Ok(PaymentMethods {
        one_time: fields.boolean("one_time")?,
        cumulative: fields.boolean("cumulative")?,
        subscription: fields.boolean("subscription")?,
    })
}

fn read_pricing(mut fields: FieldReader) -> FieldResult<Pricing> {
    let one_time = fields.list("one_time", |entry, key| {
        let mut tier = entry.object(key)?;
        let (amount, currency) = (tier.integer("amount")?, tier.string("currency")?.into_owned());
        let label = tier.optional_string("label")?.map(Cow::into_owned);
        if let Err(problem) = check_currency(&currency) {
            return tier.field_error("currency", problem);
        }
        if amount < 0 {
            return tier.field_error("amount", "must not be negative");
        }
        Ok(PriceTier { amount, currency, label })
    })?;
    Ok(Pricing { one_time, extra: fields.rest() })
}
