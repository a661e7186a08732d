//! What a verb takes of the flash: the program calls the one that `LAYERNORM_VERB` names, or none, and is only linked.
//!
//! There is nothing else in it. Slices are empty, but `black_box` hides even their lengths; what must be static is in the
//! program that calls no verb as well.
#![no_std]
#![no_main]

// Not from the library, whose panic handler prints.
#[path = "../chosen.rs"]
mod chosen;

use core::hint::{black_box, spin_loop};
use core::panic::PanicInfo;
#[cfg(target_arch = "arm")]
use cortex_m_rt::entry;
use fixed::types::{I2F6, I2F14, I2F30, I4F4, I4F12, I8F24};
use layernorm::fixed::{self as fixed_point, Number};
use layernorm::quantized::{self, Code, Params, Scale};
use layernorm::sequence::{self, Gru};
use layernorm::{
    Averaging, CumulativeSums, DynamicTanh, Error, Finish, FoldError, FormatError, Heads, L2Norm, Layer,
    LayerNorm, Moments, ParamGrads, Rms, RmsNorm,
};
#[cfg(target_arch = "riscv32")]
use riscv_rt::entry;

const WIDTH: usize = 64;

type Quantized<X> = Params<X, X, [i32; WIDTH]>;

/// Folded before, as a device has them.
struct Folded {
    of_16: Quantized<i16>,
    of_8: Quantized<i8>,
}

static FOLDED: Folded = Folded { of_16: params(3), of_8: params(1) };

#[entry]
fn main() -> ! {
    let folded = black_box(&FOLDED);
    black_box(call(folded));
    loop {
        spin_loop();
    }
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {}
}

/// Only the verb that is named is compiled: the others are gone before there is any code of them.
macro_rules! verbs {
    ($folded:ident; $($verb:literal, $of:literal => $call:expr,)*) => {
        const ONE: bool = !chosen::VERB.is_empty();
        const KNOWN: bool = $(chosen::verb($verb) && chosen::of($of))||*;
        const _: () = assert!(KNOWN, "LAYERNORM_VERB names no verb of this program");

        fn call($folded: &'static Folded) -> bool {
            $(if const { ONE && chosen::verb($verb) && chosen::of($of) } {
                return is_without_residual($call);
            })*
            false
        }
    };
}

verbs! { folded;
    "LayerNorm", "f32" => layer_norm().and_then(|norm| norm.forward(slice(), slice_mut())),
    "RmsNorm", "f32" => rms_norm(),
    "forward_residual", "f32" =>
        layer_norm().and_then(|norm| norm.forward_residual(slice(), slice_mut(), slice_mut())),
    "Moments", "f32" => moments(),
    "backward", "f32" => backward(),
    "forward_cumulative", "f32" => cumulative(),
    "L2Norm", "f32" => L2Norm::new(black_box(WIDTH))
        .and_then(|norm| norm.with_gamma(slice())?.forward(slice(), slice_mut())),
    "forward_qk_in_place", "f32" => queries_and_keys(),
    "DynamicTanh", "f32" => dynamic_tanh(),
    "LayerNorm", "i16 fixed" => fixed::<I4F12, I2F14, Layer>(),
    "RmsNorm", "i16 fixed" => fixed::<I4F12, I2F14, Rms>(),
    "LayerNorm", "i8 fixed" => fixed::<I4F4, I2F6, Layer>(),
    "LayerNorm", "i32 fixed" => fixed::<I8F24, I2F30, Layer>(),
    "LayerNorm", "i16 quantised" => quantized::LayerNorm::new(&folded.of_16).forward(slice(), slice_mut()),
    "LayerNorm", "i8 quantised" => quantized::LayerNorm::new(&folded.of_8).forward(slice(), slice_mut()),
    "forward_residual", "i8 quantised" =>
        quantized::LayerNorm::new(&folded.of_8).forward_residual(slice(), slice_mut(), slice_mut()),
    "Moments", "i8 quantised" => code_moments(folded),
    "forward_cumulative", "i8 quantised" => quantized::LayerNorm::new(&folded.of_8).forward_cumulative(
        black_box(&mut quantized::CumulativeSums::new()),
        slice(),
        slice_mut(),
    ),
    "GroupNorm", "i8 quantised" => group_norm(folded),
    "DynamicTanh", "i8 quantised" => code_tanh(folded),
    "Params::from_bytes", "i8 quantised" => Quantized::<i8>::from_bytes(slice()).map(keep),
    "Classifier", "i8 GRU" => fixed_gru(),
    "Classifier", "f32 GRU" => float_gru(),
}

