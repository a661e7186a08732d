//! Tables in README.md, each between comments with its name.

use crate::Result;

pub const PATH: &str = "model/README.md";

/// The text of the page, with `table` instead of the table called `name`.
pub fn page_with(name: &str, table: &str) -> Result<String> {
    let text = std::fs::read_to_string(PATH).map_err(|error| format!("{PATH}: {error}"))?;
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let parts = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{PATH} has no place for the table of `{name}`"))?;
    Ok(format!("{before}{begin}{table}{end}{after}"))
}

pub fn write(name: &str, table: &str) -> Result<()> {
    Ok(std::fs::write(PATH, page_with(name, table)?)?)
}
