//! Everything in Rust that is measured, behind one interface, for wasm (`exports`) and native (`src/bin/serve.rs`).

mod aligned;
mod backward;
#[cfg(feature = "peers")]
mod burn;
#[cfg(feature = "peers")]
mod candle;
mod codes;
mod copy;
#[cfg(target_arch = "wasm32")]
mod exports;
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
pub use work::{Verb, Work};

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

const CONTENDERS: &[(&str, Open)] = &[
    // At these places the interpreter of the budget (`count`) expects them.
    ("layernorm", ours::open),
    ("layernorm-in-place", ours::in_place),
    ("layernorm-statistics", ours::statistics),
    ("layernorm-codes", codes::open),
    ("layernorm-backward", backward::open),
    #[cfg(any(not(target_arch = "wasm32"), target_feature = "simd128"))]
    ("two-pass", two_pass::open),
    ("copy", copy::open),
    #[cfg(feature = "peers")]
    ("rten", rten::open),
    #[cfg(feature = "peers")]
    ("candle", candle::open),
    #[cfg(feature = "peers")]
    ("burn-ndarray", burn::ndarray),
    #[cfg(feature = "peers")]
    ("burn-flex", burn::flex),
    #[cfg(all(feature = "peers", not(target_arch = "wasm32")))]
    ("tract", tract::open),
];

pub fn names() -> impl Iterator<Item = &'static str> {
    CONTENDERS.iter().map(|(name, _)| *name)
}

pub struct Case {
    buffers: Buffers,
    run: Box<dyn Run>,
    /// Of the first run, against f64.
    pub error: f64,
}

impl Case {
    pub fn open(contender: &str, work: Work) -> Option<Self> {
        let (name, open) = CONTENDERS.iter().find(|(name, _)| *name == contender)?;
        let mut buffers = Buffers::new(work);
        if *name == "layernorm-codes" {
            codes::round(&mut buffers);
        }
        let mut run = open(work, &buffers)?;
        let expected = match *name {
            "copy" => buffers.x.iter().map(|&x| x.into()).collect(),
            "layernorm-backward" => backward::reference(work, &buffers),
            "layernorm-codes" => reference(work, &buffers).into_iter().map(codes::rounded).collect(),
            _ => reference(work, &buffers),
        };
        run.run(&mut buffers);
        let error = match run.result(&buffers) {
            Some(y) => error(&y, &expected),
            None => error(&buffers.y, &expected),
        };
        Some(Self { buffers, run, error })
    }

    pub fn run(&mut self, times: usize) {
        for _ in 0..times {
            self.run.run(std::hint::black_box(&mut self.buffers));
        }
    }
}
