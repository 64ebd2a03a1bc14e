//! The benchmark programs: one package per library, each built in a target folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::record::Record;
use crate::{Result, cargo, root, succeed, target};

/// The libraries' folders in `benches`, in the order of the tables; the first is the yardstick.
const FOLDERS: [&str; 3] = ["rusqlite", "onggi", "diesel"];

/// The same for servers, whose yardstick is called as the feature with which the others are built for it.
const ON_SERVERS: [&str; 3] = ["onggi", "diesel", "sea-orm"];

/// A library's benchmark program.
pub(crate) struct Peer {
    pub(crate) folder: &'static str,
    /// The server's database that it is built for.
    feature: Option<&'static str>,
}

impl Peer {
    /// Every library whose package is there; says which are not.
    pub(crate) fn all() -> Vec<Self> {
        Self::present(FOLDERS.into_iter().map(|folder| Self { folder, feature: None }).collect())
    }

    /// Every library whose package is there, built for a server's database: `postgres` or `mysql`.
    pub(crate) fn on_server(database: &'static str) -> Vec<Self> {
        let raw = Self { folder: database, feature: None };
        let others = ON_SERVERS.into_iter().map(|folder| Self { folder, feature: Some(database) });
        Self::present(std::iter::once(raw).chain(others).collect())
    }

    fn present(mut peers: Vec<Self>) -> Vec<Self> {
        peers.retain(|peer| {
            let present = peer.package().join("Cargo.toml").is_file();
            if !present {
                println!("benches/{} is missing, left out", peer.folder);
            }
            present
        });
        peers
    }

    /// The package's folder.
    pub(crate) fn package(&self) -> PathBuf {
        root().join("benches").join(self.folder)
    }

    /// Builds the program for release.
    ///
    /// # Errors
    ///
    /// When it does not compile.
    pub(crate) fn build(&self) -> Result<Program> {
        println!("building benches/{}", self.folder);
        let database = self.feature.map(|feature| format!("-{feature}")).unwrap_or_default();
        let target = target().join(format!("bench-{}{database}", self.folder));
        let mut build = cargo(&self.package());
        build.args(["build", "--release", "--quiet"]).env("CARGO_TARGET_DIR", &target);
        if let Some(feature) = self.feature {
            build.args(["--no-default-features", "--features", feature]);
        }
        succeed(&mut build)?;
        let file =
            target.join("release").join(format!("bench-{}{}", self.folder, std::env::consts::EXE_SUFFIX));
        Ok(Program { folder: self.folder, version: self.version()?, file })
    }

    /// The library's version, from the package's lock file.
    fn version(&self) -> Result<String> {
        let file = self.package().join("Cargo.lock");
        let lock = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let version = version_in(&lock, self.folder);
        version.ok_or_else(|| format!("{} does not name {}", file.display(), self.folder).into())
    }
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

/// A program that is ready to run.
pub(crate) struct Program {
    pub(crate) folder: &'static str,
    pub(crate) version: String,
    file: PathBuf,
}

impl Program {
    /// Runs it in a process of its own and reads what it prints.
    ///
    /// # Errors
    ///
    /// When it fails; it has then said why.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Vec<Record>> {
        let mut command = Command::new(&self.file);
        let output = command.args(arguments).stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| format!("cannot start {}: {error}", self.file.display()))?;
        if !output.status.success() {
            return Err(format!("{command:?} failed: {}", output.status).into());
        }
        String::from_utf8(output.stdout)?.lines().map(Record::parse).collect()
    }
}

/// Text of a path for a program's argument.
///
/// # Errors
///
/// When the path is not Unicode.
pub(crate) fn argument(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| format!("{} is not Unicode", path.display()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_by_the_exact_name() {
        let lock = "[[package]]\nname = \"diesel_derives\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"diesel\"\nversion = \"2.3.1\"\n";
        assert_eq!(version_in(lock, "diesel").as_deref(), Some("2.3.1"));
        assert_eq!(version_in(lock, "onggi"), None);
    }
}
