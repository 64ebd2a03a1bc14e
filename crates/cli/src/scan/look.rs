//! Looking for pickles in bytes: unwraps what is wrapped, and scans what is a pickle.

use std::process::ExitCode;

use onggi_pickle::opcode::Opcode;
use onggi_pickle::parse::Parser;
use onggi_pickle::{Grade, Report, ScanOptions, scan_with};

use super::archive;
use super::progress::Progress;
use super::report::{Output, Place};
use super::wrapping::{self, Part};
use crate::failure::Failure;

/// How many wrappings around a pickle are taken off.
const MOST_STEPS: usize = 8;
/// How many parts of one file or cell are looked at.
const MOST_PARTS: usize = 100_000;

pub(super) struct Scanner {
    options: ScanOptions,
    pub(super) max_bytes: usize,
    pub(super) output: Output,
    pub(super) progress: Progress,
}

/// What looking at some bytes came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Whether the bytes are a pickle, or something that may hold some.
    pub(super) known: bool,
    /// Whether a pickle among them could be read.
    pub(super) pickles: usize,
    /// Where reading them as a pickle ended, and why, when they are none.
    pub(super) error: Option<(usize, String)>,
}

impl Scanner {
    pub(super) fn new(options: ScanOptions, max_bytes: usize, output: Output) -> Self {
        Self { options, max_bytes, output, progress: Progress::new() }
    }

    pub(super) fn finish(self) -> Result<ExitCode, Failure> {
        self.progress.finish();
        self.output.finish()
    }

    /// Looks at the bytes of a file or a cell. `expected` says that they should be pickles: then even bytes that cannot
    /// be read are searched for dangerous names.
    pub(super) fn look(&mut self, place: &Place, bytes: &[u8], expected: bool) -> Result<Seen, Failure> {
        let mut seen = self.look_at(place, bytes, expected)?;
        // Members of an archive are there for certain; that a text is base64 is a guess.
        seen.known |= archive::is_known(bytes);
        let mut room = self.max_bytes;
        let queue = parts(bytes, &mut room);
        let inside = self.look_into(place, queue, room)?;
        seen.pickles += inside.pickles;
        seen.known |= inside.known;
        Ok(seen)
    }

    /// Looks at members of an archive, and at what is inside of them.
    pub(super) fn look_into(
        &mut self,
        place: &Place,
        mut queue: Vec<Part>,
        mut room: usize,
    ) -> Result<Seen, Failure> {
        let mut seen = Seen::default();
        let mut looked_at = 0;
        while let Some(part) = queue.pop() {
            looked_at += 1;
            let inner =
                Place { inside: [place.inside.clone(), part.steps.clone()].concat(), ..place.clone() };
            let found = self.look_at(&inner, &part.bytes, part.expected)?;
            seen.pickles += found.pickles;
            seen.known |= found.known;
            if part.cut || looked_at > MOST_PARTS {
                self.cut(&inner)?;
            }
            if looked_at > MOST_PARTS {
                break;
            }
            if part.steps.len() < MOST_STEPS {
                let deeper = parts(&part.bytes, &mut room).into_iter();
                queue.extend(
                    deeper.map(|deep| Part { steps: [part.steps.clone(), deep.steps].concat(), ..deep }),
                );
            }
        }
        Ok(seen)
    }

    fn cut(&mut self, place: &Place) -> Result<(), Failure> {
        let reason = "only the first part was looked at (see --max-bytes)";
        self.progress
            .aside(|| self.output.told(place, Grade::Unknown, 0, "more than can be unwrapped", reason))
    }

    /// Scans bytes if they are a pickle as they are.
    fn look_at(&mut self, place: &Place, bytes: &[u8], expected: bool) -> Result<Seen, Failure> {
        let named = bytes.starts_with(&[0x80]) && bytes.get(1).is_some_and(|number| *number <= 5);
        let zip_prefix = bytes.starts_with(b"PK\x03\x04") && archive::members(bytes, 1).is_empty();
        let all = named || zip_prefix || (expected && !archive::is_known(bytes));
        if !all && !is_plausible(bytes) {
            return Ok(Seen::default());
        }
        let report = scan_with(bytes, &self.options);
        let known = self.tell(place, &report, all || report.cut)?;
        self.output.pickles += report.pickles;
        Ok(Seen { known, pickles: report.pickles, error: report.error.filter(|_| !known) })
    }

    /// Tells what was found. Text that only starts like a pickle is none, unless it got to something dangerous.
    fn tell(&mut self, place: &Place, report: &Report, all: bool) -> Result<bool, Failure> {
        let end = report.error.as_ref().map_or(usize::MAX, |error| error.0);
        let mut known = report.pickles > 0;
        for finding in &report.findings {
            let reached = finding.offset < end;
            if all || (report.pickles > 0 && reached) || (reached && finding.grade == Grade::Dangerous) {
                known = true;
                self.progress.aside(|| self.output.finding(place, finding))?;
            }
        }
        if report.left_out > 0 && known {
            self.output.grade = self.output.grade.max(report.grade);
            let what = format!("{} more findings", report.left_out);
            self.progress.aside(|| {
                self.output.told(place, Grade::Unknown, 0, &what, "more than are listed for one pickle")
            })?;
        }
        Ok(known)
    }
}

/// What may be inside, which takes up room.
fn parts(bytes: &[u8], room: &mut usize) -> Vec<Part> {
    let mut parts = archive::members(bytes, *room);
    if parts.is_empty() {
        parts = wrapping::unwrapped(bytes, *room);
    }
    for part in &mut parts {
        let fits = part.bytes.len().min(*room);
        part.cut |= fits < part.bytes.len();
        part.bytes.truncate(fits);
        *room -= fits;
    }
    parts
}

/// Whether bytes of protocol 0 or 1, which do not name themselves, can be a pickle: they come to their end, or to an
/// instruction that names or calls something.
fn is_plausible(bytes: &[u8]) -> bool {
    for op in Parser::new(bytes).take(100_000) {
        let Ok(op) = op else { return false };
        match op.opcode {
            Opcode::Stop
            | Opcode::Global
            | Opcode::StackGlobal
            | Opcode::Inst
            | Opcode::Ext1
            | Opcode::Ext2
            | Opcode::Ext4
            | Opcode::PersId
            | Opcode::BinPersId => return true,
            _ => {}
        }
    }
    !bytes.is_empty()
}
