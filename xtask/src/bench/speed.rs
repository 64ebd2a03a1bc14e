//! Speed: microseconds per operation of every workload, in every library.

use std::fmt::Write as _;

use super::machine;
use super::median;
use super::peer::{Peer, Program};
use super::record::Record;
use crate::Result;

/// Measured repetitions in each run of a program.
const REPETITIONS: &str = "3";

/// Runs every program once a round, one after the other, and gives the table of medians.
///
/// # Errors
///
/// When a program does not build or fails.
pub(crate) fn measure(rounds: usize) -> Result<String> {
    run(rounds, "cargo xtask bench", &Peer::all(), &["speed", REPETITIONS])
}

/// The same on a server, in the empty database of a URL, which is not in the table.
///
/// # Errors
///
/// When a program does not build or fails.
pub(crate) fn measure_server(rounds: usize, database: &'static str, url: &str) -> Result<String> {
    let command = format!("cargo xtask bench --{database} <url>");
    run(rounds, &command, &Peer::on_server(database), &["speed", REPETITIONS, url])
}

fn run(rounds: usize, command: &str, peers: &[Peer], arguments: &[&str]) -> Result<String> {
    let programs = peers.iter().map(Peer::build).collect::<Result<Vec<Program>>>()?;
    let mut libraries: Vec<Library> = programs.iter().map(Library::new).collect();
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        for (library, program) in libraries.iter_mut().zip(&programs) {
            library.add(program.run(arguments)?);
        }
    }
    Ok(report(command, &libraries, rounds))
}

/// What one library's runs gave.
struct Library {
    version: String,
    name: String,
    database: String,
    settings: String,
    rows: Vec<Row>,
}

/// One workload of one library.
struct Row {
    workload: String,
    mode: String,
    /// Of all rounds.
    micros: Vec<f64>,
    /// The median of each.
    rounds: Vec<f64>,
}

impl Row {
    /// The median, over the rounds, of what compares this with another library's row. The programs of a round run one right after
    /// the other, so that a machine that is slow for seconds is slow for both.
    fn compare(&self, other: &Row, compare: impl Fn(f64, f64) -> f64) -> f64 {
        let rounds: Vec<f64> =
            self.rounds.iter().zip(&other.rounds).map(|(own, other)| compare(*own, *other)).collect();
        median(&rounds)
    }
}

impl Library {
    fn new(program: &Program) -> Self {
        let version = program.version.clone();
        Self {
            version,
            name: String::new(),
            database: String::new(),
            settings: String::new(),
            rows: Vec::new(),
        }
    }

    /// Adds the records of one run.
    fn add(&mut self, records: Vec<Record>) {
        for record in records {
            if let (Some(workload), Some(mode)) = (record.text("workload"), record.text("mode")) {
                let (row, micros) = (self.row(workload, mode), record.numbers("micros"));
                row.micros.extend(micros);
                row.rounds.push(median(micros));
            } else {
                let text = |name| record.text(name).unwrap_or_default().to_owned();
                (self.name, self.database, self.settings) =
                    (text("library"), text("database"), text("settings"));
            }
        }
    }

    fn row(&mut self, workload: &str, mode: &str) -> &mut Row {
        let found = self.rows.iter().position(|row| row.workload == workload && row.mode == mode);
        let index = found.unwrap_or_else(|| {
            let (workload, mode) = (workload.to_owned(), mode.to_owned());
            self.rows.push(Row { workload, mode, micros: Vec::new(), rounds: Vec::new() });
            self.rows.len() - 1
        });
        &mut self.rows[index]
    }

    fn find(&self, workload: &str, mode: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.workload == workload && row.mode == mode)
    }

    fn median(&self, workload: &str, mode: &str) -> Option<f64> {
        self.find(workload, mode).map(|row| median(&row.micros))
    }
}

/// The rows that are told in words, below the table: what is not SQLite's own work in them.
const EMPTY: &str = "empty table";

/// The mode of a row that is told in words, too: what a library takes that does not gather objects.
const STATEMENTS: &str = "one statement each";

