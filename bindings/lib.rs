//! Links the bindings of the `itpay` crate (src/js) into a wasm module.
#![no_std]

extern crate itpay;
