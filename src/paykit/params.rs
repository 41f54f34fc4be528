//! The parameters of PayKit's calls, validated before anything is sent.

use alloc::{
    borrow::{Cow, ToOwned},
    format,
    string::{String, ToString},
};

use super::{
    metadata,
    objects::{BillingInterval, Payee},
};
use crate::{
    Error, Metadata,
    endpoint::read_params,
    gopay,
    json::{FieldReader, FieldResult},
    money::{amount, amount_or_digits, check_currency},
};

/// The parameters that all calls share that create a payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// In minor units, above 0.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// The payer.
    pub customer: Option<Payee>,
    /// The shop's id of the item.
    pub item_id: Option<String>,
    /// The quantity of the item.
    pub quantity: u64,
    /// The merchant's own metadata.
    pub metadata: Metadata,
    /// The payer's billing address.
    pub billing: Option<Billing>,
}

/// The payer's billing address.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "as PayKit's contract has them")]
pub struct Billing {
    pub name: Option<String>,
    pub line1: Option<String>,
    pub line2: Option<String>,
    pub city: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
}

/// Where a call has its amount. A checkout has it in `provider_metadata`, where it may be a string of digits.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum AmountSource {
    Params,
    ProviderMetadata {
        /// None if the currency is required.
        default_currency: Option<&'static str>,
    },
}

/// Reads the fields of a call and those of its `provider_metadata`, which may be absent.
pub(super) fn read<T>(
    params: &str,
    read: impl FnOnce(&mut FieldReader, &mut FieldReader) -> FieldResult<T>,
) -> Result<T, Error> {
    read_params(params, |mut fields| {
        let mut provider = match fields.optional_object("provider_metadata")? {
            Some(provider) => provider,
            None => FieldReader::of("provider_metadata", "{}").object("provider_metadata")?,
        };
        read(&mut fields, &mut provider)
    })
}

impl Order {
    pub(super) fn read(
        fields: &mut FieldReader,
        provider: &mut FieldReader,
        amount_source: AmountSource,
    ) -> FieldResult<Order> {
        let (amount, currency) = match amount_source {
            AmountSource::Params => (amount(fields)?, currency(fields, None)?),
            AmountSource::ProviderMetadata { default_currency } => {
                (amount_or_digits(provider)?, currency(provider, default_currency)?)
            }
        };
        Ok(Order {
            amount,
            currency,
            customer: customer(fields)?,
            item_id: fields.optional_string("item_id")?.map(Cow::into_owned),
            quantity: quantity(fields, "quantity")?,
            metadata: metadata(fields)?,
            billing: fields.optional_object("billing")?.map(billing).transpose()?,
        })
    }
}

/// A currency in any letter case.
pub(super) fn currency(fields: &mut FieldReader, default: Option<&str>) -> FieldResult<String> {
    let currency = match default {
        Some(default) => fields.optional_string("currency")?.unwrap_or_else(|| default.to_owned().into()),
        None => fields.string("currency")?,
    };
    let currency = currency.trim().to_ascii_uppercase();
    match check_currency(&currency) {
        Ok(()) => Ok(currency),
        Err(problem) => fields.field_error("currency", problem),
    }
}

/// A quantity. Default 1.
pub(super) fn quantity(fields: &mut FieldReader, name: &str) -> FieldResult<u64> {
    if !fields.has(name) {
        return Ok(1);
    }
    match u64::try_from(fields.integer(name)?) {
        Ok(quantity @ 1..) => Ok(quantity),
        _ => fields.field_error(name, "must be an integer of at least 1"),
    }
}

/// Whether `capture_method` is `manual`. Default `automatic`.
pub(super) fn is_manual_capture(fields: &mut FieldReader) -> FieldResult<bool> {
    match fields.optional_string("capture_method")?.as_deref() {
        None | Some("automatic") => Ok(false),
        Some("manual") => Ok(true),
        Some(_) => fields.field_error("capture_method", "must be automatic or manual"),
    }
}

