//! The program of `error.md`: it derives every bound of that page, and holds the page and the tests to them.

mod count;
mod derive;

use derive::{Bounds, Stage};
use std::format;
use std::string::String;

const PAGE: &str = include_str!("../error.md");

/// The lines of the page's table, as derived.
fn table() -> impl Iterator<Item = String> {
    let line = |name: &str, bounds: Bounds| {
        let Bounds { normalised, mean, rstd } = bounds;
        format!("| {name} | {normalised:.2} | {mean:.2} | {rstd:.2} |")
    };
    let stages = Stage::all().map(move |stage| line(stage.name, stage.bounds()));
    stages.into_iter().chain([line("RMSNorm, any stage", derive::rms_norm())])
}

/// Run with `--nocapture` it prints the table.
#[test]
fn the_page_states_what_is_derived() {
    for line in table() {
        std::println!("{line}");
    }
    assert!(table().all(|line| PAGE.contains(&line)));
}

/// The bound of every row that the page states for what its first column begins with.
fn stated(result: &str) -> f64 {
    let line = PAGE.lines().find(|line| line.strip_prefix("| ").is_some_and(|line| line.starts_with(result)));
    let cells = line.unwrap_or("").rsplit('|').map(str::trim);
    cells.filter_map(|cell| cell.parse().ok()).nth(1).unwrap_or(0.0)
}

#[test]
fn the_bounds_of_every_row_are_those_of_the_worst_stage() {
    let [normalised, of_rms_norm] = ["x̂ of LayerNorm", "x̂ of RMSNorm"].map(stated);
    let [mean, rstd, dx] = ["`mean()`", "`rstd()`", "dx"].map(stated);
    for stage in Stage::all() {
        let bounds = stage.bounds();
        let within = bounds.normalised <= normalised && bounds.mean <= mean && bounds.rstd <= rstd;
        assert!(within, "{}", stage.name);
        // What dγ takes of them.
        let [centre, factor] = stage.statistics_in_u();
        assert!(centre <= 11.5 && factor <= 12.2, "{}: {centre}, {factor}", stage.name);
    }
    let bounds = derive::rms_norm();
    assert!(bounds.normalised <= of_rms_norm && bounds.rstd <= rstd);
    assert!(derive::dx() <= dx);
}

/// 2⁻¹⁴ ULP is what is in doubt.
#[test]
fn rstd_by_f64_is_nearer_the_other_than_what_is_in_doubt() {
    let apart = derive::beside_f64();
    assert!(apart < 1.0 / f64::from(1 << 14), "{apart}");
}

/// What the stages take for granted of pivots.
#[test]
fn a_pivot_is_so_near_the_mean_that_differences_are_exact_where_it_counts() {
    derive::pivots();
}

/// As counted in the kernel itself, for a row of every length around the seams of the tree.
#[test]
fn no_element_goes_through_more_additions_that_round_than_the_page_says() {
    let mut most = [0, 0];
    for width in (1..=1100).chain([4096, 5000]) {
        let counts = count::roundings(width);
        most = [0, 1].map(|of| usize::max(most[of], counts[of]));
    }
    assert_eq!(most, [derive::ADDITIONS, derive::ADDITIONS + 1]);
}
