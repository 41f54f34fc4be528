//! QRCharge: the code that a wallet scans (docs.itpay.ai/core-objects/qr-charge).

use alloc::string::String;

use super::{parse_object, routes::Route};
use crate::{
    Endpoint, Error,
    endpoint::same_id,
    http::{Method, Request, Response},
    json::{FieldReader, FieldResult, RawObject, open_enum},
};

open_enum! {
    /// The status of a code.
    ChargeStatus {
        /// It can be scanned.
        Active = "active",
        /// A wallet has scanned it.
        Scanned = "scanned",
        /// It has expired.
        Expired = "expired",
        /// It has been paid.
        Consumed = "consumed",
    }
}

/// A QR code to scan.
#[derive(Clone, Debug, PartialEq)]
pub struct QrCharge {
    /// The id. Its format is not documented.
    pub id: String,
    /// The intent that it pays.
    pub payment_intent_id: Option<String>,
    /// The content of the code. The channel decides the format.
    pub qr_data: String,
    /// A link that opens the wallet.
    pub scan_url: Option<String>,
    /// ISO 8601, by the gateway's clock.
    pub expires_at: Option<String>,
    /// The status.
    pub status: Option<ChargeStatus>,
    /// All other fields, unchanged.
    pub extra: RawObject,
}

impl QrCharge {
    fn read(mut fields: FieldReader) -> FieldResult<QrCharge> {
        Ok(QrCharge {
            id: fields.string("id")?.into_owned(),
            payment_intent_id: fields.text("payment_intent_id"),
            qr_data: fields.string("qr_data")?.into_owned(),
            scan_url: fields.text("scan_url"),
            expires_at: fields.text("expires_at"),
            status: fields.text("status").map(Into::into),
            extra: fields.rest(),
        })
    }
}

/// `POST /payment-intents/{id}/qr`. The intent must be `pending`.
#[derive(Clone, Debug, PartialEq)]
pub struct GenerateQr {
    /// The intent to pay.
    pub payment_intent_id: String,
}

impl Endpoint for GenerateQr {
    type Output = QrCharge;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Post, Route::Qr.path_with("paymentIntentId", &self.payment_intent_id)?))
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
