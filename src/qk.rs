use crate::float::{ForwardHeads, Part};
use crate::{Centring, Error, Norm, dispatch, shape};

/// Where the queries and the keys of a token are in a packed projection: heads one after the other, those of the keys behind those of
/// the queries.
///
/// ```
/// use layernorm::Heads;
///
/// // Grouped queries: 8 heads of 64, 2 of keys and 2 of values; a token is 12 · 64 elements.
/// let heads = Heads { queries: 8, keys: 2, stride: 12 * 64 };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Heads {
    /// Heads of queries.
    pub queries: usize,
    /// Heads of keys.
    pub keys: usize,
    /// Elements from the beginning of a token to that of the next, at least (queries + keys) × width.
    pub stride: usize,
}

/// # Queries and keys
impl<K: Centring> Norm<'_, K> {
    /// Normalises the queries of a packed projection by this norm and its keys by `keys`, in one call (Henry et al. 2020, QK norm).
    ///
    /// `width` is the size of a head. `qkv` is tokens × stride; nothing need follow the keys of the last token, and what follows the keys of
    /// any token, the values, is not touched. Each norm has its own γ and β, and may have its own ε. With [`L2Norm`](crate::L2Norm)
    /// for both it is nGPT's. The bits are those of [`forward`](Self::forward) of each head.
    ///
    /// ```
    /// use layernorm::{Heads, L2Norm};
    ///
    /// let (queries, keys) = (L2Norm::new(2)?, L2Norm::new(2)?.with_gamma(&[10.0, 10.0])?);
    /// let mut qkv = [3.0, 4.0, 8.0, 6.0, 0.5, 0.5, -4.0, 3.0, -8.0, -6.0, 0.5, 0.5]; // two tokens
    /// queries.forward_qk_in_place(&keys, Heads { queries: 1, keys: 1, stride: 6 }, &mut qkv)?;
    /// assert_eq!(qkv, [0.6, 0.8, 8.0, 6.0, 0.5, 0.5, -0.8, 0.6, -8.0, -6.0, 0.5, 0.5]);
    /// # Ok::<(), layernorm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`] for `keys.width` that is not `width`; [`Error::Zero`] for `heads.queries` or `heads.keys`; [`Error::Stride`] for
    /// `heads.stride`; [`Error::LastRow`] for `qkv` whose last token has not all its queries and keys; nothing is written then.
    pub fn forward_qk_in_place(&self, keys: &Self, heads: Heads, qkv: &mut [f32]) -> Result<(), Error> {
        let Heads { queries: query_heads, keys: key_heads, stride } = heads;
        shape::length("keys.width", keys.width(), self.width())?;
        shape::at_least_one("heads.queries", query_heads)?;
        shape::at_least_one("heads.keys", key_heads)?;
        let width = query_heads.saturating_add(key_heads).saturating_mul(self.width());
        let tokens = shape::strided_rows(["qkv", "heads.stride"], qkv.len(), width, stride)?;
        let part = |norm: &Self, heads| Part { heads, parameters: norm.parameters(), epsilon: norm.epsilon };
        dispatch::run(ForwardHeads {
            centred: K::CENTRED,
            scale: K::scale(self.width()),
            parts: [part(self, query_heads), part(keys, key_heads)],
            width: self.width(),
            tokens,
            stride,
            x: qkv,
        });
        Ok(())
    }
}
