//! Statements reach the crate `log` where `tracing` passes them on to it.

#![cfg(feature = "sqlite")]

mod jars;

use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};
use onggi_driver::Result;

/// What was logged under the target of statements.
struct Kept(Mutex<Vec<String>>);

static KEPT: Kept = Kept(Mutex::new(Vec::new()));

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "onggi::sql"
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().expect("no test panics with it").push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

#[test]
fn statements_reach_the_crate_log_where_nothing_listens_to_tracing() -> Result<()> {
    let mut connection = jars::open()?;
    log::set_logger(&KEPT).expect("it is the only logger");
    log::set_max_level(LevelFilter::Debug);
    connection.with_text("DELETE FROM jars", |prepared| prepared.execute(|_| Ok(())))?;
    log::set_max_level(LevelFilter::Off);
    let kept = KEPT.0.lock().expect("no test panics with it");
    assert_eq!(*kept, ["DELETE FROM jars"]);
    Ok(())
}
