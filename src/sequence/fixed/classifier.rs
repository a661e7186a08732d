//! A classifier in integers: a cell and its dense layer.

use super::{Cell, Kind, Weight};

/// Names the class of a sequence: a [`Cell`], the mean of its outputs over the frames, and a dense layer. It borrows the
/// bytes that [`fold`](Self::fold) wrote.
///
/// ```
/// use layernorm::sequence::{self, Layer, Rnn, fixed};
///
/// type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
/// type Fixed<'a> = fixed::Classifier<'a, Rnn, i16>;
/// // h = tanh(0.5) in both units; the logits are their sum and 0.25.
/// let cell = [0.5; sequence::LnRnn::weights_len(1, 2)];
/// let (kernel, bias) = ([1.0, 0.0, 1.0, 0.0], [0.0, 0.25]);
/// let weights = [&cell[..], &kernel, &bias].concat();
/// let mut bytes = [0; Fixed::bytes_len(1, 2, 2)];
/// Fixed::fold(&Float::new(1, 2, 2, &weights)?, 12, &mut bytes)?;
///
/// let classifier = Fixed::from_bytes(&bytes)?;
/// let (mut words, mut codes) = ([0; Fixed::words_len(2)], [0; Fixed::codes_len(2)]);
/// let mut session = classifier.start(&mut words, &mut codes)?;
/// session.push(&[0x0800])?;
/// let mut logits = [0; 2];
/// session.logits(&mut logits)?;
/// let [sum, constant] = logits.map(|logit| logit as f32 * classifier.scale());
/// assert!((sum - 2.0 * 0.5f32.tanh()).abs() < 1e-3 && (constant - 0.25).abs() < 1e-3);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[must_use = "a classifier does nothing until a sequence is begun"]
#[derive(Clone, Copy, Debug)]
pub struct Classifier<'a, K, W> {
    pub(super) cell: Cell<'a, K, W>,
    pub(super) dense: Dense<'a>,
}

/// The dense layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dense<'a> {
    /// The value of one unit of a logit.
    pub scale: f32,
    /// One integer of 32 bits for each class.
    pub bias: &'a [u8],
    /// One row of weights for each class.
    pub kernel: &'a [u8],
}

impl<'a, K: Kind, W: Weight> Classifier<'a, K, W> {
    /// The cell without the dense layer.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// assert_eq!((classifier.cell().inputs(), classifier.cell().units()), (1, 2));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn cell(&self) -> Cell<'a, K, W> {
        self.cell
    }

    /// Number of classes.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// assert_eq!(classifier.classes(), 3);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn classes(&self) -> usize {
        self.dense.bias.len() / 4
    }

    /// The value of one unit of a logit.
    ///
    /// ```
    /// # use layernorm::sequence::{self, Layer, Rnn, fixed};
    /// # type Float<'a> = sequence::Classifier<'a, Rnn, Layer>;
    /// # type Fixed<'a> = fixed::Classifier<'a, Rnn, i8>;
    /// # let weights = [0.5; Float::weights_len(1, 2, 3)];
    /// # let mut bytes = [0; Fixed::bytes_len(1, 2, 3)];
    /// # Fixed::fold(&Float::new(1, 2, 3, &weights)?, 12, &mut bytes)?;
    /// let classifier = Fixed::from_bytes(&bytes)?;
    /// let logit = 1000;
    /// assert!(logit as f32 * classifier.scale() > 0.0);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn scale(&self) -> f32 {
        self.dense.scale
    }
}
