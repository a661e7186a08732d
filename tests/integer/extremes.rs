//! The smallest and the largest codes that there are, in every combination of formats.

use crate::common::formats::{self, FORMATS, Format};
use crate::common::integer_oracle::{self as oracle, Step};
use layernorm::quantized::{Params, RmsNorm, Scale};
use wasm_bindgen_test::wasm_bindgen_test;

fn codes(format: Format) -> [i64; 5] {
    [format.lowest(), -1, 0, 1, format.highest()]
}

/// A row of two values, and one with a third in between, each with every pair of a γ and a β.
fn rows(input: Format) -> [[i64; 3]; 3] {
    let (lowest, highest) = (input.lowest(), input.highest());
    [[-1, 1, -1], [lowest, highest, lowest], [lowest, highest, 1]]
}

#[wasm_bindgen_test(unsupported = test)]
fn every_combination_of_formats() {
    let mut elements = 0;
    for (input, output) in FORMATS.iter().flat_map(|i| FORMATS.iter().map(move |o| (*i, *o))) {
        for (gamma_format, beta_format) in FORMATS.iter().flat_map(|g| FORMATS.iter().map(move |b| (*g, *b)))
        {
            let pairs = codes(gamma_format).into_iter().flat_map(|g| codes(beta_format).map(|b| (g, b)));
            let (g, b): (Vec<_>, Vec<_>) = pairs.flat_map(|pair| [pair; 3]).unzip();
            for (centred, epsilon, row) in rows(input)
                .into_iter()
                .flat_map(|row| [(true, 0.0, row), (true, 1.0, row), (false, 0.0, row)])
            {
                let (width, x) = (g.len(), row.repeat(g.len() / 3));
                let call = oracle::Call {
                    centred,
                    k: gamma_format.fraction - output.fraction,
                    m: beta_format.fraction - output.fraction,
                    zero_point: 0,
                    e: oracle::epsilon(width, epsilon, Step::Binary(input.fraction)),
                    lowest: output.lowest(),
                    highest: output.highest(),
                };
                let mut expected = vec![0; width];
                call.row(&x, |i| g[i], |i| b[i], &mut expected);
                let (gamma, beta) = (Some((gamma_format, &g[..])), Some((beta_format, &b[..])));
                let subject = formats::Call { centred, width, input, output, gamma, beta, epsilon };
                assert_eq!(subject.run(&x, None).unwrap(), expected, "{subject:?}, x {x:?}");
                elements += width;
            }
        }
    }
    println!("{elements} elements; 0 differ");
}

/// As wide as can be, of the largest sums, and with the largest γ beside a β of 0.
#[wasm_bindgen_test(unsupported = test)]
fn the_largest_integers() {
    const WIDTH: usize = 1 << 15;
    const GAMMA: f32 = 2_147_483_520.0;
    let (sum, output) = (Scale { scale: 1.0, zero_point: i16::MIN }, Scale { scale: 1.0, zero_point: 0i16 });
    let input = Scale { scale: 16.0, ..sum };
    let mut folded = (vec![0; WIDTH], vec![0; WIDTH]);
    let to = [&mut folded.0[..], &mut folded.1[..]];
    let gamma: Vec<f32> = (0..WIDTH).map(|i| if i % 2 == 0 { GAMMA } else { -GAMMA }).collect();
    let params = Params::fold_into(&gamma, &vec![0.0; WIDTH], input, output, 0.0, to).unwrap();
    let params = params.with_residual(input, sum, 0.0).unwrap();
    let ((g, k), (b, m)) = (oracle::fold(&gamma, 1.0).unwrap(), oracle::fold(&[0.0], 1.0).unwrap());
    assert_eq!((k, m), (0, 40));
    let x: Vec<i16> = (0..WIDTH as i32).map(|i| i16::MAX - (i / 4) as i16).collect();
    let (mut residual, mut y) = (x.clone(), vec![0; WIDTH]);
    RmsNorm::new(&params).forward_residual(&x, &mut residual, &mut y).unwrap();
    let sums: Vec<i64> = x.iter().map(|x| ((16 + 1) << 16) * (i64::from(*x) - i64::from(i16::MIN))).collect();
    let e = oracle::epsilon(WIDTH, 0.0, Step::Scale(1.0, 16));
    let call = oracle::Call { centred: false, k, m, zero_point: 0, e, lowest: -32768, highest: 32767 };
    let mut expected = vec![0; WIDTH];
    call.row(&sums, |i| g[i], |_| b[0], &mut expected);
    assert!(y.iter().map(|y| i64::from(*y)).eq(expected));
}
