//! A file that may not grow any more: the failure comes when a commit writes, as it does on a disk that is really full.

use std::process::Command;

use super::*;

/// Tells this program, started again under a limit, where its database is.
const FILE: &str = "ONGGI_TEST_LIMITED_FILE";

#[test]
fn a_commit_that_cannot_be_written_undoes_the_transaction_and_the_session() {
    let folder = tempfile::tempdir().unwrap();
    // The shell's limit, in blocks of 512 or 1,024 bytes, holds for the program that takes its place.
    let started = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 800; exec \"$0\" --exact limit::write_until_the_limit"])
        .arg(std::env::current_exe().unwrap())
        .env(FILE, folder.path().join("jars.db"))
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&started.stdout);
    assert!(started.status.success(), "{output}");
    assert!(output.contains("1 passed"), "{output}");
}

#[test]
fn write_until_the_limit() {
    let Some(file) = std::env::var_os(FILE) else {
        // Without a limit there is none to reach.
        let shelf = Shelf::new("");
        assert_eq!(fill(&shelf.path, "", 10).unwrap(), 20);
        return;
    };
    for options in ["?journal_mode=wal", "?journal_mode=delete"] {
        let path = PathBuf::from(format!("{}{}", file.display(), options.len()));
        open(&path, options).unwrap().create_tables(onggi::models![Jar]).unwrap();
        let (committed, error) = fill(&path, options, 1000).unwrap_err();
        assert_eq!(error.statement(), Some("COMMIT"), "{error}");
        assert!(committed > 0);
        assert_eq!(
            Jar::query().count(&mut open(&path, options).unwrap().connect().unwrap()).unwrap(),
            committed
        );
    }
}

/// Commits pairs of jars; the number of jars that are committed, and how the next commit failed.
fn fill(path: &Path, options: &str, pairs: u64) -> std::result::Result<u64, (u64, Error)> {
    let db = open(path, options).unwrap();
    let mut session = db.session().unwrap();
    for pair in 0..pairs {
        let added = session.add_all([big_jar(&format!("{pair} a")), big_jar(&format!("{pair} b"))]);
        session.flush().unwrap();
        let Err(error) = session.commit() else { continue };

        assert!(added.iter().all(|&jar| session.state(jar) == State::Detached));
        assert!(fails(session.commit()).to_string().contains("roll back before going on"));
        session.rollback().unwrap();
        assert_eq!(Jar::query().count(&mut session).unwrap(), 2 * pair);
        return Err((2 * pair, error));
    }
    Ok(2 * pairs)
}
