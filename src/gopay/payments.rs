//! Payments: create, retrieve.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use super::{Change, GoPayEndpoint, Language, Operation, Preauthorization, Recurrence, id, parse_object, routes};
use crate::{
    Endpoint, Error,
    endpoint::{read_object, read_params, same_id},
    http::{Method, Request, Response},
    json::{FieldReader, FieldResult, RawObject, open_enum, quoted},
    money::{amount, check_currency},
};

open_enum! {
    /// The state of a payment.
    State {
        /// Created. The payer has not chosen a payment method.
        Created = "CREATED",
        /// The payer has chosen a payment method. A bank transfer stays in this state.
        PaymentMethodChosen = "PAYMENT_METHOD_CHOSEN",
        /// The amount is authorized for a capture.
        Authorized = "AUTHORIZED",
        /// The amount was received.
        Paid = "PAID",
        /// The payment was declined, voided or canceled.
        Canceled = "CANCELED",
        /// The payment timed out.
        Timeouted = "TIMEOUTED",
        /// The whole amount was refunded.
        Refunded = "REFUNDED",
        /// A part of the amount was refunded.
        PartiallyRefunded = "PARTIALLY_REFUNDED",
    }
}

impl State {
    /// Whether the amount was received at some time.
    pub fn was_paid(&self) -> bool {
        matches!(self, State::Paid | State::Refunded | State::PartiallyRefunded)
    }
}

/// A payment with normalized text.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// The id, digits.
    pub id: String,
    /// The id of the recurrence's first payment, for a charge.
    pub parent_id: Option<String>,
    /// The current state.
    pub state: State,
    /// The reason for the state, such as `_101`.
    pub sub_state: Option<String>,
    /// In minor units.
    pub amount: Option<i64>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The merchant's order number.
    pub order_number: Option<String>,
    /// The URL where the payer pays.
    pub gw_url: Option<String>,
    /// The payer's email address.
    pub email: Option<String>,
    /// The e-shop's id.
    pub go_id: Option<String>,
    /// The recurrence, for its first payment.
    pub recurrence: Option<Recurrence>,
    /// The preauthorization, if there is one.
    pub preauthorization: Option<Preauthorization>,
    /// The merchant's names and values, in order.
    pub additional_params: Vec<(String, String)>,
    /// All other fields, unchanged.
    pub extra: RawObject,
}

impl Payment {
    /// Reads a payment that [`super::normalize`] has normalized.
    pub fn from_json(payment: &str) -> Result<Payment, Error> {
        read_params(payment, Payment::read)
    }

    pub(super) fn read(mut fields: FieldReader) -> FieldResult<Payment> {
        let amount = if fields.has("amount") { Some(fields.integer("amount")?) } else { None };
        let email = |mut payer: FieldReader| payer.nested("contact")?.text("email");
        Ok(Payment {
            id: match id(&mut fields, "id")? {
                Some(id) => id,
                None => return fields.field_error("id", "is missing"),
            },
            parent_id: id(&mut fields, "parent_id")?,
            state: fields.string("state")?.into(),
            sub_state: fields.text("sub_state"),
            amount,
            currency: fields.text("currency"),
            order_number: fields.text("order_number"),
            gw_url: fields.text("gw_url"),
            email: fields.nested("payer").and_then(email).filter(|email| !email.is_empty()),
            go_id: match fields.nested("target") {
                Some(mut target) => id(&mut target, "goid")?,
                None => None,
            },
            recurrence: fields.nested("recurrence").map(Recurrence::read),
            preauthorization: fields.nested("preauthorization").map(Preauthorization::read),
            additional_params: pairs(&mut fields),
            extra: fields.rest(),
        })
    }
}

/// Reads `[{name, value}]`. Other values are ignored.
fn pairs(fields: &mut FieldReader) -> Vec<(String, String)> {
    let pair = |mut param: FieldReader| Some((param.text("name")?, param.text_or_json("value")?));
    fields.objects("additional_params").into_iter().filter_map(pair).collect()
}

/// The maximum length of `order_number`, in characters.
pub(crate) const MAX_ORDER_NUMBER: usize = 128;
/// The maximum length of `order_description` and of an item's name, in characters.
pub(crate) const MAX_DESCRIPTION: usize = 256;
/// The maximum length of a URL, in characters.
pub(crate) const MAX_URL: usize = 512;
/// The maximum lengths of a payer's contact fields, in characters.
pub(crate) const MAX_CONTACT: [(&str, usize); 7] = [
    ("email", 128),
    ("first_name", 256),
    ("last_name", 256),
    ("phone_number", 128),
    ("city", 128),
    ("street", 128),
    ("postal_code", 16),
];

