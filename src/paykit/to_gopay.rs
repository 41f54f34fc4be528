//! Parameters of PayKit's calls as parameters of GoPay's create, create-recurrence and capture.

use alloc::{
    borrow::{Cow, ToOwned},
    format,
    string::String,
    vec::Vec,
};

use serde::Serialize;

use super::{
    countries::alpha3,
    from_gopay,
    metadata::{self, Item},
    objects::{BillingInterval, Payee},
    params::{self, AmountSource, Order},
};
use crate::{
    Error, RawJson, RawObject,
    gopay::{self, Language, MAX_CONTACT, MAX_DESCRIPTION, MAX_ORDER_NUMBER, MAX_URL},
    json::{self, FieldError, FieldReader, FieldResult},
    money::{amount, amount_or_digits},
    time::{MS_PER_DAY, add_months, parse_iso8601, to_iso_date},
};

/// Values of a call that the core can't make itself.
#[derive(Clone, Debug)]
pub struct Context {
    /// The id of the e-shop.
    pub go_id: u64,
    /// The language of payments that name none. Without it, English.
    pub language: Option<Language>,
    /// The URL of GoPay's notifications.
    pub notification_url: String,
    /// A fresh order number, for callers who pass none.
    pub order_number: String,
    /// Wall time in Unix milliseconds.
    pub now: u64,
}

/// The last day that GoPay accepts for a recurrence.
const LAST_DAY: &str = "2099-12-30";

/// The body of a payment for `createCheckout`. The amount is in `provider_metadata`; its currency is CZK by default.
pub fn checkout_params(params: &str, context: &Context) -> Result<String, Error> {
    params::read(params, |fields, provider| {
        let amount_source = AmountSource::ProviderMetadata { default_currency: Some("CZK") };
        let order = Order::read(fields, provider, amount_source)?;
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
            start: recurrence.as_ref().map(|_| context.now),
            ..item(&order)
        };
        let recurrence = recurrence.map(|(_, recurrence)| recurrence);
        create(&order, &item, ("success_url", &return_url), provider, context, recurrence, None)
    })
}

/// The body of a payment for `createPayment`. `capture_method: "manual"` makes it a preauthorization.
pub fn payment_params(params: &str, context: &Context) -> Result<String, Error> {
    params::read(params, |fields, provider| {
        let order = Order::read(fields, provider, AmountSource::Params)?;
        let return_url = params::url(provider, "success_url")?;
        let manual = params::is_manual_capture(fields)?;
        let return_url = ("provider_metadata.success_url", return_url.as_str());
        create(&order, &item(&order), return_url, provider, context, None, Some(manual))
    })
}

/// The body of a payment for `createSubscription`: the first payment of a recurrence.
pub fn subscription_params(params: &str, context: &Context) -> Result<String, Error> {
    params::read(params, |fields, provider| {
        let return_url = params::url(provider, "success_url")?;
        let order = Order::read(fields, provider, AmountSource::Params)?;
        let interval = params::billing_interval(fields)?;
        let count = params::quantity(provider, "recurrence_period")?;
        let recurrence = recurrence(interval, count, provider, context.now)?;
        let item = Item { billing_interval: Some(interval), start: Some(context.now), ..item(&order) };
        let return_url = ("provider_metadata.success_url", return_url.as_str());
        create(&order, &item, return_url, provider, context, Some(recurrence), None)
    })
}

/// The charge that `updateSubscription` asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum ChargeParams {
    /// No charge: there is no amount.
    None,
    /// Parameters of create-recurrence.
    Create(String),
    /// The caller passed no currency. The first payment must be read, which has it.
    MissingCurrency,
}

/// Parameters of `updateSubscription`. An amount in `provider_metadata` is charged at once. `first` is the first payment,
/// if it was read.
pub fn charge_params(params: &str, first: Option<&gopay::Payment>, order_number: &str) -> Result<ChargeParams, Error> {
    params::read(params, |fields, provider| {
        if !provider.has("amount") {
            return Ok(ChargeParams::None);
        }
        let amount = amount_or_digits(provider)?;
        let first_currency = first.map(|first| first.currency.as_deref().unwrap_or_default());
        if first_currency.is_none() && !provider.has("currency") {
            return Ok(ChargeParams::MissingCurrency);
        }
        let currency = params::currency(provider, first_currency)?;
        let metadata = params::metadata(fields)?;
        let order_number = provider.optional_string("order_number")?.unwrap_or(order_number.into());
        let description = provider.optional_string("order_description")?.or(provider.optional_string("description")?);
        let purchased = first.and_then(from_gopay::item_id);
        let name = description.as_deref().or(purchased.as_deref()).unwrap_or("Subscription");
        Ok(ChargeParams::Create(json::text(&CreateRecurrence {
            amount,
            currency: &currency,
            order_number: &order_number,
            order_description: description.as_deref(),
            items: provider.json("items").unwrap_or_else(|| order_line(name, amount, 1)),
            additional_params: metadata.iter().map(|(name, value)| Param { name, value }).collect(),
        })))
    })
}