/// `"month"` or `{type: "custom", durationMs}`.
pub(super) fn billing_interval(fields: &mut FieldReader) -> FieldResult<BillingInterval> {
    match BillingInterval::from_json(fields.take("billing_interval")) {
        Some(interval) => Ok(interval),
        None => fields.field_error(
            "billing_interval",
            "must be day, week, month, year or { type: \"custom\", durationMs } with milliseconds above 0",
        ),
    }
}

/// An absolute http or https URL.
pub(super) fn url(fields: &mut FieldReader, name: &str) -> FieldResult<String> {
    let url = fields.string(name)?;
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain = host.is_some_and(|host| !host.is_empty() && !url.contains(char::is_whitespace));
    if plain {
        Ok(url.into_owned())
    } else {
        fields.field_error(name, "must be an absolute URL, such as https://shop.example/done")
    }
}

/// Parameters of `createRefund`.
#[derive(Clone, Debug, PartialEq)]
pub struct RefundParams {
    /// The id of the payment.
    pub payment_id: String,
    /// In minor units, above 0.
    pub amount: i64,
    /// The merchant's reason. GoPay does not store it, ItPay gets it.
    pub reason: Option<String>,
    /// The merchant's own metadata. No gateway stores it.
    pub metadata: Option<Metadata>,
}

impl RefundParams {
    /// Reads the parameters.
    pub fn read(params: &str) -> Result<RefundParams, Error> {
        self::read(params, |fields, _| {
            Ok(RefundParams {
                payment_id: match gopay::id(fields, "payment_id")? {
                    Some(id) => id,
                    None => return fields.field_error("payment_id", "is missing"),
                },
                amount: amount(fields)?,
                reason: fields.text("reason"),
                metadata: if fields.has("metadata") { Some(metadata(fields)?) } else { None },
            })
        })
    }
}

fn customer(fields: &mut FieldReader) -> FieldResult<Option<Payee>> {
    let Some(mut customer) = fields.optional_object("customer")? else { return Ok(None) };
    if let Some(email) = customer.optional_string("email")? {
        let email = email.trim();
        let parts = email.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
        return match parts {
            Some((_, host)) if !host.contains('@') && !email.contains(char::is_whitespace) => {
                Ok(Some(Payee::Email(email.to_owned())))
            }
            _ => customer.field_error("email", "must be an email address"),
        };
    }
    match (customer.text("id"), customer.take("id")) {
        (Some(id), _) if !id.is_empty() => Ok(Some(Payee::Id(id))),
        (None, number) if number.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
            Ok(Some(Payee::Id(number.to_string())))
        }
        _ => customer.field_error("email", "is missing, and so is the id"),
    }
}

/// The merchant's metadata. Values that are no strings become their JSON; null and undefined are left out.
pub(super) fn metadata(fields: &mut FieldReader) -> FieldResult<Metadata> {
    let Some(object) = fields.optional_object("metadata")? else { return Ok(Metadata::default()) };
    let metadata: Metadata = object.texts_or_json().collect();
    if metadata.get(metadata::KEY).is_some() {
        return fields.field_error("metadata", format!("must not have {}, which is PayKit's own", metadata::KEY));
    }
    Ok(metadata)
}

fn billing(mut billing: FieldReader) -> FieldResult<Billing> {
    let Some(mut address) = billing.optional_object("address")? else { return Ok(Billing::default()) };
    // A blank form field counts as absent.
    let mut text = |name: &str| match address.text(name) {
        Some(text) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
        None if address.has(name) => address.field_error(name, "must be a string"),
        _ => Ok(None),
    };
    Ok(Billing {
        name: text("name")?,
        line1: text("line1")?,
        line2: text("line2")?,
        city: text("city")?,
        postal_code: text("postal_code")?,
        country: text("country")?,
        phone: text("phone")?,
    })
}
