//! The allocator of the modules that are given keys: what is given back is wiped, so that no copy of a key stays behind,
//! whoever made it.

use core::alloc::{GlobalAlloc, Layout};
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
        // A loop, as memory.fill is a call out of the module, and blocks are short. Volatile, so that it stays one.
        let words = if block.cast::<u64>().is_aligned() { layout.size() / 8 } else { 0 };
        for index in 0..words {
            // SAFETY: until it is given back, the block is as large as it was asked for.
            unsafe { block.cast::<u64>().add(index).write_volatile(0) };
        }
        for index in words * 8..layout.size() {
            // SAFETY: as above.
            unsafe { block.add(index).write_volatile(0) };
        }
        // SAFETY: what holds for this call holds for that one.
        unsafe { System.dealloc(block, layout) };
    }
}
