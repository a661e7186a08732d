//! `cargo xtask c`: the header and the static library, tried by programs in C; `--archive`: what is released.

mod archive;
mod boards;
mod build;

use crate::digest::AARCH64;
use crate::firmware::Line;
use crate::process::run;
use crate::{Result, apt, digest, firmware, image, next, no_arguments, paths, toolchain, unknown};
use boards::{ON_BOARDS, OnBoard, SIZED};
use build::{C99, Library, compile, compile_with, library};
use lexopt::Arg::Long;
use lexopt::Parser;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADER: &str = "capi/include/layernorm.h";
const CPP: &[&str] = &["-std=c++17", "-x", "c++"];
const DIGEST: &str = "capi/tests/c/digest.c";
const MISUSE: &str = "capi/tests/c/misuse.c";
const SPEAKER: &str = "capi/tests/c/speaker.c";
/// For libraries without what compilers call.
const MEMORY: &str = "capi/tests/c/memory.c";
const BOARD: &str = "capi/tests/c/board.c";
/// Programs of one call, for a Cortex-M4F, and the bytes of flash that each may take, all in: vectors, start and library.
const ONE_CALL: [(&str, u64); 2] = [("capi/tests/c/size_f32.c", 4150), ("capi/tests/c/size_i16.c", 4700)];
/// The utterances of the model are larger than its flash.
const SMALLEST: &str = "microbit";
const EXAMPLE: &str = "capi/examples/norm.c";
/// What it prints.
const OF_EXAMPLE: &str = "-1.34164 -0.223606 0.894424 1.34164\n-51 -9 26 38\n";
/// What Rust's standard library asks of a system's.
const SYSTEM: [&str; 3] = ["-lpthread", "-ldl", "-lm"];

pub fn command(mut arguments: Parser) -> Result<()> {
    match next(&mut arguments)? {
        None => {
            let header = paths::root().join(HEADER);
            std::fs::write(&header, made()?).map_err(|e| format!("{HEADER}: {e}"))?;
            check()
        }
        Some(Long("archive")) => {
            no_arguments(arguments)?;
            is_made()?;
            let made = archive::all()?;
            alone(&made)?;
            on_every_board(&made)?;
            println!("written: {}", made.display());
            Ok(())
        }
        Some(other) => Err(unknown(other, "--archive")),
    }
}

/// The header is that of the sources, and programs in C get from the library what Rust computes.
pub fn check() -> Result<()> {
    is_made()?;
    let here = here()?;
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        digest::install_emulated()?;
        aarch64()?;
        let mut released = vec![archive::object(&archive::X86_64, &here)?];
        for on in &ON_BOARDS {
            let library = on_board(on)?;
            if on.name == SIZED {
                released.push(archive::object(&archive::V7EM_HARD, &library)?);
            }
        }
        alone(&archive::pack(&released)?)?;
    }
    Ok(())
}

/// The header is what the sources say.
fn is_made() -> Result<()> {
    let text = std::fs::read_to_string(paths::root().join(HEADER)).map_err(|e| format!("{HEADER}: {e}"))?;
    if text == made()? { Ok(()) } else { Err(format!("{HEADER} is not that of capi/src: cargo xtask c")) }
}

/// Programs are built of an archive alone, and run: on this machine, and on a board.
fn alone(archive: &Path) -> Result<()> {
    let folder = archive::unpacked(archive)?;
    let library = |abi: &archive::Abi| folder.join("lib").join(abi.name).join("liblayernorm.a");
    let include = folder.join("include");
    let program = compile_with(&include, "cc", &[C99], &[EXAMPLE], &library(&archive::X86_64), &SYSTEM)?;
    says(EXAMPLE, OF_EXAMPLE, &program)?;
    let on = ON_BOARDS.iter().find(|on| on.name == SIZED).ok_or(SIZED)?;
    let (words, sources) = ([&*model(), "-DWITH_FLOAT"], [SPEAKER, BOARD, MEMORY]);
    let program = on.link(&include, &words, &sources, &library(&archive::V7EM_HARD))?;
    agree("the archive alone", &firmware::say(on.board()?, &program)?, 2)
}

