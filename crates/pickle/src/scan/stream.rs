//! Scanning a stream: pickle after pickle, every way to read frames, pickles inside, and what follows an error.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::findings::Findings;
use super::interpreter::Interpreter;
use super::{Finding, Grade, Report, ScanOptions, sweep};
use crate::decode::decode_with;
use crate::limits::Limits;
use crate::parse::Frames;

/// How many pickles inside pickles are looked into.
const MOST_NESTED: usize = 1000;

/// What a reading of the input came to.
struct Reading<'a> {
    nested: Vec<Cow<'a, [u8]>>,
    pickles: usize,
    /// Where it ended before the input did, and why.
    error: Option<(usize, String)>,
    /// Whether it ended because a limit was reached.
    limit: bool,
}

pub(super) fn scan(input: &[u8], options: &ScanOptions) -> Report {
    let mut findings = Findings::default();
    let first = read_all(input, input, options, &mut findings);
    if !first.nested.is_empty() {
        scan_nested(input, first.nested, options, &mut findings);
    }
    let grade = findings.grade;
    let (findings, left_out) = findings.finish();
    Report { grade, findings, left_out, pickles: first.pickles, error: first.error, cut: first.limit }
}

/// Scans the pickles inside, and those inside of them.
fn scan_nested(input: &[u8], nested: Vec<Cow<'_, [u8]>>, options: &ScanOptions, findings: &mut Findings) {
    let mut queue = nested;
    let mut seen = BTreeSet::new();
    let mut budget = input.len().saturating_mul(4).saturating_add(1 << 20);
    while let Some(bytes) = queue.pop() {
        if !seen.insert((bytes.as_ptr().addr(), bytes.len())) && matches!(bytes, Cow::Borrowed(_)) {
            continue;
        }
        let left = budget.checked_sub(bytes.len()).filter(|_| seen.len() <= MOST_NESTED);
        let Some(left) = left else {
            findings.add(inside(input, &bytes, "more pickles inside pickles than are looked into"));
            return;
        };
        budget = left;
        let readable = match &bytes {
            Cow::Borrowed(bytes) => {
                let reading = read_all(bytes, input, options, findings);
                queue.extend(reading.nested);
                reading.pickles > 0
            }
            Cow::Owned(bytes) => {
                let reading = read_all(bytes, input, options, findings);
                queue.extend(reading.nested.into_iter().map(|nested| Cow::Owned(nested.into_owned())));
                reading.pickles > 0
            }
        };
        if !readable {
            findings.add(inside(input, &bytes, "bytes that are loaded as a pickle and are none"));
        }
    }
}

fn inside(input: &[u8], bytes: &[u8], what: &'static str) -> Finding {
    Finding {
        grade: Grade::Dangerous,
        offset: offset_in(input, bytes),
        what: what.into(),
        reason: "what it would do cannot be seen",
    }
}

/// Where a part of the input stands in it; 0 for bytes that are a copy.
fn offset_in(input: &[u8], part: &[u8]) -> usize {
    let offset = part.as_ptr().addr().checked_sub(input.as_ptr().addr());
    offset.filter(|offset| *offset < input.len()).unwrap_or(0)
}

/// Reads in every way that some release of Python does: they only differ when the first of them fails.
fn read_all<'a>(
    bytes: &'a [u8],
    input: &[u8],
    options: &ScanOptions,
    findings: &mut Findings,
) -> Reading<'a> {
    let base = offset_in(input, bytes);
    let mut reading = read(bytes, base, Frames::Binding, options, findings);
    if let Some((offset, _)) = &reading.error {
        let others: &[Frames] = if reading.limit { &[] } else { &[Frames::Ignored, Frames::Dropped] };
        for frames in others.iter().copied() {
            let other = read(bytes, base, frames, options, findings);
            reading.nested.extend(other.nested);
        }
        let nested = behind(bytes, *offset, base, options, findings);
        reading.nested.extend(nested);
    }
    reading
}

/// Reads pickle after pickle, to the end or the first error.
fn read<'a>(
    bytes: &'a [u8],
    base: usize,
    frames: Frames,
    options: &ScanOptions,
    findings: &mut Findings,
) -> Reading<'a> {
    let limits = Limits::default().nodes(usize::MAX).bytes(usize::MAX).memo(usize::MAX);
    let mut interpreter = Interpreter::new(bytes, options, findings);
    let (mut position, mut pickles, mut error, mut limit) = (0, 0, None, false);
    while position < bytes.len() || pickles == 0 {
        interpreter.start(base + position);
        match decode_with(&bytes[position..], &limits, frames, &mut interpreter) {
            Ok((_, length)) => {
                position += length;
                pickles += 1;
            }
            Err(failed) => {
                limit = failed.is_limit();
                if limit {
                    interpreter.report(Grade::Unknown, "what follows is not looked at as a pickle", |_| {
                        "more instructions than are looked at".to_owned()
                    });
                }
                error = Some((position + failed.offset().unwrap_or(0), failed.message()));
                break;
            }
        }
    }
    Reading { nested: interpreter.finish(), pickles, error, limit }
}

/// Looks at the bytes from an error on: pickles that start there, and dangerous names.
fn behind<'a>(
    bytes: &'a [u8],
    error: usize,
    base: usize,
    options: &ScanOptions,
    findings: &mut Findings,
) -> Vec<Cow<'a, [u8]>> {
    let rest = &bytes[error.min(bytes.len())..];
    for stray in sweep::stray_names(rest) {
        findings.add(Finding {
            grade: Grade::Dangerous,
            offset: base + error + stray.offset,
            what: format!("{}, behind the last byte that can be read", stray.name).into(),
            reason: stray.reason,
        });
    }
    let mut nested = Vec::new();
    let mut budget = bytes.len().saturating_mul(2).saturating_add(1 << 16);
    let mut from = 0;
    while let Some(start) = sweep::next_start(rest, from) {
        if error == 0 && start == 0 {
            from = 1;
            continue;
        }
        let reading = read(&rest[start..], base + error + start, Frames::Ignored, options, findings);
        let length = reading.error.map_or(rest.len() - start, |error| error.0);
        nested.extend(reading.nested);
        let Some(left) = budget.checked_sub(length.max(64)) else { break };
        (budget, from) = (left, start + 1);
    }
    nested
}
