//! QRCharge: the code that a wallet scans (docs.itpay.ai/core-objects/qr-charge).

use alloc::string::String;

use super::{parse_object, routes};
use crate::{
    Endpoint, Error,
    endpoint::same_id,
    http::{Method, Request, Response},
    json::{FieldReader, FieldResult, RawObject, open_enum},
};

open_enum! {
    /// What a code is good for.
    ChargeStatus {
        /// It can be scanned.
        Active = "active",
        /// A wallet has it.
        Scanned = "scanned",
        /// Too late.
        Expired = "expired",
        /// It has been paid.
        Consumed = "consumed",
    }
}

/// A code to scan.
#[derive(Clone, Debug, PartialEq)]
pub struct QrCharge {
    /// Opaque.
    pub id: String,
    /// The intent that it pays.
    pub payment_intent_id: Option<String>,
    /// What the code holds; its format depends on the channel.
    pub qr_data: Option<String>,
    /// A link that opens the wallet.
    pub scan_url: Option<String>,
    /// ISO 8601; the gateway's clock decides.
    pub expires_at: Option<String>,
    /// What it is good for.
    pub status: Option<ChargeStatus>,
    /// Every other field, as it came.
    pub extra: RawObject,
}

impl QrCharge {
    fn read(mut fields: FieldReader) -> FieldResult<QrCharge> {
        Ok(QrCharge {
            id: fields.string("id")?.into_owned(),
            payment_intent_id: fields.text("payment_intent_id"),
            qr_data: fields.text("qr_data"),
            scan_url: fields.text("scan_url"),
            expires_at: fields.text("expires_at"),
            status: fields.text("status").map(Into::into),
            extra: fields.rest(),
        })
    }
}

/// `POST /payment-intents/{id}/qr`. Only from an intent that is `pending`.
#[derive(Clone, Debug, PartialEq)]
pub struct GenerateQr {
    /// The intent to pay.
    pub payment_intent_id: String,
}

impl Endpoint for GenerateQr {
    type Output = QrCharge;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Post, routes::qr(&self.payment_intent_id)?))
    }

    fn parse(response: &Response) -> Result<QrCharge, Error> {
        parse_object(response, QrCharge::read)
    }

    fn verify(&self, response: &Response) -> Result<(), Error> {
        let charge = GenerateQr::parse(response)?;
        let intent = charge.payment_intent_id.as_ref().unwrap_or(&self.payment_intent_id);
        same_id(response, "payment_intent_id", intent, &self.payment_intent_id)
    }
}
