//! `quantized::Params` from any bytes.

use crate::input::{Input, exact};
use layernorm::quantized::{self, LayerNorm, Params, RmsNorm};

/// Bytes of a kind: those given, with a header that is nearly right, so that what is behind it is reached.
pub fn parameters(input: &mut Input) {
    let (like, of) = (input.byte(), input.byte());
    match of % 8 {
        0 => read::<i8, i8, 1>(input, like, 1, 1),
        1 => read::<i8, u8, 3>(input, like, 1, 2),
        2 => read::<u8, i16, 5>(input, like, 2, 3),
        3 => read::<i16, i16, 16>(input, like, 3, 3),
        4 => read::<i16, i8, 33>(input, like, 3, 1),
        5 => read::<u8, u8, 8>(input, like, 2, 2),
        6 => read::<i16, u8, 4>(input, like, 3, 2),
        7 if like == 0 => wide(),
        _ => read::<i8, i8, 2>(input, like, 1, 1),
    }
}

trait Code: quantized::Code {
    fn of(byte: i16) -> Self;
}
impl Code for i8 {
    fn of(word: i16) -> Self {
        word as i8
    }
}
impl Code for u8 {
    fn of(word: i16) -> Self {
        word as u8
    }
}
impl Code for i16 {
    fn of(word: i16) -> Self {
        word
    }
}

fn read<X: Code, Y: Code, const N: usize>(input: &mut Input, like: u8, from: u8, to: u8) {
    let len = Params::<X, Y, [i32; N]>::BYTES;
    let mut bytes: Box<[u8]> = match like & 1 {
        // Nothing is given.
        0 => input.0.into(),
        _ => (0..len).map(|_| input.byte()).collect(),
    };
    if like & 2 != 0 && bytes.len() >= 68 {
        bytes[..4].copy_from_slice(b"LNQ1");
        bytes[4..8].copy_from_slice(&[from, to, 0, 0]);
        bytes[8..12].copy_from_slice(&(N as i32).to_le_bytes());
    }
    if like & 4 != 0 && bytes.len() >= 68 {
        // Shifts, and the sizes of E, as folding gives them.
        for (at, limit) in [(12, 41), (16, 41)] {
            let shift = [bytes[at] % limit, 0, 0, 0];
            bytes[at..at + 4].copy_from_slice(&shift);
        }
        for at in [50, 66] {
            bytes[at..at + 2].fill(0);
        }
        for (at, tag) in [(20, from), (24, to), (28, from)] {
            let code = [bytes[at], 0, 0, 0];
            bytes[at..at + 4].copy_from_slice(&if tag == 1 { [code[0] & 127, 0, 0, 0] } else { code });
        }
        bytes[35] = 0;
        bytes[34] &= 15;
    }
    if like & 8 != 0 && bytes.len() >= 68 {
        bytes[28..32].fill(0);
        bytes[32..36].fill(255);
        bytes[52..68].fill(0);
    }
    let Ok(params) = Params::<X, Y, [i32; N]>::from_bytes(&bytes) else { return };
    let mut again = exact(&bytes);
    again.fill(0);
    params.to_bytes(&mut again).unwrap();
    assert_eq!(again, bytes, "read and written again");
    let x: Box<[X]> = (0..2 * N).map(|_| X::of(i16::from_le_bytes(input.array()))).collect();
    let (mut y, mut residual): (Box<[Y]>, _) = (x.iter().map(|_| Y::of(0)).collect(), x.clone());
    LayerNorm::new(&params).forward(&x, &mut y).unwrap();
    RmsNorm::new(&params).forward(&x, &mut y).unwrap();
    let with_residual = LayerNorm::new(&params).forward_residual(&x, &mut residual, &mut y);
    let flagged = bytes[32..36] != [255; 4];
    assert_eq!(with_residual.is_ok(), flagged, "{with_residual:?}");
    if flagged {
        RmsNorm::new(&params).forward_residual(&x, &mut residual, &mut y).unwrap();
    }
}

/// No norm is wider than 2¹⁵.
fn wide() {
    const N: usize = 32769;
    let mut bytes = vec![0; Params::<i8, i8, [i32; N]>::BYTES];
    bytes[..12].copy_from_slice(&[b'L', b'N', b'Q', b'1', 1, 1, 0, 0, 1, 128, 0, 0]);
    bytes[32..36].fill(255);
    assert!(Params::<i8, i8, [i32; N]>::from_bytes(&bytes).is_err(), "a width of {N} was read");
}
