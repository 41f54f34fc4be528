//! QR payments: the codes by which a banking app pays a payment.
//!
//! Decided here, as GoPay documents none of it: only an open payment that takes a bank transfer has codes; the pictures of
//! Pay by square and of the Hungarian code hold the SEPA text or the account, because their formats are not open text.

use alloc::{format, string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    error_response::ErrorResponse,
    gateway::Sandbox,
    payments::{BANK, Payment},
};
use crate::{
    RawObject,
    gopay::{QrPayment, State},
    http::{Request, query_value},
    json::JsonMap,
    qr::{ErrorCorrection, PngOptions, QrCode, SvgOptions},
};

const NAME: &str = "Sandbox Shop";
const IBAN: &str = "CZ6508000000192000145399";
const BIC: &str = "GIBACZPX";

impl Payment {
    /// The codes' account and texts. None unless the payment can be paid by a bank transfer now.
    pub fn qr_payment(&self) -> Option<QrPayment> {
        let is_open = matches!(self.state, State::Created | State::PaymentMethodChosen);
        (is_open && self.order.takes(BANK)).then(|| QrPayment {
            amount: self.order.amount,
            currency: self.order.currency.clone(),
            recipient: Some(NAME.into()),
            iban: Some(IBAN.into()),
            bic: Some(BIC.into()),
            variable_symbol: Some(format!("{}", self.id)),
            reference: None,
            extra: RawObject::default(),
        })
    }

    /// The text of the first code, for a page.
    pub(super) fn qr_text(&self) -> Option<String> {
        Some(self.codes(&self.qr_payment()?).into_iter().next()?.1)
    }

    /// The names and texts of the codes in this currency.
    fn codes(&self, payment: &QrPayment) -> Vec<(&'static str, String)> {
        let codes = match self.order.currency.as_str() {
            "CZK" => [("spayd", payment.spayd()), ("", None)],
            "EUR" => [("paybysquare", payment.sepa()), ("sepa", payment.sepa())],
            "HUF" => [("mnb_qr", Some(format!("{IBAN} {}", self.id))), ("", None)],
            _ => [("", None), ("", None)],
        };
        codes.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
    }
}

impl Sandbox {
    /// Handles a read of the codes.
    pub(super) fn qr_payment(&self, id: u64, request: &Request) -> Result<Value, ErrorResponse> {
        let payment = self.payment(id).ok_or_else(ErrorResponse::not_found)?;
        let format = request.query.as_deref().and_then(|query| query_value(query, "format"));
        let is_svg = match format.as_deref() {
            None | Some("png") => false,
            Some("svg") => true,
            Some(_) => return Err(ErrorResponse::field("format", 111, "must be png or svg")),
        };
        let own = payment.qr_payment().map(|own| (payment.codes(&own), own));
        let Some((codes, _)) = own.filter(|(codes, _)| !codes.is_empty()) else {
            return Err(ErrorResponse::rule(302, "the payment cannot be paid by a QR code"));
        };
        let pictures: JsonMap = codes
            .iter()
            .map(|(name, text)| ((*name).into(), json!(picture(text, is_svg).unwrap_or_default())))
            .collect();
        Ok(json!({
            "amount": payment.order.amount,
            "currency": payment.order.currency,
            "recipient": {
                "name": NAME,
                "bank_account": {
                    "local": { "prefix": "19", "account_number": "2000145399", "bank_code": "0800", "variable_symbol": format!("{id}") },
                    "international": { "bic": BIC, "iban": IBAN, "reference": format!("{id}") },
                },
            },
            "qr_code": pictures,
        }))
    }
}

/// A picture in base64.
fn picture(text: &str, is_svg: bool) -> Option<String> {
    let code = QrCode::new(text, ErrorCorrection::Medium).ok()?;
    let bytes = match is_svg {
        true => code.to_svg(&SvgOptions::default()).ok()?.into_bytes(),
        false => code.to_png(&PngOptions::default()).ok()?,
    };
    Some(STANDARD.encode(bytes))
}
