use onggi_sql::compile::words;

/// How a statement writes, by its first word: what the server counts are not always rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writes {
    /// It counts rows that are other than before.
    Updates,
    /// It counts a row twice that was there and is changed.
    Inserts,
    Others,
    /// It reads, as far as the word tells.
    Not,
}

impl Writes {
    pub(super) fn of(text: &str) -> Writes {
        let mut words = words(text).map(str::to_ascii_lowercase);
        match (words.next().as_deref().unwrap_or(""), words.next().as_deref()) {
            ("update", _) => Writes::Updates,
            // What is left out is not counted twice.
            ("insert", Some("ignore")) => Writes::Others,
            ("insert" | "replace", _) => Writes::Inserts,
            ("select" | "with" | "values" | "table" | "show" | "explain" | "describe" | "desc", _) => {
                Writes::Not
            }
            _ => Writes::Others,
        }
    }

    /// How many rows were written: found and set, or inserted and changed. The numbers are also in what the server says about
    /// the statement, as in `Rows matched: 2  Changed: 1  Warnings: 0` and `Records: 3  Duplicates: 1  Warnings: 0`.
    pub(super) fn rows(self, affected: u64, info: &str) -> u64 {
        let mut numbers =
            info.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok());
        match self {
            Writes::Updates => numbers.next().unwrap_or(affected),
            Writes::Inserts => match numbers.nth(1) {
                Some(twice) => affected.saturating_sub(twice),
                None => affected.min(1),
            },
            Writes::Others | Writes::Not => affected,
        }
    }
}