/// The same of a query whose statement is found and not run.
const FOUND: &str = "found";

fn report(command: &str, libraries: &[Library], rounds: usize) -> String {
    let Some((yardstick, others)) = libraries.split_first() else {
        return "nothing was measured".to_owned();
    };
    let mut text = format!(
        "`{command}`, medians of microseconds per operation, and of the ratios of each round.\n\n| workload | |"
    );
    for library in libraries {
        let _ = write!(text, " {} |", library.name);
    }
    for library in others {
        let _ = write!(text, " {} / {} |", library.name, yardstick.name);
    }
    text += &format!("\n|---|---|{}\n", "---:|".repeat(libraries.len() + others.len()));

    let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); others.len()];
    for base in yardstick.rows.iter().filter(|row| row.mode != EMPTY) {
        let Row { workload, mode, micros, .. } = base;
        let _ = write!(text, "| {workload} | {mode} | {} |", rounded(median(micros)));
        for library in others {
            text += &library
                .median(workload, mode)
                .map_or(" – |".to_owned(), |value| format!(" {} |", rounded(value)));
        }
        for (library, ratios) in others.iter().zip(&mut ratios) {
            let ratio = library.find(workload, mode).map(|row| row.compare(base, |own, base| own / base));
            ratios.extend(ratio);
            text += &ratio.map_or(" – |".to_owned(), |ratio| format!(" {ratio:.2} |"));
        }
        text.push('\n');
    }
    let _ = write!(text, "| **geometric mean** | |{}", " |".repeat(libraries.len()));
    for ratios in &ratios {
        let _ = write!(text, " **{:.2}** |", geometric_mean(ratios));
    }
    text += "\n\n";
    for row in yardstick.rows.iter().filter(|row| row.mode == EMPTY) {
        text += &beyond(row, yardstick, others);
    }
    for library in libraries {
        text += &found(library);
        text += &gathered(library);
    }
    for library in libraries {
        let Library { name, version, database, settings, .. } = library;
        let _ = writeln!(text, "- {name} {version} with {database}: {settings}");
    }
    let _ = write!(text, "- {rounds} rounds of {REPETITIONS} repetitions; {}", machine::facts());
    text
}

/// What a library takes for a query that it does not run.
fn found(library: &Library) -> String {
    let rows = library.rows.iter().filter(|row| row.mode == FOUND);
    let told = rows.map(|row| {
        format!(
            "To build a {}, find its statement and not run it takes {} {} µs.\n\n",
            row.workload,
            library.name,
            rounded(median(&row.micros)),
        )
    });
    told.collect()
}

/// How much a library gains by gathering objects.
fn gathered(library: &Library) -> String {
    let rows = library.rows.iter().filter(|row| row.mode == STATEMENTS);
    let told = rows.filter_map(|row| {
        let (each, together) = (median(&row.micros), library.median(&row.workload, "transaction")?);
        Some(format!(
            "To {} takes {} {} µs for each, and {} by one statement for each: {:.1} times as long.\n\n",
            row.workload,
            library.name,
            rounded(together),
            rounded(each),
            each / together,
        ))
    });
    told.collect()
}

/// What libraries take for a query beyond the yardstick's prepared statement, where there is no row to read.
fn beyond(row: &Row, yardstick: &Library, others: &[Library]) -> String {
    let taken = others.iter().filter_map(|library| {
        let beyond = library.find(&row.workload, &row.mode)?.compare(row, |own, base| own - base);
        Some(format!("{} {beyond:.2}", library.name))
    });
    format!(
        "A {} takes {} {} µs. With a query that is built and whose statement is found it takes beyond that: {}.\n\n",
        row.workload,
        yardstick.name,
        rounded(median(&row.micros)),
        taken.collect::<Vec<_>>().join(", "),
    )
}

