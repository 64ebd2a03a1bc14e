//! Compile time: processor seconds of building each benchmark program with the `dev` profile.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::peer::{self, Peer};
use super::{machine, median};
use crate::{Result, cargo, root, succeed, target};

/// How often the program is edited and built again.
const REBUILDS: u32 = 5;

/// Builds every program from nothing, then again after each of several edits of its main file.
///
/// # Errors
///
/// When a program does not build, or the system does not tell processor time.
pub(crate) fn measure() -> Result<String> {
    let mut text = String::from(
        "`cargo xtask bench --compile`, processor seconds (user and system), `dev` profile.\n\n",
    );
    text += "| program of | clean build | of which SQLite itself | all else | rebuild after an edit |\n|---|---:|---:|---:|---:|\n";
    for peer in Peer::all() {
        println!("compiling benches/{}", peer.folder);
        let Seconds { sqlite, rest, rebuild } = Copy::new(&peer)?.measure()?;
        let clean = sqlite + rest;
        let _ = writeln!(text, "| {} | {clean:.1} | {sqlite:.1} | {rest:.1} | {rebuild:.2} |", peer.folder);
    }
    let _ = write!(
        text,
        "\nThe rebuild is the median of {REBUILDS} edits of the program's main file. {}",
        machine::facts()
    );
    Ok(text)
}

struct Seconds {
    sqlite: f64,
    rest: f64,
    rebuild: f64,
}

/// A copy of a program's package, so that it can be edited, with an empty target folder.
struct Copy {
    package: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn new(peer: &Peer) -> Result<Self> {
        let folder = target().join("bench-compile").join(peer.folder);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let copy = Self { package: folder.join("package"), target: folder.join("target") };
        copy_folder(&peer.package(), &copy.package)?;
        let manifest = copy.package.join("Cargo.toml");
        let benches = root().join("benches");
        fs::write(&manifest, absolute(&fs::read_to_string(&manifest)?, peer::argument(&benches)?))?;
        Ok(copy)
    }

    fn measure(&self) -> Result<Seconds> {
        succeed(cargo(&self.package).args(["fetch", "--quiet"]))?;
        let sqlite = self.build(&["--package", "libsqlite3-sys"])?;
        let rest = self.build(&[])?;
        let rebuilds = (1..=REBUILDS).map(|number| self.rebuild(number)).collect::<Result<Vec<f64>>>()?;
        Ok(Seconds { sqlite, rest, rebuild: median(&rebuilds) })
    }

    /// Adds a line on top of the main file, which moves all code below it, and builds.
    fn rebuild(&self, number: u32) -> Result<f64> {
        let file = self.package.join("src/main.rs");
        let source = fs::read_to_string(&file)?;
        fs::write(&file, format!("// edit {number}\n{source}"))?;
        self.build(&[])
    }

    /// Builds and gives the processor seconds that cargo and all its children took.
    fn build(&self, options: &[&str]) -> Result<f64> {
        let before = children_seconds()?;
        let mut build = cargo(&self.package);
        build.args(["build", "--quiet", "--offline"]).args(options);
        succeed(build.env("CARGO_TARGET_DIR", &self.target).env("RUSTC_WRAPPER", ""))?;
        Ok(children_seconds()? - before)
    }
}

/// Copies files and folders; a target folder is left out.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if !entry.file_type()?.is_dir() {
            fs::copy(entry.path(), to)?;
        } else if entry.file_name() != "target" {
            copy_folder(&entry.path(), &to)?;
        }
    }
    Ok(())
}

/// The manifest with its path dependencies, relative to a package in `benches`, made absolute.
fn absolute(manifest: &str, benches: &str) -> String {
    manifest.replace("path = \"../", &format!("path = \"{benches}/"))
}

/// Processor seconds of all children of this process that have ended, and of theirs.
fn children_seconds() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")
        .map_err(|error| format!("processor time is measured on Linux only (/proc/self/stat: {error})"))?;
    seconds_in(&stat).ok_or_else(|| "/proc/self/stat has an unknown form".into())
}

/// Fields 16 and 17 of `proc(5)`'s `stat`, in the kernel's ticks of 10 ms.
fn seconds_in(stat: &str) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ').skip(13);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_fields_16_and_17_even_if_the_name_has_spaces() {
        let stat = "1 (a b) c) S 4 5 6 7 8 9 10 11 12 13 14 15 1600 1700 18";
        assert_eq!(seconds_in(stat), Some(33.0));
        assert_eq!(seconds_in("nonsense"), None);
    }

    #[test]
    fn dependencies_of_a_copied_package_are_found_again() {
        let manifest = "a = { path = \"../common\" }\nb = { path = \"../../crates/orm\" }";
        let expected = "a = { path = \"/x/benches/common\" }\nb = { path = \"/x/benches/../crates/orm\" }";
        assert_eq!(absolute(manifest, "/x/benches"), expected);
    }
}
