//! The peers that come from PyPI.

use crate::process::{announced, run};
use crate::{Result, paths};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python with them, in the user's cache.
pub fn program() -> Result<PathBuf> {
    let folder = paths::root().join("benches/python");
    let (requirements, alone) = (folder.join("requirements.txt"), folder.join("requirements-alone.txt"));
    let shim = folder.join("torch.cpp");
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()));
    let wanted = read(&requirements)? + &read(&alone)? + &read(&shim)?;
    let venv = paths::cache()?.join("bench-python");
    let (program, installed) = (venv.join("bin/python"), venv.join("installed.txt"));
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    let by_hand = "get it with: sudo apt-get install -y python3 python3-venv";
    run("python3 -m venv", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))
        .map_err(|e| format!("{e}\n  {by_hand}"))?;
    let install = |options: &[&str], requirements: &Path| {
        let mut pip = Command::new(&program);
        pip.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements).args(options);
        announced("pip install of the Python peers", &mut pip)
    };
    install(&[], &requirements)?;
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        install(&["--no-deps"], &alone)?;
        compile(&program, &shim, &venv.join("torch.so"))?;
    }
    std::fs::write(&installed, wanted).map_err(|e| format!("{}: {e}", installed.display()))?;
    Ok(program)
}

/// What calls PyTorch from C++.
fn compile(python: &Path, source: &Path, to: &Path) -> Result<()> {
    let mut ask = Command::new(python);
    ask.args(["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]);
    let torch = Path::new(run("python", &mut ask)?.trim()).join("torch");
    let (include, library) = (torch.join("include"), torch.join("lib"));
    let mut compiler = Command::new("c++");
    compiler.args(["-std=c++20", "-O2", "-fPIC", "-shared", "-o"]).arg(to).arg(source);
    compiler.arg("-I").arg(&include).arg("-I").arg(include.join("torch/csrc/api/include"));
    compiler.arg("-L").arg(&library).args(["-ltorch_cpu", "-lc10"]);
    compiler.arg(format!("-Wl,-rpath,{}", library.display()));
    announced("c++ torch.cpp", &mut compiler)
        .map(drop)
        .map_err(|e| format!("{e}\n  a C++ compiler comes with: sudo apt-get install -y g++"))
}
