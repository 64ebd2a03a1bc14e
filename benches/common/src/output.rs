//! What a program prints: one JSON object per line, flat, with text and lists of numbers as values.
//!
//! ```text
//! {"library":"rusqlite","database":"SQLite 3.50.2","settings":"journal_mode=wal, …"}
//! {"workload":"get by primary key","mode":"autocommit","micros":[2.61,2.58]}
//! {"memory":"vec","kilobytes":[215000]}
//! ```

use crate::data::Kind;
use crate::workloads::{Result, Workloads};

/// Prints the library's name, its database and the settings that this itself reports.
///
/// # Errors
///
/// When a setting is not what [`data::SETTINGS`](crate::data::SETTINGS) asks for: numbers of different
/// settings can't be compared.
pub fn about<W: Workloads>(library: &mut W, kind: Kind) -> Result<()> {
    let (database, settings) = match kind {
        Kind::Sqlite => {
            (format!("SQLite {}", library.text("SELECT sqlite_version()")?), sqlite_settings(library)?)
        }
        Kind::Postgres => {
            let version = library.text("SELECT current_setting('server_version')")?;
            let commit = library.text("SELECT current_setting('synchronous_commit')")?;
            (format!("PostgreSQL {version}"), format!("synchronous_commit={commit}"))
        }
        Kind::Mysql => {
            let flush = "SELECT CAST(@@innodb_flush_log_at_trx_commit AS CHAR)";
            let flush = library.text(flush)?;
            (library.text("SELECT version()")?, format!("innodb_flush_log_at_trx_commit={flush}"))
        }
    };
    println!("{{\"library\":{:?},\"database\":{database:?},\"settings\":{settings:?}}}", W::NAME);
    Ok(())
}

fn sqlite_settings<W: Workloads>(library: &mut W) -> Result<String> {
    let mut settings = Vec::new();
    for (name, _, expected) in crate::data::SETTINGS {
        let found = library.text(&format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"))?;
        if found != expected {
            return Err(format!("{name} must be {expected}, but it is {found}").into());
        }
        settings.push(format!("{name}={found}"));
    }
    settings.push(format!("QPSG={}", if W::PLANNER_STABLE { "on" } else { "off" }));
    Ok(settings.join(", "))
}

/// Prints the microseconds per operation of every repetition of a workload.
pub fn timing(workload: &str, mode: &str, micros: &[f64]) {
    let list: Vec<String> = micros.iter().map(|value| format!("{value:.4}")).collect();
    println!("{{\"workload\":{workload:?},\"mode\":{mode:?},\"micros\":[{}]}}", list.join(","));
}

/// Prints the peak of resident memory of this process.
pub fn memory(hold: &str, kilobytes: u64) {
    println!("{{\"memory\":{hold:?},\"kilobytes\":[{kilobytes}]}}");
}
