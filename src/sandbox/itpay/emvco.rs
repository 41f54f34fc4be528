//! The payload of a merchant-presented QR code by EMVCo: fields of tag, length and value, and a checksum.

use alloc::{format, string::String};

use crate::Money;

/// The application in the example on the QRCharge page, an Asian payment network's.
const APPLICATION: &str = "A0000006150001";
const MERCHANT: &str = "670000000000001";
/// Computer software stores (ISO 18245).
const CATEGORY: &str = "5734";

/// Returns the payload of a dynamic code for one payment. All fields stay below 100 characters.
pub(super) fn payload(charge_id: &str, amount: &Money, merchant_name: &str, reference: &str) -> String {
    let decimal = amount.to_decimal();
    let name: String = merchant_name.chars().filter(|c| *c == ' ' || c.is_ascii_graphic()).take(25).collect();
    let account = format!("{}{}{}", field("00", APPLICATION), field("02", MERCHANT), field("03", charge_id));
    let mut payload = String::new();
    payload.push_str(&field("00", "01"));
    payload.push_str(&field("01", "12"));
    payload.push_str(&field("26", &account));
    payload.push_str(&field("52", CATEGORY));
    payload.push_str(&field("53", numeric(&amount.currency)));
    // A longer amount does not fit, so the wallet asks the gateway.
    if decimal.len() <= 13 {
        payload.push_str(&field("54", &decimal));
    }
    payload.push_str(&field("58", amount.currency.get(..2).unwrap_or("CN")));
    payload.push_str(&field("59", if name.trim().is_empty() { "MERCHANT" } else { &name }));
    payload.push_str(&field("60", "SANDBOX"));
    payload.push_str(&field("62", &field("05", reference)));
    payload.push_str("6304");
    let checksum = crc(payload.as_bytes());
    format!("{payload}{checksum:04X}")
}

fn field(tag: &str, value: &str) -> String {
    format!("{tag}{:02}{value}", value.len())
}

/// CRC-16/CCITT-FALSE.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    })
}

/// The ISO 4217 numbers of the documented channels' currencies. 999 means no currency.
fn numeric(currency: &str) -> &'static str {
    match currency {
        "CNY" => "156",
        "CZK" => "203",
        "EUR" => "978",
        "GBP" => "826",
        "HKD" => "344",
        "IDR" => "360",
        "JPY" => "392",
        "MYR" => "458",
        "PHP" => "608",
        "SGD" => "702",
        "THB" => "764",
        "USD" => "840",
        "VND" => "704",
        _ => "999",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_matches_the_catalogs_of_crcs() {
        // The check value of CRC-16/CCITT-FALSE in every catalog of CRCs.
        assert_eq!(crc(b"123456789"), 0x29b1);
    }

    #[test]
    fn a_name_that_emvco_cannot_encode_leaves_a_readable_code() {
        let amount = Money { currency: "CNY".into(), value: i64::MAX };
        for name in ["", "智能摘要", "A name that is much longer than twenty-five characters"] {
            let payload = payload("qr_1", &amount, name, "R");
            assert!(payload.is_ascii() && payload.starts_with("000201010212"), "{payload}");
        }
    }
}
