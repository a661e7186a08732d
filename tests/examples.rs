//! Every public item has an example that runs.

use std::fs;
use std::path::{Path, PathBuf};

/// Types in private modules of `sequence` and `mixed` that no module exports, and what a macro defines, whose comment stands where it is
/// called.
const NOT_EXPORTED: &[&str] = &["Gates", "Sealed", "RowNorm", "Norms", "Record", "Stored", "Values", "$name"];

/// What begins an item that others can name.
const ITEMS: &[&str] = &["pub fn ", "pub const fn ", "pub struct ", "pub enum ", "pub trait ", "pub type "];

#[test]
fn every_public_item_has_an_example() {
    let mut without = Vec::new();
    let mut items = 0;
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        for (item, has_example) in public_items(&text) {
            items += 1;
            let name = item
                .split([' ', '<', ':'])
                .find(|word| word.starts_with(|c: char| c.is_uppercase() || c == '$'));
            if !has_example && !name.is_some_and(|name| NOT_EXPORTED.contains(&name)) {
                without.push(format!("{}: {item}", path.display()));
            }
        }
    }
    assert!(items > 40, "{items} items");
    assert!(without.is_empty(), "no example:\n{}", without.join("\n"));
}

#[test]
fn an_item_without_an_example_is_found() {
    let text = "/// One.\n/// ```\n/// ```\n#[must_use]\npub fn one() {}\n/// Two.\npub(crate) fn two() {}\n/// Three.\npub struct Three;";
    let found: Vec<_> = public_items(text).collect();
    assert_eq!(found, [("pub fn one() {}", true), ("pub struct Three;", false)]);
}

/// Sources of the public root. What is in a private module and not exported is `pub(crate)`, or hidden.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if INTERNAL.contains(&name) {
            continue;
        }
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files
}

/// Files and folders that export nothing.
const INTERNAL: &[&str] =
    &["float", "isa", "integer", "bytes.rs", "exp.rs", "linear.rs", "list.rs", "rows.rs", "slices.rs"];

/// The public items of a text, each with whether the comment before it has an example.
fn public_items(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let (mut has_example, mut is_hidden, mut in_attribute) = (false, false, false);
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if line.starts_with("///") {
            has_example |= line.contains("```");
        } else if in_attribute || line.starts_with("#[") {
            is_hidden |= line == "#[doc(hidden)]";
            in_attribute = !line.ends_with(']');
        } else {
            let (has, hidden) = (std::mem::take(&mut has_example), std::mem::take(&mut is_hidden));
            let is_public = !hidden && ITEMS.iter().any(|start| line.starts_with(start));
            return is_public.then_some((line, has));
        }
        None
    })
}
