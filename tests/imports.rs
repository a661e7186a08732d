//! No file needs itself: the graph of the imports in `src`, `model` and `xtask`, after re-exports are followed to where a
//! name is defined, has no circle. `ARCHITECTURE.md` draws that of `src`.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module is its path below the crate: `[]`, `["float"]`, `["float", "tree"]`.
type Module = Vec<String>;

#[derive(Default)]
struct File {
    lines: usize,
    /// Names that the module imports or re-exports, and where from.
    imports: BTreeMap<String, Vec<String>>,
    /// All paths that begin with `crate`, `super`, `self` or a module that the file declares.
    paths: Vec<Vec<String>>,
}

#[test]
fn no_file_of_the_crate_imports_itself_in_a_circle() {
    let files = read("src", &[]);
    assert!(files.len() > 50, "{} files", files.len());
    assert_eq!(circles(&graph(&files)), BTreeSet::new());
}

#[test]
fn no_file_of_the_crate_has_more_than_300_lines() {
    for (module, file) in read("src", &[]) {
        assert!(file.lines <= 300, "{}: {} lines; it may hold two ideas", module.join("::"), file.lines);
    }
}

#[test]
fn no_file_of_the_trainer_or_of_the_commands_imports_itself_in_a_circle() {
    for (folder, elsewhere) in
        [("model/src", &[("utterances", "model/data/utterances.rs")][..]), ("xtask/src", &[])]
    {
        let files = read(folder, elsewhere);
        assert!(files.len() > 10, "{folder}: {} files", files.len());
        assert_eq!(circles(&graph(&files)), BTreeSet::new(), "{folder}");
    }
}

fn circles_of_texts(texts: &[(&str, &str)]) -> BTreeSet<Vec<String>> {
    let files = texts.iter().map(|(name, text)| (module(name), parse(&module(name), text))).collect();
    circles(&graph(&files))
}

#[test]
fn a_circle_is_found_through_a_re_export() {
    let found = circles_of_texts(&[
        ("", "mod a; mod b; pub use b::B;"),
        ("a", "use crate::B; struct A;"),
        ("b", "use crate::{a::{A}, c}; pub struct B;"),
        ("c", "fn c() { super::c::c() }"),
    ]);
    assert_eq!(found, BTreeSet::from([vec!["a".to_owned(), "b".to_owned()]]));
}

#[test]
fn a_circle_is_found_through_a_module_that_a_file_declares() {
    let found = circles_of_texts(&[
        ("", "mod a; fn main() -> Result<()> { a::a() } type Result<T> = core::result::Result<T, ()>;"),
        ("a", "use crate::Result; fn a(_: crate::Result<()>) {}"),
    ]);
    assert_eq!(found, BTreeSet::from([vec![String::new(), "a".to_owned()]]));
}

#[test]
fn a_module_within_a_file_is_the_file() {
    let found = circles_of_texts(&[
        ("", "mod a;"),
        ("a", "mod b; mod tests { use super::{b, A}; use proptest::A; fn s() -> &str { \"}\" } } struct A;"),
        ("a::b", "struct B; // use super::A;"),
    ]);
    assert_eq!(found, BTreeSet::new());
}

fn module(name: &str) -> Module {
    name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The files below a folder, and those from elsewhere that it declares by `#[path]`.
fn read(folder: &str, elsewhere: &[(&str, &str)]) -> BTreeMap<Module, File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let (mut files, mut folders) = (BTreeMap::new(), vec![(Module::new(), root.join(folder))]);
    for (name, path) in elsewhere {
        files.insert(module(name), parse(&module(name), &text(&root.join(path))));
    }
    while let Some((above, folder)) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let below = [&above[..], &[name.to_owned()]].concat();
            if path.is_dir() {
                folders.push((below, path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let module = if matches!(name, "mod" | "lib" | "main") { above.clone() } else { below };
                let file = parse(&module, &text(&path));
                files.insert(module, file);
            }
        }
    }
    files
}

/// What the text of a module imports.
fn parse(module: &Module, text: &str) -> File {
    let mut file = File { lines: text.lines().count(), ..File::default() };
    let tokens: Vec<TokenTree> = text.parse::<TokenStream>().expect("a file of Rust").into_iter().collect();
    let declared = tokens.windows(3).filter_map(|tokens| match tokens {
        [TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Punct(end)] => {
            (keyword == "mod" && end.as_char() == ';').then(|| name.to_string())
        }
        _ => None,
    });
    let declared: BTreeSet<String> = declared.collect();
    collect(module, 0, &declared, &tokens, &mut file);
    file
}

