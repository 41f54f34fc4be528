//! Decimals: an amount survives a round trip, or is an error.

#![no_main]

use itpay::Money;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let (currency, amount) = data.split_once(' ').unwrap_or(("CNY", data));
    let Ok(money) = Money::parse(amount, currency) else { return };
    let again = Money::parse(&money.to_decimal(), currency).expect("what it wrote itself");
    assert_eq!(again.value, money.value);
});
