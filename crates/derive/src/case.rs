//! Names in other cases: `HttpServer` is `http_server`, `http-server` or `HTTP_SERVER`.

/// How names are written in the database: those of an enum's variants, or of a model's columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Case {
    Lower,
    Upper,
    Snake,
    ScreamingSnake,
    Kebab,
    Camel,
    Pascal,
}

/// The cases by the names that users give them.
const CASES: [(&str, Case); 7] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("camelCase", Case::Camel),
    ("PascalCase", Case::Pascal),
];

impl Case {
    /// The case that a user names.
    pub fn named(name: &str) -> Option<Case> {
        CASES.iter().find(|(known, _)| *known == name).map(|&(_, case)| case)
    }

    /// The names that [`Case::named`] knows, for a message.
    pub fn names() -> String {
        CASES.map(|(name, _)| format!("`{name}`")).join(", ")
    }

    /// A name, which is in `UpperCamelCase` or `snake_case`, in this case.
    pub fn apply(self, name: &str) -> String {
        let words = words(name);
        match self {
            Case::Lower => words.concat(),
            Case::Upper => words.concat().to_uppercase(),
            Case::Snake => words.join("_"),
            Case::ScreamingSnake => words.join("_").to_uppercase(),
            Case::Kebab => words.join("-"),
            Case::Camel => {
                let capitals = words.iter().skip(1).map(|word| capitalized(word));
                words.iter().take(1).cloned().chain(capitals).collect()
            }
            Case::Pascal => words.iter().map(|word| capitalized(word)).collect(),
        }
    }
}

/// The words of a name, in lower case. A word begins at a capital after a small letter or a digit, and at the last
/// of several capitals when a small letter follows.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after_small = before.is_some_and(|before| before.is_lowercase() || before.is_numeric());
        let before_small = before.is_some_and(char::is_uppercase)
            && letters.get(at + 1).is_some_and(|after| after.is_lowercase());
        if letter == '_' || letter.is_uppercase() && (after_small || before_small) {
            words.push(String::new());
        }
        if let (Some(word), true) = (words.last_mut(), letter != '_') {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        for (name, expected) in [
            ("User", "user"),
            ("BlogPost", "blog_post"),
            ("HTTPServer", "http_server"),
            ("UserV2", "user_v2"),
            ("V2Api", "v2_api"),
            ("A", "a"),
            ("Snake_Case", "snake_case"),
            ("ÄpfelBaum", "äpfel_baum"),
        ] {
            assert_eq!(Case::Snake.apply(name), expected);
        }
    }

    #[test]
    fn every_case_has_a_name() {
        for (name, expected) in [
            ("lowercase", "intransit"),
            ("UPPERCASE", "INTRANSIT"),
            ("snake_case", "in_transit"),
            ("SCREAMING_SNAKE_CASE", "IN_TRANSIT"),
            ("kebab-case", "in-transit"),
            ("camelCase", "inTransit"),
            ("PascalCase", "InTransit"),
        ] {
            for written in ["InTransit", "in_transit"] {
                assert_eq!(Case::named(name).map(|case| case.apply(written)).as_deref(), Some(expected));
            }
        }
        assert_eq!(Case::named("Title Case"), None);
    }
}
