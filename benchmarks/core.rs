//! The core's work on a webhook and on a response: signature, JSON, retry. `make bench-rust`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use itpay::{
    Endpoint,
    http::{Headers, Response},
    itpay::RetrievePaymentIntent,
    retry,
    signature::{Key, verify},
};

const INTENT: &str = r#"{"id":"pi_01","status":"succeeded","service_id":"svc_1","type":"one_time","amount":{"currency":"CNY","value":699},"payer":{"agent_id":"agent_1"},"channel":"alipay","metadata":{"order":"1042"},"created_at":"2026-11-27T03:18:37Z"}"#;

fn signature(criterion: &mut Criterion) {
    let key = Key::new(b"whsec_test_secret").expect("a key");
    let header = b"t=1745712345,v1=be0e29372f47ed642aa4a9812d843f94737dd12cbbd70816f56d809537098fa9";
    let mut group = criterion.benchmark_group("signature::verify");
    for length in [300, 1024, 4096] {
        let body = vec![b'x'; length];
        group.throughput(Throughput::Bytes(length as u64));
        group.bench_function(length.to_string(), |bencher| {
            bencher.iter(|| verify(&key, black_box(header), black_box(&body), 1_745_712_345, Some(300)))
        });
    }
    group.finish();
}

fn json(criterion: &mut Criterion) {
    let response = Response { status: 200, headers: Headers::default(), body: INTENT.as_bytes().to_vec() };
    criterion.bench_function("RetrievePaymentIntent::parse", |bencher| {
        bencher.iter(|| RetrievePaymentIntent::parse(black_box(&response)))
    });
}

fn retrying(criterion: &mut Criterion) {
    let mut headers = Headers::default();
    headers.set("Retry-After", "Fri, 27 Nov 2026 03:18:37 GMT");
    let response = Response { status: 503, headers, body: Vec::new() };
    criterion.bench_function("retry::retry_after", |bencher| {
        bencher.iter(|| retry::retry_after(black_box(&response), 1_795_749_500_000))
    });
}

criterion_group!(benches, signature, json, retrying);
criterion_main!(benches);
