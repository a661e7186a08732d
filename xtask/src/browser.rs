//! A headless Chromium that opens one page and is closed again.

use crate::server::{Server, serve};
use crate::{Result, paths};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(180);

/// Opens `dir`'s index.html and returns what it posts to its server.
pub fn report_of(chromium: &Path, dir: PathBuf) -> Result<String> {
    let profile = paths::staging(&dir.with_extension("profile"))?;
    let Server { address, reports } = serve(dir, 0)?;
    let mut browser = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(address)
        // What it leaves behind when it is ended goes with the profile.
        .env("TMPDIR", &profile)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("cannot start {}: {e}", chromium.display()))?;
    let report = reports.recv_timeout(LIMIT);
    // It may have died already.
    let _ = browser.kill();
    let _ = browser.wait();
    remove(&profile);
    report.map_err(|_| format!("{} did not answer within {} s", chromium.display(), LIMIT.as_secs()))
}

/// The browser's helper processes end a moment after it and write until then.
fn remove(profile: &Path) {
    for _ in 0..20 {
        if paths::remove_dir(profile).is_ok() {
            std::thread::sleep(Duration::from_millis(50));
            if !profile.exists() {
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