/// Parameters of `capturePayment`. None means the whole amount, which needs no permission from GoPay.
pub fn capture_params(params: &str, payment: &gopay::Payment) -> Result<Option<String>, Error> {
    params::read(params, |fields, _| {
        let amount = amount(fields)?;
        match payment.amount {
            Some(authorized) if amount > authorized => {
                fields.field_error("amount", format!("must be at most {authorized}, the authorized amount"))
            }
            Some(authorized) if amount == authorized => Ok(None),
            _ => Ok(Some(json::text(&PartialCapture { amount, items: order_line("Capture", amount, 1) }))),
        }
    })
}

fn item(order: &Order) -> Item {
    Item { item: order.item_id.clone(), quantity: Some(order.quantity), ..Item::default() }
}

/// Parameters of a partial capture.
#[derive(Serialize)]
struct PartialCapture {
    amount: i64,
    items: RawJson,
}

/// Parameters of create-recurrence.
#[derive(Serialize)]
struct CreateRecurrence<'a> {
    amount: i64,
    currency: &'a str,
    order_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_description: Option<&'a str>,
    items: RawJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    additional_params: Vec<Param<'a>>,
}

/// The body of a payment.
#[derive(Serialize)]
struct PaymentBody<'a> {
    target: Target,
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
struct Target {
    #[serde(rename = "type")]
    target_type: &'static str,
    goid: u64,
}

#[derive(Serialize)]
struct Payer<'a> {
    allowed_payment_instruments: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_payment_instrument: Option<Cow<'a, str>>,
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
struct OrderLine<'a> {
    #[serde(rename = "type")]
    line_type: &'a str,
    name: &'a str,
    amount: i64,
    count: u64,
}

fn create(
    order: &Order,
    item: &Item,
    return_url: (&str, &str),
    provider: &mut FieldReader,
    context: &Context,
    recurrence: Option<Recurrence>,
    preauthorization: Option<bool>,
) -> FieldResult<String> {
    let order_number = provider.optional_string("order_number")?.unwrap_or(context.order_number.as_str().into());
    let description = provider.optional_string("description")?.or(order.item_id.as_deref().map(Cow::Borrowed));
    let name = order.item_id.as_deref().or(description.as_deref()).unwrap_or(&order_number);
    check_length("provider_metadata.order_number", &order_number, MAX_ORDER_NUMBER)?;
    check_length("item_id", order.item_id.as_deref().unwrap_or_default(), MAX_DESCRIPTION)?;
    check_length("provider_metadata.description", description.as_deref().unwrap_or_default(), MAX_DESCRIPTION)?;
    check_length(return_url.0, return_url.1, MAX_URL)?;
    check_length("webhookUrl", &context.notification_url, MAX_URL)?;
    let item = item.to_text();
    let own = order.metadata.iter().map(|(name, value)| Param { name, value });
    // GoPay preauthorizes and repeats only card payments.
    let card_only = recurrence.is_some() || preauthorization == Some(true);
    let instruments: &[&str] = if card_only { &["PAYMENT_CARD"] } else { &["PAYMENT_CARD", "BANK_ACCOUNT"] };
    let mut allowed = provider.list("allowed_payment_instruments", |fields, key| fields.string(key))?;
    if allowed.is_empty() {
        allowed.extend(instruments.iter().map(|name| Cow::Borrowed(*name)));
    }
    Ok(json::text(&PaymentBody {
        target: Target { target_type: "ACCOUNT", goid: context.go_id },
        amount: order.amount,
        currency: &order.currency,
        order_number: &order_number,
        order_description: description.as_deref(),
        items: order_line(name, order.amount, order.quantity),
        payer: Payer {
            allowed_payment_instruments: allowed,
            default_payment_instrument: provider.optional_string("default_payment_instrument")?,
            contact: contact(order)?,
        },
        additional_params: own.chain([Param { name: metadata::KEY, value: &item }]).collect(),
        callback: Callback { return_url: return_url.1, notification_url: &context.notification_url },
        lang: language(provider, context.language.as_ref())?,
        recurrence,
        preauthorization,
    }))
}

