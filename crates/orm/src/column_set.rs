/// Some of a table's columns.
///
/// Tables of up to 64 columns need no allocation; there is no limit.
#[derive(Clone, Debug, Default, Eq)]
pub struct ColumnSet {
    first: u64,
    rest: Vec<u64>,
}

impl PartialEq for ColumnSet {
    /// Two empty `rest`s are not compared: `memcmp` of no bytes at all took a tenth of a flush, as some processors
    /// stumble over the address that an empty `Vec` has.
    #[inline]
    fn eq(&self, other: &ColumnSet) -> bool {
        let no_rest = self.rest.is_empty() && other.rest.is_empty();
        self.first == other.first && (no_rest || self.rest == other.rest)
    }
}

impl ColumnSet {
    /// The first columns of a table, this many.
    pub fn all(columns: usize) -> ColumnSet {
        match columns {
            0 => ColumnSet::new(),
            1..=64 => ColumnSet { first: u64::MAX >> (64 - columns), rest: Vec::new() },
            _ => (0..columns).collect(),
        }
    }

    /// No column.
    pub fn new() -> ColumnSet {
        ColumnSet::default()
    }

    /// Adds a column.
    pub fn insert(&mut self, column: usize) {
        let (word, bit) = (column / 64, 1 << (column % 64));
        match word.checked_sub(1) {
            None => self.first |= bit,
            Some(word) => {
                if self.rest.len() <= word {
                    self.rest.resize(word + 1, 0);
                }
                self.rest[word] |= bit;
            }
        }
    }

    /// Takes a column out.
    pub fn remove(&mut self, column: usize) {
        let (word, bit) = (column / 64, 1_u64 << (column % 64));
        match word.checked_sub(1) {
            None => self.first &= !bit,
            Some(word) if word < self.rest.len() => self.rest[word] &= !bit,
            Some(_) => {}
        }
        while self.rest.last() == Some(&0) {
            self.rest.pop();
        }
    }

    /// Whether a column is among them.
    pub fn contains(&self, column: usize) -> bool {
        let word = match (column / 64).checked_sub(1) {
            None => self.first,
            Some(word) => self.rest.get(word).copied().unwrap_or(0),
        };
        word & 1 << (column % 64) != 0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.first == 0 && self.rest.iter().all(|&word| word == 0)
    }

    /// The columns, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let words = std::iter::once(self.first).chain(self.rest.iter().copied());
        words.enumerate().flat_map(|(position, word)| bits(word).map(move |bit| position * 64 + bit))
    }
}

fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let bit = word.trailing_zeros() as usize;
        word &= word - 1;
        Some(bit)
    })
}

impl FromIterator<usize> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = usize>>(columns: I) -> ColumnSet {
        let mut set = ColumnSet::new();
        for column in columns {
            set.insert(column);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_more_than_64_columns() {
        for count in [0, 1, 63, 64, 65, 200] {
            assert_eq!(ColumnSet::all(count), (0..count).collect());
        }
        let columns = [0, 5, 63, 64, 130, 1000];
        let mut set: ColumnSet = columns.into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), columns);
        assert!(set.contains(130) && !set.contains(131) && !set.contains(5000));
        for column in columns {
            set.remove(column);
        }
        assert!(set.is_empty());
        assert_eq!(set, ColumnSet::new());
    }
}
