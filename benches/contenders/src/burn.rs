//! burn: the operation behind its `LayerNorm`, and the ones that its `RmsNorm` calls, on both of its CPU backends.

// burn-ndarray recommends burn-flex in its stead; both are measured.
#![allow(deprecated)]

use crate::Run;
use crate::work::{Buffers, EPSILON, Verb, Work};
use burn_backend::tensor::FloatTensor;
use burn_backend::{Backend, Shape, TensorData};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

struct Burn<B: Backend> {
    work: Work,
    x: FloatTensor<B>,
    residual: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    y: Option<FloatTensor<B>>,
}

pub fn ndarray(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    open::<burn_ndarray::NdArray>(work, buffers)
}

pub fn flex(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    open::<burn_flex::Flex>(work, buffers)
}

fn open<B: Backend>(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let tensor = |from: &[f32], shape: &[usize]| {
        B::float_from_data(TensorData::new(from.to_vec(), Shape::from(shape.to_vec())), &B::Device::default())
    };
    let shape = [work.rows, work.width];
    let residual = if work.verb == Verb::Residual { &*buffers.residual } else { &*buffers.x };
    Some(Box::new(Burn::<B> {
        work,
        x: tensor(&buffers.x, &shape),
        residual: tensor(residual, &shape),
        gamma: tensor(buffers.gamma, &shape[1..]),
        beta: tensor(buffers.beta, &shape[1..]),
        y: None,
    }))
}

impl<B: Backend> Run for Burn<B> {
    fn run(&mut self, _: &mut Buffers) {
        self.y = Some(match self.work.verb {
            Verb::Layer => self.layer(self.x.clone()),
            Verb::Rms => self.rms(self.x.clone()),
            Verb::Residual => {
                self.residual = B::float_add(self.residual.clone(), self.x.clone());
                self.layer(self.residual.clone())
            }
        });
    }

    fn result(&mut self, _: &Buffers) -> Option<Vec<f32>> {
        let data = pin!(B::float_into_data(self.y.take()?));
        // These backends compute at once: there is nothing to wait for.
        match data.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(data)) => Some(data.try_to_vec().unwrap_or_default()),
            _ => Some(Vec::new()),
        }
    }
}

impl<B: Backend> Burn<B> {
    fn layer(&self, x: FloatTensor<B>) -> FloatTensor<B> {
        B::layer_norm(x, self.gamma.clone(), Some(self.beta.clone()), EPSILON.into())
    }

    fn rms(&self, x: FloatTensor<B>) -> FloatTensor<B> {
        let square = B::float_mul(x.clone(), x.clone());
        let mean = B::float_add_scalar(B::float_mean_dim(square, 1), EPSILON.into());
        let gamma = B::float_reshape(self.gamma.clone(), Shape::from(vec![1, self.work.width]));
        B::float_mul(B::float_div(x, B::float_sqrt(mean)), gamma)
    }
}
