//! Buffers for JavaScript: asked for once per instance, of any size, and given back.

use alloc::alloc::{Layout, alloc_zeroed, dealloc as free};
use core::ptr::null_mut;
use wasm_bindgen::prelude::wasm_bindgen;

/// Alignment of every buffer: a cache line.
const ALIGN: usize = 64;

#[cfg(target_family = "wasm")]
mod allocator {
    use talc::base::binning::Binning;
    use talc::wasm::WasmGrowAndExtend;

    /// One free list for each power of two: buffers are few. 0.1 kB smaller after brotli than talc's own choice.
    struct Powers;

    impl Binning for Powers {
        type AvailabilityBitField = u32;

        fn size_to_bin(size: usize) -> u32 {
            size.checked_ilog2().unwrap_or(0)
        }
    }

    #[global_allocator]
    static ALLOCATOR: talc::cell::TalcSyncCell<WasmGrowAndExtend, Powers> =
        talc::cell::TalcSyncCell::new_wasm(WasmGrowAndExtend::new());
}

/// `bytes` of zeroed memory aligned to a cache line, or 0 when there is not that much.
#[wasm_bindgen]
pub fn alloc(bytes: usize) -> *mut u8 {
    match Layout::from_size_align(bytes, ALIGN) {
        // SAFETY: the layout is not empty.
        Ok(layout) if bytes > 0 => unsafe { alloc_zeroed(layout) },
        _ => null_mut(),
    }
}

/// Gives back what [`alloc()`] returned for the same number of bytes.
///
/// # Safety
/// `address` is from `alloc(bytes)`, not 0, and used no more.
#[wasm_bindgen]
pub unsafe fn dealloc(address: *mut u8, bytes: usize) {
    if let Ok(layout) = Layout::from_size_align(bytes, ALIGN) {
        // SAFETY: by the contract above.
        unsafe { free(address, layout) }
    }
}
