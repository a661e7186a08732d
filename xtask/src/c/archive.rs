//! What is released: the header, a library for each ABI, and files for CMake and pkg-config.
//!
//! A library is one object, that of the crate's code, so that linkers of any age read it. It exports `ln_*` alone. What compilers call
//! for arithmetic that a processor lacks is not in it: the user's own `libgcc` has that.

use super::build::{C99, Library, compile_with, folder, library};
use crate::digest::AARCH64;
use crate::process::run;
use crate::{Result, apt, image, paths, toolchain};
use object::{Object, ObjectSymbol};
use std::path::{Path, PathBuf};
use std::process::Command;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const MEMORY: &str = "capi/tests/c/memory.c";

/// For bare metal.
pub const FOR_ARM: &str = "arm-none-eabi-gcc";
pub const FOR_RISCV: &str = "riscv64-unknown-elf-gcc";

pub struct Abi {
    /// Of its folder.
    pub name: &'static str,
    triple: &'static str,
    rustflags: &'static str,
    /// For a system: the program that takes names from an object.
    objcopy: Option<&'static str>,
    /// For a board: its compiler, and the flags that choose the ABI.
    compiler: &'static str,
    flags: &'static [&'static str],
}

const ARM: Abi = Abi { name: "", triple: "", rustflags: "", objcopy: None, compiler: FOR_ARM, flags: &[] };
const RISCV: Abi = Abi { compiler: FOR_RISCV, ..ARM };

pub const X86_64: Abi =
    Abi { name: "x86-64", triple: "x86_64-unknown-linux-gnu", objcopy: Some("objcopy"), ..ARM };
