//! A headless browser that opens one page and is closed again.

use crate::server::{Server, serve};
use crate::{Result, paths};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(180);
const GLANCE: Duration = Duration::from_millis(200);
/// What a report may take that was on its way when the browser ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
pub enum Family {
    Chromium,
    Firefox,
}

impl Family {
    fn arguments(self, profile: &Path) -> Vec<String> {
        let profile = profile.display();
        let (own, flags) = match self {
            Self::Chromium => (
                vec![format!("--user-data-dir={profile}")],
                &[
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ][..],
            ),
            Self::Firefox => (
                vec!["--profile".into(), profile.to_string()],
                &["--headless", "--no-remote", "--new-instance"][..],
            ),
        };
        flags.iter().map(|&flag| flag.to_owned()).chain(own).collect()
    }
}

/// Opens `dir`'s index.html and returns what it posts to its server.
pub fn report_of(family: Family, program: &Path, dir: PathBuf) -> Result<String> {
    // Not below the work tree: Chromium makes a socket in it, whose path may have 107 bytes.
    let folder = paths::temporary()?;
    let Server { address, reports } = serve(dir, 0)?;
    let complaints = folder.path().join("stderr");
    let log = File::create(&complaints).map_err(|e| format!("{}: {e}", complaints.display()))?;
    let profile = folder.path().join("p");
    paths::create_dir(&profile)?;
    let mut browser = Command::new(program)
        .args(family.arguments(&profile))
        .arg(address)
        // What it leaves behind when it is ended goes with the folder.
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .map_err(|e| format!("cannot start {}: {e}", program.display()))?;
    let report = wait(&mut browser, &reports);
    // It may have died already.
    let _ = browser.kill();
    let _ = browser.wait();
    report.map_err(|why| {
        let said = std::fs::read(&complaints).unwrap_or_default();
        format!("{} {why}\n{}", program.display(), String::from_utf8_lossy(&said).trim_end())
    })
}

/// The report, or what became of the browser.
fn wait(browser: &mut Child, reports: &Receiver<String>) -> Result<String> {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        match reports.recv_timeout(GLANCE) {
            Ok(report) => return Ok(report),
            Err(RecvTimeoutError::Disconnected) => return Err("lost its server".into()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Ok(Some(status)) = browser.try_wait() {
            return reports
                .recv_timeout(LAST_WORDS)
                .map_err(|_| format!("ended without an answer, {status}:"));
        }
    }
    Err(format!("did not answer within {} s:", LIMIT.as_secs()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_browser_that_dies_is_noticed_at_once_with_its_last_words() {
        let folder = paths::temporary().expect("there is room");
        let program = folder.path().join("browser");
        std::fs::write(&program, "#!/bin/sh\necho no socket today >&2\nexit 134\n").expect("there is room");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        let start = Instant::now();
        let error =
            report_of(Family::Chromium, &program, folder.path().into()).expect_err("it reports nothing");
        assert!(error.contains("no socket today") && error.contains("134"), "{error}");
        assert!(start.elapsed() < LIMIT / 6);
    }

    #[test]
    fn its_folder_leaves_a_socket_room() {
        let folder = paths::temporary().expect("there is room");
        assert!(folder.path().as_os_str().len() <= 60, "{}", folder.path().display());
        let dir = folder.path().to_path_buf();
        drop(folder);
        assert!(!dir.exists());
    }
}