/// A single order line of the whole amount.
fn order_line(name: &str, amount: i64, count: u64) -> RawJson {
    RawJson::new(&[OrderLine { line_type: "ITEM", name, amount, count }])
}

fn contact(order: &Order) -> FieldResult<RawObject> {
    let mut contact = RawObject::default();
    let mut set = |name: &str, field: &str, text: Option<&str>| -> FieldResult<()> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(()) };
        let most = MAX_CONTACT.iter().find(|(known, _)| *known == name).map_or(usize::MAX, |(_, most)| *most);
        check_length(field, text, most)?;
        contact.set(name, text);
        Ok(())
    };
    match &order.customer {
        Some(Payee::Email(email)) => set("email", "customer.email", Some(email))?,
        Some(Payee::Id(_)) => return field_error("customer.email", "is missing: GoPay requires the payer's email"),
        None => {}
    }
    if let Some(billing) = &order.billing {
        let name = billing.name.as_deref().map(|name| name.rsplit_once(char::is_whitespace).unwrap_or(("", name)));
        set("first_name", "billing.address.name", name.map(|(first, _)| first.trim()))?;
        set("last_name", "billing.address.name", name.map(|(_, last)| last))?;
        let lines: Vec<&str> = [&billing.line1, &billing.line2].into_iter().filter_map(Option::as_deref).collect();
        set("street", "billing.address.line1", Some(&lines.join(", ")))?;
        set("city", "billing.address.city", billing.city.as_deref())?;
        set("postal_code", "billing.address.postal_code", billing.postal_code.as_deref())?;
        set("phone_number", "billing.address.phone", billing.phone.as_deref())?;
        if let Some(country) = &billing.country {
            match alpha3(country) {
                Some(country) => set("country_code", "billing.address.country", Some(country))?,
                None => return field_error("billing.address.country", "must be two letters of ISO 3166-1, such as CZ"),
            }
        }
    }
    Ok(contact)
}

/// GoPay refuses longer texts.
fn check_length(field: &str, text: &str, most: usize) -> FieldResult<()> {
    match text.chars().count() {
        length if length > most => field_error(field, format!("must be at most {most} characters long, not {length}")),
        _ => Ok(()),
    }
}

fn language(provider: &mut FieldReader, default: Option<&Language>) -> FieldResult<String> {
    let Some(language) = provider.optional_string("language")? else {
        return Ok(default.map_or("EN", Language::as_str).to_owned());
    };
    match Language::parse(&language) {
        Ok(language) => Ok(language.as_str().to_owned()),
        Err(_) => provider.field_error("language", "must be two letters, such as en"),
    }
}

/// Ends after a year by default, or after the last whole number of cycles in it; on demand after five years.
fn recurrence(interval: BillingInterval, count: u64, provider: &mut FieldReader, now: u64) -> FieldResult<Recurrence> {
    let whole_cycles =
        |most: u64, unit: u64| most.saturating_sub(most % count.saturating_mul(unit).max(1)).max(count * unit);
    let days = |days: u64| now.saturating_add(days.saturating_mul(MS_PER_DAY));
    if count > 36_500 {
        return provider.field_error("recurrence_period", "must be at most 36500");
    }
    let (cycle, end) = match interval {
        BillingInterval::Day => ("DAY", days(whole_cycles(365, 1))),
        BillingInterval::Week => ("WEEK", days(whole_cycles(365, 7))),
        BillingInterval::Month => ("MONTH", add_months(now, whole_cycles(12, 1) as i64)),
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
    let Some(date) = provider.optional_string("end_date")? else { return Ok(None) };
    // An instant has no day without a calendar, so the caller passes a day.
    let exists = parse_iso8601(&date).is_some_and(|ms| to_iso_date(ms) == date);
    if !exists {
        return provider.field_error("end_date", "must be a date such as 2030-12-31");
    }
    if *date <= *to_iso_date(now) {
        return provider.field_error("end_date", "must be after today");
    }
    Ok(Some(date.into_owned().min(LAST_DAY.to_owned())))
}

fn field_error<T>(field: &str, problem: impl Into<String>) -> FieldResult<T> {
    Err(FieldError { field: field.to_owned(), problem: problem.into() }.into())
}
