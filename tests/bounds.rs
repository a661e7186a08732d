//! Contract C1, "every row": the tolerances are the bounds that are proved on the page of bounds. That they follow from the
//! algorithm is tested beside it, in `src/float/error`.
#![cfg(not(target_arch = "wasm32"))]

use crate::common::tolerance;

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

/// Beside the bounds the page states the worst rows that the attack has kept.
#[test]
fn the_worst_known_are_the_rows_that_are_kept() {
    let page = include_str!("../src/float/error.md");
    let kept = include_str!("golden/attack/rows.txt");
    let worst = |norm: &str, what: &str| {
        let heads = kept.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        let of = heads.filter(|head| head.len() == 5 && head[0] == norm && head[2] == what);
        of.map(|head| head[3].parse::<f64>().unwrap()).fold(0.0, f64::max)
    };
    let gradients = include_str!("golden/attack/gradients.txt");
    let gradients = gradients.lines().filter_map(|line| line.split_once(' '));
    let dx =
        gradients.filter(|(norm, _)| norm.ends_with("Norm")).map(|(_, error)| error.parse::<f64>().unwrap());
    let known = [
        ("x̂ of LayerNorm", worst("LayerNorm", "Normalised")),
        ("x̂ of RMSNorm", worst("RMSNorm", "Normalised")),
        ("`mean()`", worst("LayerNorm", "Mean")),
        ("`rstd()`", worst("LayerNorm", "Rstd")),
        ("dx", dx.fold(0.0, f64::max)),
    ];
    for (result, error) in known {
        let line = page.lines().find(|line| line.starts_with(&format!("| {result}"))).unwrap();
        assert!(line.ends_with(&format!("| {error:.2} |")), "{error}: {line}");
    }
}
