//! Whether the time of a verification reveals where two signatures differ: dudect's method (Reparaz, Balasch, Verbauwhede,
//! 2017). Two kinds of signatures are timed in random order: wrong in the first byte, and wrong in the last byte.
//! Welch's t-test then measures the confidence that the two distributions differ. Below 4.5 there is none.
//!
//!   ITPAY_LONG=1 cargo test --release --test constant_time -- --nocapture     three times three million measurements
//!
//! A comparison that stops early shows that the method detects a difference.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::{hint::black_box, time::Instant};

use itpay::signature::{self, Header, Key};

/// Above this, dudect reports a leak.
const LIMIT: f64 = 4.5;

/// Running mean and variance (Welford).
#[derive(Default)]
struct Sample {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Sample {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let difference = value - self.mean;
        self.mean += difference / self.count;
        self.squares += difference * (value - self.mean);
    }

    fn error(&self) -> f64 {
        self.squares / (self.count - 1.0) / self.count
    }
}

/// Welch's t of the times of two kinds of calls, without the slowest tenth, which a busy machine adds.
fn t(measurements: usize, inputs: &[Vec<u8>; 2], mut call: impl FnMut(&[u8])) -> f64 {
    // Both kinds are timed at the same address, because the address affects the time.
    let mut input = vec![0; inputs.iter().map(Vec::len).max().unwrap()];
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut timed = |count: usize| -> Vec<(usize, u64)> {
        (0..count)
            .map(|_| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let kind = usize::from(random & 1 == 1);
                input.copy_from_slice(inputs.get(kind).unwrap());
                let started = Instant::now();
                call(black_box(&input));
                (kind, u64::try_from(started.elapsed().as_nanos()).unwrap())
            })
            .collect()
    };
    timed(measurements / 10);
    let mut times = timed(measurements);
    let mut sorted: Vec<u64> = times.iter().map(|(_, time)| *time).collect();
    sorted.sort_unstable();
    let slow = *sorted.get(sorted.len() / 10 * 9).unwrap();
    times.retain(|(_, time)| *time <= slow);
    let mut samples = [Sample::default(), Sample::default()];
    for (kind, time) in times {
        samples.get_mut(kind).unwrap().add(time as f64);
    }
    let [one, other] = samples;
    ((one.mean - other.mean) / (one.error() + other.error()).sqrt()).abs()
}

/// The least of several tries, because other processes increase t, while a leak remains.
fn least(measurements: usize, inputs: &[Vec<u8>; 2], mut call: impl FnMut(&[u8])) -> f64 {
    (0..3).map(|_| t(measurements, inputs, &mut call)).fold(f64::INFINITY, f64::min)
}

#[test]
fn verification_time_does_not_depend_on_the_wrong_byte() {
    let measurements = if std::env::var_os("ITPAY_LONG").is_some() { 3_000_000 } else { 30_000 };
    let key = Key::new(b"whsec_test_secret").unwrap();
    let mut buffer = [0; signature::MAX_HEADER_LEN];
    let right = signature::sign(&key, 1, b"{}", &mut buffer).to_owned();
    let wrong = |digit: usize| {
        let mut header = right.clone().into_bytes();
        let at = header.len() - 64 + digit;
        let place = header.get_mut(at).unwrap();
        *place = if *place == b'0' { b'1' } else { b'0' };
        header
    };
    let headers = [wrong(0), wrong(63)];
    let message = || {
        let mut mac = key.mac();
        mac.update(b"1.{}");
        mac.finish()
    };
    let tag = message();
    let compared = least(measurements, &headers, |header| {
        black_box(Header::parse(header).unwrap().check(black_box(&tag)).is_err());
    });
    let whole = least(measurements, &headers, |header| {
        black_box(signature::verify(&key, header, b"{}", 1, None).is_err());
    });
    let hex = tag.to_hex();
    let stopping = least(measurements, &headers, |header| {
        let digits = header.get(header.len() - 64..).unwrap();
        // A bad comparison: it stops at the first difference.
        black_box(digits.iter().zip(&hex).position(|(one, other)| black_box(one) != black_box(other)));
    });
    println!(
        "Welch's t over {measurements} verifications: comparing {compared:.2}, verifying {whole:.2}; a comparison that stops early {stopping:.2} (limit {LIMIT})"
    );
    assert!(compared < LIMIT, "comparing: {compared}");
    assert!(whole < LIMIT, "verifying: {whole}");
    assert!(stopping > LIMIT, "the method sees nothing: {stopping}");
}
