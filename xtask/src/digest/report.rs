//! What a target computed, and the golden results in the tree.

use crate::{Result, paths};

const GOLDEN: &str = "tests/golden/digest";

/// The digest of each group, the last one that of the whole.
pub struct Report {
    pub target: String,
    pub groups: Vec<(String, String)>,
}

impl Report {
    pub fn parse(target: &str, text: &str) -> Result<Self> {
        let groups: Option<Vec<_>> = text
            .trim()
            .lines()
            .map(|line| line.split_once(' ').map(|(name, sha)| (name.to_owned(), sha.to_owned())))
            .collect();
        match groups {
            Some(groups) if groups.last().is_some_and(|(name, sha)| name == "total" && sha.len() == 64) => {
                Ok(Self { target: target.to_owned(), groups })
            }
            _ => Err(format!("not a digest: {text}")),
        }
    }

    pub fn total(&self) -> &str {
        self.groups.last().map_or("", |(_, sha)| sha)
    }

    /// Groups that `other` has not, or with another digest.
    pub fn groups_unlike<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let unlike = self.groups.iter().filter(|group| !other.groups.contains(group));
        unlike.map(|(name, _)| name.as_str()).filter(|name| *name != "total").collect()
    }
}

/// What every target must compute.
pub fn golden() -> Result<Report> {
    let text = std::fs::read_to_string(paths::root().join(GOLDEN)).map_err(|e| format!("{GOLDEN}: {e}"))?;
    Report::parse("golden", &text).map_err(|e| format!("{GOLDEN}: {e}"))
}

/// How others differ from the first.
pub fn differences(reports: &[Report]) -> Vec<String> {
    let Some((first, rest)) = reports.split_first() else { return Vec::new() };
    let unlike = rest.iter().filter(|other| other.total() != first.total());
    unlike
        .map(|other| {
            let groups = first.groups_unlike(other).join(", ");
            format!("{} and {} differ in: {groups}", first.target, other.target)
        })
        .collect()
}

/// Fails where the golden results are others.
pub fn compare(computed: &Report) -> Result<()> {
    let wanted = golden()?;
    let changed = wanted.groups_unlike(computed);
    if !changed.is_empty() {
        return Err(format!(
            "{GOLDEN} holds other results, which are frozen, for: {}\n\
             where they have to change: cargo xtask digest --bless {}, with the reason in the commit and the changelog",
            changed.join(", "),
            changed.join(" ")
        ));
    }
    if computed.total() != wanted.total() {
        return Err(format!("{GOLDEN} lacks a new group: cargo xtask digest --bless"));
    }
    Ok(())
}

/// Makes `computed` the golden results: new groups, and of those that are there the ones that `may_change`.
pub fn bless(computed: &Report, may_change: &[String]) -> Result<()> {
    let wanted = golden()?;
    let changed = allowed(&wanted, computed, may_change)?;
    let lines = computed.groups.iter().map(|(name, sha)| format!("{name} {sha}\n"));
    std::fs::write(paths::root().join(GOLDEN), lines.collect::<String>())
        .map_err(|e| format!("{GOLDEN}: {e}"))?;
    let changed = if changed.is_empty() { "none".into() } else { changed.join(", ") };
    println!("written: {GOLDEN}; groups that changed: {changed}");
    Ok(())
}

/// The groups that change, which are those that may.
fn allowed<'a>(wanted: &'a Report, computed: &'a Report, may_change: &[String]) -> Result<Vec<&'a str>> {
    let changed = wanted.groups_unlike(computed);
    let named = |name: &&str| may_change.iter().any(|named| named == name);
    let refused: Vec<_> = changed.iter().copied().filter(|name| !named(name)).collect();
    if !refused.is_empty() {
        return Err(format!("not blessed, for these groups have changed too: {}", refused.join(", ")));
    }
    let idle: Vec<_> = may_change.iter().map(String::as_str).filter(|name| !changed.contains(name)).collect();
    if !idle.is_empty() {
        return Err(format!("not blessed, for these groups have not changed: {}", idle.join(", ")));
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(groups: &[(&str, &str)]) -> Report {
        let groups = groups.iter().map(|&(name, sha)| (name.to_owned(), sha.to_owned())).collect();
        Report { target: String::new(), groups }
    }

    #[test]
    fn only_the_groups_that_are_named_may_change() {
        let wanted = report(&[("sums", "1"), ("gradients", "2"), ("total", "3")]);
        let computed = report(&[("sums", "1"), ("gradients", "4"), ("new", "5"), ("total", "6")]);
        let of = |groups: &[&str]| {
            let groups: Vec<_> = groups.iter().map(|&group| group.to_owned()).collect();
            allowed(&wanted, &computed, &groups).map(|changed| changed.join(" "))
        };
        assert_eq!(of(&["gradients"]).as_deref(), Ok("gradients"));
        assert!(of(&[]).is_err_and(|e| e.contains("gradients")));
        assert!(of(&["sums", "gradients"]).is_err_and(|e| e.contains("sums")));
        assert!(of(&["gradients", "grads"]).is_err_and(|e| e.contains("grads")));
    }

    #[test]
    fn a_group_that_is_gone_has_changed() {
        let (wanted, computed) = (report(&[("sums", "1"), ("total", "3")]), report(&[("total", "4")]));
        assert!(allowed(&wanted, &computed, &[]).is_err_and(|e| e.contains("sums")));
    }
}
