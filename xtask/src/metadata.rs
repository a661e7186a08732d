//! What cargo knows of the packages of a workspace.

use crate::cargo::cargo;
use crate::process::run;
use crate::{Result, paths};
use cargo_metadata::{MetadataCommand, Package};
use std::path::Path;

/// A package of the work tree.
pub fn package(name: &str) -> Result<Package> {
    package_of(&paths::root(), name)
}

/// A package of the workspace in `folder`.
pub fn package_of(folder: &Path, name: &str) -> Result<Package> {
    let mut metadata = cargo();
    metadata.current_dir(folder).args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata =
        MetadataCommand::parse(run("cargo metadata", &mut metadata)?).map_err(|e| e.to_string())?;
    let package = metadata.packages.into_iter().find(|package| package.name.as_str() == name);
    package.ok_or_else(|| format!("{} has no package `{name}`", folder.display()))
}

/// The one version that `package` takes of `dependency`.
pub fn pinned(package: &Package, dependency: &str) -> Result<String> {
    let requirement =
        package.dependencies.iter().find(|found| found.name == dependency).map(|found| &found.req);
    let version = requirement.map(ToString::to_string).unwrap_or_default();
    version
        .strip_prefix('=')
        .map(str::to_owned)
        .ok_or_else(|| format!("{} takes no single version of {dependency}: `{version}`", package.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_pinned_or_it_is_an_error() {
        let digest = package("layernorm-digest").expect("it is a member");
        let version = pinned(&digest, "wasm-bindgen").expect("tool and crate have one version");
        assert!(version.split('.').count() == 3, "{version}");
        let core = package("layernorm").expect("it is a member");
        assert!(pinned(&core, "libm").is_err_and(|e| e.contains("libm")));
        assert!(package("layernorms").is_err());
    }
}
