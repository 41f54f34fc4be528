//! Amounts: integers in the currency's minor unit, never floating point.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
};

use serde::Serialize;

use crate::{
    Error,
    json::{FieldReader, FieldResult, MAX_SAFE_INTEGER},
};

/// An amount: 699 of CNY is CNY 6.99.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Money {
    /// ISO 4217, three capital letters.
    pub currency: String,
    /// In the currency's minor unit.
    pub value: i64,
}

impl Money {
    /// Reads a decimal amount such as `"6.99"`. It must not have more decimals than the currency.
    pub fn parse(amount: &str, currency: &str) -> Result<Money, Error> {
        check_currency(currency).map_err(|problem| Error::invalid("currency", problem))?;
        let invalid = |problem: &str| Error::invalid("amount", problem);
        let (whole, decimals) = amount.split_once('.').unwrap_or((amount, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(decimals) || amount.ends_with('.') {
            return Err(invalid("must be a decimal such as \"6.99\", without sign, spaces or separators"));
        }
        let exponent = exponent(currency);
        if decimals.len() > exponent {
            return Err(invalid(&alloc::format!("must have at most {exponent} decimals in {currency}")));
        }
        let padding = "0".repeat(exponent - decimals.len());
        let value = (whole.to_owned() + decimals + &padding).parse().ok().filter(|value| *value <= MAX_SAFE_INTEGER);
        match value {
            Some(value) => Ok(Money { currency: currency.to_owned(), value }),
            None => Err(invalid("must be at most 2^53 - 1 minor units")),
        }
    }

    /// Formats the amount as a decimal: `"6.99"`.
    pub fn to_decimal(&self) -> String {
        let exponent = exponent(&self.currency);
        let digits = self.value.unsigned_abs().to_string();
        let padded = "0".repeat((exponent + 1).saturating_sub(digits.len())) + &digits;
        let (whole, decimals) = padded.split_at(padded.len() - exponent);
        let sign = if self.value < 0 { "-" } else { "" };
        let point = if exponent == 0 { "" } else { "." };
        alloc::format!("{sign}{whole}{point}{decimals}")
    }

    /// Validates a caller's amount, which must be above zero: there is nothing to scan or to refund in a payment of zero.
    pub(crate) fn check(mut fields: FieldReader) -> FieldResult<()> {
        if let Err(problem) = check_currency(&fields.string("currency")?) {
            return fields.field_error("currency", problem);
        }
        match fields.integer("value")? {
            1.. => Ok(()),
            value => {
                fields.field_error("value", alloc::format!("must be an integer above 0 in minor units, not {value}"))
            }
        }
    }

    pub(crate) fn read(mut fields: FieldReader) -> FieldResult<Money> {
        Ok(Money { currency: fields.string("currency")?.into_owned(), value: fields.integer("value")? })
    }
}

/// Validates a caller's amount in minor units: above zero, and an integer that JavaScript represents exactly.
#[cfg(feature = "gopay")]
pub(crate) fn amount(fields: &mut FieldReader) -> FieldResult<i64> {
    let amount = fields.integer("amount")?;
    above_zero(fields, amount)
}

/// Like `amount`, and also accepts digits in a string.
#[cfg(feature = "paykit")]
pub(crate) fn amount_or_digits(fields: &mut FieldReader) -> FieldResult<i64> {
    let amount = fields.integer_or_digits("amount")?;
    above_zero(fields, amount)
}

#[cfg(feature = "gopay")]
fn above_zero(fields: &FieldReader, amount: i64) -> FieldResult<i64> {
    if amount > 0 {
        return Ok(amount);
    }
    fields.field_error("amount", alloc::format!("must be an integer above 0 in minor units, not {amount}"))
}

/// The number of decimals of a currency (ISO 4217, list one). Two for all currencies that are not listed here.
pub fn exponent(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

pub(crate) fn check_currency(currency: &str) -> Result<(), &'static str> {
    if currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(())
    } else {
        Err("must be an ISO 4217 code of three capital letters, such as CNY")
    }
}
