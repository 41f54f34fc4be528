//! The query of GoPay's notification: the same payment as by a reader of the URL standard, or none.

#![no_main]

use itpay::gopay::Notification;
use libfuzzer_sys::fuzz_target;

fn is_id(text: &str) -> bool {
    (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fuzz_target!(|query: &str| {
    let pairs: Vec<_> = form_urlencoded::parse(query.strip_prefix('?').unwrap_or(query).as_bytes()).collect();
    let ids = |name: &str| {
        let named = pairs.iter().filter(|(known, _)| known == name);
        named.map(|(_, id)| Some(id.to_string()).filter(|id| is_id(id))).collect::<Vec<_>>()
    };
    let read = Notification::parse(query).ok();
    if let Some(read) = &read {
        assert!(ids("id").contains(&Some(read.id.clone())));
        assert!(read.parent_id.is_none() || ids("parent_id").contains(&read.parent_id));
    }
    // An invalid escape and an escaped name may be ignored.
    if !query.contains('%') {
        let first = |name: &str| ids(name).into_iter().next().flatten();
        assert_eq!(read.map(|read| (read.id, read.parent_id)), first("id").map(|id| (id, first("parent_id"))));
    }
});
