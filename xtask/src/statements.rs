//! What ARCHITECTURE.md states of the tree, held by tests.

use crate::paths;
use std::path::Path;

/// Files of Rust below `folder` that have code which is `unsafe`, as paths from the root.
fn add_unsafe_files(folder: &Path, found: &mut Vec<String>) {
    let starts = ["{", "fn ", "impl ", "extern ", "trait "].map(|rest| ["unsafe", rest].join(" "));
    let attribute = ["unsafe", "("].concat();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules"].contains(&name.as_str()) {
            add_unsafe_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let is_unsafe = |line: &str| starts.iter().chain([&attribute]).any(|start| line.contains(start));
            if code.into_iter().any(is_unsafe) {
                let path = path.strip_prefix(paths::root()).unwrap_or(&path);
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
}

#[test]
fn unsafe_stands_where_the_table_says_and_nowhere_else() {
    let page = include_str!("../../ARCHITECTURE.md");
    let section =
        page.split("\n## ").find(|section| section.starts_with("`unsafe`")).expect("it has a section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let stated: Vec<&str> = rows.collect();
    assert!(stated.len() > 3, "{stated:?}");
    let mut found = Vec::new();
    add_unsafe_files(&paths::root(), &mut found);
    // A folder ends with a slash.
    let covers = |stated: &str, file: &str| {
        if stated.ends_with('/') { file.starts_with(stated) } else { file == stated }
    };
    let unstated: Vec<_> =
        found.iter().filter(|file| !stated.iter().any(|stated| covers(stated, file))).collect();
    assert!(unstated.is_empty(), "`unsafe`, and not in ARCHITECTURE.md: {unstated:?}");
    let idle: Vec<_> =
        stated.iter().filter(|stated| !found.iter().any(|file| covers(stated, file))).collect();
    assert!(idle.is_empty(), "in ARCHITECTURE.md, and without `unsafe`: {idle:?}");
}
