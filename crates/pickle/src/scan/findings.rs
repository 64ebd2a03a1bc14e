//! What was found, with a bound on how much of it is kept.

use std::collections::HashSet;

use super::{Finding, Grade};

/// How many findings are kept.
const MOST: usize = 1000;

#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
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
        if self.seen.contains(&(finding.offset, finding.what.clone())) {
            return;
        }
        if self.list.len() < MOST {
            self.dangerous += usize::from(finding.grade == Grade::Dangerous);
            self.seen.insert((finding.offset, finding.what.clone()));
            self.list.push(finding);
            return;
        }
        self.left_out += 1;
        if finding.grade < Grade::Dangerous || self.dangerous == MOST {
            return;
        }
        if let Some(milder) = self.list.iter_mut().find(|kept| kept.grade < Grade::Dangerous) {
            self.seen.insert((finding.offset, finding.what.clone()));
            *milder = finding;
            self.dangerous += 1;
        }
    }

    /// The findings in the order of the input, and how many were left out.
    pub(super) fn finish(mut self) -> (Vec<Finding>, usize) {
        self.list.sort_by(|left, right| (left.offset, &left.what).cmp(&(right.offset, &right.what)));
        (self.list, self.left_out)
    }
}
