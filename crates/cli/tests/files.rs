//! `onggi pickle optimize` and `convert`: what becomes of files.

mod common;

use std::fs;
use std::path::Path;

use common::{onggi, onggi_in};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// pickle.dumps(("a", "b"), 2)
const PAIR: &[u8] = b"\x80\x02X\x01\0\0\0aq\0X\x01\0\0\0bq\x01\x86q\x02.";

fn names(folder: &Path) -> Result<Vec<String>, std::io::Error> {
    let mut names: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()?;
    names.sort();
    Ok(names)
}

#[test]
fn a_smaller_pickle_is_written_beside_and_renamed() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("in.pkl"), PAIR)?;
    fs::write(folder.path().join("out.pkl"), b"what was there")?;
    onggi_in(folder.path(), &["optimize", "in.pkl", "-o", "out.pkl"], b"").succeeds();
    assert_eq!(fs::read(folder.path().join("out.pkl"))?, b"\x80\x02X\x01\0\0\0aX\x01\0\0\0b\x86.");
    assert_eq!(names(folder.path())?, ["in.pkl", "out.pkl"]);
    Ok(())
}

#[test]
fn a_file_may_be_its_own_output() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("in.pkl"), b"(lp0\nI1\na.")?;
    onggi_in(folder.path(), &["convert", "in.pkl", "--protocol", "2", "-o", "in.pkl"], b"").succeeds();
    assert_eq!(fs::read(folder.path().join("in.pkl"))?, b"\x80\x02]q\0K\x01a.");
    Ok(())
}

#[test]
fn bad_input_leaves_no_file_and_changes_none() -> Outcome {
    let folder = tempfile::tempdir()?;
    for command in [&["optimize"][..], &["convert", "--protocol", "4"]] {
        let run = onggi_in(folder.path(), &[command, &["-", "-o", "new.pkl"]].concat(), b"N.(");
        run.fails_with_one_line();
        assert!(run.err.ends_with(", at byte 3\n"), "{run:?}");
        assert_eq!(names(folder.path())?, Vec::<String>::new());
        fs::write(folder.path().join("old.pkl"), b"what was there")?;
        onggi_in(folder.path(), &[command, &["-", "-o", "old.pkl"]].concat(), b"\xff").fails_with_one_line();
        assert_eq!(fs::read(folder.path().join("old.pkl"))?, b"what was there");
        fs::remove_file(folder.path().join("old.pkl"))?;
    }
    Ok(())
}

#[test]
fn an_output_that_cannot_be_written_is_one_line() -> Outcome {
    let folder = tempfile::tempdir()?;
    onggi_in(folder.path(), &["optimize", "-", "-o", "no/such/folder"], PAIR).fails_with_one_line();
    onggi_in(folder.path(), &["optimize", "-", "-o", "."], PAIR).fails_with_one_line();
    assert_eq!(names(folder.path())?, Vec::<String>::new());
    Ok(())
}

#[cfg(unix)]
#[test]
fn files_keep_their_permissions_and_links_lead_where_they_led() -> Outcome {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir()?;
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    fs::write(&file, b"what was there")?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640))?;
    symlink("file", &link)?;
    onggi_in(folder.path(), &["optimize", "-", "-o", "link"], PAIR).succeeds();
    assert!(fs::symlink_metadata(&link)?.is_symlink());
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read(&file)?.len(), 16);
    onggi_in(folder.path(), &["optimize", "-", "-o", "/dev/null"], PAIR).succeeds();
    assert!(!fs::metadata("/dev/null")?.is_file());
    Ok(())
}

#[test]
fn the_protocol_can_hold_what_is_written() {
    let run = onggi(&["convert", "-", "--protocol", "0", "-o", "-"], PAIR);
    run.succeeds();
    assert_eq!(run.out, "(Va\np0\nVb\np1\ntp2\n.");
    assert_eq!(onggi(&["convert", "-", "--protocol", "6", "-o", "-"], PAIR).status, Some(2));
    let run = onggi(&["convert", "-", "--protocol", "2", "-o", "-", "--encoding", "latin1"], b"U\x01\xe9.");
    run.succeeds();
    assert!(run.out.contains('é'), "{run:?}");
}
