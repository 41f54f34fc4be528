//! The `webhooks` wasm module: verifies and makes webhook signatures on memory that never grows.
//!
//! JavaScript writes a signature header into [`header_buffer`] and the body, piece by piece if it is
//! long, into [`body_buffer`], and gets numbers back: nothing is allocated, copied twice or formatted.
//! Keys live here under numbers that JavaScript chose; the oldest make room for new ones.

#![allow(missing_docs, reason = "the crate's own interface ends before the border")]

use core::{array, cell::UnsafeCell};

use wasm_bindgen::prelude::*;

use crate::signature::{Header, Key, MAX_HEADER_BYTES, Mac, Problem, Tag};

const BODY_BYTES: usize = 64 * 1024;
const KEYS: usize = 16;

struct Memory {
    header: [u8; MAX_HEADER_BYTES],
    body: [u8; BODY_BYTES],
    keys: [Option<(u32, Key)>; KEYS],
    /// A message of which the first pieces are in.
    begun: Option<Mac>,
}

struct Cell(UnsafeCell<Memory>);

// SAFETY: a wasm instance without shared memory runs on one thread.
unsafe impl Sync for Cell {}

static MEMORY: Cell = Cell(UnsafeCell::new(Memory {
    header: [0; MAX_HEADER_BYTES],
    body: [0; BODY_BYTES],
    keys: [const { None }; KEYS],
    begun: None,
}));

#[allow(clippy::mut_from_ref, reason = "see SAFETY")]
fn memory() -> &'static mut Memory {
    // SAFETY: every exported function takes it once and keeps it no longer than its own call, and no call
    // comes back in: nothing here calls JavaScript.
    unsafe { &mut *MEMORY.0.get() }
}

// What the functions below answer with, besides 0 for a signature that is right. A bad secret also means that the
// key is not here.
fn code(result: Result<(), Problem>) -> u8 {
    match result {
        Ok(()) => 0,
        Err(Problem::MissingHeader) => 1,
        Err(Problem::MalformedHeader) => 2,
        Err(Problem::NoMatch) => 3,
        Err(Problem::TooOld) => 4,
        Err(Problem::TooNew) => 5,
        Err(Problem::BadSecret) => 6,
    }
}

/// Where a header is to be written, at most 4096 bytes.
#[wasm_bindgen]
pub fn header_buffer() -> *const u8 {
    memory().header.as_ptr()
}

/// Where a piece of a body is to be written, at most 65536 bytes. A key's secret goes there, too.
#[wasm_bindgen]
pub fn body_buffer() -> *const u8 {
    memory().body.as_ptr()
}

/// Makes a key of the secret in the body buffer, and wipes the secret.
#[wasm_bindgen]
pub fn set_key(number: u32, secret_len: usize) -> u8 {
    let memory = memory();
    let secret = memory.body.get_mut(..secret_len).unwrap_or_default();
    let key = Key::new(secret);
    secret.fill(0);
    let problem = code(key.as_ref().map(|_| ()).map_err(|problem| *problem));
    if let (Ok(key), Some(slot)) = (key, memory.keys.get_mut(number as usize % KEYS)) {
        *slot = Some((number, key));
    }
    problem
}

/// Takes a piece of a body that is longer than the buffer; `first` begins a new message.
#[wasm_bindgen]
pub fn absorb(key: u32, header_len: usize, first: bool, piece_len: usize) {
    let memory = memory();
    let mac = memory.mac(key, header_len, first, piece_len);
    memory.begun = mac.ok();
}

/// Takes the last piece, which is also the first of a short body, and verifies.
#[wasm_bindgen]
pub fn verify(key: u32, header_len: usize, first: bool, piece_len: usize, now: f64, max_age: f64) -> u8 {
    let memory = memory();
    code(memory.mac(key, header_len, first, piece_len).and_then(|mac| {
        let header = memory.parse_header(header_len)?;
        check(&header, &mac.finish(), now, max_age)
    }))
}

/// Verifies a code that the runtime's own HMAC computed, 32 bytes in the body buffer.
#[wasm_bindgen]
pub fn verify_tag(header_len: usize, now: f64, max_age: f64) -> u8 {
    let memory = memory();
    code(memory.parse_header(header_len).and_then(|header| {
        let bytes = array::from_fn(|index| memory.body.get(index).copied().unwrap_or_default());
        check(&header, &Tag::from_bytes(bytes), now, max_age)
    }))
}

/// Takes the last piece and writes its code as 64 digits into the header buffer.
#[wasm_bindgen]
pub fn sign(key: u32, header_len: usize, first: bool, piece_len: usize) -> u8 {
    let memory = memory();
    code(memory.mac(key, header_len, first, piece_len).map(|mac| {
        for (place, digit) in memory.header.iter_mut().zip(mac.finish().to_hex()) {
            *place = digit;
        }
    }))
}

impl Memory {
    fn key(&self, number: u32) -> Option<&Key> {
        let slot = self.keys.get(number as usize % KEYS)?.as_ref()?;
        (slot.0 == number).then_some(&slot.1)
    }

    fn parse_header(&self, len: usize) -> Result<Header<'_>, Problem> {
        Header::parse(self.header.get(..len).ok_or(Problem::MalformedHeader)?)
    }

    fn mac(&mut self, key: u32, header_len: usize, first: bool, piece_len: usize) -> Result<Mac, Problem> {
        let begun = self.begun.take();
        let mut mac = match begun {
            Some(mac) if !first => mac,
            _ => self.parse_header(header_len)?.mac(self.key(key).ok_or(Problem::BadSecret)?),
        };
        mac.update(self.body.get(..piece_len).unwrap_or_default());
        Ok(mac)
    }
}

/// JavaScript's numbers: seconds that may have decimals, and `Infinity` for any age.
fn check(header: &Header<'_>, tag: &Tag, now: f64, max_age: f64) -> Result<(), Problem> {
    header.check(tag)?;
    header.check_age(now as u64, max_age.is_finite().then_some(max_age as u64))
}

/// Without std, as small as this module is meant to be, a panic has nobody to tell.
#[cfg(not(feature = "std"))]
mod bare {
    use core::{alloc::GlobalAlloc, alloc::Layout, panic::PanicInfo, ptr::null_mut};

    #[panic_handler]
    fn panic(_: &PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }

    /// wasm-bindgen asks for an allocator. Nothing here allocates, so there is nothing to give.
    struct Nothing;

    // SAFETY: a null pointer says that the allocation failed.
    unsafe impl GlobalAlloc for Nothing {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 {
            null_mut()
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static NOTHING: Nothing = Nothing;
}
