//! Prints the digest natively; on wasm, exports it to JavaScript.

use layernorm_digest::{Hash, Large, Memory, digest, storage};
use std::sync::Mutex;

/// In a `static`: 400 kB are too much for the stack of a wasm module.
static MEMORY: Mutex<Large> = Mutex::new(storage());

/// One line for each group and a last one for the whole.
fn report() -> String {
    let mut text = String::new();
    let mut storage = MEMORY.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let total = digest(&mut Memory::new(&mut storage), |name, hash| text += &line(name, hash));
    text + &line("total", &total)
}

fn line(name: &str, hash: &Hash) -> String {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name} {hex}\n")
}

/// The digest, for whoever loads the module.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(js_name = digest)]
pub fn exported() -> String {
    report()
}

fn main() {
    if cfg!(not(target_arch = "wasm32")) {
        print!("{}", report());
    }
}
