//! candle's fused CPU operations; a call allocates its result, as every call of candle's does. Gradients are those of its
//! layer norm that is made of operations, which are computed forward for them too: the fused one has none.

use crate::Run;
use crate::gradients::dy;
use crate::work::{Buffers, EPSILON, Verb, Work};
use candle_core::{Device, Result, Tensor, Var};
use candle_nn::ops::{layer_norm, layer_norm_slow, rms_norm};

struct Candle {
    verb: Verb,
    x: Tensor,
    residual: Tensor,
    gamma: Tensor,
    beta: Tensor,
    y: Option<Tensor>,
}

pub fn open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let tensor = |from: &[f32], shape: &[usize]| Tensor::from_slice(from, shape, &Device::Cpu).ok();
    let shape = [work.rows, work.width];
    let residual = if work.verb == Verb::Residual { &*buffers.residual } else { &*buffers.x };
    Some(Box::new(Candle {
        verb: work.verb,
        x: tensor(&buffers.x, &shape)?,
        residual: tensor(residual, &shape)?,
        gamma: tensor(buffers.gamma, &shape[1..])?,
        beta: tensor(buffers.beta, &shape[1..])?,
        y: None,
    }))
}

impl Run for Candle {
    fn run(&mut self, _: &mut Buffers) {
        let y = match self.verb {
            Verb::Layer => layer_norm(&self.x, &self.gamma, &self.beta, EPSILON),
            Verb::Rms => rms_norm(&self.x, &self.gamma, EPSILON),
            Verb::Residual => (&self.residual + &self.x).and_then(|sum| {
                self.residual = sum;
                layer_norm(&self.residual, &self.gamma, &self.beta, EPSILON)
            }),
        };
        self.y = y.ok();
    }

    fn result(&mut self, _: &Buffers) -> Option<Vec<f32>> {
        let y = self.y.as_ref().and_then(|y| y.flatten_all().ok()?.to_vec1().ok());
        Some(y.unwrap_or_default())
    }
}

struct Gradients {
    work: Work,
    x: Var,
    gamma: Var,
    beta: Var,
    dy: Tensor,
    /// dx, dγ, dβ.
    grads: Option<[Tensor; 3]>,
}

pub fn backward(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let tensor = |from: &[f32], shape: &[usize]| Tensor::from_slice(from, shape, &Device::Cpu).ok();
    let var = |from: &[f32], shape: &[usize]| Var::from_tensor(&tensor(from, shape)?).ok();
    let shape = [work.rows, work.width];
    let (gamma, beta) = (var(buffers.gamma, &shape[1..])?, var(buffers.beta, &shape[1..])?);
    let (x, dy) = (var(&buffers.x, &shape)?, tensor(&dy(work), &shape)?);
    (work.verb == Verb::Layer)
        .then(|| Box::new(Gradients { work, x, gamma, beta, dy, grads: None }) as Box<dyn Run>)
}

impl Gradients {
    fn call(&self) -> Result<Option<[Tensor; 3]>> {
        let y = layer_norm_slow(&self.x, &self.gamma, &self.beta, EPSILON)?;
        let mut grads = (y * &self.dy)?.sum_all()?.backward()?;
        let all = [&self.x, &self.gamma, &self.beta].map(|var| grads.remove(var));
        Ok(if let [Some(x), Some(gamma), Some(beta)] = all { Some([x, gamma, beta]) } else { None })
    }
}

impl Run for Gradients {
    fn run(&mut self, _: &mut Buffers) {
        self.grads = self.call().ok().flatten();
    }

    fn result(&mut self, _: &Buffers) -> Option<Vec<f32>> {
        let values =
            |tensor: &Tensor| tensor.flatten_all().and_then(|all| all.to_vec1::<f32>()).unwrap_or_default();
        let [dx, dgamma, dbeta] =
            self.grads.as_ref().map(|grads| grads.each_ref().map(values)).unwrap_or_default();
        let sums = dgamma.into_iter().chain(dbeta).map(|sum| sum / self.work.rows as f32);
        Some(dx.into_iter().chain(sums).collect())
    }
}
