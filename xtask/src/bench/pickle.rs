//! Pickles: milliseconds to read and write the same data, in onggi, CPython, serde-pickle and serde_json.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::record::Record;
use super::{machine, median, peer};
use crate::{Result, cargo, root, succeed, target};

/// Measured repetitions in each run of a program.
const REPETITIONS: &str = "3";

/// A table of the data sets that were measured so: its heading, the yardstick's column, and the columns that are compared
/// with it.
struct Table {
    title: &'static str,
    /// What it says when there is no such data set.
    none: &'static str,
    base: Column,
    others: &'static [Column],
}

/// A way of reading or writing, and what the table calls it.
type Column = (&'static str, &'static str);

const TABLES: [Table; 4] = [
    Table {
        title: "Reading",
        none: "not measured",
        base: ("loads", "CPython `loads`"),
        others: &[
            ("onggi graph", "onggi `Graph`"),
            ("onggi value", "onggi `Value`"),
            ("onggi typed", "onggi typed"),
            ("serde-pickle value", "serde-pickle `Value`"),
            ("serde-pickle typed", "serde-pickle typed"),
            ("serde_json typed", "serde_json typed"),
        ],
    },
    Table {
        title: "Writing",
        none: "not measured",
        base: ("dumps", "CPython `dumps`"),
        others: &[
            ("onggi graph written", "onggi `Graph`"),
            ("onggi typed written", "onggi typed"),
            ("serde-pickle typed written", "serde-pickle typed"),
            ("serde_json typed written", "serde_json typed"),
        ],
    },
    Table {
        title: "Scanning",
        none: "not measured",
        base: ("onggi graph", "read as a `Graph`"),
        others: &[("onggi scan", "`scan`")],
    },
    Table {
        title: "Arrays of numpy",
        none: "not measured: this Python has no numpy",
        base: ("array loads", "CPython `loads`"),
        others: &[("onggi view", "onggi `NdView`"), ("onggi copy", "onggi `NdView`, copied")],
    },
];

/// Makes the data with CPython, runs both programs once a round, and gives the tables of medians.
///
/// # Errors
///
/// When there is no `python3`, a program does not build, or one reads another value.
pub(crate) fn measure(rounds: usize) -> Result<String> {
    let program = build()?;
    let folder = Scratch::new()?;
    println!("making the data");
    python(&["make", peer::argument(&folder.0)?])?;
    let mut times = Times::default();
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        times.add(python(&["time", peer::argument(&folder.0)?, REPETITIONS])?);
        let mut command = Command::new(&program);
        times.add(output(command.args([peer::argument(&folder.0)?, REPETITIONS]))?);
    }
    Ok(report(&times, rounds))
}

fn build() -> Result<PathBuf> {
    println!("building benches/pickle");
    let target = target().join("bench-pickle");
    let package = root().join("benches/pickle");
    succeed(cargo(&package).args(["build", "--release", "--quiet"]).env("CARGO_TARGET_DIR", &target))?;
    Ok(target.join("release").join(format!("bench-pickle{}", std::env::consts::EXE_SUFFIX)))
}

fn python(arguments: &[&str]) -> Result<Vec<Record>> {
    output(Command::new("python3").arg(root().join("benches/pickle/cpython.py")).args(arguments))
}

/// Runs a program to its end and reads what it prints.
fn output(command: &mut Command) -> Result<Vec<Record>> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("cannot start {command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", output.status).into());
    }
    String::from_utf8(output.stdout)?.lines().map(Record::parse).collect()
}

/// Milliseconds by data set and way, and CPython's version.
#[derive(Default)]
struct Times {
    rows: Vec<(String, String, Vec<f64>)>,
    python: String,
}