/// Of a Cortex-M4F.
pub const V7EM_HARD: Abi = Abi {
    name: "v7em-hard",
    triple: toolchain::THUMBV7EM,
    rustflags: "-C target-cpu=cortex-m4",
    flags: &["-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
    ..ARM
};
const ABIS: [Abi; 10] = [
    X86_64,
    Abi { name: "aarch64", triple: AARCH64.triple, objcopy: Some("aarch64-linux-gnu-objcopy"), ..ARM },
    Abi {
        name: "v6m",
        triple: toolchain::THUMB,
        flags: &["-mthumb", "-mcpu=cortex-m0", "-mfloat-abi=soft"],
        ..ARM
    },
    Abi {
        name: "v7m",
        triple: toolchain::THUMBV7M,
        flags: &["-mthumb", "-mcpu=cortex-m3", "-mfloat-abi=soft"],
        ..ARM
    },
    Abi {
        name: "v7em-soft",
        triple: "thumbv7em-none-eabi",
        flags: &["-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=soft"],
        ..ARM
    },
    V7EM_HARD,
    Abi {
        name: "v8m.main-soft",
        triple: "thumbv8m.main-none-eabi",
        flags: &["-mthumb", "-march=armv8-m.main", "-mfloat-abi=soft"],
        ..ARM
    },
    Abi {
        name: "v8m.main-hard",
        triple: toolchain::THUMBV8M,
        flags: &["-mthumb", "-march=armv8-m.main+fp", "-mfloat-abi=hard"],
        ..ARM
    },
    Abi {
        name: "riscv32imc",
        triple: toolchain::RISCV32IMC,
        flags: &["-march=rv32imc", "-mabi=ilp32"],
        ..RISCV
    },
    Abi {
        name: "riscv32imac",
        triple: "riscv32imac-unknown-none-elf",
        flags: &["-march=rv32imac", "-mabi=ilp32"],
        ..RISCV
    },
];

/// The archive of all ABIs; each library for a board links with its `libgcc`, all of it, and three functions of memory.
pub fn all() -> Result<PathBuf> {
    for (compiler, package) in [(FOR_ARM, "gcc-arm-none-eabi"), (FOR_RISCV, "gcc-riscv64-unknown-elf")] {
        if paths::which(compiler).is_none() {
            apt::install(compiler, &[package])?;
        }
    }
    let mut libraries = Vec::new();
    for abi in &ABIS {
        let Abi { name, triple, rustflags, .. } = *abi;
        let built = library(&Library { name, triple, rustflags, hosted: abi.objcopy.is_some() })?;
        let one = object(abi, &built)?;
        if abi.objcopy.is_none() {
            served(abi, &one)?;
        }
        libraries.push(one);
    }
    pack(&libraries)
}

/// A library for the archive, of the one that was built: its object with the crate's code.
pub fn object(abi: &Abi, built: &Path) -> Result<PathBuf> {
    let folder = folder().join("archive").join(abi.name);
    paths::remove_dir(&folder)?;
    paths::create_dir(&folder)?;
    let members = run("ar", Command::new("ar").arg("t").arg(built))?;
    let ours: Vec<&str> = members.lines().filter(|name| name.starts_with("layernorm_c")).collect();
    let [ours] = ours[..] else {
        return Err(format!("{}: expected one object of layernorm_c, actual {ours:?}", built.display()));
    };
    run("ar", Command::new("ar").current_dir(&folder).arg("x").arg(built).arg(ours))?;
    let object = folder.join("layernorm.o");
    std::fs::rename(folder.join(ours), &object).map_err(|e| format!("{}: {e}", object.display()))?;
    if let Some(objcopy) = abi.objcopy {
        let mut command = Command::new(objcopy);
        command.args(["--strip-debug", "--wildcard", "--keep-global-symbol", "ln_*"]).arg(&object);
        run(objcopy, &mut command)?;
    }
    let (exported, undefined) = names(&object)?;
    if let Some(name) = exported.iter().find(|name| !name.starts_with("ln_")) {
        return Err(format!("the library for {} exports {name}", abi.name));
    }
    println!("  {}: {} names; asks for {}", abi.name, exported.len(), undefined.join(" "));
    let library = folder.join("liblayernorm.a");
    run("ar", Command::new("ar").arg("rcsD").arg(&library).arg(&object))?;
    Ok(library)
}

/// What an object defines for others, and what it asks others for.
fn names(object: &Path) -> Result<(Vec<String>, Vec<String>)> {
    let bytes = std::fs::read(object).map_err(|e| format!("{}: {e}", object.display()))?;
    let file = image::parse(&bytes)?;
    let (mut exported, mut undefined) = (Vec::new(), Vec::new());
    for symbol in file.symbols().filter(|symbol| symbol.is_global()) {
        let name = symbol.name().unwrap_or_default().to_owned();
        if symbol.is_undefined() { undefined.push(name) } else { exported.push(name) }
    }
    undefined.sort();
    undefined.dedup();
    Ok((exported, undefined))
}

/// All of a library links with `libgcc` and functions of memory, and nothing else.
fn served(abi: &Abi, library: &Path) -> Result<()> {
    let words = [abi.flags, &[C99, "-ffreestanding", "-nostdlib"]].concat();
    let whole = format!("-Wl,--entry=0,--whole-archive,{},--no-whole-archive", library.display());
    let include = paths::root().join("capi/include");
    compile_with(&include, abi.compiler, &words, &[MEMORY], library, &[&whole, "-lgcc"]).map(drop)
}

/// The archive with these libraries, each in the folder of its ABI.
pub fn pack(libraries: &[PathBuf]) -> Result<PathBuf> {
    let (root, name) = (paths::root(), format!("layernorm-{VERSION}-c"));
    let (folder, archive) = (folder().join(&name), folder().join(format!("{name}.tar.gz")));
    paths::remove_dir(&folder)?;
    let put = |from: &Path, to: &str| -> Result<()> {
        let to = folder.join(to);
        paths::create_dir(to.parent().unwrap_or(&folder))?;
        std::fs::copy(from, &to).map(drop).map_err(|e| format!("{}: {e}", from.display()))
    };
    for (from, to) in [
        ("capi/include/layernorm.h", "include/layernorm.h"),
        ("capi/examples/norm.c", "examples/norm.c"),
        ("capi/README.md", "README.md"),
        ("CHANGELOG.md", "CHANGELOG.md"),
        ("LICENSE-APACHE", "LICENSE-APACHE"),
        ("LICENSE-MIT", "LICENSE-MIT"),
        ("capi/package/CMakeLists.txt", "CMakeLists.txt"),
        ("capi/package/layernorm-config.cmake", "lib/cmake/layernorm/layernorm-config.cmake"),
    ] {
        put(&root.join(from), to)?;
    }
    for (from, to) in [
        ("capi/package/layernorm-config-version.cmake", "lib/cmake/layernorm/layernorm-config-version.cmake"),
        ("capi/package/layernorm.pc", "lib/pkgconfig/layernorm.pc"),
    ] {
        put(&root.join(from), to)?;
        let to = folder.join(to);
        let text = std::fs::read_to_string(&to).map_err(|e| format!("{from}: {e}"))?;
        std::fs::write(&to, text.replace("@VERSION@", VERSION)).map_err(|e| format!("{from}: {e}"))?;
    }
    for library in libraries {
        let abi = library.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        put(library, &format!("lib/{abi}/liblayernorm.a"))?;
    }
    let mut tar = Command::new("tar");
    tar.args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-czf"]);
    run("tar", tar.arg(&archive).arg("-C").arg(folder.parent().unwrap_or(&root)).arg(&name))?;
    Ok(archive)
}

/// Where an archive has been unpacked, in a folder that holds nothing else.
pub fn unpacked(archive: &Path) -> Result<PathBuf> {
    let to = folder().join("unpacked");
    paths::remove_dir(&to)?;
    paths::create_dir(&to)?;
    run("tar", Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&to))?;
    Ok(to.join(format!("layernorm-{VERSION}-c")))
}

