//! The allocator of the modules that are given keys: what is given back is wiped, so that no copy of a key stays behind,
//! whoever made it.

use core::{
    alloc::{GlobalAlloc, Layout},
    sync::atomic::{Ordering, compiler_fence},
};
use std::alloc::System;

struct Wiping;

#[global_allocator]
static WIPING: Wiping = Wiping;

// SAFETY: it is System, but for what is written into a block that nobody reads any more. A block that grows moves by the
// trait's own `realloc`, which gives the old one back here.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: what holds for this call holds for that one.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: until it is given back, the block is as large as it was asked for.
        unsafe { block.write_bytes(0, layout.size()) };
        compiler_fence(Ordering::SeqCst);
        // SAFETY: what holds for this call holds for that one.
        unsafe { System.dealloc(block, layout) };
    }
}
