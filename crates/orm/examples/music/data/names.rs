//! Names made of syllables, and what decides which.

/// What people listen to.
pub const GENRES: [&str; 10] =
    ["Rock", "Jazz", "Blues", "Pop", "Classical", "Folk", "Soul", "Ambient", "Chanson", "Marches"];

/// What a track can be had on.
pub const MEDIA: [&str; 4] = ["file", "vinyl", "tape", "wax cylinder"];

/// Where customers live, some more often.
pub const COUNTRIES: [&str; 14] = [
    "USA", "USA", "USA", "Canada", "Canada", "Germany", "Germany", "France", "France", "Brazil", "India",
    "Norway", "Japan", "Kenya",
];

const SYLLABLES: [&str; 24] = [
    "ba", "do", "fen", "gu", "hal", "i", "jo", "kel", "lu", "ma", "nor", "o", "pri", "qua", "ri", "sel",
    "ta", "u", "vo", "wen", "xi", "ya", "zor", "aru",
];

/// A generator of numbers that look random and are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// The next number below another: a linear congruential generator, of whose state the upper bits are used.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    /// From one number to another, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(high.abs_diff(low) + 1)).unwrap_or(0)
    }

    pub fn small(&mut self, limit: u8) -> u8 {
        u8::try_from(self.below(limit.into())).unwrap_or(0)
    }

    /// One of some things.
    pub fn one_of<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[usize::try_from(self.below(things.len() as u64)).unwrap_or(0)]
    }

    /// A word of so many syllables, with a capital.
    pub fn word(&mut self, syllables: u8) -> String {
        let word: String = (0..syllables).map(|_| *self.one_of(&SYLLABLES)).collect();
        word[..1].to_uppercase() + &word[1..]
    }

    /// One or more words.
    pub fn title(&mut self, most: u8) -> String {
        let words = 1 + self.small(most);
        (0..words)
            .map(|_| {
                let syllables = 1 + self.small(3);
                self.word(syllables)
            })
            .collect::<Vec<_>>()
            .join(" ")
    }
}
