//! Both gateways as pure state machines: `(state, request, now, random) -> (state, response, deliveries)`.