/// Adds the imports and the paths among tokens that are `inner` modules deep in the file.
fn collect(
    module: &Module,
    inner: usize,
    declared: &BTreeSet<String>,
    tokens: &[TokenTree],
    file: &mut File,
) {
    let mut at = 0;
    while at < tokens.len() {
        let is_inner = at >= 2 && ident(tokens, at - 2).is_some_and(|word| word == "mod");
        match (&tokens[at], ident(tokens, at).as_deref()) {
            (_, Some("use")) => {
                at += 1;
                let mut leaves = Vec::new();
                import(tokens, &mut at, &[], &mut leaves);
                for (name, path) in leaves {
                    let Some(path) = absolute(module, inner, path) else { continue };
                    file.paths.push(path.clone());
                    if inner == 0 {
                        file.imports.insert(name, path);
                    }
                }
            }
            (_, Some(word)) if !(at >= 2 && is_separator(tokens, at - 2)) && is_separator(tokens, at + 1) => {
                let begins =
                    matches!(word, "crate" | "super" | "self") || inner == 0 && declared.contains(word);
                let mut path = vec![word.to_owned()];
                while is_separator(tokens, at + 1)
                    && let Some(next) = ident(tokens, at + 3)
                {
                    path.push(next);
                    at += 3;
                }
                if begins && let Some(path) = absolute(module, inner, path) {
                    file.paths.push(path);
                }
            }
            (TokenTree::Group(group), _) => {
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                collect(module, inner + usize::from(is_inner), declared, &tokens, file);
            }
            _ => {}
        }
        at += 1;
    }
}

fn ident(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}

fn is_punct(tokens: &[TokenTree], at: usize, char: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// Whether `::` begins there.
fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens, at, ':') && is_punct(tokens, at + 1, ':')
}

/// Adds the leaves of one branch of a tree of imports, as names and paths. Leaves `at` at the token after the branch.
fn import(tokens: &[TokenTree], at: &mut usize, above: &[String], leaves: &mut Vec<(String, Vec<String>)>) {
    let (mut path, mut name) = (above.to_vec(), None);
    while let Some(token) = tokens.get(*at) {
        match token {
            TokenTree::Group(group) => {
                let (branches, mut branch) = (group.stream().into_iter().collect::<Vec<_>>(), 0);
                while branch < branches.len() {
                    import(&branches, &mut branch, &path, leaves);
                    branch += 1;
                }
                *at += 1;
                return;
            }
            TokenTree::Ident(word) if word == "as" => {
                name = ident(tokens, *at + 1);
                *at += 1;
            }
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => break,
            // `::`, and `*`, whose path is the module itself.
            _ => {}
        }
        *at += 1;
    }
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(last) = path.last().cloned() {
        leaves.push((name.unwrap_or(last), path));
    }
}

/// The path from the crate on of what a module, or a module `inner` deep in its file, calls by `path`. None for names of
/// such an inner module.
fn absolute(module: &Module, inner: usize, path: Vec<String>) -> Option<Vec<String>> {
    if path.first().is_some_and(|part| part == "crate") {
        return Some(path[1..].to_vec());
    }
    let supers = path.iter().take_while(|part| *part == "super").count();
    let skip = supers.max(usize::from(path.first().is_some_and(|part| part == "self")));
    // What an inner module imports from a crate begins like a name of its own.
    let up = supers.checked_sub(inner)?;
    Some([&module[..module.len() - up], &path[skip..]].concat())
}

/// The module that defines what a path names; none if that is not of this crate.
fn definition(files: &BTreeMap<Module, File>, path: &[String], depth: usize) -> Option<Module> {
    let len = (0..=path.len()).rev().find(|len| files.contains_key(&path[..*len]))?;
    let Some(name) = path.get(len) else { return Some(path.to_vec()) };
    match files[&path[..len]].imports.get(name) {
        Some(from) if depth < 9 => definition(files, &[&from[..], &path[len + 1..]].concat(), depth + 1),
        _ => Some(path[..len].to_vec()),
    }
}

fn graph(files: &BTreeMap<Module, File>) -> BTreeMap<Module, BTreeSet<Module>> {
    let edges = |(module, file): (&Module, &File)| {
        let to = file.paths.iter().filter_map(|path| definition(files, path, 0));
        // A path of another crate looks as one below this module.
        (module.clone(), to.filter(|to| to != module).collect())
    };
    files.iter().map(edges).collect()
}

/// Each set of modules that reach each other.
fn circles(graph: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Vec<String>> {
    let reach = |from: &Module| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            for to in graph.get(module).into_iter().flatten() {
                if seen.insert(to) {
                    next.push(to);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<_, _> = graph.keys().map(|module| (module, reach(module))).collect();
    let in_circle = graph.keys().filter(|module| reached[module].contains(module));
    let circle = |module: &Module| {
        let mutual = reached[module].iter().filter(|to| reached[*to].contains(module));
        mutual.map(|to| to.join("::")).collect()
    };
    in_circle.map(circle).collect()
}
