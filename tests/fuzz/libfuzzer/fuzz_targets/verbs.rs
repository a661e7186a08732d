#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| layernorm_fuzz::verbs(data));
