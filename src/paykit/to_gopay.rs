//! PayKit's calls as GoPay's: the JSON that `payments.create`, `payments.createRecurrence` and `payments.capture` are
//! given.

use alloc::{
    borrow::{Cow, ToOwned},
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde::Serialize;

use super::{
    countries::alpha3,
    metadata::{self, Item},
    objects::{BillingInterval, Payee},
    params::{self, AmountIn, Order},
};
use crate::{
    Error, RawJson, RawObject, gopay,
    json::{self, FieldReader, FieldResult},
    money::{amount, amount_or_digits},
    time::{MS_PER_DAY, add_months, to_iso_date},
};

/// What a call does not say itself.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where GoPay's notifications go.
    pub notification_url: String,
    /// The order's number where the caller gives none: a fresh one.
    pub order_number: String,
    /// Unix milliseconds.
    pub now: u64,
}

/// The last day that GoPay takes for a recurrence.
const LAST_DAY: &str = "2099-12-30";

/// `createCheckout`. Its amount is in `provider_metadata`, in CZK where there is no currency.
pub fn checkout_params(params: &str, context: &Context) -> Result<String, Error> {
    params::read(params, |fields, provider| {
        let amount_in = AmountIn::ProviderMetadata { default_currency: Some("CZK") };
        let order = Order::read(fields, provider, amount_in)?;
        let return_url = params::url(fields, "success_url")?;
        let session_type = fields.optional_string("session_type")?.unwrap_or("one_time".into());
        let recurrence = match &*session_type {
            "one_time" => None,
            "recurring" => {
                let mut subscription = fields.object("subscription")?;
                let interval = params::billing_interval(&mut subscription)?;
                let count = params::quantity(&mut subscription, "billing_interval_count")?;
                Some((interval, recurrence(interval, count, provider, context.now)?))
            }
            _ => return fields.field_error("session_type", "must be one_time or recurring"),
        };
        let item = Item {
            session_type: Some(session_type.into_owned()),
            billing_interval: recurrence.as_ref().map(|(interval, _)| *interval),
            ..item(&order)
        };
        let recurrence = recurrence.map(|(_, recurrence)| recurrence);
        create(&order, &item, &return_url, provider, context, recurrence, None)
    })
}

/// `createPayment`. `capture_method: "manual"` only blocks the money.
pub fn payment_params(params: &str, context: &Context) -> Result<String, Error> {
    params::read(params, |fields, provider| {
        let order = Order::read(fields, provider, AmountIn::Params)?;
        let return_url = params::url(provider, "success_url")?;
        let manual = match fields.optional_string("capture_method")?.as_deref() {
            None | Some("automatic") => false,
            Some("manual") => true,
            Some(_) => return fields.field_error("capture_method", "must be automatic or manual"),
        };
        create(&order, &item(&order), &return_url, provider, context, None, Some(manual))
    })
}

/// `createSubscription`: a first payment, which later ones follow.
pub fn subscription_params(params: &str, context: &Context) -> Result<String, Error> {
    params::read(params, |fields, provider| {
        let return_url = params::url(provider, "success_url")?;
        let order = Order::read(fields, provider, AmountIn::Params)?;
        let interval = params::billing_interval(fields)?;
        let count = params::quantity(provider, "recurrence_period")?;
        let recurrence = recurrence(interval, count, provider, context.now)?;
        let item = Item { billing_interval: Some(interval), ..item(&order) };
        create(&order, &item, &return_url, provider, context, Some(recurrence), None)
    })
}

/// What `updateSubscription` charges.
#[derive(Clone, Debug, PartialEq)]
pub enum Charge {
    /// Nothing: there is no amount.
    Nothing,
    /// What `payments.createRecurrence` is given.
    Params(String),
    /// The caller did not say a currency. It is the first payment's, which must be read.
    WithoutCurrency,
}

