//! The memory of values: `ram, WHAT, TYPE, BYTES`.
#![no_std]
#![no_main]

use fixed::types::I4F12;
use layernorm::quantized::{self, Params};
use layernorm::sequence::{self, Gru, Layer};
use layernorm::{CumulativeSums, LayerNorm, Moments, RowStats, fixed as fixed_point};
use layernorm_firmware::recording::{CODES, SPEAKERS, UNITS};
use layernorm_firmware::{entry, host, line};

type Float<'a> = sequence::Classifier<'a, Gru, Layer>;
type Fixed<'a> = sequence::fixed::Classifier<'a, Gru, i8>;

const INPUTS: usize = CODES.frames[0].len();

#[entry]
fn main() -> ! {
    print("LayerNorm", "f32", size_of::<LayerNorm>());
    print("LayerNorm", "i16 fixed", size_of::<fixed_point::LayerNorm<I4F12>>());
    print("LayerNorm", "i8 quantised", size_of::<quantized::LayerNorm<i8>>());
    print("Params of 64 features", "i8 quantised", size_of::<Params<i8, i8, [i32; 64]>>());
    print("RowStats", "f32", size_of::<RowStats>());
    print("Moments", "f32", size_of::<Moments>());
    print("Moments", "i8 quantised", size_of::<quantized::Moments<i8>>());
    print("CumulativeSums", "f32", size_of::<CumulativeSums>());
    print("CumulativeSums", "i8 quantised", size_of::<quantized::CumulativeSums<i8>>());
    print("Classifier", "i8 GRU", size_of::<Fixed>());
    print("Session", "i8 GRU", size_of::<sequence::fixed::Session<Gru, i8>>());
    let words = Fixed::words_len(UNITS) * size_of::<i32>();
    print("words and codes of 32 units", "i8 GRU", words + Fixed::codes_len(UNITS) * size_of::<i16>());
    print("Classifier", "f32 GRU", size_of::<Float>());
    print("Session", "f32 GRU", size_of::<sequence::Session<Gru, Layer>>());
    print("memory of 32 units", "f32 GRU", Float::memory_len(UNITS) * size_of::<f32>());
    let weights = Float::weights_len(INPUTS, UNITS, SPEAKERS) * size_of::<f32>();
    print("weights of the speaker network", "f32 GRU", weights);
    host::exit(true)
}

fn print(what: &str, of: &str, bytes: usize) {
    line!("ram, {what}, {of}, {bytes}");
}
