//! Contract C1, "every row": the tolerances are the bounds that are proved on the page of bounds. That they follow from the
//! algorithm is tested beside it, in `src/float/error`.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::tolerance;

#[test]
fn the_tolerances_of_every_row_are_the_proved_ones() {
    let page = include_str!("../src/float/error.md");
    let stated = [
        ("x̂ of LayerNorm", tolerance::EVERY_ROW),
        ("x̂ of RMSNorm", tolerance::EVERY_RMS_ROW),
        ("`mean()`", tolerance::EVERY_MEAN),
        ("`rstd()`", tolerance::EVERY_RSTD),
        ("dx", tolerance::EVERY_DX),
    ];
    for (result, bound) in stated {
        let line = page.lines().find(|line| line.starts_with(&format!("| {result}"))).unwrap();
        assert!(line.contains(&format!("| {bound} |")), "{line}");
    }
}