/// `updateSubscription`: an amount in `provider_metadata` is charged at once. `currency` is the first payment's, where
/// it is known.
pub fn charge(params: &str, currency: Option<&str>, order_number: &str) -> Result<Charge, Error> {
    params::read(params, |_, provider| {
        if !provider.has("amount") {
            return Ok(Charge::Nothing);
        }
        let amount = amount_or_digits(provider)?;
        if currency.is_none() && !provider.has("currency") {
            return Ok(Charge::WithoutCurrency);
        }
        let currency = params::currency(provider, currency)?;
        let order_number = provider.optional_string("order_number")?.unwrap_or(order_number.into());
        let description = provider.optional_string("order_description")?.or(provider.optional_string("description")?);
        let name = description.as_deref().unwrap_or(&order_number);
        let items = provider.json("items").unwrap_or_else(|| line(name, amount, 1));
        Ok(Charge::Params(json::text(&Charged {
            amount,
            currency: &currency,
            order_number: &order_number,
            order_description: description.as_deref(),
            items,
        })))
    })
}

/// `capturePayment`: what `payments.capture` is given; none for all of it, which every shop may do.
pub fn part_to_capture(params: &str, payment: &gopay::Payment) -> Result<Option<String>, Error> {
    params::read(params, |fields, _| {
        let amount = amount(fields)?;
        match payment.amount {
            Some(authorised) if amount > authorised => {
                fields.field_error("amount", format!("must be at most {authorised}, which is what was authorised"))
            }
            Some(authorised) if amount == authorised => Ok(None),
            _ => Ok(Some(json::text(&Part { amount, items: line("Capture", amount, 1) }))),
        }
    })
}

fn item(order: &Order) -> Item {
    Item { item: order.item_id.clone(), quantity: Some(order.quantity), ..Item::default() }
}

/// What `payments.capture` is given for a part.
#[derive(Serialize)]
struct Part {
    amount: i64,
    items: RawJson,
}

/// What `payments.createRecurrence` is given.
#[derive(Serialize)]
struct Charged<'a> {
    amount: i64,
    currency: &'a str,
    order_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_description: Option<&'a str>,
    items: RawJson,
}

/// What `payments.create` is given.
#[derive(Serialize)]
struct Create<'a> {
    amount: i64,
    currency: &'a str,
    order_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_description: Option<&'a str>,
    items: RawJson,
    payer: Payer<'a>,
    additional_params: Vec<Param<'a>>,
    callback: Callback<'a>,
    lang: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    recurrence: Option<Recurrence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preauthorization: Option<bool>,
}

#[derive(Serialize)]
struct Payer<'a> {
    allowed_payment_instruments: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "RawObject::is_empty")]
    contact: RawObject,
}

#[derive(Serialize)]
struct Param<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Callback<'a> {
    return_url: &'a str,
    notification_url: &'a str,
}

#[derive(Serialize)]
struct Recurrence {
    recurrence_cycle: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recurrence_period: Option<u64>,
    recurrence_date_to: String,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    line_type: &'a str,
    name: &'a str,
    amount: i64,
    count: u64,
}

fn create(
    order: &Order,
    item: &Item,
    return_url: &str,
    provider: &mut FieldReader,
    context: &Context,
    recurrence: Option<Recurrence>,
    preauthorization: Option<bool>,
) -> FieldResult<String> {
    let order_number = provider.optional_string("order_number")?.unwrap_or(context.order_number.as_str().into());
    let description = provider.optional_string("description")?.or(order.item_id.as_deref().map(Cow::Borrowed));
    let name = order.item_id.as_deref().or(description.as_deref()).unwrap_or(&order_number);
    let item = item.to_text();
    let own = order.metadata.iter().map(|(name, value)| Param { name, value });
    // What is blocked, or charged again later, is paid by card.
    let by_card_only = recurrence.is_some() || preauthorization == Some(true);
    let instruments: &[&str] = if by_card_only { &["PAYMENT_CARD"] } else { &["PAYMENT_CARD", "BANK_ACCOUNT"] };
    let mut allowed = provider.list("allowed_payment_instruments", |fields, key| fields.string(key))?;
    if allowed.is_empty() {
        allowed.extend(instruments.iter().map(|name| Cow::Borrowed(*name)));
    }
    Ok(json::text(&Create {
        amount: order.amount,
        currency: &order.currency,
        order_number: &order_number,
        order_description: description.as_deref(),
        items: line(name, order.amount, order.quantity),
        payer: Payer { allowed_payment_instruments: allowed, contact: contact(order)? },
        additional_params: own.chain([Param { name: metadata::KEY, value: &item }]).collect(),
        callback: Callback { return_url, notification_url: &context.notification_url },
        lang: language(provider)?,
        recurrence,
        preauthorization,
    }))
}

