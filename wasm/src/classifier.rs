//! A classifier from the bytes of its file, and the sequence that it listens to. JavaScript keeps both between frames, as
//! bytes, and the file beside them: weights are used where they are.

use core::slice::{from_raw_parts, from_raw_parts_mut};
use layernorm::sequence::{
    self, CellKind, Gru, Kind, Layer, Lstm, NormKind, Rnn, Shape, StateNormLstm, Storage, fixed,
};
use layernorm::{Error, FormatError};

type Float<K> = sequence::Classifier<'static, K, Layer>;
type Fixed<K, W> = fixed::Classifier<'static, K, W>;

/// What JavaScript reads stands first.
#[repr(C)]
pub struct Model {
    needs: Needs,
    any: Any,
}

/// Bytes that js/classifier.ts has room for.
#[cfg(target_family = "wasm")]
const _: () = assert!(size_of::<Model>() <= 256);

/// What [`start`] wants for a session, in numbers, and what one unit of a logit stands for.
#[repr(C)]
struct Needs {
    words: usize,
    codes: usize,
    scale: f32,
}

/// What is wrong with a file.
#[repr(C)]
struct Wrong {
    what: What,
    place: usize,
}

#[repr(u32)]
enum What {
    /// A number, by its offset.
    Number,
    /// A weight, by its index.
    Weight,
    /// The length; what was expected.
    Length,
}

impl From<FormatError> for Wrong {
    fn from(error: FormatError) -> Self {
        use FormatError::{Argument, Corrupt, Format, TooShort};
        let (what, place) = match error {
            Format { offset, .. } | Corrupt { offset } => (What::Number, offset),
            // Norms, because of the units.
            Argument(Error::TooLarge { .. }) => (What::Number, 10),
            // Classes: a header without the others is corrupt.
            Argument(Error::Zero { .. }) => (What::Number, 12),
            Argument(Error::Epsilon { .. }) => (What::Number, 16),
            Argument(Error::NotFinite { index, .. }) => (What::Weight, index),
            Argument(Error::Length { expected, .. }) | TooShort { least: expected, .. } => {
                (What::Length, expected)
            }
            // There are no others.
            _ => (What::Length, 0),
        };
        Self { what, place }
    }
}

/// What both kinds of classifiers do, each in its own way.
trait Classifier: Sized {
    type Session;

    fn read(shape: Shape, bytes: &'static [u8]) -> Result<Self, FormatError>;

    fn needs(&self) -> Needs;

    /// # Safety
    /// That of [`start`].
    unsafe fn begin(
        &self,
        leaky: Option<u32>,
        words: *mut u8,
        codes: *mut i16,
    ) -> Result<Self::Session, Error>;
}

impl<K: Kind> Classifier for Float<K> {
    type Session = sequence::Session<'static, K, Layer>;

    /// As `from_bytes`, but the weights stay in the file: WebAssembly is little-endian too.
    fn read(shape: Shape, bytes: &'static [u8]) -> Result<Self, FormatError> {
        let Shape { norm, inputs, units, classes, epsilon, .. } = shape;
        if norm != NormKind::Layer {
            return Err(FormatError::Corrupt { offset: 20 });
        }
        let (expected, actual) = (Self::bytes_len(inputs, units, classes), bytes.len());
        if actual != expected {
            return Err(Error::Length { parameter: "bytes", expected, actual }.into());
        }
        let header = actual - 4 * Self::weights_len(inputs, units, classes);
        // SAFETY: any bits are numbers.
        let (_, weights, _) = unsafe { bytes.get(header..).unwrap_or_default().align_to() };
        Ok(Self::new(inputs, units, classes, weights)?.with_epsilon(epsilon)?)
    }

    fn needs(&self) -> Needs {
        Needs { words: Self::memory_len(self.units()), codes: 0, scale: 1.0 }
    }

    unsafe fn begin(&self, leaky: Option<u32>, words: *mut u8, _: *mut i16) -> Result<Self::Session, Error> {
        // SAFETY: the contract is the same.
        let memory = unsafe { from_raw_parts_mut(words.cast(), self.needs().words) };
        match leaky {
            Some(shift) => self.start_leaky(shift, memory),
            None => self.start(memory),
        }
    }
}

impl<K: fixed::Kind, W: fixed::Weight> Classifier for Fixed<K, W> {
    type Session = fixed::Session<'static, K, W>;

    fn read(_: Shape, bytes: &'static [u8]) -> Result<Self, FormatError> {
        Self::from_bytes(bytes)
    }

    fn needs(&self) -> Needs {
        let units = self.cell().units();
        Needs { words: Self::words_len(units), codes: Self::codes_len(units), scale: self.scale() }
    }