/// Two decimals below 10, one below 100, none above.
fn rounded(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

fn geometric_mean(values: &[f64]) -> f64 {
    let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
    if count == 0 {
        return f64::NAN;
    }
    (values.iter().map(|value| value.ln()).sum::<f64>() / f64::from(count)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(name: &str, micros: &str) -> Library {
        let lines = [
            format!(r#"{{"library":"{name}","database":"SQLite 3.50.0","settings":"WAL"}}"#),
            format!(r#"{{"workload":"get","mode":"autocommit","micros":[{micros}]}}"#),
        ];
        let (version, database) = ("1.0.0".to_owned(), String::new());
        let mut library =
            Library { version, name: String::new(), database, settings: String::new(), rows: Vec::new() };
        library.add(lines.iter().map(|line| Record::parse(line).unwrap()).collect());
        library
    }

    #[test]
    fn the_table_holds_medians_and_their_ratio_to_the_first_library() {
        let text = report("cargo xtask bench", &[library("raw", "2,1,3"), library("orm", "3,2,100")], 1);
        assert!(
            text.contains("| workload | | raw | orm | orm / raw |\n|---|---|---:|---:|---:|\n"),
            "{text}"
        );
        assert!(text.contains("| get | autocommit | 2.00 | 3.00 | 1.50 |\n"), "{text}");
        assert!(text.contains("| **geometric mean** | | | | **1.50** |\n"), "{text}");
        assert!(text.contains("- orm 1.0.0 with SQLite 3.50.0: WAL\n"), "{text}");
    }

    #[test]
    fn ratios_are_those_within_rounds() {
        let (mut raw, mut orm) = (library("raw", "1"), library("orm", "2"));
        // The machine becomes slower, within the second round.
        for (of_raw, of_orm) in [(1, 20), (10, 20)] {
            for (library, micros) in [(&mut raw, of_raw), (&mut orm, of_orm)] {
                let line = format!(r#"{{"workload":"get","mode":"autocommit","micros":[{micros}]}}"#);
                library.add(vec![Record::parse(&line).unwrap()]);
            }
        }
        let text = report("cargo xtask bench", &[raw, orm], 3);
        assert!(text.contains("| get | autocommit | 1.00 | 20.0 | 2.00 |\n"), "{text}");
        assert!(text.contains("| **geometric mean** | | | | **2.00** |\n"), "{text}");
    }

    #[test]
    fn what_a_query_takes_beyond_the_first_library_is_told_in_words() {
        let of = |name, micros| {
            let mut library = library(name, "1,1,1");
            let line = format!(r#"{{"workload":"query","mode":"empty table","micros":[{micros}]}}"#);
            library.add(vec![Record::parse(&line).unwrap()]);
            library
        };
        let text = report("cargo xtask bench", &[of("raw", 1.0), of("orm", 1.25)], 1);
        assert!(text.contains("A query takes raw 1.00 µs."), "{text}");
        assert!(text.contains("beyond that: orm 0.25.\n"), "{text}");
        assert!(!text.contains("| query |") && text.contains(" **1.00** |"), "{text}");
    }

    #[test]
    fn what_a_query_takes_that_is_not_run_is_told_in_words() {
        let mut library = library("orm", "2,2,2");
        library.add(vec![Record::parse(r#"{"workload":"query","mode":"found","micros":[0.25]}"#).unwrap()]);
        let told = "To build a query, find its statement and not run it takes orm 0.25 µs.\n\n";
        assert_eq!(found(&library), told);
    }

    #[test]
    fn what_gathering_gains_is_told_in_words() {
        let mut library = library("orm", "2,2,2");
        let line = r#"{"workload":"get","mode":"one statement each","micros":[15]}"#;
        library.add(vec![Record::parse(line).unwrap()]);
        library.add(vec![Record::parse(r#"{"workload":"get","mode":"transaction","micros":[2]}"#).unwrap()]);
        let told = gathered(&library);
        assert_eq!(
            told,
            "To get takes orm 2.00 µs for each, and 15.0 by one statement for each: 7.5 times as long.\n\n"
        );
    }

    #[test]
    fn the_geometric_mean_of_a_ratio_and_its_inverse_is_one() {
        assert!((geometric_mean(&[4.0, 0.25]) - 1.0).abs() < 1e-12);
    }
}