/// The order's only line, of all of the amount.
fn line(name: &str, amount: i64, count: u64) -> RawJson {
    RawJson::new(&[Line { line_type: "ITEM", name, amount, count }])
}

fn contact(order: &Order) -> FieldResult<RawObject> {
    let mut contact = RawObject::default();
    if let Some(Payee::Email(email)) = &order.customer {
        contact.set("email", email);
    }
    if let Some(billing) = &order.billing {
        let name = billing.name.as_deref().map(|name| name.rsplit_once(char::is_whitespace).unwrap_or(("", name)));
        contact.set("first_name", &name.map(|(first, _)| first.trim()).filter(|first| !first.is_empty()));
        contact.set("last_name", &name.map(|(_, last)| last));
        let lines: Vec<&str> = [&billing.line1, &billing.line2].into_iter().filter_map(Option::as_deref).collect();
        contact.set("street", &Some(lines.join(", ")).filter(|street| !street.is_empty()));
        contact.set("city", &billing.city);
        contact.set("postal_code", &billing.postal_code);
        contact.set("phone_number", &billing.phone);
        if let Some(country) = &billing.country {
            match alpha3(country) {
                Some(country) => contact.set("country_code", country),
                None => return field_error("billing.address.country", "must be two letters of ISO 3166-1, such as CZ"),
            }
        }
    }
    Ok(contact)
}

fn language(provider: &mut FieldReader) -> FieldResult<String> {
    let language = provider.optional_string("language")?.unwrap_or("EN".into());
    if language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(language.to_ascii_uppercase())
    } else {
        provider.field_error("language", "must be two letters, such as en")
    }
}

/// A year, or less if that is no whole number of cycles; five years of what is charged on demand.
fn recurrence(interval: BillingInterval, count: u64, provider: &mut FieldReader, now: u64) -> FieldResult<Recurrence> {
    let within = |most: u64, unit: u64| most.saturating_sub(most % count.saturating_mul(unit).max(1)).max(count * unit);
    let days = |days: u64| now.saturating_add(days.saturating_mul(MS_PER_DAY));
    if count > 36_500 {
        return provider.field_error("recurrence_period", "must be at most 36500");
    }
    let (cycle, end) = match interval {
        BillingInterval::Day => ("DAY", days(within(365, 1))),
        BillingInterval::Week => ("WEEK", days(within(365, 7))),
        BillingInterval::Month => ("MONTH", add_months(now, within(12, 1) as i64)),
        BillingInterval::Year | BillingInterval::Custom { .. } => ("ON_DEMAND", add_months(now, 60)),
    };
    let date_to = match end_date(provider, now)? {
        Some(date) => date,
        None => to_iso_date(end).min(LAST_DAY.to_owned()),
    };
    let recurrence_period = (cycle != "ON_DEMAND").then_some(count);
    Ok(Recurrence { recurrence_cycle: cycle, recurrence_period, recurrence_date_to: date_to })
}

fn end_date(provider: &mut FieldReader, now: u64) -> FieldResult<Option<String>> {
    let Some(given) = provider.optional_string("end_date")? else { return Ok(None) };
    // A Date comes as text with a time behind it.
    let date = crate::time::parse_iso8601(&given).and_then(|_| given.get(..10)).unwrap_or_default();
    let exists = crate::time::parse_iso8601(date).is_some_and(|ms| to_iso_date(ms) == date);
    if !exists {
        return provider.field_error("end_date", "must be a date such as 2030-12-31");
    }
    if date <= to_iso_date(now).as_str() {
        return provider.field_error("end_date", "must be after today");
    }
    if date > LAST_DAY {
        return provider.field_error("end_date", "must be before 2099-12-31");
    }
    Ok(Some(date.to_string()))
}

fn field_error<T>(field: &str, problem: &str) -> FieldResult<T> {
    Err(crate::json::FieldError { field: field.to_owned(), problem: problem.to_owned() }.into())
}
