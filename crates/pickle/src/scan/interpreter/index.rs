//! Which entry belongs to a name.

use std::collections::BTreeMap;

/// Up to how many names are compared each.
const FEW: usize = 16;

/// Entries by texts, without a tree while there are few.
#[derive(Default)]
pub(super) struct Index {
    few: Vec<(String, u32)>,
    /// All of them, once they are many.
    many: BTreeMap<String, u32>,
}

impl Index {
    pub(super) fn get(&self, key: &str) -> Option<u32> {
        if self.many.is_empty() {
            return self.few.iter().find(|known| known.0 == key).map(|known| known.1);
        }
        self.many.get(key).copied()
    }

    /// Adds one that is not known.
    pub(super) fn insert(&mut self, key: String, entry: u32) {
        if self.many.is_empty() && self.few.len() < FEW {
            self.few.push((key, entry));
            return;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_found_like_few() {
        let mut index = Index::default();
        for number in 0..40 {
            assert_eq!(index.get(&number.to_string()), None);
            index.insert(number.to_string(), number);
            assert!((0..=number).all(|known| index.get(&known.to_string()) == Some(known)));
        }
    }
}
