//! What the command line names: files, folders, databases, standard input.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::look::{Scanner, Seen};
use super::report::Place;
use super::{large, sqlite, storage};
use crate::failure::Failure;

/// Files in a folder that are looked through even where they do not start like a pickle.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    "pkl", "pickle", "pk", "p", "pck", "pcl", "dill", "cloudpickle", "joblib", "pt", "pth", "ckpt", "sav", "model", "dat",
    "data", "gdbm", "dbm", "pag", "cache",
];

/// How long the start of a file is that tells what it is.
const HEAD: usize = 16;
const SQLITE: &[u8] = b"SQLite format 3\0";

pub(super) fn scan_target(scanner: &mut Scanner, target: &OsStr) -> Result<(), Failure> {
    let text = target.to_string_lossy();
    if target == "-" {
        return scan_stdin(scanner);
    }
    if let Some((scheme, rest)) =
        text.split_once("://").or_else(|| text.strip_prefix("sqlite:").map(|rest| ("sqlite", rest)))
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '+')
        && scheme.len() > 1
    {
        return scan_url(scanner, scheme, rest);
    }
    scan_path(scanner, Path::new(target))
}

fn scan_url(scanner: &mut Scanner, scheme: &str, rest: &str) -> Result<(), Failure> {
    let kind = scheme.split('+').next().unwrap_or(scheme);
    if kind != "sqlite" {
        // The URL may hold a password: it is not repeated.
        return Err(Failure::of(
            kind,
            "databases of this kind cannot be scanned yet; write the column to files, and scan their folder",
        ));
    }
    let path = decoded(rest.split('?').next().unwrap_or(rest));
    // SQLAlchemy writes a relative path with one slash more.
    let relative =
        path.strip_prefix('/').filter(|relative| !Path::new(&path).exists() && Path::new(relative).exists());
    let path = PathBuf::from(relative.unwrap_or(&path));
    let length = fs::metadata(&path).map_err(|error| Failure::of(&path.to_string_lossy(), error))?.len();
    scanner.progress.expect(length);
    sqlite::scan(scanner, &path, length)
}

/// Percent signs of a URL resolved.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *byte == b'%') {
            Some(value) => {
                bytes.push(value);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn scan_stdin(scanner: &mut Scanner) -> Result<(), Failure> {
    let name = "standard input".to_owned();
    let (bytes, cut) =
        read(io::stdin().lock(), scanner.max_bytes).map_err(|error| Failure::of(&name, error))?;
    scanner.output.files += 1;
    let place = Place { file: name, ..Place::default() };
    let seen = scanner.look(&place, &bytes, true)?;
    told(scanner, &place, &seen, cut, true);
    Ok(())
}

/// A file, or all files of a folder. Links inside a folder are not followed, so there are no loops.
fn scan_path(scanner: &mut Scanner, path: &Path) -> Result<(), Failure> {
    let shown = path.to_string_lossy().into_owned();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => {
            scanner.output.not_read(&shown, &error.to_string());
            return Ok(());
        }
    };
    if !metadata.is_dir() {
        scanner.progress.expect(metadata.len());
        return scan_file(scanner, path, true);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                scanner.output.not_read(&folder.to_string_lossy(), &error.to_string());
                continue;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => {
                    scanner.progress.expect(entry.metadata().map_or(0, |metadata| metadata.len()));
                    files.push(entry.path());
                }
                _ => {}
            }
        }
    }
    files.sort();
    files.iter().try_for_each(|file| scan_file(scanner, file, false))
}

/// `named`: the user named this very file, so it should be something that can be scanned.
fn scan_file(scanner: &mut Scanner, path: &Path, named: bool) -> Result<(), Failure> {
    let place = Place { file: path.to_string_lossy().into_owned(), ..Place::default() };
    scanner.progress.name(&place.file);
    if scan_large(scanner, &place, path)? {
        return Ok(());
    }
    let opened = File::open(path).and_then(|mut file| {
        let mut head = Vec::with_capacity(HEAD);
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if head == SQLITE {
            return Ok(None);
        }
        read(head.as_slice().chain(file), scanner.max_bytes).map(Some)
    });
    let (bytes, cut) = match opened {
        Ok(Some(read)) => read,
        Ok(None) => {
            let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
            return sqlite::scan(scanner, path, length);
        }
        Err(error) => {
            scanner.output.not_read(&place.file, &error.to_string());
            return Ok(());
        }
    };
    scanner.output.files += 1;
    let known = scan_records(scanner, &place, path, &bytes)?;
    if !known {
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        let expected = named || EXTENSIONS.contains(&extension);
        let seen = scanner.look(&place, &bytes, expected)?;
        told(scanner, &place, &seen, cut, named);
    }
    scanner.progress.advance(u64::try_from(bytes.len()).unwrap_or_default());
    Ok(())
}

/// A zip archive that is longer than what is read of a file.
fn scan_large(scanner: &mut Scanner, place: &Place, path: &Path) -> Result<bool, Failure> {
    let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length <= u64::try_from(scanner.max_bytes).unwrap_or(u64::MAX) {
        return Ok(false);
    }
    let members = File::open(path).and_then(|mut file| {
        let mut head = [0; 4];
        file.read_exact(&mut head)?;
        if &head == b"PK\x03\x04" { large::members(&mut file, scanner.max_bytes) } else { Ok(Vec::new()) }
    });
    let members = members.unwrap_or_default();
    if members.is_empty() {
        return Ok(false);
    }
    scanner.output.files += 1;
    scanner.look_into(place, members, scanner.max_bytes)?;
    scanner.progress.advance(length);
    Ok(true)
}

/// The data of a `dbm.dumb` with its index beside it.
fn scan_records(scanner: &mut Scanner, place: &Place, path: &Path, bytes: &[u8]) -> Result<bool, Failure> {
    if path.extension().is_none_or(|extension| extension != "dat") {
        return Ok(false);
    }
    let Ok(index) = fs::read_to_string(path.with_extension("dir")) else { return Ok(false) };
    let records = storage::dumb_records(&index, bytes);
    for record in &records {
        scanner.look(&place.within(record.steps.join(" ")), &record.bytes, true)?;
    }
    Ok(!records.is_empty())
}

fn told(scanner: &mut Scanner, place: &Place, seen: &Seen, cut: bool, named: bool) {
    if !seen.known && named {
        let reason = match &seen.error {
            Some((offset, error)) => {
                format!("not a pickle ({error}, at byte {offset}), nor known to hold pickles")
            }
            None => "neither a pickle nor known to hold pickles".to_owned(),
        };
        scanner.output.not_read(&place.file, &reason);
    } else if cut {
        scanner.output.not_read(&place.file, "longer than what was looked at (see --max-bytes)");
    }
}

fn read(reader: impl Read, most: usize) -> io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    reader.take(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    let cut = bytes.len() > most;
    bytes.truncate(most);
    Ok((bytes, cut))
}
