//! `count MODULE`: for each line `VERB ROWS WIDTH MEAN` of standard input, the WebAssembly instructions that one call
//! of one of our kernels in the contenders' module executes, one number a line.
//!
//! The interpreter's fuel is the count: one unit an instruction, none for those that a compiler for a real machine
//! turns into nothing.

use std::error::Error;
use wasmi::{Config, Engine, Instance, Linker, Module, OperatorCost, Store};

/// The place of our kernels in the list of contenders.
const OURS: u32 = 0;
/// At their places in the contenders' own list.
const VERBS: [&str; 11] = [
    "layer",
    "residual",
    "rms",
    "layer-in-place",
    "rms-in-place",
    "layer-statistics",
    "layer-backward",
    "rms-backward",
    "layer-codes",
    "residual-codes",
    "rms-codes",
];
const PLENTY: u64 = u64::MAX / 2;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: count MODULE")?;
    let mut config = Config::default();
    config.consume_fuel(true).operator_cost(costs());
    let engine = Engine::new(&config);
    let module = Module::new(&engine, &std::fs::read(path)?)?;
    for line in std::io::stdin().lines() {
        println!("{}", count(&engine, &module, &line?)?);
    }
    Ok(())
}

fn costs() -> OperatorCost {
    OperatorCost {
        nop: 0,
        block: 0,
        loop_: 0,
        else_: 0,
        end: 0,
        drop: 0,
        local_get: 0,
        local_set: 0,
        local_tee: 0,
        i32_const: 0,
        i64_const: 0,
        f32_const: 0,
        f64_const: 0,
        v128_const: 0,
        ..OperatorCost::default()
    }
}

fn count(engine: &Engine, module: &Module, line: &str) -> Result<u64, Box<dyn Error>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [verb, rows, width, mean] = words[..] else {
        return Err(format!("not VERB ROWS WIDTH MEAN: {line}").into());
    };
    let verb = VERBS.iter().position(|name| *name == verb).ok_or("unknown verb")? as u32;
    let (rows, width, mean): (u32, u32, f64) = (rows.parse()?, width.parse()?, mean.parse()?);

    let mut store = Store::new(engine, ());
    store.set_fuel(PLENTY)?;
    let instance: Instance = Linker::new(engine).instantiate_and_start(&mut store, module)?;
    let open = instance.get_typed_func::<(u32, u32, u32, u32, f64), u32>(&store, "open")?;
    let run = instance.get_typed_func::<(u32, u32), ()>(&store, "run")?;
    let error = instance.get_typed_func::<u32, f64>(&store, "error")?;
    let case = open.call(&mut store, (OURS, verb, rows, width, mean))?;
    if case == 0 {
        return Err(format!("{line}: no such operation").into());
    }
    let error = error.call(&mut store, case)?;
    if error > 1e-6 {
        return Err(format!("{line}: wrong by {error}").into());
    }
    store.set_fuel(PLENTY)?;
    run.call(&mut store, (case, 1))?;
    Ok(PLENTY - store.get_fuel()?)
}
