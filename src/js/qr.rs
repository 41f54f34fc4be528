//! The `qr` wasm module: text in, a picture out.
//!
//! JavaScript writes its strings as UTF-8, one after the other, into [`input`] and calls with their lengths.
//! The answer is 0 and [`output`] the picture, or the answer says what is wrong and the output how to put it
//! right. The output stays until the next call.

#![allow(missing_docs, reason = "the crate's own interface ends before the border")]

use alloc::string::String;
use core::{cell::UnsafeCell, str};

use wasm_bindgen::prelude::*;

use crate::qr::{Error, ErrorCorrection, QrCode, SvgOptions, TerminalOptions};

/// Room for what the largest code holds, 7089 digits, and for two colours and a title.
const INPUT_BYTES: usize = 16 * 1024;

struct Memory {
    input: [u8; INPUT_BYTES],
    output: Option<&'static str>,
}

struct Cell(UnsafeCell<Memory>);

// SAFETY: a wasm instance without shared memory runs on one thread.
unsafe impl Sync for Cell {}

static MEMORY: Cell = Cell(UnsafeCell::new(Memory { input: [0; INPUT_BYTES], output: None }));

#[allow(clippy::mut_from_ref, reason = "see SAFETY")]
fn memory() -> &'static mut Memory {
    // SAFETY: every exported function takes it once and keeps it no longer than its own call, and no call
    // comes back in: nothing here calls JavaScript.
    unsafe { &mut *MEMORY.0.get() }
}

/// Where the strings are to be written, at most 16384 bytes.
#[wasm_bindgen]
pub fn input() -> *const u8 {
    memory().input.as_ptr()
}

#[wasm_bindgen]
pub fn output() -> *const u8 {
    memory().output.unwrap_or_default().as_ptr()
}

#[wasm_bindgen]
pub fn output_len() -> usize {
    memory().output.unwrap_or_default().len()
}

/// Takes the data, the dark and the light colour and the title; one of length 0 is none. `url` asks for the
/// data URL.
#[wasm_bindgen]
pub fn svg(level: u8, margin: u8, data: usize, dark: usize, light: usize, title: usize, url: bool) -> u8 {
    let memory = memory().cleared();
    let mut input = Input(&memory.input);
    let code = QrCode::new(input.take(data).unwrap_or_default(), error_correction(level));
    let default = SvgOptions::default();
    let options = SvgOptions {
        dark: input.take(dark).unwrap_or(default.dark),
        light: input.take(light).unwrap_or(default.light),
        margin,
        title: input.take(title),
    };
    let picture = code.and_then(|code| if url { code.to_data_url(&options) } else { code.to_svg(&options) });
    memory.answer(picture)
}

/// Takes the data.
#[wasm_bindgen]
pub fn terminal(level: u8, margin: u8, data: usize, invert: bool) -> u8 {
    let memory = memory().cleared();
    let code = QrCode::new(Input(&memory.input).take(data).unwrap_or_default(), error_correction(level));
    memory.answer(code.map(|code| code.to_terminal(&TerminalOptions { invert, margin })))
}

impl Memory {
    fn cleared(&mut self) -> &mut Self {
        self.output = None;
        #[cfg(not(feature = "std"))]
        bare::free_all();
        self
    }

    fn answer(&mut self, picture: Result<String, Error>) -> u8 {
        let (code, output) = match picture {
            Ok(picture) => (0, &*picture.leak()),
            Err(error) => (code(error), error.message()),
        };
        self.output = Some(output);
        code
    }
}

fn code(error: Error) -> u8 {
    match error {
        Error::Empty => 1,
        Error::TooLong => 2,
        Error::InvalidDark => 3,
        Error::InvalidLight => 4,
    }
}

fn error_correction(level: u8) -> ErrorCorrection {
    match level {
        0 => ErrorCorrection::Low,
        1 => ErrorCorrection::Medium,
        2 => ErrorCorrection::Quartile,
        _ => ErrorCorrection::High,
    }
}

/// What of the input is still to be taken.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        // SAFETY: it is what a TextEncoder wrote; wasm-bindgen's own strings go by the same promise.
        (len > 0).then(|| unsafe { str::from_utf8_unchecked(taken) })
    }
}

/// Without std, as small as this module is meant to be, a panic has nobody to tell.
#[cfg(not(feature = "std"))]
mod bare {
    use core::{
        alloc::{GlobalAlloc, Layout},
        arch::wasm32,
        cell::Cell,
        panic::PanicInfo,
        ptr::null_mut,
    };

    #[panic_handler]
    fn panic(_: &PanicInfo<'_>) -> ! {
        wasm32::unreachable()
    }

    /// Gives one piece after the other and takes none back until the next call, when nothing is in use: so the
    /// memory never grows beyond what the largest picture takes.
    struct Pile {
        top: Cell<usize>,
    }

    // SAFETY: a wasm instance without shared memory runs on one thread.
    unsafe impl Sync for Pile {}

    const PAGE: usize = 64 * 1024;

    unsafe extern "C" {
        /// Where the linker's own data ends.
        static __heap_base: u8;
    }

    // SAFETY: the pieces are aligned, inside the memory, and don't overlap. A null pointer says that there is none.
    unsafe impl GlobalAlloc for Pile {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let bottom = &raw const __heap_base as usize;
            let start = self.top.get().max(bottom).next_multiple_of(layout.align());
            let Some(end) = start.checked_add(layout.size()) else { return null_mut() };
            let missing = end.saturating_sub(wasm32::memory_size::<0>() * PAGE);
            if missing > 0 && wasm32::memory_grow::<0>(missing.div_ceil(PAGE)) == usize::MAX {
                return null_mut();
            }
            self.top.set(end);
            start as *mut u8
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static PILE: Pile = Pile { top: Cell::new(0) };

    /// To be called when nothing that was allocated is in use.
    pub fn free_all() {
        PILE.top.set(0);
    }
}
