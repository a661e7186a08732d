//! AdamW (Loshchilov and Hutter 2019): Adam, with weight decay apart from the gradient.

const DECAYS: [f32; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;

pub struct AdamW {
    first: Vec<f32>,
    second: Vec<f32>,
    /// `DECAYS` to the power of the number of steps.
    powers: [f32; 2],
}

impl AdamW {
    pub fn new(len: usize) -> Self {
        Self { first: vec![0.0; len], second: vec![0.0; len], powers: [1.0; 2] }
    }

    /// Moves `weights` against `gradient`. `decay` has the decay of each weight.
    pub fn step(&mut self, rate: f32, decay: &[f32], gradient: &[f32], weights: &mut [f32]) {
        for (power, decay) in self.powers.iter_mut().zip(DECAYS) {
            *power *= decay;
        }
        let [first, second] = self.powers.map(|power| 1.0 / (1.0 - power));
        let moments = self.first.iter_mut().zip(&mut self.second);
        for (((weight, gradient), decay), (m, v)) in weights.iter_mut().zip(gradient).zip(decay).zip(moments)
        {
            *m += (1.0 - DECAYS[0]) * (gradient - *m);
            *v += (1.0 - DECAYS[1]) * (gradient * gradient - *v);
            *weight -= rate * (*m * first / ((*v * second).sqrt() + EPSILON) + decay * *weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AdamW;

    /// The size of the gradient has no influence; the decay is added.
    #[test]
    fn the_first_step_is_as_long_as_the_rate() {
        let mut weights = [1.0, 1.0, -2.0];
        AdamW::new(3).step(0.25, &[0.0, 0.0, 0.5], &[1e-3, -100.0, 3.0], &mut weights);
        for (weight, expected) in weights.iter().zip([0.75, 1.25, -2.0 - 0.25 + 0.25 * 0.5 * 2.0]) {
            assert!((weight - expected).abs() < 1e-4, "{weight}, not {expected}");
        }
    }
}
