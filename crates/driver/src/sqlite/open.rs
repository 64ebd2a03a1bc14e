use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;

use super::connection::Connection;
use super::error::classify;
use super::function::register;
use super::waiting::{Known, Place as Waiting, wait};
use crate::error::{Error, Kind};
use crate::url::{Url, invalid};
use crate::{Function, Result};

/// A database file, or a database in memory, and how to open it.
pub(crate) struct Target {
    place: Place,
    flags: OpenFlags,
    journal_mode: &'static str,
    synchronous: &'static str,
    busy_timeout: Duration,
    foreign_keys: bool,
    functions: Vec<Function>,
    /// Tells the connections of this target apart from those of others.
    number: u64,
}

enum Place {
    File(String),
    Memory(Memory),
}

/// A database in memory, by a URI of SQLite's in-memory file system.
struct Memory {
    uri: String,
    /// Keeps the database alive while no other connection is open.
    _keeper: Mutex<rusqlite::Connection>,
}

const JOURNAL_MODES: [&str; 6] = ["wal", "delete", "truncate", "persist", "memory", "off"];
const SYNCHRONOUS: [&str; 4] = ["normal", "full", "extra", "off"];
const SWITCH: [&str; 2] = ["on", "off"];
const MODES: [(&str, OpenFlags); 3] = [
    ("rwc", OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_CREATE)),
    ("rw", OpenFlags::SQLITE_OPEN_READ_WRITE),
    ("ro", OpenFlags::SQLITE_OPEN_READ_ONLY),
];

impl Target {
    pub(crate) fn new(url: &Url, functions: Vec<Function>) -> Result<Target> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut target = Target {
            place: place(&url.place)?,
            flags: MODES[0].1,
            journal_mode: JOURNAL_MODES[0],
            synchronous: SYNCHRONOUS[0],
            busy_timeout: Duration::from_secs(5),
            foreign_keys: true,
            functions,
            number: NEXT.fetch_add(1, Ordering::Relaxed),
        };
        for (name, value) in &url.options {
            target.set(name, value)?;
        }
        Ok(target)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        if matches!(self.place, Place::Memory(_)) && matches!(name, "mode" | "journal_mode") {
            return Err(invalid(format!("the SQLite option {name} is for files, not for sqlite::memory:")));
        }
        match name {
            "mode" => self.flags = choose(name, value, MODES)?,
            "journal_mode" => self.journal_mode = choose(name, value, JOURNAL_MODES.map(twice))?,
            "synchronous" => self.synchronous = choose(name, value, SYNCHRONOUS.map(twice))?,
            "foreign_keys" => self.foreign_keys = choose(name, value, SWITCH.map(twice))? == "on",
            "busy_timeout" => {
                let milliseconds = value.parse::<u32>().map_err(|_| {
                    invalid("the SQLite option busy_timeout is a whole number of milliseconds, as in busy_timeout=5000")
                })?;
                self.busy_timeout = Duration::from_millis(milliseconds.into());
            }
            _ => {
                return Err(invalid(format!(
                    "SQLite has no URL option {name:?}; known: mode, journal_mode, synchronous, busy_timeout, foreign_keys"
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn connect(&self) -> Result<Connection> {
        let (inner, described) = match &self.place {
            Place::Memory(memory) => (open_memory(&memory.uri), "the database in memory".to_owned()),
            Place::File(path) => (
                rusqlite::Connection::open_with_flags(path, self.flags | OpenFlags::SQLITE_OPEN_NO_MUTEX),
                format!("the SQLite database {path:?}"),
            ),
        };
        let opening = |error: Error| error.prefixed(&format!("opening {described}: "));
        let mut inner = inner.map_err(|error| opening(cannot_open(error)))?;
        inner.busy_handler(Some(wait)).map_err(|error| opening(classify(error)))?;
        let known = Known::new(self.waiting());
        let configured = {
            let _running = known.run(&inner);
            self.configure(&inner).map_err(|error| opening(classify(error)))
        };
        configured?;
        Ok(Connection::new(inner, known))
    }

    fn waiting(&self) -> Waiting {
        let readers_block = matches!(self.place, Place::Memory(_)) || self.journal_mode != "wal";
        Waiting { database: self.number, readers_block, timeout: self.busy_timeout }
    }

    fn configure(&self, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // A column that does not exist is an error, not a text.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        rusqlite::vtab::array::load_module(connection)?;
        #[cfg(feature = "decimal")]
        connection.create_collation("onggi_decimal", super::text::compare_decimals)?;
        #[cfg(feature = "decimal")]
        super::decimal::register(connection)?;
        super::number::register(connection)?;
        self.functions.iter().try_for_each(|function| register(connection, function.clone()))?;
        connection.pragma_update(None, "foreign_keys", self.foreign_keys)?;
        if matches!(self.place, Place::Memory(_)) {
            // The rest looks into the database, which a transaction may have locked, and is about a disk.
            return Ok(());
        }
        // The first look into the file: one that is no database, or locked, shows here.
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        if mode != self.journal_mode && !connection.is_readonly("main")? {
            connection.pragma_update(None, "journal_mode", self.journal_mode)?;
        }
        connection.pragma_update(None, "synchronous", self.synchronous)
    }
}

fn twice(name: &'static str) -> (&'static str, &'static str) {
    (name, name)
}

fn choose<T>(name: &str, value: &str, known: impl IntoIterator<Item = (&'static str, T)>) -> Result<T> {
    let mut names = Vec::new();
    for (known, meaning) in known {
        if known.eq_ignore_ascii_case(value) {
            return Ok(meaning);
        }
        names.push(known);
    }
    Err(invalid(format!("the SQLite option {name} is one of {}, not {value:?}", names.join(", "))))
}

fn place(place: &str) -> Result<Place> {
    match place {
        "" => Err(invalid(
            "a SQLite URL names a file, as in sqlite://path/to/file.db, or memory, as in sqlite::memory:",
        )),
        ":memory:" => {
            static NEXT: AtomicU64 = AtomicU64::new(0);
            let uri = format!("file:/onggi-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed));
            let keeper = open_memory(&uri).map_err(cannot_open)?;
            Ok(Place::Memory(Memory { uri, _keeper: Mutex::new(keeper) }))
        }
        "memory:" | ":memory" | "memory" => Err(invalid(
            "a database in memory is sqlite::memory:, with both colons; for a file of that name write sqlite://./memory",
        )),
        // SQLite takes a name that starts so as a URI of its own, with options past ours.
        path if path.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("file:")) => {
            Ok(Place::File(format!("./{path}")))
        }
        path => Ok(Place::File(path.to_owned())),
    }
}

fn open_memory(uri: &str) -> rusqlite::Result<rusqlite::Connection> {
    let flags = MODES[0].1 | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    rusqlite::Connection::open_with_flags(uri, flags)
}

fn cannot_open(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::CannotOpen) => Error::new(
            Kind::Open,
            "the file cannot be opened; does its folder exist, may it be read, and does mode= allow to create it?",
        )
        .with_source(error),
        _ => classify(error),
    }
}
