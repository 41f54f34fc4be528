//! The allocator of the modules that handle keys. It wipes freed blocks, so that no copy of a key stays in memory.

use core::alloc::{GlobalAlloc, Layout};
use std::alloc::System;

struct Wiping;

#[global_allocator]
static WIPING: Wiping = Wiping;

// SAFETY: it is System, and only writes into blocks that are no longer used. `realloc` is the trait's own, which moves a
// block by alloc and dealloc.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's guarantees are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // A loop, because memory.fill is a call out of the module and blocks are short. Volatile, so that it stays.
        let words = if block.cast::<u64>().is_aligned() { layout.size() / 8 } else { 0 };
        for index in 0..words {
            // SAFETY: until it is freed, the block has the requested size.
            unsafe { block.cast::<u64>().add(index).write_volatile(0) };
        }
        for index in words * 8..layout.size() {
            // SAFETY: as above.
            unsafe { block.add(index).write_volatile(0) };
        }
        // SAFETY: the caller's guarantees are passed on.
        unsafe { System.dealloc(block, layout) };
    }
}
