//! Debian packages, where there is apt and the right to use it.

use crate::Result;
use crate::paths::which;
use crate::process::{announced, attempt};
use std::process::Command;
use std::sync::OnceLock;

/// Installs `packages`. `why` names what is missing, for the message where that cannot be done.
pub fn install(why: &str, packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    let by_hand = format!("sudo apt-get install -y --no-install-recommends {names}");
    if which("apt-get").is_none() {
        return Err(format!(
            "{why} is missing, and there is no apt-get here to install it\n  on Debian or Ubuntu: {by_hand}"
        ));
    }
    let Some(prefix) = privilege() else {
        return Err(format!("{why} is missing and installing it needs root; run:\n  {by_hand}"));
    };
    update(prefix)?;
    let label = format!("apt-get install {names}");
    announced(&label, apt(prefix).args(["install", "-y", "--no-install-recommends"]).args(packages))
        .map(drop)
        .map_err(|e| format!("{why} is missing: {e}\n  try again with: {by_hand}"))
}

/// Once a run: the lists on a fresh machine are empty or stale.
fn update(prefix: &[&str]) -> Result<()> {
    static UPDATED: OnceLock<Result<()>> = OnceLock::new();
    UPDATED.get_or_init(|| announced("apt-get update", apt(prefix).arg("update")).map(drop)).clone()
}

/// What to put before a command to run it as root; `None` where that would need a password.
fn privilege() -> Option<&'static [&'static str]> {
    let succeeds = |program: &str, arguments: &[&str], wanted: &str| {
        attempt(program, Command::new(program).args(arguments), None)
            .is_ok_and(|done| done.success && done.stdout.trim() == wanted)
    };
    if succeeds("id", &["-u"], "0") {
        Some(&[])
    } else if which("sudo").is_some() && succeeds("sudo", &["-n", "true"], "") {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}

fn apt(prefix: &[&str]) -> Command {
    // `env` sets the variable behind sudo too, which drops the environment.
    let mut words = prefix.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut command = Command::new(words.next().unwrap_or("env"));
    command.args(words);
    command
}
