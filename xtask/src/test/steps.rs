//! The steps of `cargo xtask test`.

use crate::bench::budget;
use crate::cargo::{AARCH64, ALL, DEFAULT, Flavour, SMALL, THUMB, WASM_SCALAR, WASM_SIMD128, cargo};
use crate::firmware::boards::Emulator;
use crate::process::{at_once, attempt, run};
use crate::toolchain;
use crate::{
    Result, c, demo, digest, elsewhere, firmware, fuzz, model, oldest, package, paths, probe, sanitise,
    setup, stranger, tools,
};
use std::path::Path;
use std::process::Command;

/// The program of the files of `tests`.
const CONFORMANCE: &str = "--test=conformance";

/// Modules of it in which lanes of their own could fail though the digest agrees: lengths, places and pieces that its corpus does
/// not have. Bits that are the same need no second measuring of their errors.
const OF_LANES: [&str; 7] =
    ["contracts", "variants", "streaming", "properties", "threads", "backward", "group"];

/// Which tests of them an emulator runs; the others would take it minutes.
const OF_EMULATED_LANES: [&str; 8] = [
    "contracts::",
    "properties::",
    "variants::",
    "streaming::every",
    "streaming::one_merged",
    "backward::a_",
    "--skip",
    "variants::channels_first",
];

/// A name, and what must hold.
pub type Step = (String, Box<dyn Fn() -> Result<()>>);

/// All of them, in their order.
pub fn steps(full: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut add = |name: &str, step: Box<dyn Fn() -> Result<()>>| steps.push((name.to_owned(), step));
    for (name, part) in setup::PARTS {
        add(&format!("set-up: {name}"), Box::new(part));
    }
    add("format", Box::new(format));
    // The core alone: in the workspace others ask for its features.
    for (name, package, features) in
        [("no features", "--package=layernorm", &[][..]), ("all", "--workspace", ALL)]
    {
        add(&format!("clippy: {name}"), Box::new(move || clippy(package, features)));
    }
    add("clippy: firmware", Box::new(firmware::clippy));
    for (target, flavour) in
        [(toolchain::WASM, WASM_SCALAR), (toolchain::WASM, WASM_SIMD128), (toolchain::THUMB, THUMB)]
    {
        add(&format!("warnings: {}", flavour.name), Box::new(move || warnings(target, flavour)));
    }
    add("x86 without SSE2", Box::new(x86_without_sse2));
    add("documentation", Box::new(documentation));
    add("the commands' own tests", Box::new(own_tests));
    add("oldest Rust", Box::new(oldest::check));
    add("core tests: native avx2", Box::new(move || native_tests(full)));
    add("examples of the README", Box::new(readme));
    add("core tests: native sse2", Box::new(move || sse2_tests(full)));
    add("core tests: one lane, small code", Box::new(move || small_tests(full)));
    add("miri", Box::new(sanitise::miri));
    add("address sanitizer", Box::new(sanitise::address));
    add("fuzz: kept corpora", Box::new(move || fuzz::replay(full)));
    if full {
        for target in fuzz::TARGETS {
            add(&format!("fuzz: {target}"), Box::new(move || fuzz::fuzz(target, fuzz::MINUTES_OF_FULL)));
        }
    }
    add("core tests: wasm-scalar and wasm-simd128 in Node", Box::new(move || wasm_tests(full)));
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        add("core tests: aarch64 by QEMU", Box::new(aarch64_tests));
    }
    add("model: tests", Box::new(model_tests));
    add("model: the files are those of a training", Box::new(model::check));
    add("digest", Box::new(|| digest::digest("")));
    for level in probe::LEVELS {
        add(&format!("panic probe: opt-level {level}"), Box::new(move || probe::no_panic(level)));
        add(&format!("float probe: opt-level {level}"), Box::new(move || probe::no_float(level)));
    }
    add("probes: they can fail", Box::new(probe::can_fail));
    add("firmware", Box::new(firmware::check));
    add("C API", Box::new(c::check));
    add("package", Box::new(package::package));
    add("package: as a stranger gets it", Box::new(stranger::check));
    for folder in ["wasm", "web"] {
        add(&format!("npm test in {folder}/"), Box::new(move || npm_test(folder, full)));
    }
    add("instruction budget", Box::new(budget::check));
    add("demo --once", Box::new(demo::once));
    if full {
        if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
            add("npm matrix", Box::new(npm_matrix));
        }
        add("elsewhere", Box::new(elsewhere::check));
    }
    steps
}

