//! The amount that a caller expects a checkout or a payment to have. GoPay cannot change it.

use alloc::string::String;

use super::params;
use crate::{
    Error,
    gopay::Payment,
    json::{FieldReader, FieldResult},
    money::amount_or_digits,
};

/// The amount and the currency that a caller expects.
pub struct AmountChange {
    amount: Option<i64>,
    currency: Option<String>,
}

/// The expected amount of `updateCheckout`, from `provider_metadata`.
pub fn checkout_change(params: &str) -> Result<AmountChange, Error> {
    params::read(params, |_, provider| AmountChange::read(provider))
}

/// The expected amount of `updatePayment`.
pub fn payment_change(params: &str) -> Result<AmountChange, Error> {
    params::read(params, |fields, _| AmountChange::read(fields))
}

impl AmountChange {
    fn read(fields: &mut FieldReader) -> FieldResult<AmountChange> {
        let amount = if fields.has("amount") { Some(amount_or_digits(fields)?) } else { None };
        let currency = if fields.has("currency") { Some(params::currency(fields, None)?) } else { None };
        Ok(AmountChange { amount, currency })
    }

    /// Whether the payment has the expected amount and currency.
    pub fn is_in(&self, payment: &Payment) -> bool {
        (self.amount.is_none() || self.amount == payment.amount)
            && (self.currency.is_none() || self.currency == payment.currency)
    }
}