/// `POST /payments/payment`. The payer pays later, at `gw_url`.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatePayment {
    body: String,
}

impl CreatePayment {
    /// Creates a payment from a complete and valid body.
    #[cfg(feature = "paykit")]
    pub(crate) fn from_body(body: String) -> CreatePayment {
        CreatePayment { body }
    }

    /// Reads a caller's parameters, named as on the wire. `target` and, if there is one, the language are filled in.
    pub fn from_json(params: &str, go_id: u64, language: Option<&Language>) -> Result<CreatePayment, Error> {
        read_params(params, |mut fields| {
            let amount = amount(&mut fields)?;
            let currency = fields.string("currency")?;
            if let Err(problem) = check_currency(&currency) {
                return fields.field_error("currency", problem);
            }
            fields.text_up_to("order_number", MAX_ORDER_NUMBER, true)?;
            fields.text_up_to("order_description", MAX_DESCRIPTION, false)?;
            let mut callback = fields.object("callback")?;
            callback.text_up_to("return_url", MAX_URL, true)?;
            callback.text_up_to("notification_url", MAX_URL, false)?;
            check_items(&mut fields, amount)?;
            if let Some(mut payer) = fields.optional_object("payer")? {
                check_contact(&mut payer)?;
            }
            let recurrence = fields.optional_object("recurrence")?;
            let preauthorized = fields.boolean("preauthorization")?;
            if let Some(mut recurrence) = recurrence {
                if preauthorized {
                    return fields.field_error("preauthorization", "cannot go with a recurrence");
                }
                Recurrence::check(&mut recurrence)?;
            }
            let target = format!("{{\"type\":\"ACCOUNT\",\"goid\":{go_id}}}");
            let lang = language.map(|language| quoted(language.as_str()));
            let lang = lang.iter().map(|lang| ("lang", lang.as_str()));
            let defaults: Vec<_> = [("target", target.as_str())].into_iter().chain(lang).collect();
            Ok(CreatePayment { body: fields.with(&defaults, &[]) })
        })
    }
}

/// The order lines must add up to the amount (error 360).
pub(super) fn check_items(fields: &mut FieldReader, amount: i64) -> FieldResult<()> {
    let items = fields.list("items", |entry, key| {
        let mut item = entry.object(key)?;
        item.text_up_to("name", MAX_DESCRIPTION, true)?;
        item.integer("amount")
    })?;
    let sum = items.iter().fold(0, |sum: i64, amount| sum.saturating_add(*amount));
    if !items.is_empty() && sum != amount {
        return fields.field_error("items", format!("have amounts that make {sum}, but the amount is {amount}"));
    }
    Ok(())
}

fn check_contact(payer: &mut FieldReader) -> FieldResult<()> {
    let Some(mut contact) = payer.optional_object("contact")? else { return Ok(()) };
    for (name, most) in MAX_CONTACT {
        contact.text_up_to(name, most, false)?;
    }
    match contact.optional_string("country_code")? {
        Some(code) if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            contact.field_error("country_code", "must be three capital letters (ISO 3166-1 alpha-3), such as CZE")
        }
        _ => Ok(()),
    }
}

impl Endpoint for CreatePayment {
    type Output = Payment;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Post, routes::PAYMENTS.to_owned()).with_json(self.body.clone()))
    }

    fn parse(response: &Response) -> Result<Payment, Error> {
        parse_object(response, Payment::read)
    }
}

impl GoPayEndpoint for CreatePayment {
    const CHANGES: bool = true;

    fn read(&self, response: &Response, json: &str) -> Result<Payment, Error> {
        read_object(response, json, Payment::read)
    }

    fn change(&self) -> Option<Change> {
        Change::new("", Operation::Created)
    }
}

/// `GET /payments/payment/{id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrievePayment {
    /// The id of the payment, digits.
    pub id: String,
}

impl Endpoint for RetrievePayment {
    type Output = Payment;

    fn request(&self) -> Result<Request, Error> {
        Ok(Request::new(Method::Get, routes::payment(&self.id)?))
    }

    fn parse(response: &Response) -> Result<Payment, Error> {
        parse_object(response, Payment::read)
    }
}

impl GoPayEndpoint for RetrievePayment {
    fn read(&self, response: &Response, json: &str) -> Result<Payment, Error> {
        let payment = read_object(response, json, Payment::read)?;
        same_id(response, "id", &payment.id, &self.id)?;
        Ok(payment)
    }
}
