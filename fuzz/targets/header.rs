//! A signature header and a body: verified with the same result as by a second, simple reader.

#![no_main]

use itpay::signature::{self, Key, VerifyError};
use libfuzzer_sys::fuzz_target;

const NOW: u64 = 1_745_712_345;

fn expected(key: &Key, header: &[u8], body: &[u8]) -> Result<(), VerifyError> {
    let header = header.trim_ascii();
    if header.is_empty() {
        return Err(VerifyError::MissingHeader);
    }
    let pairs: Vec<&[u8]> = header.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect();
    if header.len() > signature::MAX_HEADER_BYTES || pairs.len() > signature::MAX_PAIRS {
        return Err(VerifyError::MalformedHeader);
    }
    let values = |name: &'static [u8]| pairs.iter().filter_map(move |pair| pair.strip_prefix(name));
    let mut times: Vec<&[u8]> = values(b"t=").collect();
    if pairs.contains(&b"t".as_slice()) {
        times.push(b"");
    }
    times.dedup();
    let [timestamp] = times.as_slice() else { return Err(VerifyError::MalformedHeader) };
    if !timestamp.iter().all(u8::is_ascii_digit) {
        return Err(VerifyError::MalformedHeader);
    }
    let time: u64 = std::str::from_utf8(timestamp)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or(VerifyError::MalformedHeader)?;
    let mut mac = key.mac();
    mac.update(&[timestamp, b".".as_slice(), body].concat());
    let right = mac.finish().to_hex();
    let signatures: Vec<_> =
        values(b"v1=").filter(|value| value.len() == 64 && value.iter().all(u8::is_ascii_hexdigit)).collect();
    if signatures.is_empty() {
        return Err(VerifyError::MalformedHeader);
    }
    if !signatures.iter().any(|value| value.eq_ignore_ascii_case(&right)) {
        return Err(VerifyError::NoMatch);
    }
    match NOW.abs_diff(time) {
        0..=300 => Ok(()),
        _ if time < NOW => Err(VerifyError::TooOld),
        _ => Err(VerifyError::TooNew),
    }
}

fuzz_target!(|data: &[u8]| {
    let key = Key::new(b"whsec_test_secret").expect("a secret");
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (header, body) = data.split_at(end);
    assert_eq!(signature::verify(&key, header, body, NOW, Some(300)), expected(&key, header, body));
    // Pairs before, behind and between those of a valid header.
    let mut buffer = [0; signature::MAX_HEADER_LEN];
    let signed = signature::sign(&key, NOW, body, &mut buffer);
    for around in [
        [header, b",", signed.as_bytes()].concat(),
        [signed.as_bytes(), b",", header].concat(),
        signed.replace(',', &format!(",{},", String::from_utf8_lossy(header))).into_bytes(),
    ] {
        assert_eq!(signature::verify(&key, &around, body, NOW, Some(300)), expected(&key, &around, body));
    }
});
