//! The payload of a merchant-presented QR code as EMVCo specifies it: tag, length and value in decimal
//! digits, and a checksum at the end.

use alloc::{format, string::String};

use crate::Money;

/// The example on the QRCharge page uses this application, an Asian payment network's.
const APPLICATION: &str = "A0000006150001";
const MERCHANT: &str = "670000000000001";
/// Computer software stores (ISO 18245).
const CATEGORY: &str = "5734";

/// A dynamic code for one payment. The lengths are EMVCo's, and shorter than the 99 that two digits allow.
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
    // Longer amounts have no place in a code; the wallet asks the gateway.
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

/// ISO 4217's numbers for the currencies of the channels that are documented; 999 means none.
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
    fn the_checksum_is_the_catalogue_one() {
        // The check value that every catalogue of CRCs lists for this one.
        assert_eq!(crc(b"123456789"), 0x29b1);
    }

    #[test]
    fn names_that_emvco_cannot_write_leave_a_code_that_can_be_read() {
        let amount = Money { currency: "CNY".into(), value: i64::MAX };
        for name in ["", "智能摘要", "A name that is much longer than twenty-five characters"] {
            let payload = payload("qr_1", &amount, name, "R");
            assert!(payload.is_ascii() && payload.starts_with("000201010212"), "{payload}");
        }
    }
}
