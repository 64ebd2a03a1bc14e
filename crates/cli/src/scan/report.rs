//! What is told of the findings, as text or as JSON.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::ExitCode;

use onggi_pickle::{Finding, Grade};
use serde_json::{Value, json};

use super::Format;
use crate::failure::{Failure, one_line};

/// How many findings below "dangerous" are listed one by one.
const MOST_LISTED: usize = 10_000;

/// Where a pickle stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) file: String,
    /// Table, column and key, in a database.
    pub(super) cell: Option<Cell>,
    /// How it was reached from there: members of archives and encodings.
    pub(super) inside: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) table: String,
    pub(super) column: String,
    pub(super) key: String,
}

pub(super) struct Output {
    format: Format,
    least: Grade,
    /// Findings below "dangerous": where they were first, and how often they were found.
    milder: Vec<(String, usize)>,
    milder_index: HashMap<(String, String), usize>,
    unlisted: usize,
    listed: usize,
    not_read: Vec<(String, String)>,
    pub(super) grade: Grade,
    pub(super) files: usize,
    pub(super) cells: usize,
    pub(super) pickles: usize,
}

impl Output {
    pub(super) fn new(format: Format, least: Grade) -> Self {
        Self {
            format,
            least,
            milder: Vec::new(),
            milder_index: HashMap::new(),
            unlisted: 0,
            listed: 0,
            not_read: Vec::new(),
            grade: Grade::Harmless,
            files: 0,
            cells: 0,
            pickles: 0,
        }
    }

    /// Tells a finding, or keeps it for the end.
    pub(super) fn finding(&mut self, place: &Place, finding: &Finding) -> Result<(), Failure> {
        self.told(place, finding.grade, finding.offset, &finding.what, finding.reason)
    }

    pub(super) fn told(
        &mut self,
        place: &Place,
        grade: Grade,
        offset: usize,
        what: &str,
        reason: &str,
    ) -> Result<(), Failure> {
        self.grade = self.grade.max(grade);
        if grade < self.least {
            return Ok(());
        }
        match self.format {
            Format::Json => self.json(place, grade, offset, what, reason),
            Format::Text => self.text(place, grade, offset, what, reason),
        }
    }

    fn text(
        &mut self,
        place: &Place,
        grade: Grade,
        offset: usize,
        what: &str,
        reason: &str,
    ) -> Result<(), Failure> {
        let name = if grade == Grade::Dangerous { "DANGEROUS" } else { grade.name() };
        let line = format!("{}:{offset}: {name} {what} ({reason})", place.shown());
        if grade == Grade::Dangerous {
            return print(&line);
        }
        // The same class in each row of a column is told once.
        let key = (place.column(), what.to_owned());
        if let Some(known) = self.milder_index.get(&key).and_then(|index| self.milder.get_mut(*index)) {
            known.1 += 1;
        } else if self.milder.len() < MOST_LISTED {
            self.milder_index.insert(key, self.milder.len());
            self.milder.push((line, 1));
        } else {
            self.unlisted += 1;
        }
        Ok(())
    }

    fn json(
        &mut self,
        place: &Place,
        grade: Grade,
        offset: usize,
        what: &str,
        reason: &str,
    ) -> Result<(), Failure> {
        let mut object = json!({
            "grade": grade.name(), "file": place.file, "offset": offset, "what": what, "reason": reason,
        });
        if let Some(cell) = &place.cell {
            object["table"] = cell.table.as_str().into();
            object["column"] = cell.column.as_str().into();
            object["key"] = cell.key.as_str().into();
        }
        if !place.inside.is_empty() {
            object["inside"] = place.inside.clone().into();
        }
        let start = if self.listed == 0 { "{\"findings\": [\n" } else { ",\n" };
        self.listed += 1;
        print_raw(&format!("{start}{object}"))
    }

    /// Something could not be read.
    pub(super) fn not_read(&mut self, name: &str, reason: &str) {
        self.not_read.push((name.to_owned(), reason.to_owned()));
    }

    /// Prints what was kept, and the sum.
    pub(super) fn finish(self) -> Result<ExitCode, Failure> {
        match self.format {
            Format::Json => self.finish_json()?,
            Format::Text => self.finish_text()?,
        }
        Ok(match (self.grade, self.not_read.is_empty()) {
            (Grade::Dangerous, _) => ExitCode::FAILURE,
            (_, true) => ExitCode::SUCCESS,
            (_, false) => ExitCode::from(2),
        })
    }

    fn finish_text(&self) -> Result<(), Failure> {
        for (line, count) in &self.milder {
            match count {
                1 => print(line)?,
                count => print(&format!("{line}, and {} more in the same place", count - 1))?,
            }
        }
        if self.unlisted > 0 {
            print(&format!("… and {} more findings that are not dangerous", self.unlisted))?;
        }
        for (name, reason) in &self.not_read {
            let line = one_line(&format!("onggi: {name}: {reason}"));
            // Whoever closed standard error does not want to know.
            let _ = writeln!(io::stderr(), "{line}");
        }
        let cells = if self.cells > 0 { format!(", {}", counted(self.cells, "cell")) } else { String::new() };
        let (pickles, files) = (counted(self.pickles, "pickle"), counted(self.files, "file"));
        print(&format!("{}: {pickles} in {files}{cells}", self.grade))
    }

    fn finish_json(&self) -> Result<(), Failure> {
        let start = if self.listed == 0 { "{\"findings\": [" } else { "\n" };
        let not_read: Vec<Value> =
            self.not_read.iter().map(|(file, reason)| json!({"file": file, "reason": reason})).collect();
        let end = format!(
            "{start}], \"not_read\": {}, \"grade\": \"{}\", \"files\": {}, \"cells\": {}, \"pickles\": {}}}\n",
            Value::from(not_read),
            self.grade,
            self.files,
            self.cells,
            self.pickles,
        );
        print_raw(&end)
    }
}

impl Place {
    /// The place in words.
    pub(super) fn shown(&self) -> String {
        let mut shown = self.file.clone();
        if let Some(cell) = &self.cell {
            shown.push_str(&format!(": {}.{} of {}", cell.table, cell.column, cell.key));
        }
        for step in &self.inside {
            shown.push_str(&format!(" > {step}"));
        }
        shown
    }

    /// The place without the row.
    fn column(&self) -> String {
        match &self.cell {
            Some(cell) => [self.file.as_str(), &cell.table, &cell.column].join("\n"),
            None => self.shown(),
        }
    }

    /// The same, one step further inside.
    pub(super) fn within(&self, step: impl Into<String>) -> Self {
        let mut place = self.clone();
        place.inside.push(step.into());
        place
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn print(line: &str) -> Result<(), Failure> {
    print_raw(&(one_line(line) + "\n"))
}

fn print_raw(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::output("standard output", &error))
}
