//! No file of `src` needs itself: the graph of its imports, after re-exports are followed to where a name is defined, has
//! no circle. `ARCHITECTURE.md` draws that graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Circles that are still there, by their files. A circle of other files fails, and so does one that has gone.
const KNOWN: &[&[&str]] = &[
    &["integer", "integer::exact", "integer::narrow", "integer::wide"],
    &[
        "integer::code",
        "integer::lane",
        "integer::lane::dsp",
        "integer::lane::scalar",
        "integer::lane::simd128",
    ],
    &["quantized", "quantized::params"],
    &[
        "sequence",
        "sequence::activation",
        "sequence::cell",
        "sequence::classifier",
        "sequence::exp",
        "sequence::file",
        "sequence::gru",
        "sequence::lstm",
        "sequence::normaliser",
        "sequence::recording",
        "sequence::rnn",
    ],
    &[
        "sequence::fixed",
        "sequence::fixed::cell",
        "sequence::fixed::classifier",
        "sequence::fixed::equations",
    ],
];

/// A module is its path below the crate: `[]`, `["float"]`, `["float", "tree"]`.
type Module = Vec<String>;

#[derive(Default)]
struct File {
    /// Names that the module imports or re-exports, and where from.
    imports: BTreeMap<String, Vec<String>>,
    /// All paths that begin with `crate`, `super`, `self` or a module beside.
    paths: Vec<Vec<String>>,
}

#[test]
fn no_file_imports_itself_in_a_circle() {
    let files = read();
    assert!(files.len() > 50, "{} files", files.len());
    let circles = circles(&graph(&files));
    let known: BTreeSet<Vec<String>> =
        KNOWN.iter().map(|circle| circle.iter().map(|name| (*name).to_owned()).collect()).collect();
    assert_eq!(circles, known);
}

#[test]
fn a_circle_is_found() {
    let texts = [
        ("", "mod a; mod b; pub use b::B;"),
        ("a", "use crate::B; struct A;"),
        ("b", "use crate::{a::{A}, c}; pub struct B;"),
        ("c", "fn c() { super::c::c() }"),
    ];
    let files = texts.into_iter().map(|(name, text)| (module(name), parse(&module(name), text))).collect();
    assert_eq!(circles(&graph(&files)), BTreeSet::from([vec!["a".to_owned(), "b".to_owned()]]));
}

fn module(name: &str) -> Module {
    name.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn read() -> BTreeMap<Module, File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut files, mut folders) = (BTreeMap::new(), vec![(Module::new(), src)]);
    while let Some((above, folder)) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let below = [&above[..], &[name.to_owned()]].concat();
            if path.is_dir() {
                folders.push((below, path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let module = if matches!(name, "mod" | "lib") { above.clone() } else { below };
                let file = parse(&module, &fs::read_to_string(&path).unwrap());
                files.insert(module, file);
            }
        }
    }
    files
}

/// What the text of a module imports.
fn parse(module: &Module, text: &str) -> File {
    let text: String =
        text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join(" ");
    let words = words(&text);
    let (mut file, mut at) = (File::default(), 0);
    while at < words.len() {
        let begins = at == 0 || words[at - 1] != "::";
        if words[at] == "use" {
            at += 1;
            let mut leaves = Vec::new();
            tree(&words, &mut at, &[], &mut leaves);
            for (name, path) in leaves {
                let path = absolute(module, path);
                file.paths.push(path.clone());
                file.imports.insert(name, path);
            }
        } else if begins
            && matches!(words[at].as_str(), "crate" | "super")
            && words.get(at + 1).is_some_and(|w| w == "::")
        {
            let mut path = vec![words[at].clone()];
            while words.get(at + 1).is_some_and(|word| word == "::")
                && words.get(at + 2).is_some_and(|word| is_name(word))
            {
                path.push(words[at + 2].clone());
                at += 2;
            }
            file.paths.push(absolute(module, path));
        }
        at += 1;
    }
    file
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Names, `::` and single characters.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        let len = if is_name(rest) {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        words.push(rest[..len].to_owned());
        rest = rest[len..].trim_start();
    }
    words
}

/// The leaves of a tree of imports, as names and paths.
fn tree(words: &[String], at: &mut usize, above: &[String], leaves: &mut Vec<(String, Vec<String>)>) {
    let mut path = above.to_vec();
    while let Some(word) = words.get(*at) {
        *at += 1;
        match word.as_str() {
            "::" => {}
            "{" => {
                while words[*at] != "}" {
                    tree(words, at, &path, leaves);
                    if words[*at] == "," {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            }
            "as" => {
                *at += 1;
                return leaves.push((words[*at - 1].clone(), path));
            }
            "," | "}" | ";" => {
                *at -= 1;
                break;
            }
            "*" => return,
            name => path.push(name.to_owned()),
        }
    }
    let Some(last) = path.last().cloned() else { return };
    if last == "self" {
        path.pop();
    }
    leaves.push((path.last().cloned().unwrap_or(last), path));
}

fn absolute(module: &Module, mut path: Vec<String>) -> Vec<String> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    if path.first().is_some_and(|part| part == "crate") {
        path.remove(0);
        return path;
    }
    let skip = supers.max(usize::from(path.first().is_some_and(|part| part == "self")));
    [&module[..module.len() - supers], &path[skip..]].concat()
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
