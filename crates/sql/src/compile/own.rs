//! SQL of the program's own: its placeholders, which are `?` everywhere, in a dialect's form; whether it reads only.

use std::borrow::Cow;

use crate::dialect::Control;
use crate::{Dialect, Type};

/// SQL of the program's own, as a database takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own<'t> {
    /// Its text.
    pub text: Cow<'t, str>,
    /// How many parameters it has, where it was read for that.
    pub parameters: Option<usize>,
    /// Which parameter, counted from 0, each placeholder stands for, where placeholders have no numbers.
    pub order: Option<Vec<usize>>,
}

/// A text with its placeholders as the dialect has them.
///
/// `?` is the parameter behind the greatest so far, `?2` the second, `??` a question mark. Those in texts, names and comments are none. Where the
/// dialect's own placeholders are question marks with numbers, the text is given to the database as it is. What the database has to
/// be told of a value's type, by the types of the parameters as far as they are known, stands around its placeholder where that is a
/// conversion.
pub fn placeholders<'t>(text: &'t str, dialect: &Dialect, types: &[Option<Type>]) -> Own<'t> {
    if dialect.numbered && dialect.parameter == '?' {
        return Own { text: text.into(), parameters: None, order: None };
    }
    let mut written = String::with_capacity(text.len() + 8);
    let (mut rest, mut count, mut order) = (text, 0, Vec::new());
    while let Some(first) = rest.chars().next() {
        let skipped = match dialect.numbered {
            true => quoted(rest, written.chars().next_back()),
            false => quoted_plainly(rest, dialect.backslash_escapes),
        };
        if skipped > 0 {
            written.push_str(&rest[..skipped]);
            rest = &rest[skipped..];
            continue;
        }
        rest = &rest[first.len_utf8()..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest[..digits].parse().ok();
        if first == dialect.parameter && dialect.numbered {
            count = count.max(number.unwrap_or(0));
            written.push(first);
        } else if first != '?' {
            written.push(first);
        } else if let Some(behind) = rest.strip_prefix('?') {
            written.push('?');
            rest = behind;
        } else {
            let parameter: usize = number.unwrap_or(count + 1);
            count = count.max(parameter);
            let place = parameter.saturating_sub(1);
            let told = types.get(place).copied().flatten().filter(|_| dialect.value_cast);
            match told.and_then(dialect.value_type) {
                Some(name) => written.push_str(&format!("CAST({} AS {name})", dialect.parameter)),
                None => written.push(dialect.parameter),
            }
            if dialect.numbered {
                written.push_str(&parameter.to_string());
            }
            order.push(place);
            rest = &rest[digits..];
        }
    }
    Own { text: written.into(), parameters: Some(count), order: (!dialect.numbered).then_some(order) }
}

/// Whether a statement only reads, as far as its first word tells.
pub fn reads_only(text: &str) -> bool {
    let word = text.trim_start().split(|letter: char| !letter.is_ascii_alphabetic()).next();
    let reads =
        |word: &str| ["SELECT", "VALUES", "TABLE", "SHOW"].iter().any(|read| word.eq_ignore_ascii_case(read));
    word.is_some_and(reads)
}

/// What begins a statement that MariaDB and MySQL commit with, along with all that came before it in its transaction.
const COMMITTING: [&str; 14] = [
    "ALTER",
    "ANALYZE",
    "CREATE",
    "DROP",
    "FLUSH",
    "GRANT",
    "INSTALL",
    "LOCK",
    "OPTIMIZE",
    "RENAME",
    "REPAIR",
    "REVOKE",
    "TRUNCATE",
    "UNINSTALL",
];

/// Whether a statement would commit the transaction that it is in, as far as its first words tell, on databases whose
/// transactions hold no changes of tables.
pub fn commits(text: &str, dialect: &Dialect) -> bool {
    if dialect.tables.in_transactions {
        return false;
    }
    let mut words = words(text);
    let first = words.next().unwrap_or("");
    let temporary = words.next().is_some_and(|word| word.eq_ignore_ascii_case("TEMPORARY"));
    !temporary && COMMITTING.iter().any(|word| first.eq_ignore_ascii_case(word))
}

