//! Takes commands, one a line, so that processes can be timed in turn:
//!
//! ```text
//! names                                   → NAME, NAME, …
//! open CASE VERB ROWS WIDTH MEAN NAME     → largest error, or `none`; CASE is any word
//! time CASE CALLS                         → seconds, after one call that is not timed
//! count CASE                              → instructions of one call, or `none`
//! close CASE                              → `closed`
//! ```

use layernorm_contenders::{Case, Work, count, names};
use std::collections::HashMap;
use std::time::Instant;

fn main() {
    let mut cases = HashMap::new();
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        println!("{}", answer(&mut cases, &words).unwrap_or_else(|| "none".into()));
    }
}

fn answer(cases: &mut HashMap<String, Case>, words: &[&str]) -> Option<String> {
    Some(match *words {
        ["names"] => names().join(", "),
        ["open", key, verb, rows, width, mean, ref name @ ..] => {
            let case = Case::open(&name.join(" "), work(verb, rows, width, mean)?)?;
            let error = case.error.to_string();
            cases.insert(key.to_owned(), case);
            error
        }
        ["time", key, calls] => {
            let case = cases.get_mut(key)?;
            let calls = calls.parse().ok()?;
            case.run(1);
            let start = Instant::now();
            case.run(calls);
            start.elapsed().as_secs_f64().to_string()
        }
        ["count", key] => {
            let case = cases.get_mut(key)?;
            count(|| case.run(1))?.to_string()
        }
        ["close", key] => {
            cases.remove(key);
            "closed".into()
        }
        _ => return None,
    })
}

fn work(verb: &str, rows: &str, width: &str, mean: &str) -> Option<Work> {
    let (_, verb, form) = Work::NAMES.into_iter().find(|(name, ..)| *name == verb)?;
    let number = |word: &str| word.parse().ok();
    Some(Work { verb, form, rows: number(rows)?, width: number(width)?, mean: mean.parse().ok()? })
}
