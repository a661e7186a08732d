//! Norms of quantised codes: parameters that are folded once into memory of JavaScript's, and rows of codes with them.

use core::slice::{from_raw_parts, from_raw_parts_mut};
use layernorm::quantized::{Code, Norm, Params, Scale};
use layernorm::{Averaging, Error, FoldError, Layer, Rms};

/// JavaScript writes it into the memory of the module once and passes its address with each call. 0 is absent.
#[repr(C)]
pub struct Codes {
    /// Rows × width codes of the input's type, of the output's, and of the input's.
    x: *const u8,
    y: *mut u8,
    residual: *mut u8,
    /// `width` numbers each; needed by [`fold`] and [`report`].
    gamma: *const f32,
    beta: *const f32,
    /// `width` integers each, for those that γ and β become.
    folded: [*mut i32; 2],
    /// For what [`fold`] writes.
    params: *mut Folded,
    width: usize,
    /// Of [`CENTRED`], and the numbers of the types of both from [`INPUT`] and [`OUTPUT`] on.
    flags: u32,
    epsilon: f32,
    input: Steps,
    output: Steps,
    stream: Steps,
}

/// A scale, and the code of 0 that it has.
#[derive(Clone, Copy)]
#[repr(C)]
struct Steps {
    scale: f32,
    zero_point: i32,
}

/// Parameters, whatever codes they are for.
#[repr(C, align(16))]
pub struct Folded([u8; 160]);

const CENTRED: u32 = 1;
const INPUT: u32 = 1;
const OUTPUT: u32 = 3;

/// Of codes `X` that become codes `Y`; the integers are where JavaScript has room for them.
type Kept<X, Y> = Params<X, Y, &'static [i32]>;

#[cfg(target_family = "wasm")]
const _: () = assert!(size_of::<Kept<i16, i16>>() <= size_of::<Folded>());

/// `$do` with the types of codes that a call has: 0 is i8, 1 is u8, 2 is i16.
macro_rules! with_types {
    ($flags:expr, $X:ident, $Y:ident => $do:expr) => {{
        macro_rules! with_output {
            ($input:ty) => {{
                type $X = $input;
                match $flags >> OUTPUT & 3 {
                    0 => {
                        type $Y = i8;
                        $do
                    }
                    1 => {
                        type $Y = u8;
                        $do
                    }
                    _ => {
                        type $Y = i16;
                        $do
                    }
                }
            }};
        }
        match $flags >> INPUT & 3 {
            0 => with_output!(i8),
            1 => with_output!(u8),
            _ => with_output!(i16),
        }
    }};
}

/// What [`fold`] answers, an index above the lowest three bits.
#[repr(u32)]
enum Wrong {
    Nothing,
    Gamma,
    Beta,
    /// ε, for the steps of the input.
    Epsilon,
    /// ε, for those of the residual.
    EpsilonOfStream,
    Ratio,
    /// What JavaScript has looked at before.
    Argument,
}

impl From<FoldError> for Wrong {
    fn from(error: FoldError) -> Self {
        match error {
            FoldError::BeyondScale { parameter: "gamma", .. } => Self::Gamma,
            FoldError::BeyondScale { .. } => Self::Beta,
            FoldError::EpsilonBeyondScale { of: "input", .. } => Self::Epsilon,
            FoldError::EpsilonBeyondScale { .. } => Self::EpsilonOfStream,
            FoldError::ScaleRatio { .. } => Self::Ratio,
            _ => Self::Argument,
        }
    }
}

impl Steps {
    /// Zero points have been looked at by JavaScript.
    fn of<Q: TryFrom<i32> + Default>(self) -> Scale<Q> {
        Scale { scale: self.scale, zero_point: Q::try_from(self.zero_point).unwrap_or_default() }
    }
}

impl Codes {
    /// # Safety
    /// That of [`fold`].
    unsafe fn fold<X, Y>(&self) -> Result<Kept<X, Y>, FoldError>
    where
        X: Code + TryFrom<i32> + Default,
        Y: Code + TryFrom<i32> + Default,
    {
        // SAFETY: `width` numbers each, which overlap nothing, by the contract.
        let ([gamma, beta], to) =
            unsafe { (self.features(), self.folded.map(|to| from_raw_parts_mut(to, self.width))) };
        let (input, output, epsilon) = (self.input.of(), self.output.of(), self.epsilon);
        let has_residual = !self.residual.is_null();
        // A sum has an ε of its own; that of the input alone, which is not normalised then, may be out of range.
        let of_input = if has_residual { 0.0 } else { epsilon };
        let params = Params::fold_into(gamma, beta, input, output, of_input, to)?;
        if has_residual { params.with_residual(input, self.stream.of(), epsilon) } else { Ok(params) }
    }

