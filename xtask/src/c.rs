//! `cargo xtask c`: the header and the static library, tried by programs in C.

use crate::cargo::Flavour;
use crate::digest::AARCH64;
use crate::firmware::Line;
use crate::firmware::boards::BOARDS;
use crate::process::{announced, run};
use crate::{Result, apt, digest, firmware, image, no_arguments, paths, toolchain};
use lexopt::Parser;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADER: &str = "capi/include/layernorm.h";
/// All warnings, each an error.
const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-O2"];
const C99: &str = "-std=c99";
const CPP: &[&str] = &["-std=c++17", "-x", "c++"];
const DIGEST: &str = "capi/tests/c/digest.c";
const MISUSE: &str = "capi/tests/c/misuse.c";
const SPEAKER: &str = "capi/tests/c/speaker.c";
const BOARD: &str = "capi/tests/c/board.c";
/// Programs of one call, for a Cortex-M4F, and the bytes of flash that each may take, all in: vectors, start and library.
const ONE_CALL: [(&str, u64); 2] = [("capi/tests/c/size_f32.c", 3900), ("capi/tests/c/size_i16.c", 4600)];
/// The utterances of the model are larger than its flash.
const SMALLEST: &str = "microbit";
const SIZED: &str = "mps2-an386";
const EXAMPLE: &str = "capi/examples/norm.c";
/// What it prints.
const OF_EXAMPLE: &str = "-1.34164 -0.223606 0.894424 1.34164\n-51 -9 26 38\n";
/// What Rust's standard library asks of a system's.
const SYSTEM: [&str; 3] = ["-lpthread", "-ldl", "-lm"];
/// Boards, and the flags for their cores. The compilers are those for Linux, which know these cores too.
const ON_BOARDS: [(&str, &str, &[&str]); 5] = [
    ("microbit", FOR_ARM, &["-mthumb", "-mcpu=cortex-m0", "-mfloat-abi=soft", SHORT_ENUMS]),
    ("mps2-an385", FOR_ARM, &["-mthumb", "-mcpu=cortex-m3", "-mfloat-abi=soft", SHORT_ENUMS]),
    (
        "mps2-an386",
        FOR_ARM,
        &["-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", SHORT_ENUMS],
    ),
    (
        "mps2-an505",
        FOR_ARM,
        &["-mthumb", "-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16", SHORT_ENUMS],
    ),
    ("virt", FOR_RISCV, &["-march=rv32imc_zicsr", "-mabi=ilp32", "-mcmodel=medany", "-msmall-data-limit=0"]),
];
const FOR_ARM: &str = "arm-linux-gnueabihf-gcc";
const FOR_RISCV: &str = "riscv64-linux-gnu-gcc";
/// As Arm's compiler for bare metal has it: enums as short as they can be.
const SHORT_ENUMS: &str = "-fshort-enums";
/// Tables of jumps would need the compiler's own library.
const BARE: [&str; 5] = [C99, "-ffreestanding", "-fno-pie", "-ffunction-sections", "-fno-jump-tables"];
const LINKER: &str = "-Wl,--gc-sections,--build-id=none,-z,noexecstack";

const LIBRARY: Flavour = Flavour::apart("c", "");

pub fn command(arguments: Parser) -> Result<()> {
    no_arguments(arguments)?;
    let header = paths::root().join(HEADER);
    std::fs::write(&header, made()?).map_err(|e| format!("{HEADER}: {e}"))?;
    check()
}

/// The header is that of the sources, and programs in C get from the library what Rust computes.
pub fn check() -> Result<()> {
    let text = std::fs::read_to_string(paths::root().join(HEADER)).map_err(|e| format!("{HEADER}: {e}"))?;
    if text != made()? {
        return Err(format!("{HEADER} is not that of capi/src: cargo xtask c"));
    }
    here()?;
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        digest::install_emulated()?;
        aarch64()?;
        for (name, compiler, flags) in ON_BOARDS {
            on_board(name, compiler, flags)?;
        }
    }
    Ok(())
}