impl Times {
    fn add(&mut self, records: Vec<Record>) {
        for record in records {
            let (Some(data), Some(way)) = (record.text("workload"), record.text("mode")) else {
                self.python = record.text("version").unwrap_or_default().to_owned();
                continue;
            };
            let millis = record.numbers("micros").iter().map(|micros| micros / 1000.0);
            match self.rows.iter_mut().find(|row| row.0 == data && row.1 == way) {
                Some(row) => row.2.extend(millis),
                None => self.rows.push((data.to_owned(), way.to_owned(), millis.collect())),
            }
        }
    }

    fn median(&self, data: &str, way: &str) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.0 == data && row.1 == way)?;
        Some(median(&row.2))
    }

    /// The data sets, in the order in which they came.
    fn data(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !names.contains(&row.0.as_str()) {
                names.push(&row.0);
            }
        }
        names
    }
}

fn report(times: &Times, rounds: usize) -> String {
    let mut text = String::from(
        "`cargo xtask bench --pickle`, milliseconds, medians; in brackets the ratio to the first column.\n",
    );
    for table in &TABLES {
        text += &table.text(times);
    }
    let Times { python, .. } = times;
    let _ = write!(
        text,
        "\nCPython {python}; {rounds} rounds of {REPETITIONS} repetitions; {}",
        machine::facts()
    );
    text
}

impl Table {
    fn text(&self, times: &Times) -> String {
        let mut text = format!("\n| {} | {} |", self.title, self.base.1);
        for (_, title) in self.others {
            let _ = write!(text, " {title} |");
        }
        text += &format!("\n|---|{}\n", "---:|".repeat(1 + self.others.len()));
        let rows: String = times.data().into_iter().filter_map(|data| self.row(times, data)).collect();
        if rows.is_empty() {
            let _ = writeln!(text, "| {} |{}", self.none, " – |".repeat(1 + self.others.len()));
        }
        text + &rows
    }

    /// The row of a data set, if something was measured that is compared.
    fn row(&self, times: &Times, data: &str) -> Option<String> {
        let base = times.median(data, self.base.0)?;
        let others: Vec<_> = self.others.iter().map(|(way, _)| times.median(data, way)).collect();
        others.iter().any(Option::is_some).then_some(())?;
        let mut row = format!("| {data} | {} |", millis(base));
        for other in others {
            row += &other
                .map_or(" – |".to_owned(), |value| format!(" {} ({:.2}) |", millis(value), value / base));
        }
        Some(row + "\n")
    }
}

/// Milliseconds with as many digits as tell something.
fn millis(value: f64) -> String {
    if value < 0.1 { format!("{value:.3}") } else { format!("{value:.1}") }
}

/// A folder for the data that goes away with its owner.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let folder: &Path = &std::env::temp_dir().join(format!("onggi-bench-pickle-{}", std::process::id()));
        std::fs::create_dir_all(folder)?;
        Ok(Self(folder.to_owned()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to the system, whose temporary folder it is.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_hold_medians_and_ratios_to_their_first_column() {
        let lines = [
            r#"{"workload":"floats","mode":"loads","micros":[2000,4000,3000]}"#,
            r#"{"workload":"floats","mode":"onggi graph","micros":[1500]}"#,
            r#"{"workload":"dates","mode":"onggi graph","micros":[50]}"#,
            r#"{"workload":"dates","mode":"onggi scan","micros":[40]}"#,
            r#"{"library":"CPython","version":"3.11.7"}"#,
        ];
        let mut times = Times::default();
        times.add(lines.iter().map(|line| Record::parse(line).unwrap()).collect());
        let text = report(&times, 1);
        assert!(text.contains("| floats | 3.0 | 1.5 (0.50) | – |"), "{text}");
        assert!(text.contains("| dates | 0.050 | 0.040 (0.80) |"), "{text}");
        assert_eq!(text.matches("| floats |").count(), 1, "{text}");
        assert!(text.contains("| not measured: this Python has no numpy | – | – | – |"), "{text}");
        assert!(text.contains("CPython 3.11.7; 1 rounds"), "{text}");
    }
}