    /// γ and β.
    ///
    /// # Safety
    /// That of [`fold`].
    unsafe fn features<'a>(&self) -> [&'a [f32]; 2] {
        // SAFETY: the contract is the same.
        [self.gamma, self.beta].map(|at| unsafe { from_raw_parts(at, self.width) })
    }

    /// # Safety
    /// That of [`forward_codes`]; `X` and `Y` are the types that were folded for.
    unsafe fn forward<X: Code, Y: Code, K: Averaging>(&self, rows: usize) -> Result<(), Error> {
        let all = rows * self.width;
        // SAFETY: rows × width codes, and what [`fold`] wrote, by the contract; `y` and `residual` overlap nothing.
        let (params, x, y) = unsafe {
            (
                &*self.params.cast::<Kept<X, Y>>(),
                from_raw_parts(self.x.cast::<X>(), all),
                from_raw_parts_mut(self.y.cast::<Y>(), all),
            )
        };
        let norm = Norm::<X, Y, K>::new(params);
        if self.residual.is_null() {
            return norm.forward(x, y);
        }
        // SAFETY: as above.
        norm.forward_residual(x, unsafe { from_raw_parts_mut(self.residual.cast(), all) }, y)
    }
}

/// Folds γ, β, the scales and ε to integers. 0, or what is wrong.
///
/// # Safety
/// `codes` is the address of a call of which `gamma`, `beta` and `folded` are those of `width` numbers, aligned to 4, and
/// `params` that of a [`Folded`], aligned to 16, which stay where they are as long as it. What is written overlaps nothing,
/// and nobody else is at it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fold(codes: *const Codes) -> u32 {
    // SAFETY: the contract above.
    let folded = unsafe {
        let codes = &*codes;
        with_types!(codes.flags, X, Y => match codes.fold::<X, Y>() {
            Ok(params) => {
                codes.params.cast::<Kept<X, Y>>().write(params);
                Ok(())
            }
            Err(error) => Err(error),
        })
    };
    match folded {
        Ok(()) => Wrong::Nothing as u32,
        Err(error) => {
            let index = if let FoldError::BeyondScale { index, .. } = error { index as u32 } else { 0 };
            Wrong::from(error) as u32 | index << 3
        }
    }
}

/// `y = norm(x)`, or with a residual: `y = norm(x + residual); residual = x + residual`. False where an argument is wrong: a
/// backstop, for JavaScript has checked before.
///
/// # Safety
/// `codes` is the address of a call that [`fold`] has folded; `x`, `y` and, unless that is 0, `residual` are those of rows ×
/// width codes, aligned to 2. What is written overlaps nothing, and nobody else is at it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn forward_codes(codes: *const Codes, rows: usize) -> bool {
    // SAFETY: the contract above.
    unsafe {
        let codes = &*codes;
        with_types!(codes.flags, X, Y => if codes.flags & CENTRED == 0 {
            codes.forward::<X, Y, Rms>(rows)
        } else {
            codes.forward::<X, Y, Layer>(rows)
        })
        .is_ok()
    }
}

/// Writes what folding did to `to`: the largest errors of γ and of β in steps of the output, how many features saturate by β
/// alone, and up to which |x̂| none does. Nothing where an argument is wrong.
///
/// # Safety
/// `codes` is as for [`forward_codes`], its `gamma` and `beta` as for [`fold`]; `to` is the address of four numbers of 64
/// bits, aligned to 8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn report(codes: *const Codes, to: *mut [f64; 4]) {
    // SAFETY: the contract above.
    unsafe {
        let codes = &*codes;
        let [gamma, beta] = codes.features();
        let report = with_types!(codes.flags, X, Y => {
            (*codes.params.cast::<Kept<X, Y>>()).report(gamma, beta, codes.output.of())
        });
        if let Ok(report) = report {
            to.write([
                report.gamma_error,
                report.beta_error,
                report.saturated as f64,
                report.largest_normalised,
            ]);
        }
    }
}
