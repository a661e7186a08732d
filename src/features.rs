//! γ and β of a norm, one number each for every feature of a row or every channel: they are checked here, for all norms.

use crate::Error;
use crate::float::Parameters;
use crate::mixed::{Stored, Values};
use crate::shape::{self, checked};

/// γ and β, `V` slices of numbers, and how many numbers each has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Features<V> {
    pub len: usize,
    pub gamma: Option<V>,
    pub beta: Option<V>,
}

impl<V> Features<V> {
    /// γ = 1, β = 0.
    pub(crate) const fn new(len: usize) -> Self {
        Self { len, gamma: None, beta: None }
    }

    /// An error unless a modulation may take their place.
    pub(crate) fn check_absent(&self) -> Result<(), Error> {
        for (parameter, present) in [("gamma", self.gamma.is_some()), ("beta", self.beta.is_some())] {
            if present {
                return Err(Error::Affine { parameter });
            }
        }
        Ok(())
    }
}

impl<'a> Features<&'a [f32]> {
    pub(crate) const fn with_gamma(self, gamma: &'a [f32]) -> Result<Self, Error> {
        checked!(shape::feature_vector("gamma", gamma, self.len));
        Ok(Self { gamma: Some(gamma), ..self })
    }

    pub(crate) const fn with_beta(self, beta: &'a [f32]) -> Result<Self, Error> {
        checked!(shape::feature_vector("beta", beta, self.len));
        Ok(Self { beta: Some(beta), ..self })
    }

    /// Both, checked by the lanes of the instruction set.
    pub(crate) fn by_lanes(self, gamma: Option<&'a [f32]>, beta: Option<&'a [f32]>) -> Result<Self, Error> {
        for (parameter, values) in [("gamma", gamma), ("beta", beta)] {
            if let Some(values) = values {
                shape::feature_vector_by_lanes(parameter, values, self.len)?;
            }
        }
        Ok(Self { gamma, beta, ..self })
    }

    pub(crate) fn parameters(self, unit_offset: bool) -> Parameters<'a> {
        Parameters { gamma: self.gamma, beta: self.beta, unit_offset }
    }
}

impl<'a> Features<Values<'a>> {
    pub(crate) fn with_gamma<E: Stored>(self, gamma: &'a [E]) -> Result<Self, Error> {
        Ok(Self { gamma: Some(self.checked("gamma", gamma)?), ..self })
    }

    pub(crate) fn with_beta<E: Stored>(self, beta: &'a [E]) -> Result<Self, Error> {
        Ok(Self { beta: Some(self.checked("beta", beta)?), ..self })
    }

    /// `values`, if they are as many as γ and finite.
    pub(crate) fn checked<E: Stored>(
        &self,
        parameter: &'static str,
        values: &'a [E],
    ) -> Result<Values<'a>, Error> {
        shape::length(parameter, values.len(), self.len)?;
        finite(parameter, values)?;
        Ok(E::values(values))
    }
}

/// An error unless all are finite.
pub(crate) fn finite<E: Stored>(parameter: &'static str, values: &[E]) -> Result<(), Error> {
    const PART: usize = 64;
    let mut part = [0.0; PART];
    for (at, values) in values.chunks(PART).enumerate() {
        let Some(part) = part.get_mut(..values.len()) else { continue };
        E::widen(values, part);
        shape::finite(parameter, part).map_err(|error| match error {
            Error::NotFinite { parameter, index, actual } => {
                Error::NotFinite { parameter, index: at * PART + index, actual }
            }
            other => other,
        })?;
    }
    Ok(())
}
