//! Instructions of one row: `cost, KIND, WIDTH, VERB, TYPE, INSTRUCTIONS`.
#![no_std]
#![no_main]

use layernorm_firmware::clock::Clock;
use layernorm_firmware::rows::{self, Kind, LONGEST};
use layernorm_firmware::{entry, host, line};

/// The timer of a Cortex-M0 does not see longer hard rows to their end.
const CASES: [(Kind, usize); 4] =
    [(Kind::Normal, 64), (Kind::Normal, 256), (Kind::Normal, LONGEST), (Kind::Hard, 64)];

#[entry]
fn main() -> ! {
    let mut clock = Clock::start();
    for (kind, width) in CASES {
        let result = rows::visit::<LONGEST>(kind, width, &mut |verb, of, row| {
            let mut result = Ok(());
            let instructions = clock.instructions(|| result = row());
            assert_eq!(result, Ok(()));
            line!("cost, {}, {width}, {verb}, {of}, {instructions}", kind.name());
        });
        assert_eq!(result, Ok(()));
    }
    host::exit(true)
}
