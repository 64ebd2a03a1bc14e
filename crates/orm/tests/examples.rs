//! The examples print what they should, from whichever folder they are run.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

#[path = "programs/mod.rs"]
mod programs;
#[path = "python/interpreter.rs"]
mod python;

use std::fs;
use std::path::Path;
use std::process::Output;

use programs::command;

#[test]
fn quickstart_starts_clean_on_every_run_and_python_reads_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::canonicalize(folder.path()).unwrap().join("example.db");
    let expected = format!(
        r#"John Doe's age is 30
It is kept in {}. Python reads it with:

    import pickle, sqlite3
    row = sqlite3.connect("example.db").execute("SELECT data FROM users").fetchone()
    print(pickle.loads(row[0]))  # {{'age': 30, 'city': 'New York'}}
"#,
        file.display()
    );
    for _ in 0..2 {
        assert_eq!(printed(folder.path(), "quickstart"), expected);
    }

    // The lines that it prints for Python are a program, and that prints what its comment says.
    let program: String =
        expected.lines().filter_map(|line| Some(line.strip_prefix("    ")?.to_owned() + "\n")).collect();
    assert_eq!(program.lines().count(), 3);
    if let Some(read) = python::run(folder.path(), &program) {
        assert_eq!(read, "{'age': 30, 'city': 'New York'}\n");
    }
}

#[test]
fn unit_of_work_shows_the_statements() {
    let folder = tempfile::tempdir().unwrap();
    let expected = r#"DEBUG onggi::sql: BEGIN IMMEDIATE
DEBUG onggi::sql: PRAGMA defer_foreign_keys = ON
DEBUG onggi::sql: CREATE TABLE IF NOT EXISTS "author" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL, "version" INTEGER NOT NULL)
DEBUG onggi::sql: CREATE TABLE IF NOT EXISTS "book" ("id" INTEGER PRIMARY KEY, "author" INTEGER NOT NULL, "title" TEXT NOT NULL, "year" INTEGER, "sequel_to" INTEGER, FOREIGN KEY ("author") REFERENCES "author" ("id"), FOREIGN KEY ("sequel_to") REFERENCES "book" ("id"))
DEBUG onggi::sql: CREATE INDEX IF NOT EXISTS "book_sequel_to_idx" ON "book" ("sequel_to")
DEBUG onggi::sql: COMMIT

Three new objects, the last one first: flush finds the order and the keys.
DEBUG onggi::sql: SAVEPOINT begin
DEBUG onggi::sql: INSERT INTO "author" ("name", "version") VALUES (?1, ?2)
DEBUG onggi::sql: INSERT INTO "book" ("author", "title", "year", "sequel_to") VALUES (?1, ?2, ?3, ?4) (2 times)
DEBUG onggi::sql: COMMIT
author 1, books 1 and 2

Only the columns that changed are written, and nothing for what is the same again.
DEBUG onggi::sql: SAVEPOINT begin
DEBUG onggi::sql: UPDATE "book" SET "year" = ?1 WHERE "id" = ?2
DEBUG onggi::sql: UPDATE "book" SET "year" = ?1, "sequel_to" = ?2 WHERE "id" = ?3
DEBUG onggi::sql: COMMIT

A rollback restores what the objects held.
DEBUG onggi::sql: SAVEPOINT begin
DEBUG onggi::sql: UPDATE "book" SET "title" = ?1 WHERE "id" = ?2
DEBUG onggi::sql: ROLLBACK
the title is "The Vegetarian" again

Deletions go the other way round: what refers before what is referred to.
DEBUG onggi::sql: SAVEPOINT begin
DEBUG onggi::sql: DELETE FROM "book" WHERE "id" = ?1 (2 times)
DEBUG onggi::sql: DELETE FROM "author" WHERE "id" = ?1 AND "version" = ?2
DEBUG onggi::sql: COMMIT
DEBUG onggi::sql: SAVEPOINT begin
DEBUG onggi::sql: SELECT count(*) FROM "author"
DEBUG onggi::sql: SELECT count(*) FROM "book"
0 authors, 0 books left
DEBUG onggi::sql: ROLLBACK
"#;
    assert_eq!(printed(folder.path(), "unit_of_work"), expected);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves no file");
}

#[test]
fn plain_prints_its_jars() {
    let folder = tempfile::tempdir().unwrap();
    let expected = "kimchi        25.0 l
chili paste   16.0 l
soy sauce     12.5 l
chili paste, kimchi, soy sauce
53.5 liters unopened
2 jars left
";
    assert_eq!(printed(folder.path(), "plain"), expected);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves no file");
}

#[cfg(feature = "chrono")]
#[test]
fn music_asks_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let printed = printed(folder.path(), "music");
    let start = "Along relations\n===============\n\nThe longest tracks of rock, with album and artist\n    ";
    assert!(printed.starts_with(start), "{printed}");
    assert!(printed.lines().filter(|line| line.starts_with("    ")).count() > 50, "{printed}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves no file");
}

/// What an example prints, colours left out, when run in a folder.
fn printed(folder: &Path, example: &str) -> String {
    let Output { status, stdout, stderr } = command(example).current_dir(folder).output().unwrap();
    assert!(status.success(), "{example} failed: {}", String::from_utf8_lossy(&stderr));
    without_colours(&String::from_utf8(stdout).unwrap())
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}
