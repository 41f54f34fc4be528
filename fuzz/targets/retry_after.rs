//! Retry-After: seconds or an HTTP date.

#![no_main]

use itpay::{
    http::{Headers, Response},
    retry::{self, Failure},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &str| {
    let mut headers = Headers::default();
    headers.set("Retry-After", value);
    let response = Response { status: 429, headers, body: Vec::new() };
    for now in [0, 1_745_712_345_000, u64::MAX] {
        let retry_after = retry::retry_after(&response, now);
        let wait = retry::wait(Failure::Status { status: 429, retry_after }, false, 0, 2, 1.0);
        assert!(wait.is_some_and(|wait| wait <= 60_000), "{wait:?}");
    }
});
