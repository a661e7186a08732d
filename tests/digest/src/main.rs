//! Prints the digest natively, with `--reduced` that of fewer cases; on wasm, exports it to JavaScript.

use layernorm_digest::{Hash, Large, Memory, digest, storage};
use std::sync::Mutex;

/// In a `static`: 400 kB are too much for the stack of a wasm module.
static MEMORY: Mutex<Large> = Mutex::new(storage());

/// One line for each group and a last one for the whole.
fn report(reduced: bool) -> String {
    let mut text = String::new();
    let mut storage = MEMORY.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let memory = Memory::new(&mut storage);
    let mut memory = if reduced { memory.reduced() } else { memory };
    let total = digest(&mut memory, |name, hash| text += &line(name, hash));
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
    report(false)
}

fn main() {
    if cfg!(not(target_arch = "wasm32")) {
        let reduced = std::env::args().skip(1).any(|argument| argument == "--reduced");
        print!("{}", report(reduced));
    }
}