    unsafe fn begin(
        &self,
        leaky: Option<u32>,
        words: *mut u8,
        codes: *mut i16,
    ) -> Result<Self::Session, Error> {
        let needs = self.needs();
        // SAFETY: the contract is the same.
        let (words, codes) = unsafe {
            (from_raw_parts_mut(words.cast(), needs.words), from_raw_parts_mut(codes, needs.codes))
        };
        match leaky {
            Some(shift) => self.start_leaky(shift, words, codes),
            None => self.start(words, codes),
        }
    }
}

/// A classifier and its session, once there is one.
struct Listener<C: Classifier> {
    classifier: C,
    session: Option<C::Session>,
}

impl<C: Classifier> Listener<C> {
    fn new(shape: Shape, bytes: &'static [u8]) -> Result<Self, FormatError> {
        Ok(Self { classifier: C::read(shape, bytes)?, session: None })
    }
}

enum Any {
    RnnF32(Listener<Float<Rnn>>),
    LstmF32(Listener<Float<Lstm>>),
    GruF32(Listener<Float<Gru>>),
    StateNormLstmF32(Listener<Float<StateNormLstm>>),
    RnnI8(Listener<Fixed<Rnn, i8>>),
    LstmI8(Listener<Fixed<Lstm, i8>>),
    GruI8(Listener<Fixed<Gru, i8>>),
    StateNormLstmI8(Listener<Fixed<StateNormLstm, i8>>),
    RnnI16(Listener<Fixed<Rnn, i16>>),
    LstmI16(Listener<Fixed<Lstm, i16>>),
    GruI16(Listener<Fixed<Gru, i16>>),
    StateNormLstmI16(Listener<Fixed<StateNormLstm, i16>>),
}

/// `$do` with whichever it is.
macro_rules! with {
    ($any:expr, $name:ident => $do:expr) => {
        match $any {
            Any::RnnF32($name) => $do,
            Any::LstmF32($name) => $do,
            Any::GruF32($name) => $do,
            Any::StateNormLstmF32($name) => $do,
            Any::RnnI8($name) => $do,
            Any::LstmI8($name) => $do,
            Any::GruI8($name) => $do,
            Any::StateNormLstmI8($name) => $do,
            Any::RnnI16($name) => $do,
            Any::LstmI16($name) => $do,
            Any::GruI16($name) => $do,
            Any::StateNormLstmI16($name) => $do,
        }
    };
}

impl Any {
    fn new(bytes: &'static [u8]) -> Result<Self, FormatError> {
        let shape = Shape::read(bytes)?;
        match (shape.kind, shape.storage) {
            (CellKind::Rnn, Storage::F32) => Listener::new(shape, bytes).map(Any::RnnF32),
            (CellKind::Lstm, Storage::F32) => Listener::new(shape, bytes).map(Any::LstmF32),
            (CellKind::Gru, Storage::F32) => Listener::new(shape, bytes).map(Any::GruF32),
            (CellKind::StateNormLstm, Storage::F32) => Listener::new(shape, bytes).map(Any::StateNormLstmF32),
            (CellKind::Rnn, Storage::I8) => Listener::new(shape, bytes).map(Any::RnnI8),
            (CellKind::Lstm, Storage::I8) => Listener::new(shape, bytes).map(Any::LstmI8),
            (CellKind::Gru, Storage::I8) => Listener::new(shape, bytes).map(Any::GruI8),
            (CellKind::StateNormLstm, Storage::I8) => Listener::new(shape, bytes).map(Any::StateNormLstmI8),
            (CellKind::Rnn, Storage::I16) => Listener::new(shape, bytes).map(Any::RnnI16),
            (CellKind::Lstm, Storage::I16) => Listener::new(shape, bytes).map(Any::LstmI16),
            (CellKind::Gru, Storage::I16) => Listener::new(shape, bytes).map(Any::GruI16),
            (CellKind::StateNormLstm, Storage::I16) => Listener::new(shape, bytes).map(Any::StateNormLstmI16),
            // There are no others.
            _ => Err(FormatError::Corrupt { offset: 6 }),
        }
    }
}

/// Writes the classifier of a file to `model`: first the lengths of what [`start`] wants, as numbers of 32 and of 16 bits, and
/// what one unit of a logit stands for. False where the file is wrong, and what is: a number (0) and its offset, a weight (1)
/// and its index, or the length (2) and what was expected.
///
/// # Safety
/// `model` is the address of 256 bytes, aligned to 8, `bytes` that of `len`, aligned to 4, which stay as long as the model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn load(model: *mut Model, bytes: *const u8, len: usize) -> bool {
    // SAFETY: the contract above.
    unsafe {
        match Any::new(from_raw_parts(bytes, len)) {
            Ok(any) => model.write(Model { needs: with!(&any, of => of.classifier.needs()), any }),
            Err(error) => {
                model.cast::<Wrong>().write(error.into());
                return false;
            }
        }
    }
    true
}

/// Begins a sequence, in place of the one before: with a `shift` from 0 to 15 one without end, over a leaky mean; with -1 a plain one.
///
/// # Safety
/// `model` is the address of what [`load`] wrote; `words` and `codes` are those of as many numbers as it said, aligned to 64,
/// which overlap nothing and which nobody else is at as long as the model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn start(model: *mut Model, shift: i32, words: *mut u8, codes: *mut i16) {
    // SAFETY: the contract above. The session before, which has the same memory, has gone when the next is made.
    unsafe {
        with!(&mut (*model).any, of => {
            of.session = None;
            of.session = of.classifier.begin(shift.try_into().ok(), words, codes).ok();
        });
    }
}

/// The next frame, `len` numbers of the classifier's type; false where that is wrong, and without a session.
///
/// # Safety
/// `model` is the address of what [`load`] wrote, `x` that of `len` such numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn push_frame(model: *mut Model, x: *const u8, len: usize) -> bool {
    // SAFETY: the contract above.
    unsafe {
        with!(&mut (*model).any, of => match &mut of.session {
            Some(session) => session.push(from_raw_parts(x.cast(), len)).is_ok(),
            None => false,
        })
    }
}

/// Logits of the frames so far, `len` numbers of the classifier's type; false where that is wrong, and without a session.
///
/// # Safety
/// `model` is the address of what [`load`] wrote, `to` that of `len` such numbers, which nobody else is at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn logits(model: *mut Model, to: *mut u8, len: usize) -> bool {
    // SAFETY: the contract above.
    unsafe {
        with!(&mut (*model).any, of => match &mut of.session {
            Some(session) => session.logits(from_raw_parts_mut(to.cast(), len)).is_ok(),
            None => false,
        })
    }
}
