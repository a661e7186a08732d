//! Where things are: the work tree, the build output, the user's cache.

use crate::Result;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub fn root() -> PathBuf {
    // Read when it runs, not `env!`: the compiled xtask stays right when the folder is moved.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Build output shared by everything that is compiled with the default flags.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// What takes minutes to make and does not depend on this work tree.
pub fn cache() -> Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    let dir = base.ok_or("neither XDG_CACHE_HOME nor HOME is set")?.join("layernorm");
    create_dir(&dir)?;
    Ok(dir)
}

pub fn create_dir(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|e| format!("cannot create {}: {e}", dir.display()))
}

/// An empty folder of this process's own beside `dir`, to be filled and then renamed to it, so that a run
/// that is interrupted leaves nothing that looks finished.
pub fn staging(dir: &Path) -> Result<PathBuf> {
    let staging = dir.with_extension(format!("partial-{}", std::process::id()));
    remove_dir(&staging)?;
    create_dir(&staging)?;
    Ok(staging)
}

/// Puts a finished `staging` folder in its place.
pub fn publish(staging: &Path, dir: &Path) -> Result<()> {
    match std::fs::rename(staging, dir) {
        Ok(()) => Ok(()),
        // Another process was quicker; what it made is as good.
        Err(_) if dir.is_dir() => remove_dir(staging),
        Err(e) => Err(format!("cannot rename {} to {}: {e}", staging.display(), dir.display())),
    }
}

pub fn remove_dir(dir: &Path) -> Result<()> {
    match std::fs::remove_dir_all(dir) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(format!("cannot remove {}: {e}", dir.display())),
    }
}

/// A program on PATH.
pub fn which(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(program)).find(|path| path.is_file())
}

/// What a socket's path may have, less what a browser puts behind it.
#[cfg(unix)]
const SHORT: usize = 40;

/// A folder with a short path outside of the work tree, which goes when this is dropped.
pub struct Temporary(PathBuf);

pub fn temporary() -> Result<Temporary> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("ln-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let dir = temporary_base().join(name);
    remove_dir(&dir)?;
    create_dir(&dir)?;
    Ok(Temporary(dir))
}

#[cfg(unix)]
fn temporary_base() -> PathBuf {
    let named = std::env::temp_dir();
    let usual = Path::new("/tmp");
    if named.as_os_str().len() > SHORT && usual.is_dir() { usual.to_path_buf() } else { named }
}

#[cfg(not(unix))]
fn temporary_base() -> PathBuf {
    std::env::temp_dir()
}

impl Temporary {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    /// A browser's child processes end a moment after it and write until then.
    fn drop(&mut self) {
        for _ in 0..20 {
            let removed = remove_dir(&self.0).is_ok();
            std::thread::sleep(Duration::from_millis(50));
            if removed && !self.0.exists() {
                return;
            }
        }
    }
}
