//! The e-shop's payment methods and its account statement.
//!
//! The statement's columns are the sandbox's own, as no page shows GoPay's. Only the CSV formats are supported.

use alloc::{format, string::String, vec::Vec};

use serde_json::{Value, json};

use super::{
    error_response::ErrorResponse,
    orders::{CURRENCIES, read_json, same_id},
    payments::Payment,
    refunds::local_time,
    validator::{ObjectRef, Validator},
};
use crate::{
    Money,
    gopay::{RefundState, State},
    http::Request,
};

const MS_PER_DAY: u64 = 86_400_000;

/// Handles `GET /eshops/eshop/{goid}/payment-instruments`, for one currency or for all.
pub(super) fn instruments(currency: Option<&str>) -> Result<Value, ErrorResponse> {
    if currency.is_some_and(|currency| !CURRENCIES.contains(&currency)) {
        return Err(ErrorResponse::not_found());
    }
    let label = |czech: &str, english: &str| json!({ "cs": czech, "en": english });
    let image = |name: &str| json!({ "normal": format!("https://gate.gopay.cz/images/{name}.png"), "large": null });
    let (card, bank) = (label("Platební karta", "Payment card"), label("Bankovní převod", "Bank transfer"));
    let swift = json!({
        "swift": "GIBACZPX", "isOnline": true, "image": image("GIBACZPX"),
        "label": label("Česká spořitelna", "Česká spořitelna"),
    });
    let mut enabled = json!([
        {
            "paymentInstrument": "PAYMENT_CARD", "group": "card-payment", "label": card,
            "image": image("PAYMENT_CARD"), "enabledSwifts": null,
        },
        {
            "paymentInstrument": "BANK_ACCOUNT", "group": "bank-transfer", "label": bank,
            "image": image("BANK_ACCOUNT"), "enabledSwifts": [swift],
        },
    ]);
    // The response lists the currencies only if the request names none.
    for instrument in enabled.as_array_mut().into_iter().flatten().filter(|_| currency.is_none()) {
        if let Some(instrument) = instrument.as_object_mut() {
            instrument.insert("currencies".into(), CURRENCIES.into());
        }
    }
    let groups = json!({ "card-payment": { "label": card }, "bank-transfer": { "label": bank } });
    Ok(json!({ "groups": groups, "enabledPaymentInstruments": enabled }))
}

/// Handles `POST /accounts/account-statement`: payments and refunds, in the order of the payments.
pub(super) fn statement(request: &Request, go_id: u64, payments: &[Payment]) -> Result<String, ErrorResponse> {
    let body = read_json(request)?;
    let (top, mut validator) = (ObjectRef::top(&body), Validator::default());
    for name in ["date_from", "date_to", "goid", "currency", "format"] {
        validator.require(&top, name);
    }
    let (from, to) = (validator.date(&top, "date_from"), validator.date(&top, "date_to"));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        validator.invalid(&top, "date_to", "must not be before date_from");
    }
    if validator.positive(&top, "goid").is_some_and(|input| !same_id(input, go_id)) {
        validator.fail(&top, "goid", 304, "must be the e-shop's own");
    }
    let currency = validator.word(&top, "currency", CURRENCIES);
    validator.word(&top, "format", &["CSV_A", "CSV_B", "CSV_C", "CSV_D", "CSV_E"]);
    let period = from.zip(to).map(|(from, to)| from..to.saturating_add(MS_PER_DAY));
    let (period, currency) = validator.done(period.zip(currency)).map_err(ErrorResponse::Rules)?;

    let mut lines = String::from("date;type;payment_id;order_number;amount;currency\r\n");
    for payment in payments.iter().filter(|payment| payment.order.currency == currency) {
        let paid = payment.history.iter().find(|change| change.state == State::Paid).map(|change| change.at);
        let back = payment.refunds.iter().filter(|refund| refund.state == RefundState::Success);
        let mut moves: Vec<_> = paid.into_iter().map(|at| (at, "PAYMENT", payment.paid)).collect();
        moves.extend(back.map(|refund| (refund.changed_at, "REFUND", -refund.amount)));
        for (at, kind, value) in moves.into_iter().filter(|(at, ..)| period.contains(at)) {
            let amount = Money { currency: currency.clone(), value }.to_decimal();
            let number = quoted(&payment.order.order_number);
            lines += &format!("{};{kind};{};{number};{amount};{currency}\r\n", local_time(at), payment.id);
        }
    }
    Ok(lines)
}

/// A field of a CSV file (RFC 4180). A spreadsheet must not read a merchant's text as a formula.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