/// The compiler that a system may lack; the others come with those of the digest.
pub fn install() -> Result<()> {
    if paths::which("clang").is_some() { Ok(()) } else { apt::install("clang", &["clang"]) }
}

/// What cbindgen makes of `capi/src`.
fn made() -> Result<String> {
    let folder = paths::root().join("capi");
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml"))?;
    let mut sources: Vec<PathBuf> = std::fs::read_dir(folder.join("src"))
        .map_err(|e| format!("capi/src: {e}"))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    sources.sort();
    let builder = cbindgen::Builder::new().with_config(config);
    let builder = sources.into_iter().fold(builder, cbindgen::Builder::with_src);
    let mut text = Vec::new();
    builder.generate().map_err(|e| format!("cbindgen: {e}"))?.write(&mut text);
    String::from_utf8(text).map(|text| tidied(&text)).map_err(|e| format!("cbindgen: {e}"))
}

/// Lines of comments filled up to 100 characters, and negative numbers in parentheses.
fn tidied(text: &str) -> String {
    let (mut tidied, mut line) = (String::new(), String::new());
    for given in text.lines() {
        if let Some(words) = given.strip_prefix(" * ") {
            for word in words.split_whitespace() {
                if !line.is_empty() && line.len() + word.len() >= 100 {
                    tidied += &format!("{line}\n");
                    line.clear();
                }
                line += &format!("{} {word}", if line.is_empty() { " *" } else { "" });
            }
            continue;
        }
        if !line.is_empty() {
            tidied += &format!("{line}\n");
            line.clear();
        }
        tidied += &match given.split_once(" -") {
            Some((define, number)) if define.starts_with("#define") => format!("{define} (-{number})\n"),
            _ => format!("{given}\n"),
        };
    }
    tidied
}

/// The static library of a build by `cargo`, in a folder of its own.
fn library(name: &str, triple: &str, mut cargo: Command, features: &str) -> Result<PathBuf> {
    toolchain::add(triple)?;
    cargo.env("CARGO_TARGET_DIR", LIBRARY.target_dir());
    cargo.args(["rustc", "--release", "--package", "layernorm-capi", "--features", features]);
    cargo.args(["--target", triple, "--crate-type", "staticlib"]);
    announced(&format!("C library for {name}"), &mut cargo)?;
    let (built, folder) =
        (LIBRARY.artifact(triple, "liblayernorm_c.a"), LIBRARY.target_dir().join("lib").join(name));
    paths::create_dir(&folder)?;
    let library = folder.join("liblayernorm.a");
    std::fs::copy(&built, &library).map_err(|e| format!("{}: {e}", built.display()))?;
    Ok(library)
}

/// Compiles `sources` and links them; `last` are words for the linker.
fn compile(
    compiler: &str,
    words: &[&str],
    sources: &[&str],
    library: &Path,
    last: &[&str],
) -> Result<PathBuf> {
    let (root, folder) = (paths::root(), LIBRARY.target_dir().join("programs"));
    paths::create_dir(&folder)?;
    let program = folder.join(format!("{compiler}-{}", sources[0].replace('/', "-")));
    let mut command = Command::new(compiler);
    command.args(STRICT).args(words).arg("-I").arg(root.join("capi/include"));
    command.args(sources.iter().map(|source| root.join(source)));
    // A library is no source, whatever language a word before it has named.
    command.args(["-x", "none"]).arg(library).args(last).arg("-o").arg(&program);
    run(&format!("{compiler} {}", sources.join(" ")), &mut command)?;
    Ok(program)
}

/// The programs' digests are those of Rust.
fn agree(name: &str, lines: &[Line], groups: usize) -> Result<()> {
    firmware::digests_agree(lines, &digest::golden()?).map_err(|e| format!("C for {name} {e}"))?;
    if lines.len() != groups {
        return Err(format!("C for {name}: expected {groups} groups, actual {lines:?}"));
    }
    println!("  {name}: {groups} groups of the digest agree");
    Ok(())
}

