//! Every kind of cell with every type of weights.

/// Calls a generic function with all of them.
macro_rules! every_cell {
    ($f:ident) => {
        super::kinds::every_cell!(@ $f: Rnn, Lstm, Gru, StateNormLstm)
    };
    (@ $f:ident: $($kind:ident),*) => {{
        use layernorm::sequence::{Gru, Lstm, Rnn, StateNormLstm};
        $($f::<$kind, i8>(); $f::<$kind, i16>();)*
    }};
}
pub(crate) use every_cell;
