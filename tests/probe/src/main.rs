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
//! With the feature `integers_only` it calls only what a device without floating point does, and nothing for floating point
//! is linked.
//!
//! On a machine with an operating system it is an ordinary program that makes the same calls.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod bare;
#[cfg(not(feature = "integers_only"))]
mod floats;
#[cfg(not(feature = "integers_only"))]
mod folding;
mod integers;
#[cfg(not(feature = "integers_only"))]
mod mixed;
#[cfg(not(feature = "integers_only"))]
mod sequences;
mod verbs;

#[cfg(not(target_os = "none"))]
fn main() {
    verbs::call();
}
