//! Every input of the kept corpora, and some thousand random ones of each target.

use layernorm_fuzz::{TARGETS, Target};
use std::fs;
use std::path::PathBuf;

/// Of each target, unless `LAYERNORM_FULL` is set.
const RANDOM: usize = 500;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let files = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn target(name: &str) -> Target {
    TARGETS.into_iter().find(|(of, _)| *of == name).unwrap()
}

fn replay(name: &str) {
    let (_, run) = target(name);
    let inputs = corpus(name);
    for (path, bytes) in &inputs {
        // Printed when it fails.
        println!("{}", path.display());
        run(bytes);
    }
    println!("{name}: {} inputs", inputs.len());
}

/// SplitMix64 (Steele, Lea, Flood 2014): without the fuzzer, random bytes reach most of a target as well.
fn random(name: &str) {
    let (_, run) = target(name);
    let mut state = name.len() as u64;
    let mut bits = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let count = if std::env::var_os("LAYERNORM_FULL").is_some() { 40 * RANDOM } else { RANDOM };
    for i in 0..count {
        let len = bits() as usize % 600;
        let bytes: Vec<u8> = (0..len).map(|_| bits() as u8).collect();
        println!("{name}, random input {i}: {bytes:02x?}");
        run(&bytes);
    }
}

macro_rules! targets {
    ($($name:ident),*) => {
        $(mod $name {
            #[test]
            fn holds_on_its_corpus() {
                super::replay(stringify!($name));
            }

            #[test]
            fn holds_on_random_bytes() {
                super::random(stringify!($name));
            }
        })*
    };
}
targets!(verbs, gradients, integers, streaming, files);
