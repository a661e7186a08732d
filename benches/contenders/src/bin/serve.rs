//! Takes commands, one a line, so that processes can be timed in turn:
//!
//! ```text
//! names                              → NAME NAME …
//! open NAME VERB ROWS WIDTH          → largest error, or `none`
//! time NAME VERB CALLS               → seconds, after one call that is not timed
//! count NAME VERB                    → instructions of one call, or `none`
//! close NAME VERB                    → `closed`
//! ```

use layernorm_contenders::{Case, Verb, Work, count, names};
use std::collections::HashMap;
use std::time::Instant;

fn main() {
    let mut cases = HashMap::new();
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        println!("{}", answer(&mut cases, &words).unwrap_or_else(|| "none".into()));
    }
}

fn answer(cases: &mut HashMap<(String, String), Case>, words: &[&str]) -> Option<String> {
    let key = |name: &str, verb: &str| (name.to_owned(), verb.to_owned());
    Some(match *words {
        ["names"] => names().collect::<Vec<_>>().join(" "),
        ["open", name, verb, rows, width] => {
            let case = Case::open(name, work(verb, rows, width)?)?;
            let error = case.error.to_string();
            cases.insert(key(name, verb), case);
            error
        }
        ["time", name, verb, calls] => {
            let case = cases.get_mut(&key(name, verb))?;
            let calls = calls.parse().ok()?;
            case.run(1);
            let start = Instant::now();
            case.run(calls);
            start.elapsed().as_secs_f64().to_string()
        }
        ["count", name, verb] => {
            let case = cases.get_mut(&key(name, verb))?;
            count(|| case.run(1))?.to_string()
        }
        ["close", name, verb] => {
            cases.remove(&key(name, verb));
            "closed".into()
        }
        _ => return None,
    })
}

fn work(verb: &str, rows: &str, width: &str) -> Option<Work> {
    let (_, verb) = Verb::NAMES.into_iter().find(|(name, _)| *name == verb)?;
    Some(Work { verb, rows: rows.parse().ok()?, width: width.parse().ok()? })
}
