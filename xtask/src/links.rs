//! Links of pages in Markdown. A page of the tree may lead to other files of it; a page that is published is shown by a registry,
//! without the files around it, so it leads out by addresses.

use crate::Result;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::path::Path;

const DOCUMENTATION: &str = "https://docs.rs/layernorm/latest/layernorm/";

/// Fails unless the page works wherever it is shown. Places in the crate's documentation are looked up in `documentation`, where
/// there is a built one.
pub fn published(page: &Path, documentation: Option<&Path>) -> Result<()> {
    all_live(page, |link| match (link.strip_prefix(DOCUMENTATION), documentation) {
        (Some(place), Some(documentation)) => is_documented(place, documentation),
        _ => link.starts_with("https://"),
    })
}

/// Fails unless each link without an address leads to a file that is there.
#[cfg(test)]
fn in_tree(page: &Path) -> Result<()> {
    let folder = page.parent().unwrap_or(Path::new("."));
    // Those of rustdoc are rustdoc's to check.
    let elsewhere = |link: &str| link.contains("://") || link.starts_with("crate::");
    all_live(page, |link| elsewhere(link) || folder.join(link.split('#').next().unwrap_or_default()).exists())
}

fn all_live(page: &Path, leads_somewhere: impl Fn(&str) -> bool) -> Result<()> {
    let text = std::fs::read_to_string(page).map_err(|e| format!("{}: {e}", page.display()))?;
    let Contents { links, anchors } = contents(&text);
    let lives = |link: &String| match link.strip_prefix('#') {
        Some(anchor) => anchors.iter().any(|heading| heading == anchor),
        None => leads_somewhere(link),
    };
    let dead: Vec<_> = links.into_iter().filter(|link| !lives(link)).collect();
    if dead.is_empty() {
        Ok(())
    } else {
        Err(format!("{}: links that lead nowhere: {}", page.display(), dead.join(", ")))
    }
}

#[derive(Default)]
struct Contents {
    /// Of pictures too.
    links: Vec<String>,
    /// What a link to a heading is called.
    anchors: Vec<String>,
}

fn contents(text: &str) -> Contents {
    let mut contents = Contents::default();
    let mut heading = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                contents.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => contents.anchors.extend(heading.take().map(|h| anchor(&h))),
            Event::Text(text) | Event::Code(text) => {
                heading.iter_mut().for_each(|heading| heading.push_str(&text));
            }
            _ => {}
        }
    }
    contents
}

/// As registries and code hosts make it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Whether the documentation has the file, and in it what comes after a `#`.
fn is_documented(place: &str, documentation: &Path) -> bool {
    let (file, id) = place.split_once('#').map_or((place, None), |(file, id)| (file, Some(id)));
    let file = if file.is_empty() || file.ends_with('/') { format!("{file}index.html") } else { file.into() };
    std::fs::read_to_string(documentation.join(file))
        .is_ok_and(|html| id.is_none_or(|id| html.contains(&format!("id=\"{id}\""))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;
    use std::path::PathBuf;

    #[test]
    fn links_of_the_tree_lead_to_files() {
        let pages = pages(&paths::root());
        assert!(pages.len() > 10, "{pages:?}");
        let dead: Vec<_> = pages.iter().filter_map(|page| in_tree(page).err()).collect();
        assert!(dead.is_empty(), "{}", dead.join("\n"));
    }

    #[test]
    fn published_pages_lead_to_addresses() {
        for page in ["src/crate.md", "wasm/README.md"] {
            assert_eq!(published(&paths::root().join(page), None), Ok(()));
        }
    }

    #[test]
    fn dead_links_are_noticed() {
        let folder = paths::temporary().expect("there is room");
        let page = folder.path().join("page.md");
        let documentation = folder.path().join("documentation");
        paths::create_dir(&documentation.join("there")).expect("there is room");
        std::fs::write(documentation.join("there/index.html"), "<p id=\"place\">").expect("there is room");
        let dead = |link: &str| {
            let text =
                format!("# A heading, `code`\n| table |\n|---|\n| a [link]({link}) |\n\n`[code](code.md)`\n");
            std::fs::write(&page, text).expect("there is room");
            [published(&page, Some(&documentation)).is_err(), in_tree(&page).is_err()]
        };
        assert_eq!(dead("https://example.org/"), [false, false]);
        assert_eq!(dead("#a-heading-code"), [false, false]);
        assert_eq!(dead("#another"), [true, true]);
        assert_eq!(dead("page.md"), [true, false]);
        assert_eq!(dead("picture.png"), [true, true]);
        assert_eq!(dead(&format!("{DOCUMENTATION}there/#place")), [false, false]);
        assert_eq!(dead(&format!("{DOCUMENTATION}there/#elsewhere")), [true, false]);
        assert_eq!(dead(&format!("{DOCUMENTATION}struct.Gone.html")), [true, false]);
    }

    /// All of the tree, without what was built or installed.
    fn pages(folder: &Path) -> Vec<PathBuf> {
        let built = ["target", "node_modules", "pkg", "dist"];
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() && !name.starts_with('.') && !built.contains(&name.as_str()) {
                found.extend(pages(&path));
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
        found
    }
}
