//! Files that are damaged, or were never databases.

use super::*;

/// A closed database of many pages, whose rows are known.
fn large() -> (Shelf, Vec<String>) {
    let shelf = Shelf::new("");
    let db = shelf.open("").unwrap();
    db.transaction(|session| {
        session.add_all((0..40).map(|number| big_jar(&format!("big {number}"))));
        Ok(())
    })
    .unwrap();
    let labels = labels(&db);
    drop(db);
    assert!(!beside(&shelf.path, "-wal").exists(), "the last connection has written all into the file");
    (shelf, labels)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// Opens the database and reads all of it.
fn read_all(path: &Path, options: &str) -> Result<Vec<Jar>> {
    let db = open(path, options)?;
    let mut connection = db.connect()?;
    Jar::query().all(&mut connection)
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    let text = b"Dear Jane, this is a letter and not a database. ".repeat(200);
    fs::write(&path, &text).unwrap();
    for options in ["", "?mode=ro", "?journal_mode=delete"] {
        let error = fails(open(&path, options));
        assert!(error.is_corrupt(), "{error}");
        assert!(error.to_string().contains("letter.txt"), "{error}");
        assert!(error.to_string().contains("not a database"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), text);
    }
}

#[test]
fn an_empty_file_is_a_database_without_tables() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jars.db");
    fs::write(&path, b"").unwrap();
    let db = open(&path, "").unwrap();
    let error = fails(Jar::query().all(&mut db.connect().unwrap()));
    assert!(error.to_string().contains("no such table: jar"), "{error}");
    assert!(!error.is_corrupt());
    db.create_tables(onggi::models![Jar]).unwrap();
    db.connect().unwrap().insert(&mut jar("first")).unwrap();
    assert_eq!(labels(&db), ["first"]);
}

#[test]
fn a_truncated_file_is_corrupt_and_left_as_it_is() {
    let (shelf, labels) = large();
    let whole = fs::read(&shelf.path).unwrap();
    for length in [100, 1000, 4096, 4096 * 3 + 17, whole.len() / 2, whole.len() - 4096, whole.len() - 1] {
        fs::write(&shelf.path, &whole[..length]).unwrap();
        for options in ["?mode=ro", ""] {
            let error = fails(read_all(&shelf.path, options));
            assert!(error.is_corrupt(), "{length} bytes: {error}");
        }
        assert_eq!(fs::read(&shelf.path).unwrap(), &whole[..length]);
    }
    fs::write(&shelf.path, &whole).unwrap();
    assert_eq!(shelf.labels(), labels, "the whole file is good still");
}

#[test]
fn damage_in_the_middle_ends_a_query_with_an_error_and_the_session_goes_on() {
    let (shelf, labels) = large();
    let mut damaged = fs::read(&shelf.path).unwrap();
    // The root of the table is the second page: damage all that comes after the first quarter.
    let quarter = damaged.len() / 4;
    damaged[quarter..].fill(0xAA);
    fs::write(&shelf.path, &damaged).unwrap();

    let mut session = shelf.open("").unwrap().session().unwrap();
    let error = fails(Jar::query().order_by(|j| j.id).all(&mut session));
    assert!(error.is_corrupt(), "{error}");
    let first = session.get_one::<Jar>(1).unwrap();
    assert_eq!(session[first].label, labels[0]);
    let second = session.get_one::<Jar>(2).unwrap();
    assert_eq!(session[second].content, big_jar("").content);
}

#[test]
fn a_file_that_is_cut_off_while_it_is_open_is_corrupt() {
    let (shelf, _) = large();
    let db = shelf.open("?journal_mode=delete").unwrap();
    let mut session = db.session().unwrap();
    session.get_one::<Jar>(1).unwrap();
    session.commit().unwrap();
    fs::OpenOptions::new().write(true).open(&shelf.path).unwrap().set_len(4096 * 2).unwrap();
    let error = fails(Jar::query().all(&mut session));
    assert!(error.is_corrupt(), "{error}");
    session.rollback().unwrap();
}

/// The files as a killed process leaves them: transactions in the log that are not in the database file yet.
fn killed() -> (tempfile::TempDir, PathBuf, Vec<u8>, Vec<u8>) {
    let (shelf, _) = large();
    let db = shelf.open("").unwrap();
    for number in 0..5 {
        db.transaction(|session| {
            session.add_all([jar(&format!("log {number} a")), big_jar(&format!("log {number} b"))]);
            Ok(())
        })
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jars.db");
    let (file, log) = (fs::read(&shelf.path).unwrap(), fs::read(beside(&shelf.path, "-wal")).unwrap());
    (folder, path, file, log)
}

#[test]
fn a_file_that_is_truncated_beside_its_log_is_corrupt() {
    let (_folder, path, file, log) = killed();
    for length in [4096 * 2, file.len() / 2, file.len() - 4096] {
        fs::write(&path, &file[..length]).unwrap();
        fs::write(beside(&path, "-wal"), &log).unwrap();
        let error = fails(read_all(&path, ""));
        assert!(error.is_corrupt(), "{length} bytes: {error}");
    }
    fs::write(&path, &file).unwrap();
    fs::write(beside(&path, "-wal"), &log).unwrap();
    assert_eq!(read_all(&path, "").unwrap().len(), 51);
}

#[test]
fn a_truncated_log_gives_whole_transactions_up_to_a_point() {
    let (_folder, path, file, log) = killed();
    let mut found = Vec::new();
    for eighth in 0..=8 {
        fs::write(&path, &file).unwrap();
        fs::write(beside(&path, "-wal"), &log[..log.len() * eighth / 8]).unwrap();
        let db = open(&path, "").unwrap();
        let integrity: String = sql("PRAGMA integrity_check").one(&mut db.connect().unwrap()).unwrap();
        assert_eq!(integrity, "ok");
        let labels = labels(&db);
        let logged: Vec<&String> = labels.iter().filter(|label| label.starts_with("log")).collect();
        let whole: Vec<String> = (0..logged.len() / 2)
            .flat_map(|number| ["a", "b"].map(|part| format!("log {number} {part}")))
            .collect();
        assert_eq!(logged, whole.iter().collect::<Vec<_>>());
        assert_eq!(labels.len() - logged.len(), 41, "what was in the file is there");
        found.push(logged.len());
    }
    assert_eq!((found[0], found[8]), (0, 10));
    assert!(found.is_sorted());
}
