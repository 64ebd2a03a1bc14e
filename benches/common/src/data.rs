//! The table and the people in it: the same on every machine and for every library.

/// The table of every workload.
pub const SCHEMA: &str = "CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    age INTEGER NOT NULL,
    city TEXT NOT NULL
)";

/// The tables of the workload with parents and children, and 1,000 parents with 10 children each, one statement an item.
///
/// The children of one parent do not lie together: number `n` belongs to parent `n % 1000 + 1`.
pub const FAMILIES: [&str; 5] = [
    "CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
    "CREATE TABLE children (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER NOT NULL, \
     parent_id INTEGER NOT NULL REFERENCES parents (id))",
    "CREATE INDEX children_parent_id ON children (parent_id)",
    "INSERT INTO parents WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 1000) \
     SELECT n, 'Parent ' || n FROM n",
    "INSERT INTO children WITH RECURSIVE n(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM n WHERE n < 9999) \
     SELECT n + 1, 'Child ' || n, n % 18, n % 1000 + 1 FROM n",
];

/// The settings of every connection: pragma, what to set, and what SQLite must then report.
pub const SETTINGS: [(&str, &str, &str); 4] = [
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "NORMAL", "1"),
    ("foreign_keys", "ON", "1"),
    ("busy_timeout", "5000", "5000"),
];

/// The settings as one script of `PRAGMA` statements.
pub fn pragmas() -> String {
    SETTINGS.iter().map(|(name, value, _)| format!("PRAGMA {name} = {value};")).collect()
}

/// A person who is not in the database yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// First and last name.
    pub name: String,
    /// An address nobody else has.
    pub email: String,
    /// Age in years, from 18 to 77.
    pub age: i64,
    /// A city.
    pub city: String,
}

const FIRST: [&str; 16] = [
    "Ada", "Boris", "Chidi", "Dora", "Emil", "Fatima", "Goro", "Hana", "Ivan", "Jin", "Kaja", "Liam", "Mina",
    "Noor", "Otto", "Pia",
];
const LAST: [&str; 16] = [
    "Abe", "Bauer", "Costa", "Dahl", "Eze", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Kim", "Lopez",
    "Moreau", "Novak", "Okafor", "Park",
];
const CITY: [&str; 8] = ["Berlin", "Busan", "Kyoto", "Lagos", "Lisbon", "New York", "Oslo", "Santiago"];

/// An endless stream of people; number `n` is the same in every run.
pub fn people() -> impl Iterator<Item = Person> {
    let mut random = Random::new();
    (1_u64..).map(move |number| {
        let first = random.pick(&FIRST);
        let last = random.pick(&LAST);
        Person {
            name: format!("{first} {last}"),
            email: format!("{}.{}.{number}@example.com", first.to_lowercase(), last.to_lowercase()),
            age: 18 + i64::from(random.below(60)),
            city: random.pick(&CITY).to_owned(),
        }
    })
}

/// A small generator of random numbers with a fixed seed (SplitMix64).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// The generator at its seed.
    #[expect(clippy::new_without_default, reason = "a default would hide that the seed is fixed")]
    pub fn new() -> Self {
        Self(0x006f_6e67_6769)
    }

    /// A number below `bound`, which must not be zero.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let high = (mixed ^ (mixed >> 31)) >> 32;
        u32::try_from((high * u64::from(bound)) >> 32).unwrap_or(0)
    }

    /// Puts `items` into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last + 1).unwrap_or(u32::MAX);
            items.swap(last, self.below(bound) as usize);
        }
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        let bound = u32::try_from(items.len()).unwrap_or(u32::MAX);
        items[self.below(bound) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn people_are_the_same_in_every_run_and_addresses_differ() {
        let first: Vec<Person> = people().take(1_000).collect();
        let second: Vec<Person> = people().take(1_000).collect();
        let emails: HashSet<&str> = first.iter().map(|person| person.email.as_str()).collect();
        assert_eq!(first, second);
        assert_eq!(emails.len(), 1_000);
        assert!(first.iter().all(|person| (18..78).contains(&person.age)));
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut keys: Vec<i64> = (0..100).collect();
        Random::new().shuffle(&mut keys);
        assert_ne!(keys, (0..100).collect::<Vec<_>>());
        keys.sort_unstable();
        assert_eq!(keys, (0..100).collect::<Vec<_>>());
    }
}
