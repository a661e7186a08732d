//! Instructions of one row: `cost, WIDTH, VERB, TYPE, INSTRUCTIONS`.
#![no_std]
#![no_main]

use layernorm_firmware::clock::Clock;
use layernorm_firmware::{entry, host, line, rows};

#[entry]
fn main() -> ! {
    let mut clock = Clock::start();
    for width in [64, 256, rows::LONGEST] {
        let result = rows::visit::<{ rows::LONGEST }>(width, &mut |verb, of, row| {
            let mut result = Ok(());
            let instructions = clock.instructions(|| result = row());
            assert_eq!(result, Ok(()));
            line!("cost, {width}, {verb}, {of}, {instructions}");
        });
        assert_eq!(result, Ok(()));
    }
    host::exit(true)
}
