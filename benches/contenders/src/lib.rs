//! Everything in Rust that is measured, behind one interface, for wasm (`exports`) and native (`src/bin/serve.rs`).

mod aligned;
#[cfg(not(feature = "without-gradients"))]
mod backward;
#[cfg(feature = "peers")]
mod burn;
#[cfg(all(feature = "peers", not(target_arch = "wasm32")))]
mod c;
#[cfg(feature = "peers")]
mod candle;
mod codes;
mod copy;
#[cfg(all(feature = "uncounted", any(not(target_arch = "wasm32"), target_feature = "simd128")))]
mod dequantised;
#[cfg(target_arch = "wasm32")]
mod exports;
mod gradients;
mod ours;
#[cfg(feature = "peers")]
mod rten;
mod steps;
#[cfg(all(feature = "peers", not(target_arch = "wasm32")))]
mod tract;
#[cfg(any(not(target_arch = "wasm32"), target_feature = "simd128"))]
mod two_pass;
mod work;

pub use steps::count;
use work::{Buffers, error, reference};
pub use work::{Form, Verb, Work};

/// One contender set up for one piece of work.
trait Run {
    fn run(&mut self, buffers: &mut Buffers);
    /// Fetches the result, where `run` leaves it elsewhere than in `buffers.y`; not timed. Its length is checked.
    fn result(&mut self, _: &Buffers) -> Option<Vec<f32>> {
        None
    }
}

impl<F: FnMut(&mut Buffers)> Run for F {
    fn run(&mut self, buffers: &mut Buffers) {
        self(buffers);
    }
}

/// Makes a [`Run`], or `None` where the contender has no such operation.
type Open = fn(Work, &Buffers) -> Option<Box<dyn Run>>;

/// Those of one name stand together, ours first.
const CONTENDERS: &[(&str, Form, Open)] = &[
    ("layernorm", Form::Forward, ours::open),
    ("layernorm", Form::InPlace, ours::in_place),
    ("layernorm", Form::Statistics, ours::statistics),
    #[cfg(not(feature = "without-gradients"))]
    ("layernorm", Form::Backward, backward::open),
    ("layernorm", Form::Codes16, codes::open16),
    #[cfg(feature = "uncounted")]
    ("layernorm", Form::Codes8, codes::open8),
    #[cfg(any(not(target_arch = "wasm32"), target_feature = "simd128"))]
    ("two-pass", Form::Forward, two_pass::open),
    #[cfg(all(feature = "uncounted", any(not(target_arch = "wasm32"), target_feature = "simd128")))]
    ("two-pass", Form::Codes16, dequantised::open16),
    #[cfg(all(feature = "uncounted", any(not(target_arch = "wasm32"), target_feature = "simd128")))]
    ("two-pass", Form::Codes8, dequantised::open8),
    ("copy", Form::Forward, copy::open),
    #[cfg(target_arch = "x86_64")]
    ("copy past the caches", Form::Forward, copy::past_the_caches),
    #[cfg(feature = "peers")]
    ("rten", Form::Forward, rten::open),
    #[cfg(feature = "peers")]
    ("candle", Form::Forward, candle::open),
    #[cfg(feature = "peers")]
    ("candle", Form::Backward, candle::backward),
    #[cfg(feature = "peers")]
    ("burn-ndarray", Form::Forward, burn::ndarray),
    #[cfg(feature = "peers")]
    ("burn-flex", Form::Forward, burn::flex),
    #[cfg(all(feature = "peers", not(target_arch = "wasm32")))]
    ("tract", Form::Forward, tract::open),
    #[cfg(all(feature = "peers", not(target_arch = "wasm32")))]
    ("c", Form::Forward, c::open),
    #[cfg(all(feature = "peers", not(target_arch = "wasm32")))]
    ("c", Form::Backward, c::backward),
    #[cfg(all(feature = "peers", not(target_arch = "wasm32")))]
    ("c", Form::Codes16, c::codes16),
    #[cfg(all(feature = "peers", not(target_arch = "wasm32")))]
    ("c", Form::Codes8, c::codes8),
];

pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = CONTENDERS.iter().map(|(name, ..)| *name).collect();
    names.dedup();
    names
}

pub struct Case {
    buffers: Buffers,
    run: Box<dyn Run>,
    /// Of the first run, against f64: in codes or else in units of max(1, |y|).
    pub error: f64,
}

impl Case {
    pub fn open(contender: &str, work: Work) -> Option<Self> {
        let Work { form, .. } = work;
        let (.., open) = CONTENDERS.iter().find(|entry| (entry.0, entry.1) == (contender, form))?;
        let mut buffers = Buffers::new(work);
        if let Some(steps) = form.steps() {
            codes::round(&mut buffers, steps);
        }
        let mut run = open(work, &buffers)?;
        let expected = match form.steps() {
            _ if contender.starts_with("copy") => buffers.x.iter().map(|&x| x.into()).collect(),
            _ if form == Form::Backward => gradients::reference(work, &buffers),
            Some(steps) => codes::rounded(reference(work, &buffers), work.form, steps),
            None => reference(work, &buffers),
        };
        run.run(&mut buffers);
        let y = run.result(&buffers);
        let error = error(y.as_deref().unwrap_or(&buffers.y), &expected, form.steps());
        Some(Self { buffers, run, error })
    }

    pub fn run(&mut self, times: usize) {
        for _ in 0..times {
            self.run.run(std::hint::black_box(&mut self.buffers));
        }
    }
}