/// Whether a text may commit its transaction, as far as its words tell: it is a step of a transaction, or is several statements.
/// Where changes of tables commit, a procedure that is called may do so too. Words of comments and texts count where it is several:
/// who takes a commit for none would do its work twice.
pub fn may_commit(text: &str, dialect: &Dialect) -> bool {
    let is = |word: &str, wanted: &str| word.eq_ignore_ascii_case(wanted);
    let several = text.contains(';') || Control::of(text).is_some();
    let has = |wanted: &str| several && words(text).any(|word| is(word, wanted));
    match dialect.tables.in_transactions {
        false => has("COMMIT") || has("CALL") || words(text).next().is_some_and(|word| is(word, "CALL")),
        // Elsewhere it ends a `CASE`.
        true => has("COMMIT") || has("END") && starts(text).any(|word| is(word, "END")),
    }
}

/// The words with which statements may begin: behind another, a line, or a comment.
fn starts(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n', '/']).filter_map(|part| words(part).next())
}

/// The words of a statement behind the comments at its start.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut text = text.trim_start();
    loop {
        let skipped = match text.as_bytes() {
            [b'/', b'*', ..] | [b'-', b'-', ..] | [b'#', ..] => quoted_plainly(text, false),
            _ => 0,
        };
        if skipped == 0 {
            break;
        }
        text = text[skipped..].trim_start();
    }
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}

/// Whether a statement looks a value up in a select by `IN`, `= ANY` or `<> ALL`, on MariaDB and MySQL.
pub fn looks_up(text: &str, dialect: &Dialect) -> bool {
    let among = |word: &str, words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    let (mut rest, mut before, mut last) = (text, "", "");
    while let Some(first) = rest.chars().next() {
        let is_comment = matches!(first, '#' | '-' | '/');
        let length = match quoted_plainly(rest, dialect.backslash_escapes) {
            0 => rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count(),
            skipped => skipped,
        };
        let (token, behind) = rest.split_at(length.max(first.len_utf8()));
        rest = behind;
        if first.is_whitespace() || first == '(' || (is_comment && length > 0) {
            continue;
        }
        if among(token, &["SELECT", "WITH", "TABLE"])
            && among(last, &["IN", "ANY", "SOME", "ALL"])
            && !among(before, &["UNION", "EXCEPT", "INTERSECT"])
        {
            return true;
        }
        (before, last) = (last, token);
    }
    false
}

/// How many bytes at the start are a text, a name in quotes or a comment, on MariaDB and MySQL; in texts of MySQL a backslash takes
/// the next character along.
fn quoted_plainly(rest: &str, escapes: bool) -> usize {
    let until =
        |start: usize, end: &str| rest[start..].find(end).map_or(rest.len(), |at| start + at + end.len());
    match rest.as_bytes() {
        [b'\'', ..] if escapes => escaped(rest),
        [b'\'', ..] => until(1, "'"),
        [b'"', ..] => until(1, "\""),
        [b'`', ..] => until(1, "`"),
        [b'#', ..] | [b'-', b'-', b' ' | b'\t' | b'\n', ..] => until(1, "\n"),
        [b'/', b'*', ..] => until(2, "*/"),
        _ => 0,
    }
}

/// How many bytes at the start are a text, a name in quotes or a comment.
fn quoted(rest: &str, before: Option<char>) -> usize {
    let until =
        |start: usize, end: &str| rest[start..].find(end).map_or(rest.len(), |at| start + at + end.len());
    match rest.as_bytes() {
        [b'\'', ..] if before.is_some_and(|letter| letter.eq_ignore_ascii_case(&'e')) => escaped(rest),
        [b'\'', ..] => until(1, "'"),
        [b'"', ..] => until(1, "\""),
        [b'-', b'-', ..] => until(2, "\n"),
        [b'/', b'*', ..] => comment(rest),
        [b'$', ..] if !before.is_some_and(char::is_alphanumeric) => match tag(rest) {
            Some(tag) => until(tag.len(), tag),
            None => 0,
        },
        _ => 0,
    }
}

