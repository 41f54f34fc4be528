//! A base URL, an identifier and a path: the resulting URL always has that origin and is below that path.

#![no_main]

use itpay::http::{BaseUrl, Method, Request, path_segment, plain_path, query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let mut parts = data.splitn(3, '\n');
    let (base, id, path) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if let Ok(segment) = path_segment("id", id) {
        assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{segment}");
        assert!(segment != "." && segment != "..");
    }
    let plain = plain_path(path);
    if let Ok(plain) = &plain {
        assert!(plain.starts_with('/') && !plain.starts_with("//"));
        assert!(plain.split('/').all(|segment| segment != "." && segment != ".."));
    }
    let encoded = query([(id, path)]);
    assert!(encoded.is_some_and(|query| query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')));
    if let (Ok(base), Ok(plain)) = (BaseUrl::parse(base, false), plain) {
        let request = Request::new(Method::Get, plain);
        assert!(base.url(&request).starts_with(&format!("{}/", base.origin())));
        assert!(base.url(&request).ends_with(&base.path_as_sent(&request)));
    }
});
