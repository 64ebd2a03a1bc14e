//! What was found, with a bound on how much of it is kept.

use std::collections::HashSet;

use super::{Finding, Grade};

/// How many findings are kept.
const MOST: usize = 1000;

/// Up to how many findings a new one is compared with each.
const FEW: usize = 16;

#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    /// Places and words of all that were kept, once they are many; of few, the list says it.
    seen: HashSet<(usize, String)>,
    pub(super) grade: Grade,
    /// How many of the kept ones are dangerous: those are never given up.
    dangerous: usize,
    left_out: usize,
}

impl Findings {
    /// Whether a finding of this grade would be kept, so that it is worth to describe it.
    pub(super) fn wants(&mut self, grade: Grade) -> bool {
        if self.list.len() < MOST || (grade == Grade::Dangerous && self.dangerous < MOST) {
            return true;
        }
        self.grade = self.grade.max(grade);
        self.left_out += 1;
        false
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.grade = self.grade.max(finding.grade);
        if self.has_seen(&finding) {
            return;
        }
        if self.list.len() < MOST {
            self.dangerous += usize::from(finding.grade == Grade::Dangerous);
            self.note(&finding);
            self.list.push(finding);
            return;
        }
        self.left_out += 1;
        if finding.grade < Grade::Dangerous || self.dangerous == MOST {
            return;
        }
        if let Some(milder) = self.list.iter().position(|kept| kept.grade < Grade::Dangerous) {
            self.note(&finding);
            self.list[milder] = finding;
            self.dangerous += 1;
        }
    }

    fn has_seen(&self, finding: &Finding) -> bool {
        if self.seen.is_empty() {
            return self.list.iter().any(|kept| kept.offset == finding.offset && kept.what == finding.what);
        }
        self.seen.contains(&key(finding))
    }

    /// Remembers what is about to be kept.
    fn note(&mut self, finding: &Finding) {
        if self.list.len() < FEW {
            return;
        }
        if self.seen.is_empty() {
            self.seen.extend(self.list.iter().map(key));
        }
        self.seen.insert(key(finding));
    }

    /// The findings in the order of the input, and how many were left out.
    pub(super) fn finish(mut self) -> (Vec<Finding>, usize) {
        self.list.sort_by(|left, right| (left.offset, &left.what).cmp(&(right.offset, &right.what)));
        (self.list, self.left_out)
    }
}

fn key(finding: &Finding) -> (usize, String) {
    (finding.offset, finding.what.clone())
}
