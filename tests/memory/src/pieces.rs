//! Rows in pieces.

use super::{Random, WIDTHS, bits, zeros};
use layernorm::{Finish, LayerNorm, Moments};

#[test]
fn pieces_stay_in_their_slices() {
    let mut random = Random(3);
    for &width in WIDTHS {
        for x in random.rows(5, width).chunks(width) {
            let norm = LayerNorm::new(width).unwrap();
            let (mut y, mut out) = (zeros(width), zeros(width));
            norm.forward(x, &mut y).unwrap();
            let (first, second) = x.split_at(width / 3);
            let (first, second): (Box<[f32]>, Box<[f32]>) = (first.into(), second.into());
            let mut moments = Moments::new();
            let stats = loop {
                moments.push(&first).unwrap();
                moments.push(&second).unwrap();
                if let Finish::Done(stats) = moments.finish(1e-5).unwrap() {
                    break stats;
                }
            };
            let (to_first, to_second) = out.split_at_mut(first.len());
            norm.apply(&stats, 0, &first, to_first).unwrap();
            norm.apply(&stats, first.len(), &second, to_second).unwrap();
            assert_eq!(bits(&out), bits(&y));
        }
    }
    let (mut moments, mut other) = (Moments::new(), Moments::uncentred());
    moments.push(&random.floats(300)).unwrap();
    moments.merge(&moments.clone()).unwrap();
    assert!(other.merge(&moments).is_err());
    other.push(&random.floats(9)).unwrap();
    assert!(matches!(other.finish(0.0).unwrap(), Finish::Done(_)));
}