/// The length of a comment, in which others may lie.
fn comment(rest: &str) -> usize {
    let (bytes, mut depth, mut at) = (rest.as_bytes(), 0_usize, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a text in which a backslash takes the next character along.
fn escaped(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '\'' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `$$` or `$tag$` at the start, between two of which stands a text.
fn tag(rest: &str) -> Option<&str> {
    let name = rest[1..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let is_tag =
        rest[1 + name..].starts_with('$') && !rest[1..].starts_with(|first: char| first.is_ascii_digit());
    is_tag.then(|| &rest[..name + 2])
}

#[cfg(test)]
mod tests {
    use super::{Own, may_commit, placeholders, reads_only};
    use crate::Type;
    use crate::dialect::{MARIADB, MYSQL, POSTGRES, SQLITE};

    #[test]
    fn placeholders_are_numbered_where_the_database_has_numbers() {
        for (text, numbered) in [
            ("SELECT ?, ?", "SELECT $1, $2"),
            ("SELECT ?2, ?1, ?", "SELECT $2, $1, $3"),
            ("SELECT '?', ?, \"?\"", "SELECT '?', $1, \"?\""),
            ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1"),
            (r"SELECT E'\'?', ?", r"SELECT E'\'?', $1"),
            ("SELECT 1 -- ?\n, ? /* ? */", "SELECT 1 -- ?\n, $1 /* ? */"),
            ("SELECT $$?$$, $a$ $$ ? $a$, ?", "SELECT $$?$$, $a$ $$ ? $a$, $1"),
            ("SELECT data ?? 'key', ?", "SELECT data ? 'key', $1"),
            ("SELECT $1", "SELECT $1"),
            ("SELECT /* a /* ? */ ? */ ?", "SELECT /* a /* ? */ ? */ $1"),
            ("SELECT '?", "SELECT '?"),
            ("SELECT 김치 = ?", "SELECT 김치 = $1"),
        ] {
            assert_eq!(placeholders(text, &POSTGRES, &[]).text, numbered);
            assert_eq!(
                placeholders(text, &SQLITE, &[]),
                Own { text: text.into(), parameters: None, order: None }
            );
        }
    }

    #[test]
    fn texts_that_may_commit_are_known_by_their_words() {
        for (text, on_mysql, on_postgres) in [
            ("commit", true, true),
            ("/* mine */ COMMIT AND CHAIN", true, true),
            ("END", false, true),
            ("BEGIN; UPDATE jars SET a = 1; -- done\n COMMIT", true, true),
            ("UPDATE jars SET a = 1;commit;", true, true),
            ("UPDATE jars SET a = 1; /* that; is all */ COMMIT", true, true),
            ("UPDATE jars SET a = 1; -- that; is all\n COMMIT", true, true),
            ("IF found THEN COMMIT; END IF", true, true),
            ("BEGIN; /* that; is all */ END", false, true),
            ("BEGIN; -- that; is all\n END", false, true),
            ("/* mine */ end", false, true),
            ("CALL settle(1)", true, false),
            ("UPDATE jars SET a = 1; /* that; is all */ CALL settle(1)", true, false),
            ("ROLLBACK", false, false),
            ("UPDATE jars SET a = 'commit'", false, false),
            ("UPDATE jars SET a = CASE WHEN b THEN 1 END;", false, false),
            ("UPDATE jars SET on_commit = 1; SELECT 1", false, false),
        ] {
            let may = [&MARIADB, &MYSQL, &POSTGRES].map(|dialect| may_commit(text, dialect));
            assert_eq!(may, [on_mysql, on_mysql, on_postgres], "{text}");
        }
    }

    #[test]
    fn placeholders_without_numbers_have_an_order() {
        for (text, written, order) in [
            ("SELECT ?, ?", "SELECT ?, ?", vec![0, 1]),
            ("SELECT ?2, ?1, ?, ?1", "SELECT ?, ?, ?, ?", vec![1, 0, 2, 0]),
            ("SELECT '?', `a?b`, \"?\", ? -- ?", "SELECT '?', `a?b`, \"?\", ? -- ?", vec![0]),
            (
                "SELECT 1 # ?\n, /* /* ? */ ?, 5--?, $$?$$",
                "SELECT 1 # ?\n, /* /* ? */ ?, 5--?, $$?$$",
                vec![0, 1, 2],
            ),
        ] {
            let own = placeholders(text, &MARIADB, &[]);
            assert_eq!((&*own.text, own.order), (written, Some(order)), "{text}");
        }
    }

    #[test]
    fn a_backslash_takes_the_next_character_along_on_mysql_alone() {
        let text = r"SELECT 'a\'?', ?, '\\', ?";
        assert_eq!(placeholders(text, &MYSQL, &[]).parameters, Some(2));
        assert_eq!(placeholders(text, &MARIADB, &[]).parameters, Some(1));
    }

    #[test]
    fn types_that_the_database_has_to_be_told_stand_around_placeholders() {
        let types = [Some(Type::Blob), None, Some(Type::BIGINT)];
        let own = placeholders("SELECT ?, ?, ?, ?1", &MARIADB, &types);
        assert_eq!(own.text, "SELECT CAST(? AS BINARY), ?, ?, CAST(? AS BINARY)");
        assert_eq!(placeholders("SELECT ?", &POSTGRES, &types).text, "SELECT $1");
    }

    #[test]
    fn what_commits_by_itself_is_known_by_its_first_words() {
        for (text, commits) in [
            ("CREATE TABLE a (b INT)", true),
            ("/* a */ -- b\n # c\n truncate a", true),
            ("CREATE TEMPORARY TABLE a (b INT)", false),
            ("DROP TEMPORARY TABLE a", false),
            ("INSERT INTO a VALUES (1)", false),
            ("", false),
        ] {
            assert_eq!(super::commits(text, &MARIADB), commits, "{text}");
            assert!(!super::commits(text, &SQLITE), "{text}");
        }
    }

    #[test]
    fn what_looks_a_value_up_in_a_select_is_known() {
        for (text, looks) in [
            ("SELECT a FROM b WHERE a NOT IN (SELECT c FROM d)", true),
            ("select a in/* , */ -- (\n ((select c from d)) from b", true),
            ("SELECT a = ANY (WITH c AS (SELECT 1) SELECT * FROM c), 김치 FROM b", true),
            ("SELECT a <> ALL (SELECT c FROM d) FROM b", true),
            ("SELECT a IN (?, ?), (SELECT 1) FROM b", false),
            ("SELECT 1 UNION ALL SELECT 2 UNION ALL (SELECT 3)", false),
            ("SELECT 'in (select' FROM b", false),
            ("SELECT 'a\\'in(select'", false),
            ("", false),
        ] {
            assert_eq!(super::looks_up(text, &MYSQL), looks, "{text}");
        }
    }

    #[test]
    fn what_may_write_does_not_only_read() {
        assert!(reads_only(" select 1") && reads_only("VALUES (1)"));
        assert!(
            !reads_only("WITH a AS (DELETE FROM b RETURNING c) SELECT c FROM a")
                && !reads_only("selects")
                && !reads_only("")
        );
    }

    #[test]
    fn parameters_are_counted() {
        for (text, count) in
            [("SELECT ?2", 2), ("SELECT $3, ?", 4), ("SELECT '?', '$2'", 0), ("SELECT ?, ?1", 1)]
        {
            assert_eq!(placeholders(text, &POSTGRES, &[]).parameters, Some(count), "{text}");
        }
    }
}