fn here() -> Result<()> {
    let library = library("this machine", &toolchain::host()?, LIBRARY.cargo(), "std")?;
    install()?;
    // Of clang the sanitizers are in a package of their own.
    let watched: &[&str] = &["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let model = model();
    let speaker = [C99, "-DWITH_FLOAT", &model];
    let program = compile("cc", &speaker, &[SPEAKER], &library, &SYSTEM)?;
    agree("the speaker model", &firmware::lines(&run(SPEAKER, &mut Command::new(program))?), 2)?;
    for (compiler, watched) in [("cc", watched), ("clang", &[])] {
        let program = compile(compiler, &[C99, "-DWITH_PIECES"], &[DIGEST], &library, &SYSTEM)?;
        agree(compiler, &firmware::lines(&run("the digest in C", &mut Command::new(program))?), 3)?;
        let program = compile(compiler, &[&[C99], watched].concat(), &[MISUSE], &library, &SYSTEM)?;
        println!("  {compiler}: {}", run("misuse in C", &mut Command::new(program))?.trim_end());
    }
    for (compiler, words) in [("cc", &[C99][..]), ("c++", CPP), ("clang++", CPP)] {
        let program = compile(compiler, words, &[EXAMPLE], &library, &SYSTEM)?;
        let said = run(EXAMPLE, &mut Command::new(program))?;
        if said != OF_EXAMPLE {
            return Err(format!("{EXAMPLE} by {compiler}: expected\n{OF_EXAMPLE}actual\n{said}"));
        }
    }
    Ok(())
}

/// Where programs find the files of `model/`.
fn model() -> String {
    format!("-DMODEL=\"{}\"", paths::root().join("model").display())
}

fn aarch64() -> Result<()> {
    let words = [C99, "-static", "-DWITH_PIECES"];
    let library = library("aarch64", AARCH64.triple, LIBRARY.cargo(), "std")?;
    let program = compile(AARCH64.linker, &words, &[DIGEST], &library, &SYSTEM)?;
    agree("aarch64", &firmware::lines(&AARCH64.run("the digest in C", &program)?), 3)
}

fn on_board(name: &str, compiler: &str, flags: &[&str]) -> Result<()> {
    let board = BOARDS.iter().find(|board| board.name == name).ok_or(name)?;
    let mut cargo = LIBRARY.cargo();
    // Smallest, as most firmware is compiled.
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s").env("CARGO_PROFILE_RELEASE_PANIC", "abort");
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "fat").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
    cargo.env("RUSTFLAGS", board.rustflags());
    let library = library(board.core, board.target, cargo, "panic-handler")?;
    let (script, memory) =
        (paths::root().join("capi/tests/c/board.ld"), paths::root().join("firmware/boards"));
    let (script, memory) = (script.to_string_lossy(), memory.join(format!("{name}.x")));
    let memory = memory.to_string_lossy();
    let words = [flags, &BARE].concat();
    let last = ["-nostdlib", "-no-pie", LINKER, "-T", &memory, "-T", &script];
    let program = compile(compiler, &words, &[DIGEST, BOARD], &library, &last)?;
    agree(board.core, &firmware::say(board, &program)?, 1)?;
    if name != SMALLEST {
        let model = model();
        let float: &[&str] = if board.fpu { &["-DWITH_FLOAT"] } else { &[] };
        let words = [&words[..], &[&model], float].concat();
        let program = compile(compiler, &words, &[SPEAKER, BOARD], &library, &last)?;
        agree(board.core, &firmware::say(board, &program)?, 1 + float.len())?;
    }
    for (source, limit) in ONE_CALL.into_iter().filter(|_| name == SIZED) {
        let words = [&words[..], &["-Os"]].concat();
        let bytes = flash(&compile(compiler, &words, &[source, BOARD], &library, &last)?)?;
        println!("  {source} on {}: {bytes} bytes of flash of {limit}", board.core);
        if bytes > limit {
            return Err(format!("{source}: {bytes} bytes of flash, {limit} allowed"));
        }
    }
    Ok(())
}

/// Bytes of flash of a program.
fn flash(program: &Path) -> Result<u64> {
    let bytes = std::fs::read(program).map_err(|e| format!("{}: {e}", program.display()))?;
    Ok(image::size(&image::parse(&bytes)?).flash)
}