/// What CMake and pkg-config make of an unpacked archive: the example, by `find_package`, by `FetchContent` and by a line of flags.
pub fn by_tools(archive: &Path, unpacked: &Path) -> Result<Vec<PathBuf>> {
    for (tool, package) in [("cmake", "cmake"), ("make", "make"), ("pkg-config", "pkg-config")] {
        if paths::which(tool).is_none() {
            apt::install(tool, &[package])?;
        }
    }
    let example = unpacked.join("examples/norm.c");
    let found = format!("find_package(layernorm {VERSION} EXACT REQUIRED)");
    let fetched = format!(
        "include(FetchContent)\nFetchContent_Declare(layernorm URL {})\nFetchContent_MakeAvailable(layernorm)",
        archive.display()
    );
    let mut programs = Vec::new();
    for (name, how) in [("found", found), ("fetched", fetched)] {
        let project = folder().join("cmake").join(name);
        paths::remove_dir(&project)?;
        paths::create_dir(&project)?;
        let text = format!(
            "cmake_minimum_required(VERSION 3.14)\nproject(user C)\n{how}\nadd_executable(norm {})\n\
             target_link_libraries(norm layernorm::layernorm)\n",
            example.display()
        );
        let list = project.join("CMakeLists.txt");
        std::fs::write(&list, text).map_err(|e| format!("{}: {e}", list.display()))?;
        let mut cmake = Command::new("cmake");
        cmake.current_dir(&project).env("CMAKE_PREFIX_PATH", unpacked).args(["-S", ".", "-B", "build"]);
        run("cmake", &mut cmake)?;
        run("cmake --build", Command::new("cmake").current_dir(&project).args(["--build", "build"]))?;
        programs.push(project.join("build/norm"));
    }
    let mut flags = Command::new("pkg-config");
    flags.env("PKG_CONFIG_PATH", unpacked.join("lib/pkgconfig"));
    let flags = run("pkg-config", flags.args(["--cflags", "--libs", "--static", "layernorm"]))?;
    let program = folder().join("programs/pkg-config-norm");
    let mut cc = Command::new("cc");
    run("cc", cc.arg(&example).args(flags.split_whitespace()).arg("-o").arg(&program))?;
    programs.push(program);
    Ok(programs)
}
