//! tract, which has RMSNorm as one operation (and takes a layer norm apart): a model of it, optimised and run.

use crate::Run;
use crate::work::{Buffers, EPSILON, Verb, Work};
use tract_core::ops::math::mul;
use tract_core::ops::nn::RmsNorm;
use tract_core::prelude::*;

struct Tract {
    runnable: Arc<TypedRunnableModel>,
    x: TValue,
    y: Option<TValue>,
}

pub fn open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    if work.verb != Verb::Rms {
        return None;
    }
    let x = Tensor::from_shape(&[work.rows, work.width], &buffers.x).ok()?.into_tvalue();
    Some(Box::new(Tract { runnable: model(work, buffers.gamma).ok()?, x, y: None }))
}

fn model(work: Work, gamma: &[f32]) -> TractResult<Arc<TypedRunnableModel>> {
    let mut model = TypedModel::default();
    let x = model.add_source("x", f32::fact([work.rows, work.width]))?;
    let norm = model.wire_node("norm", RmsNorm { axis: 1, eps: Arc::new(tensor0(EPSILON)) }, &[x])?;
    let gamma = model.add_const("gamma", Tensor::from_shape(&[1, work.width], gamma)?)?;
    let y = model.wire_node("y", mul(), &[norm[0], gamma])?;
    model.select_output_outlets(&y)?;
    model.into_optimized()?.into_runnable()
}

impl Run for Tract {
    fn run(&mut self, _: &mut Buffers) {
        self.y = self.runnable.run(tvec!(self.x.clone())).ok().and_then(|mut results| results.pop());
    }

    fn result(&mut self, _: &Buffers) -> Option<Vec<f32>> {
        let y = self.y.take().and_then(|y| y.into_tensor().into_plain_array::<f32>().ok());
        Some(y.map(|y| y.into_iter().collect()).unwrap_or_default())
    }
}
