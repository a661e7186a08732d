//! Contract C6 as a linker's verdict: a bare-metal image that calls every verb of the crate and whose panic
//! handler calls a symbol that does not exist. It links only if no call can panic.
//!
//! Who panics, when it does not link: link it all the same and look for the callers.
//!
//! ```text
//! cargo rustc --release -p layernorm-probe --target thumbv6m-none-eabi -- -C link-arg=--unresolved-symbols=ignore-all
//! llvm-objdump -d --demangle target/thumbv6m-none-eabi/release/layernorm-probe | grep -E '>:$|panic|_fail'
//! ```
//!
//! On a machine with an operating system it is an ordinary program that makes the same calls.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod bare;
mod floats;
mod folding;
mod integers;
mod verbs;

#[cfg(not(target_os = "none"))]
fn main() {
    verbs::call();
}
