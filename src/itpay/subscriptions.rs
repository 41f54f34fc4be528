//! Subscriptions (docs.itpay.ai/capabilities/subscribe-pay). The page shows the response only. States of a subscription:
//! `pending`, `active`, `past_due`, `cancelled`, `expired`.

use alloc::string::String;

use serde::Serialize;

use super::{check_object, parse_object, post_once, routes::Route};
use crate::{
    Endpoint, Error, JsonEndpoint,
    endpoint::to_body,
    http::{Request, Response},
    json::RawObject,
};

/// `POST /subscriptions`. Sent once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateSubscription {
    /// Fields that no known page shows.
    #[serde(flatten)]
    pub extra: RawObject,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// `pending` at first.
    pub status: String,
    /// The payment of the first period.
    pub first_payment: FirstPayment,
    /// Every other field, as it came.
    pub extra: RawObject,
}

/// The payment of a subscription's first period.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstPayment {
    /// The code to scan. Its fields are unknown.
    pub qr: RawObject,
    /// Every other field, as it came.
    pub extra: RawObject,
}

impl JsonEndpoint for CreateSubscription {
    fn request_from_json(params: &str) -> Result<Request, Error> {
        post_once(Route::Subscriptions, params, &[], |_| Ok(()))
    }
}

impl Endpoint for CreateSubscription {
    type Output = Subscription;

    fn request(&self) -> Result<Request, Error> {
        CreateSubscription::request_from_json(&to_body(self)?)
    }

    fn parse(response: &Response) -> Result<Subscription, Error> {
        parse_object(response, |mut fields| {
            let mut first = fields.object("first_payment")?;
            Ok(Subscription {
                first_payment: FirstPayment { qr: first.object("qr")?.rest(), extra: first.rest() },
                status: fields.string("status")?.into_owned(),
                extra: fields.rest(),
            })
        })
    }

    fn check(response: &Response) -> Result<(), Error> {
        check_object(response, |fields| {
            fields.object("first_payment")?.object("qr")?;
            fields.string("status").map(drop)
        })
    }
}