fn format() -> Result<()> {
    run("cargo fmt", cargo().args(["fmt", "--all", "--check"]))?;
    // Workspaces of their own.
    for manifest in ["firmware/Cargo.toml", fuzz::MANIFEST] {
        run("cargo fmt", cargo().args(["fmt", "--manifest-path", manifest, "--check"]))?;
    }
    Ok(())
}

fn clippy(package: &str, features: &[&str]) -> Result<()> {
    let mut clippy = DEFAULT.cargo();
    clippy.args(["clippy", package, "--all-targets"]).args(features).args(["--", "--deny", "warnings"]);
    run("cargo clippy", &mut clippy).map(drop)
}

/// What only this target compiles.
fn warnings(target: &str, flavour: Flavour) -> Result<()> {
    toolchain::add(target)?;
    let mut cargo = flavour.cargo();
    cargo.env("RUSTFLAGS", format!("{} --deny warnings", flavour.rustflags));
    // A folder of its own: other flags would rebuild the shared one.
    cargo.env("CARGO_TARGET_DIR", flavour.target_dir().join("warnings"));
    // Devices log by defmt.
    let is_device = flavour.name == THUMB.name;
    let features = if is_device { "fixed,half,heapless,serde,defmt" } else { "fixed,half,heapless,serde" };
    cargo.args(["check", "--target", target, "--package", "layernorm", "--features", features]);
    if !is_device {
        cargo.args(["--package", "layernorm-wasm", "--package", "layernorm-digest"]);
    }
    run("cargo check", &mut cargo).map(drop)
}

/// The x87 unit would compute other bits: 32-bit x86 without SSE2 is refused. 64-bit x86 without it, as kernels and firmware
/// are compiled, has floating point in software, which computes the same.
fn x86_without_sse2() -> Result<()> {
    let cargo_for = |verb: &[&str], target| -> Result<Command> {
        toolchain::add(target)?;
        let mut cargo = DEFAULT.cargo();
        cargo.args(verb).args(["--target", target, "--package=layernorm", "--features=sequence"]);
        Ok(cargo)
    };
    let finished = attempt("cargo check", &mut cargo_for(&["check"], toolchain::I586)?, None)?;
    if finished.success || !finished.output.contains("layernorm needs SSE2") {
        return Err(format!("x87 is not refused\n{}", finished.output.trim_end()));
    }
    // Not `check`: what is wrong with vectors shows when code is made.
    run("cargo build", &mut cargo_for(&["build", "--release"], toolchain::X86_64_NONE)?).map(drop)
}

fn documentation() -> Result<()> {
    let mut cargo = DEFAULT.cargo();
    cargo.env("RUSTDOCFLAGS", "--deny warnings");
    cargo.args(["doc", "--workspace", "--no-deps", "--document-private-items"]).args(ALL);
    run("cargo doc", &mut cargo).map(drop)
}

/// Everything, with the tables of measured errors.
fn native_tests(full: bool) -> Result<()> {
    let mut cargo = core_tests(DEFAULT, ALL, full);
    println!("{}", run("cargo test", cargo.args(["--", "--nocapture"]))?.trim_end());
    Ok(())
}

/// One file of `tests`, with the tables of measured errors too.
pub fn one_file(module: &str, full: bool) -> Result<()> {
    let mut cargo = core_tests(DEFAULT, ALL, full);
    cargo.args([CONFORMANCE, "--", "--nocapture", module]);
    println!("{}", run("cargo test", &mut cargo)?.trim_end());
    Ok(())
}

fn readme() -> Result<()> {
    summary(&run("cargo test", DEFAULT.cargo().args(["test", "--doc", "--package", "layernorm-readme"]))?);
    Ok(())
}

fn sse2_tests(full: bool) -> Result<()> {
    let mut cargo = core_tests(DEFAULT, &[], full);
    if !full {
        cargo.args([CONFORMANCE, "--"]).args(OF_LANES.map(|module| format!("{module}::")));
    }
    summary(&run("cargo test", &mut cargo)?);
    Ok(())
}

/// One lane has an algorithm of its own, so its errors are measured; at `opt-level` s, whose way to the integers is another too.
/// The checks of a test, and its speed, are those of the other steps.
fn small_tests(full: bool) -> Result<()> {
    let mut cargo = core_tests(SMALL, &["--features", "fixed,half,heapless"], full);
    cargo.env("RUSTFLAGS", format!("{} --cfg layernorm_small", SMALL.rustflags)).arg(CONFORMANCE);
    summary(&run("cargo test", &mut cargo)?);
    Ok(())
}

