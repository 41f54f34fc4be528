//! QR payments: the codes that a banking app scans to pay a payment by bank transfer.

use alloc::{boxed::Box, format, string::String};
use core::cell::RefCell;

use super::{GoPayEndpoint, Prepared, Session, parse_object, routes};
use crate::{
    CallResult, Endpoint, Error, Money,
    call::Io,
    endpoint::read_object,
    exchange::CallOptions,
    http::{self, Method, Request, Response},
    json::{FieldReader, FieldResult, RawObject, text},
};

/// The picture formats of the codes.
const FORMATS: [&str; 2] = ["png", "svg"];

/// `GET /payments/payment/{id}/qr-payment`.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrieveQrPayment {
    /// The id of the payment, digits.
    pub id: String,
    /// `png` or `svg`; GoPay's default without it.
    pub format: Option<String>,
}

/// The codes of a payment, and the account that they name.
#[derive(Clone, Debug, PartialEq)]
pub struct QrPayment {
    /// In minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// The name of the account's holder.
    pub recipient: Option<String>,
    /// The account's number as IBAN.
    pub iban: Option<String>,
    /// The bank's BIC.
    pub bic: Option<String>,
    /// The variable symbol, by which GoPay recognizes the transfer.
    pub variable_symbol: Option<String>,
    /// The reference of an international transfer.
    pub reference: Option<String>,
    /// All other fields, unchanged. `qr_code` has the images.
    pub extra: RawObject,
}

impl QrPayment {
    fn read(mut fields: FieldReader) -> FieldResult<QrPayment> {
        let mut recipient = fields.nested("recipient");
        let mut account = recipient.as_mut().and_then(|recipient| recipient.nested("bank_account"));
        let mut local = account.as_mut().and_then(|account| account.nested("local"));
        let mut international = account.as_mut().and_then(|account| account.nested("international"));
        let take = |fields: &mut Option<FieldReader>, name: &str| {
            fields
                .as_mut()
                .and_then(|fields| fields.text_or_json(name))
                .filter(|text| !text.is_empty() && text != "null")
        };
        let compact = |text: String| text.split_whitespace().collect::<String>();
        Ok(QrPayment {
            amount: fields.integer("amount")?,
            currency: fields.string("currency")?.into_owned(),
            recipient: take(&mut recipient, "name"),
            iban: take(&mut international, "iban").map(compact),
            bic: take(&mut international, "bic").map(compact),
            variable_symbol: take(&mut local, "variable_symbol"),
            reference: take(&mut international, "reference"),
            extra: fields.rest(),
        })
    }

    /// The text of the Czech code, SPAYD 1.0. None without an IBAN.
    pub fn spayd(&self) -> Option<String> {
        let iban = self.iban.as_deref()?;
        let account = self.bic.as_ref().map_or_else(|| iban.into(), |bic| format!("{iban}+{bic}"));
        let mut text = format!("SPD*1.0*ACC:{account}*AM:{}*CC:{}", self.decimal(), self.currency);
        let mut add = |key: &str, value: Option<&str>, most: usize| {
            if let Some(value) = value {
                let value: String = value.chars().take(most).collect();
                // A star separates the fields.
                text.push_str(&format!("*{key}:{}", value.replace('%', "%25").replace('*', "%2A")));
            }
        };
        add("RN", self.recipient.as_deref(), 35);
        add("X-VS", self.variable_symbol.as_deref().filter(|symbol| is_digits(symbol, 10)), 10);
        Some(text)
    }

    /// The text of the SEPA code, version 002 of EPC069-12. None for a currency other than EUR or without an IBAN.
    pub fn sepa(&self) -> Option<String> {
        let (iban, name) = (self.iban.as_deref()?, self.recipient.as_deref()?);
        if self.currency != "EUR" {
            return None;
        }
        let line = |text: &str, most: usize| text.replace(['\r', '\n'], " ").chars().take(most).collect::<String>();
        let reference = self.reference.as_deref().or(self.variable_symbol.as_deref()).unwrap_or_default();
        // A creditor reference of ISO 11649 has a line of its own.
        let is_structured = reference.starts_with("RF") && reference.len() <= 25;
        let (structured, free) = if is_structured { (reference, "") } else { ("", reference) };
        let lines = [
            "BCD",
            "002",
            "1",
            "SCT",
            self.bic.as_deref().unwrap_or_default(),
            &line(name, 70),
            iban,
            &format!("EUR{}", self.decimal()),
            "",
            structured,
            &line(free, 140),
        ];
        Some(lines.join("\n").trim_end().into())
    }

    fn decimal(&self) -> String {
        Money { currency: self.currency.clone(), value: self.amount }.to_decimal()
    }
}

fn is_digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Endpoint for RetrieveQrPayment {
    type Output = QrPayment;

    fn request(&self) -> Result<Request, Error> {
        let mut request = Request::new(Method::Get, routes::qr_payment(&self.id)?);
        if let Some(format) = self.format.as_deref() {
            if !FORMATS.contains(&format) {
                return Err(Error::invalid("format", "must be png or svg"));
            }
            request.query = http::query([("format", format)]);
        }
        Ok(request)
    }

    fn parse(response: &Response) -> Result<QrPayment, Error> {
        parse_object(response, QrPayment::read)
    }
}

impl GoPayEndpoint for RetrieveQrPayment {
    fn read(&self, response: &Response, json: &str) -> Result<QrPayment, Error> {
        read_object(response, json, QrPayment::read)
    }
}

impl Session {
    /// Reads the QR payment. The JSON is GoPay's, with the texts of the codes in `qr_text`: GoPay sends only pictures.
    pub async fn qr_payment_json(
        &self,
        io: &Io,
        retrieve: &RetrieveQrPayment,
        options: &CallOptions,
    ) -> CallResult<String> {
        let texts = RefCell::new(RawObject::default());
        let read = Box::new(|response: &Response, json: &str| {
            let payment = retrieve.read(response, json)?;
            texts.borrow_mut().set("spayd", &payment.spayd());
            texts.borrow_mut().set("sepa", &payment.sepa());
            Ok(())
        });
        let json = self.send(io, &Prepared::new(retrieve, read)?, options).await?;
        let fields = FieldReader::parse(&json).ok().flatten();
        Ok(fields.map(|fields| fields.with(&[("qr_text", &text(&*texts.borrow()))], &[])).unwrap_or(json.clone()))
    }
}
