//! What was found, with a bound on how much of it is kept.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Finding, Grade};

/// How many findings are kept.
const MOST: usize = 1000;

/// Up to how many findings a new one is compared with each.
const FEW: usize = 16;

#[derive(Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    /// Places, words and grades of all that were kept, once they are many; of few, the list says it.
    seen: Option<BTreeMap<Key, Grade>>,
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
        match self.seen(&finding) {
            Some(grade) if grade >= finding.grade => return,
            Some(_) => return self.worsen(finding),
            None => {}
        }
        if self.list.len() < MOST {
            self.dangerous += usize::from(finding.grade == Grade::Dangerous);
            self.note(&finding);
            self.list.push(finding);
            return;
        }
        self.left_out += 1;
        self.keep_the_worst(finding);
    }

    /// Keeps what is dangerous in place of something milder.
    fn keep_the_worst(&mut self, finding: Finding) {
        if finding.grade < Grade::Dangerous || self.dangerous == MOST {
            return;
        }
        if let Some(milder) = self.list.iter().position(|kept| kept.grade < Grade::Dangerous) {
            self.note(&finding);
            self.list[milder] = finding;
            self.dangerous += 1;
        }
    }

    /// The grade of what was found in the same place and said in the same words.
    fn seen(&self, finding: &Finding) -> Option<Grade> {
        match &self.seen {
            None => self.list.iter().find(|kept| is_same(kept, finding)).map(|kept| kept.grade),
            Some(seen) => seen.get(&key(finding)).copied(),
        }
    }

    /// Another reading of the same bytes comes to a worse end: that one counts.
    fn worsen(&mut self, finding: Finding) {
        let Some(kept) = self.list.iter_mut().find(|kept| is_same(kept, &finding)) else {
            return self.keep_the_worst(finding);
        };
        self.dangerous += usize::from(finding.grade == Grade::Dangerous);
        if let Some(grade) = self.seen.as_mut().and_then(|seen| seen.get_mut(&key(&finding))) {
            *grade = finding.grade;
        }
        *kept = finding;
    }

    /// Remembers what is about to be kept.
    fn note(&mut self, finding: &Finding) {
        if self.list.len() < FEW {
            return;
        }
        let all = || self.list.iter().map(|kept| (key(kept), kept.grade)).collect();
        self.seen.get_or_insert_with(all).insert(key(finding), finding.grade);
    }

    /// The findings in the order of the input, and how many were left out.
    pub(super) fn finish(mut self) -> (Vec<Finding>, usize) {
        self.list.sort_by(|left, right| (left.offset, &left.what).cmp(&(right.offset, &right.what)));
        (self.list, self.left_out)
    }
}

fn is_same(left: &Finding, right: &Finding) -> bool {
    left.offset == right.offset && left.what == right.what
}

/// Where something was found, and what.
type Key = (usize, Cow<'static, str>);

fn key(finding: &Finding) -> Key {
    (finding.offset, finding.what.clone())
}
