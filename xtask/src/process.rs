//! Running programs: quiet while they work, a progress line when they take long, all they said when they fail.

use crate::Result;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

const HEARTBEAT: Duration = Duration::from_secs(10);

/// How a program ended and what it printed.
pub struct Finished {
    pub success: bool,
    pub stdout: String,
    /// Both streams, in the order in which they arrived.
    pub output: String,
}

/// Runs `command` to its end and returns its standard output; a failure carries everything it printed.
pub fn run(label: &str, command: &mut Command) -> Result<String> {
    let finished = attempt(label, command, None)?;
    if finished.success {
        Ok(finished.stdout)
    } else {
        Err(format!("{label} failed\n  {}\n{}", line(command), finished.output.trim_end()))
    }
}

/// Like [`run`], for long steps of the set-up: announced at the start, timed at the end.
pub fn announced(label: &str, command: &mut Command) -> Result<String> {
    let start = Instant::now();
    eprintln!("  {label} ...");
    let stdout = run(label, command)?;
    eprintln!("  {label}: done in {}", elapsed(start));
    Ok(stdout)
}

/// Runs `command` to its end, whatever that is. `limit` ends it early, as a failure.
pub fn attempt(label: &str, command: &mut Command, limit: Option<Duration>) -> Result<Finished> {
    let start = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| format!("cannot start `{}`: {e}", line(command)))?;
    let (sender, lines) = channel();
    if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
        read(out, true, sender.clone());
        read(err, false, sender);
    }
    let (mut stdout, mut output, mut last) = (String::new(), String::new(), String::new());
    let mut next_beat = start + HEARTBEAT;
    loop {
        match lines.recv_timeout(next_beat.saturating_duration_since(Instant::now())) {
            Ok((is_stdout, text)) => {
                if is_stdout {
                    stdout += &text;
                }
                output += &text;
                if !text.trim().is_empty() {
                    last = text.trim().chars().take(90).collect();
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                eprintln!("  {label}: {} {last}", elapsed(start));
                next_beat = Instant::now() + HEARTBEAT;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if limit.is_some_and(|limit| start.elapsed() > limit) {
            // It may have ended by itself meanwhile; either way it is gone.
            let _ = child.kill();
            output += &format!("ended after {}\n", elapsed(start));
            break;
        }
    }
    let status: ExitStatus = child.wait().map_err(|e| format!("{label}: {e}"))?;
    Ok(Finished { success: status.success(), stdout, output })
}

fn read(stream: impl Read + Send + 'static, is_stdout: bool, lines: Sender<(bool, String)>) {
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut bytes = Vec::new();
        while stream.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            if lines.send((is_stdout, String::from_utf8_lossy(&bytes).into_owned())).is_err() {
                break;
            }
            bytes.clear();
        }
    });
}

/// How many programs are worth running at once.
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Runs `job` for each item, as many at once as there are processors, and returns their results in the order of the items, or the
/// first error in that order.
pub fn at_once<T: Sync, R: Send>(items: &[T], job: impl Fn(&T) -> Result<R> + Sync) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let work = || -> Vec<(usize, Result<R>)> {
        let places = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
        places.map_while(|i| Some((i, job(items.get(i)?)))).collect()
    };
    let workers = processors().min(items.len());
    let parts: std::result::Result<Vec<_>, _> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join()).collect()
    });
    let mut done: Vec<_> = parts.map_err(|_| "a thread has panicked")?.into_iter().flatten().collect();
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The command as one would type it, without its environment.
fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line += " ";
        line += &argument.to_string_lossy();
    }
    line
}

pub fn elapsed(start: Instant) -> String {
    let seconds = start.elapsed().as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", seconds as u64 / 60, seconds as u64 % 60)
    }
}

/// What programs that have ended took of the processors, where Linux tells: it says what a step costs on a busy machine too.
pub fn processor_time() -> Duration {
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name before it may hold spaces.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    // `cutime` and `cstime` of proc(5).
    TICK * fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::at_once;

    #[test]
    fn results_come_in_the_order_of_the_items_or_else_the_first_error() {
        let double = |n: &u64| if *n < 40 { Ok(2 * n) } else { Err(format!("{n} is too large")) };
        assert_eq!(at_once(&[3, 1, 2], double), Ok(vec![6, 2, 4]));
        assert_eq!(at_once(&[], double), Ok(vec![]));
        assert_eq!(at_once(&[1, 41, 42], double), Err("41 is too large".into()));
    }
}
