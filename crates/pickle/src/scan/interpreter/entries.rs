//! The names that a pickle uses, and which of them was met before.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{escaped, head, shown};
use crate::scan::names::Judgement;
use crate::scan::value::index;

/// Up to how many entries are compared each.
const FEW: usize = 16;

/// A name as the pickle has it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) struct Name<'a> {
    /// Whether it is a name of Python 2.
    pub(super) old: bool,
    pub(super) module: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
}

/// A name that the pickle uses.
pub(in crate::scan) struct Entry<'a> {
    /// By what it is found again, if it is.
    pub(super) key: Option<Name<'a>>,
    /// As Python 3 names it.
    pub(in crate::scan) module: Cow<'a, str>,
    pub(in crate::scan) name: Cow<'a, str>,
    pub(super) shown: Shown,
    pub(in crate::scan) judgement: Judgement,
    pub(super) offset: usize,
    /// The first call of it, in words.
    pub(super) call: Option<String>,
    /// Whether all calls of it are the same.
    pub(super) ordinary: bool,
}

/// How an entry is called in findings.
pub(in crate::scan) enum Shown {
    /// A global, by its key.
    Key,
    /// A global that is frequent: its words.
    Frequent(&'static str),
    /// Something reached from one, cut, and not yet escaped.
    Reached(String),
}

impl Entry<'_> {
    /// Cut, and not yet escaped.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match &self.shown {
            Shown::Frequent(words) => Cow::Borrowed(words),
            Shown::Reached(text) => shown(text),
            Shown::Key => {
                let (module, name) =
                    self.key.as_ref().map_or((&self.module, &self.name), |key| (&key.module, &key.name));
                let text = [head(module), ".", head(name)].concat();
                match shown(&text) {
                    Cow::Owned(cut) => Cow::Owned(cut),
                    Cow::Borrowed(_) => Cow::Owned(text),
                }
            }
        }
    }

    pub(super) fn escaped(&self) -> Cow<'static, str> {
        match self.shown {
            Shown::Frequent(words) => Cow::Borrowed(words),
            _ => Cow::Owned(escaped(self.text())),
        }
    }
}

#[derive(Default)]
pub(super) struct Entries<'a> {
    list: Vec<Entry<'a>>,
    /// Those with keys by their keys, once the entries are many.
    by_key: Option<BTreeMap<Name<'a>, u32>>,
}

impl<'a> Entries<'a> {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn get(&self, entry: u32) -> Option<&Entry<'a>> {
        self.list.get(index(entry))
    }

    pub(super) fn get_mut(&mut self, entry: u32) -> Option<&mut Entry<'a>> {
        self.list.get_mut(index(entry))
    }

    pub(super) fn find(&self, key: &Name<'a>) -> Option<u32> {
        match &self.by_key {
            Some(by_key) => by_key.get(key).copied(),
            None => self.list.iter().position(|entry| entry.key.as_ref() == Some(key)).map(number),
        }
    }

    /// Adds one whose key is not known.
    pub(super) fn add(&mut self, entry: Entry<'a>) -> u32 {
        let added = number(self.list.len());
        match &mut self.by_key {
            Some(by_key) => by_key.extend(entry.key.clone().map(|key| (key, added))),
            None if self.list.len() < FEW => {}
            None => {
                let all = self.list.iter().chain([&entry]).enumerate();
                self.by_key =
                    Some(all.filter_map(|(at, entry)| Some((entry.key.clone()?, number(at)))).collect());
            }
        }
        self.list.push(entry);
        added
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry<'a>> {
        self.list.iter_mut()
    }
}

fn number(entry: usize) -> u32 {
    u32::try_from(entry).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::names;

    #[test]
    fn many_names_are_found_like_few() {
        let mut entries = Entries::default();
        let key = |number: u32| Name { old: false, module: "app".into(), name: number.to_string().into() };
        for number in 0..40 {
            assert_eq!(entries.find(&key(number)), None);
            let key_of = (number % 5 > 0).then(|| key(number));
            let entry = Entry {
                key: key_of,
                module: "app".into(),
                name: number.to_string().into(),
                shown: Shown::Key,
                judgement: names::judge("app", "name"),
                offset: 0,
                call: None,
                ordinary: false,
            };
            assert_eq!(entries.add(entry), number);
            let found = |known: u32| entries.find(&key(known));
            assert!((0..=number).all(|known| found(known) == (known % 5 > 0).then_some(known)));
        }
        assert_eq!(entries.find(&Name { old: true, ..key(1) }), None);
    }
}
