//! The guarantees of src/signature.rs, byte by byte. tests/vectors.rs compares with other programs.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use itpay::signature::{self, Header, Key, VerifyError};

const TIME: u64 = 1_745_712_345;
const BODY: &[u8] = b"{\"id\":\"evt_1\"}";

fn key() -> Key {
    Key::new(b"whsec_test_secret").unwrap()
}

fn made() -> String {
    let mut buffer = [0; signature::MAX_HEADER_LEN];
    signature::sign(&key(), TIME, BODY, &mut buffer).to_owned()
}

fn verified(header: &[u8]) -> Result<(), VerifyError> {
    signature::verify(&key(), header, BODY, TIME, Some(300))
}

#[test]
fn each_byte_of_a_signature_is_a_hexadecimal_digit_or_an_error() {
    let header = made();
    let start = header.len() - 64;
    for place in start..header.len() {
        for byte in 0..=255 {
            let mut changed = header.clone().into_bytes();
            let right = std::mem::replace(changed.get_mut(place).unwrap(), byte);
            let expected = match char::from(byte) {
                _ if byte.eq_ignore_ascii_case(&right) => Ok(()),
                digit if digit.is_ascii_hexdigit() => Err(VerifyError::NoMatch),
                // The signature ends there, and is too short.
                _ => Err(VerifyError::MalformedHeader),
            };
            assert_eq!(verified(&changed), expected, "byte {byte} at {}", place - start);
        }
    }
}

#[test]
fn a_signature_of_another_length_is_an_error() {
    let header = made();
    assert_eq!(verified(header.strip_suffix(|_: char| true).unwrap().as_bytes()), Err(VerifyError::MalformedHeader));
    assert_eq!(verified(format!("{header}0").as_bytes()), Err(VerifyError::MalformedHeader));
    assert_eq!(verified(format!("{header}00000000").as_bytes()), Err(VerifyError::MalformedHeader));
}

#[test]
fn a_valid_signature_is_found_at_any_position() {
    let header = made();
    let (time, right) = header.split_once(',').unwrap();
    let wrong = format!("v1={}", "0".repeat(64));
    for place in 0..signature::MAX_PAIRS - 1 {
        let mut pairs = vec![wrong.as_str(); signature::MAX_PAIRS - 1];
        *pairs.get_mut(place).unwrap() = right;
        let full = pairs.join(",");
        assert_eq!(verified(format!("{full},{time}").as_bytes()), Ok(()), "place {place}");
        assert_eq!(verified(format!("{full},{time},v0=").as_bytes()), Err(VerifyError::MalformedHeader));
    }
    assert_eq!(verified(vec![right; signature::MAX_PAIRS + 1].join(",").as_bytes()), Err(VerifyError::MalformedHeader));
}

#[test]
fn a_timestamp_is_a_64_bit_number_of_digits() {
    for good in ["0", "00000000000000000000000000001745712345", "18446744073709551615"] {
        assert!(Header::parse(format!("t={good},v1=x").as_bytes()).is_ok(), "{good}");
    }
    for bad in ["", " 1", "+1", "-1", "1.0", "1e3", "1_0", "0x1", "18446744073709551616", "١", "1745712345x"] {
        assert!(Header::parse(format!("t={bad},v1=x").as_bytes()).is_err(), "{bad}");
    }
}
