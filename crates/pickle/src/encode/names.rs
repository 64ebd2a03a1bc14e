//! Strings that are written again and again: struct fields, modules, globals.

use std::borrow::Cow;
use std::collections::HashMap;

/// Up to this many names, looking through them beats hashing.
const FEW: usize = 16;

/// Names and their memo numbers.
#[derive(Default)]
pub(super) struct Names {
    list: Vec<(Cow<'static, str>, u32)>,
    /// Filled once there are many.
    index: HashMap<Cow<'static, str>, usize>,
    /// The place after the last hit: fields come in the same order each time.
    next: usize,
}

impl Names {
    #[inline]
    pub(super) fn find(&mut self, name: &str) -> Option<u32> {
        if let Some((known, number)) = self.list.get(self.next)
            && known == name
        {
            self.next += 1;
            return Some(*number);
        }
        self.search(name)
    }

    fn search(&mut self, name: &str) -> Option<u32> {
        if self.list.len() > FEW {
            let place = *self.index.get(name)?;
            self.next = place + 1;
            return self.list.get(place).map(|known| known.1);
        }
        let place = self.list.iter().position(|known| known.0 == name)?;
        self.next = place + 1;
        Some(self.list[place].1)
    }

    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    pub(super) fn insert(&mut self, name: Cow<'static, str>, number: u32) {
        self.list.push((name, number));
        self.next = 0;
        if self.list.len() > FEW {
            for place in self.index.len()..self.list.len() {
                self.index.insert(self.list[place].0.clone(), place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_found_as_few_are() {
        let mut names = Names::default();
        for number in 0..50 {
            assert_eq!(names.find(&number.to_string()), None);
            names.insert(number.to_string().into(), number + 100);
        }
        for number in (0..50).chain((0..50).rev()) {
            assert_eq!(names.find(&number.to_string()), Some(number + 100));
        }
    }
}