fn core_tests(flavour: Flavour, features: &[&str], full: bool) -> Command {
    let mut cargo = flavour.cargo();
    cargo.args(["test", "--package", "layernorm"]).args(features);
    if full {
        cargo.env("LAYERNORM_FULL", "1");
    }
    cargo
}

/// Both at once: Node runs them in one thread, while the other's are compiled.
fn wasm_tests(full: bool) -> Result<()> {
    toolchain::add(toolchain::WASM)?;
    let bindgen = tools::wasm_bindgen()?;
    let flavours = [(WASM_SCALAR, !full), (WASM_SIMD128, false)];
    let said = at_once(&flavours, |&(flavour, only_lanes)| tests_in_node(&bindgen, flavour, only_lanes))?;
    said.iter().for_each(|output| summary(output));
    Ok(())
}

fn tests_in_node(bindgen: &Path, flavour: Flavour, only_lanes: bool) -> Result<String> {
    let mut cargo = flavour.cargo();
    // Not by a variable, which cargo would split at spaces. Strings of JSON are strings of TOML.
    let string = |path: &Path| serde_json::Value::from(path.to_string_lossy()).to_string();
    let runner = bindgen.join("wasm-bindgen-test-runner");
    let runner = format!("target.{}.runner=[{}]", toolchain::WASM, string(&runner));
    cargo.args(["--config", &runner]);
    // A test that is not for wasm leaves itself out. The integers have no lanes there.
    let features = if only_lanes { "half,heapless" } else { "fixed,half,heapless" };
    cargo.args(["test", "--package", "layernorm", "--features", features, CONFORMANCE]);
    cargo.args(["--target", toolchain::WASM]);
    run(&format!("cargo test, {}", flavour.name), &mut cargo)
}

/// The lanes of NEON. Compiling takes longer than running, so little is optimised; the digest takes a release build.
fn aarch64_tests() -> Result<()> {
    let mut cargo = core_tests(AARCH64, &[], false);
    cargo.arg(CONFORMANCE);
    for setting in ["opt-level=1", "debug=false", "incremental=false"] {
        cargo.args(["--config", &format!("profile.test.{setting}")]);
    }
    digest::for_aarch64(&mut cargo)?;
    summary(&run("cargo test", cargo.arg("--").args(OF_EMULATED_LANES))?);
    Ok(())
}

/// Compiled as `cargo xtask` itself is, whose libraries are there: optimising them would take minutes, and no test here takes long.
fn own_tests() -> Result<()> {
    let mut cargo = DEFAULT.cargo();
    cargo.args(["--config", "profile.test.opt-level=0", "--config", "profile.test.debug=true"]);
    summary(&run("cargo test", cargo.args(["test", "--package", "xtask"]))?);
    Ok(())
}

fn model_tests() -> Result<()> {
    summary(&run("cargo test", DEFAULT.cargo().args(["test", "--release", "--package", "layernorm-model"]))?);
    Ok(())
}

/// The lines that say how much was tested.
fn summary(output: &str) {
    for line in output.lines().filter(|line| line.starts_with("test result:")) {
        println!("  {line}");
    }
}

fn npm_test(folder: &str, full: bool) -> Result<()> {
    tools::npm_packages(folder)?;
    let mut npm = tools::npm(&paths::root().join(folder));
    npm.env("CHROMIUM", tools::chromium()?).env("FIREFOX", tools::firefox()?).arg("test");
    if folder == "web" {
        // The page's start for firmware is compiled, and run on an emulated board.
        toolchain::add(toolchain::THUMB)?;
        npm.env("QEMU_ARM", tools::qemu(Emulator::Arm)?);
    }
    if full {
        npm.env("LAYERNORM_FULL", "1");
    }
    run(&format!("npm test in {folder}/"), &mut npm).map(drop)
}

/// The package in runtimes, browsers, bundlers and test runners that people have.
fn npm_matrix() -> Result<()> {
    package::package()?;
    tools::npm_packages("wasm/matrix")?;
    tools::webkit()?;
    let mut npm = tools::npm(&paths::root().join("wasm"));
    npm.env("CHROMIUM", tools::chromium()?).env("FIREFOX", tools::firefox()?);
    run("npm run matrix in wasm/", npm.args(["run", "matrix"])).map(drop)
}
