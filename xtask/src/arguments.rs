//! The arguments of a command, and what is said of those that it does not take.

use crate::result::Result;
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::OsString;

/// The next argument.
pub fn next(arguments: &mut Parser) -> Result<Option<Arg<'_>>> {
    arguments.next().map_err(|e| e.to_string())
}

/// The value of an option, or an argument that is not an option.
pub fn text(value: std::result::Result<OsString, lexopt::Error>) -> Result<String> {
    value.and_then(|value| value.string()).map_err(|e| e.to_string())
}

/// Refuses every argument, for commands that take none.
pub fn no_arguments(mut arguments: Parser) -> Result<()> {
    match next(&mut arguments)? {
        None => Ok(()),
        Some(argument) => Err(unknown(argument, "nothing")),
    }
}

/// The message about an argument that is not among those allowed.
pub fn unknown(argument: Arg, allowed: &str) -> String {
    format!("{} (this command takes {allowed})", argument.unexpected())
}