/// The example by CMake and pkg-config; the digest by the libraries of the archive, on 64-bit Arm and, with the compilers' `libgcc`, on a
/// board of each core.
fn on_every_board(archive: &Path) -> Result<()> {
    let folder = archive::unpacked(archive)?;
    for program in archive::by_tools(archive, &folder)? {
        says(&format!("{EXAMPLE} by CMake or pkg-config"), OF_EXAMPLE, &program)?;
    }
    let (include, library) = (folder.join("include"), folder.join("lib"));
    let words = [C99, "-static", "-DWITH_PIECES"];
    let of = library.join("aarch64/liblayernorm.a");
    let program = compile_with(&include, AARCH64.linker, &words, &[DIGEST], &of, &SYSTEM)?;
    let said = AARCH64.run("the digest in C", &program)?;
    agree("the archive on aarch64", &firmware::lines(&said), 3)?;
    for on in &ON_BOARDS {
        let bare = OnBoard { compiler: on.bare, ..*on };
        let of = library.join(on.abi).join("liblayernorm.a");
        let program = bare.link(&include, &[], &[DIGEST, BOARD, MEMORY], &of)?;
        agree(&format!("the archive on {}", on.name), &firmware::say(on.board()?, &program)?, 1)?;
    }
    Ok(())
}

fn says(name: &str, expected: &str, program: &Path) -> Result<()> {
    let said = run(name, &mut Command::new(program))?;
    if said == expected { Ok(()) } else { Err(format!("{name}: expected\n{expected}actual\n{said}")) }
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

/// The programs' digests are those of Rust.
fn agree(name: &str, lines: &[Line], groups: usize) -> Result<()> {
    firmware::digests_agree(lines, &digest::golden()?).map_err(|e| format!("C for {name} {e}"))?;
    if lines.len() != groups {
        return Err(format!("C for {name}: expected {groups} groups, actual {lines:?}"));
    }
    println!("  {name}: {groups} groups of the digest agree");
    Ok(())
}

fn here() -> Result<PathBuf> {
    let (name, triple) = ("this machine", &toolchain::host()?);
    let library = library(&Library { name, triple, rustflags: "", hosted: true })?;
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
        says(&format!("{EXAMPLE} by {compiler}"), OF_EXAMPLE, &program)?;
    }
    Ok(library)
}

/// Where programs find the files of `model/`.
fn model() -> String {
    format!("-DMODEL=\"{}\"", paths::root().join("model").display())
}

fn aarch64() -> Result<()> {
    let words = [C99, "-static", "-DWITH_PIECES"];
    let of = Library { name: "aarch64", triple: AARCH64.triple, rustflags: "", hosted: true };
    let library = library(&of)?;
    let program = compile(AARCH64.linker, &words, &[DIGEST], &library, &SYSTEM)?;
    agree("aarch64", &firmware::lines(&AARCH64.run("the digest in C", &program)?), 3)
}

/// Tries the library on a board.
fn on_board(on: &OnBoard) -> Result<PathBuf> {
    let (board, include) = (on.board()?, paths::root().join("capi/include"));
    let (name, rustflags) = (board.core, board.rustflags());
    let library = library(&Library { name, triple: board.target, rustflags: &rustflags, hosted: false })?;
    let program = on.link(&include, &[], &[DIGEST, BOARD], &library)?;
    agree(name, &firmware::say(board, &program)?, 1)?;
    if on.name != SMALLEST {
        let model = model();
        let float: &[&str] = if board.fpu { &["-DWITH_FLOAT"] } else { &[] };
        let program = on.link(&include, &[&[&*model], float].concat(), &[SPEAKER, BOARD], &library)?;
        agree(name, &firmware::say(board, &program)?, 1 + float.len())?;
    }
    for (source, limit) in ONE_CALL.into_iter().filter(|_| on.name == SIZED) {
        let bytes = flash(&on.link(&include, &["-Os"], &[source, BOARD], &library)?)?;
        println!("  {source} on {name}: {bytes} bytes of flash of {limit}");
        if bytes > limit {
            return Err(format!("{source}: {bytes} bytes of flash, {limit} allowed"));
        }
    }
    Ok(library)
}

/// Bytes of flash of a program.
fn flash(program: &Path) -> Result<u64> {
    let bytes = std::fs::read(program).map_err(|e| format!("{}: {e}", program.display()))?;
    Ok(image::size(&image::parse(&bytes)?).flash)
}