/// Looks at the error, so that none is left out.
fn is_without_residual<E: From<Error> + PartialEq>(result: Result<(), E>) -> bool {
    result == Err(Error::NoResidual.into())
}

fn slice<'a, T>() -> &'a [T] {
    black_box(&[])
}

fn slice_mut<'a, T>() -> &'a mut [T] {
    black_box(&mut [])
}

fn keep<T>(value: T) {
    black_box(&value);
}

fn layer_norm() -> Result<LayerNorm<'static>, Error> {
    LayerNorm::new(black_box(WIDTH))?.with_gamma(slice())?.with_beta(slice())
}

fn rms_norm() -> Result<(), Error> {
    RmsNorm::new(black_box(WIDTH))?.with_gamma(slice())?.forward(slice(), slice_mut())
}

fn moments() -> Result<(), Error> {
    let norm = layer_norm()?;
    let mut moments = Moments::new();
    loop {
        moments.push(slice())?;
        if let Finish::Done(stats) = moments.finish(1e-5)? {
            return norm.apply(&stats, black_box(0), slice(), slice_mut());
        }
    }
}

fn backward() -> Result<(), Error> {
    let gradients = ParamGrads { gamma: Some(slice_mut()), beta: Some(slice_mut()) };
    layer_norm()?.backward(slice(), slice(), slice(), slice_mut(), gradients)
}

fn cumulative() -> Result<(), Error> {
    layer_norm()?.forward_cumulative(black_box(&mut CumulativeSums::new()), slice(), slice_mut())
}

fn queries_and_keys() -> Result<(), Error> {
    let norm = RmsNorm::new(black_box(WIDTH))?.with_gamma(slice())?;
    let heads = Heads { queries: 1, keys: 1, stride: 2 * WIDTH };
    norm.forward_qk_in_place(&norm, black_box(heads), slice_mut())
}

fn dynamic_tanh() -> Result<(), Error> {
    let dyt = DynamicTanh::new(black_box(WIDTH), black_box(0.5))?;
    dyt.with_gamma(slice())?.with_beta(slice())?.forward(slice(), slice_mut())
}

fn code_moments(folded: &Folded) -> Result<(), Error> {
    let mut moments = quantized::Moments::new();
    moments.push(slice())?;
    quantized::LayerNorm::new(&folded.of_8).apply(&moments, black_box(0), slice(), slice_mut())
}

fn group_norm(folded: &Folded) -> Result<(), FoldError> {
    let [groups, positions] = black_box([2, 32]);
    let scale = Scale { scale: black_box(0.5), zero_point: 0 };
    quantized::GroupNorm::new(&folded.of_8, groups, positions, scale, 1e-5)?.forward(slice(), slice_mut())?;
    Ok(())
}

fn code_tanh(folded: &Folded) -> Result<(), FoldError> {
    let scale = Scale { scale: black_box(0.5), zero_point: 0 };
    quantized::DynamicTanh::new(&folded.of_8, black_box(0.5), scale)?.forward(slice(), slice_mut())?;
    Ok(())
}

fn fixed<X: Number, P: Number, K: Averaging>() -> Result<(), Error> {
    let norm = fixed_point::Norm::<X, X, K>::new(black_box(WIDTH))?;
    norm.with_gamma::<P>(slice())?.with_beta::<X>(slice())?.forward(slice(), slice_mut())
}

fn fixed_gru() -> Result<(), FormatError> {
    let classifier = sequence::fixed::Classifier::<Gru, i8>::from_bytes(slice())?;
    let mut session = classifier.start(slice_mut(), slice_mut())?;
    session.push(slice())?;
    session.logits(slice_mut())?;
    Ok(())
}

fn float_gru() -> Result<(), FormatError> {
    let classifier = sequence::Classifier::<Gru, Layer>::from_bytes(slice(), slice_mut())?;
    let mut session = classifier.start(slice_mut())?;
    session.push(slice())?;
    session.logits(slice_mut())?;
    Ok(())
}

/// Zeros, with a residual.
const fn params<X: Code>(tag: u8) -> Quantized<X> {
    const MULTIPLIER: usize = 32;
    let mut bytes = [0; Quantized::<i8>::BYTES];
    let header = [b'L', b'N', b'Q', b'1', tag, tag, 0, 0, WIDTH as u8];
    let mut i = 0;
    while i < header.len() {
        bytes[i] = header[i];
        i += 1;
    }
    bytes[MULTIPLIER] = 1;
    match Quantized::<X>::from_bytes(&bytes) {
        Ok(params) => params,
        Err(_) => panic!("the bytes are parameters"),
    }
}
