//! Peak memory of holding a table.

use crate::data::{Kind, people};
use crate::output;
use crate::workloads::{Hold, Result, Watch, Workloads};

/// People per transaction when a database is filled, so that the programs hold few.
const BATCH: usize = 10_000;

pub(crate) fn fill<W: Workloads>(file: &str, rows: usize) -> Result<()> {
    let mut library = W::open(file)?;
    library.execute(Kind::Sqlite.users())?;
    let mut people = people();
    let mut left = rows;
    while left > 0 {
        let batch = left.min(BATCH);
        library.insert_bulk(people.by_ref().take(batch).collect(), &mut Watch::default())?;
        left -= batch;
    }
    Ok(())
}

pub(crate) fn run<W: Workloads>(hold: &str, file: &str) -> Result<()> {
    let mut library = W::open(file)?;
    output::about(&mut library, Kind::Sqlite)?;
    let expected: i64 = library.text("SELECT CAST(sum(age) AS TEXT) FROM users")?.parse()?;
    let found = match hold {
        "nothing" => Some(expected),
        "stream" => library.hold(Hold::Stream)?,
        "vec" => library.hold(Hold::Vec)?,
        "session" => library.hold(Hold::Session)?,
        other => {
            return Err(format!("expected nothing, stream, vec or session, got {other:?}").into());
        }
    };
    match found {
        None => Ok(()),
        Some(sum) if sum == expected => peak().map(|kilobytes| output::memory(hold, kilobytes)),
        Some(sum) => Err(format!("the ages add up to {sum}, expected {expected}").into()),
    }
}

/// The most resident memory that this process ever had, in kilobytes, as the Linux kernel counts it
/// (`VmHWM`).
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("memory is measured on Linux only (/proc/self/status: {error})"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("/proc/self/status has no VmHWM")?.parse()?)
}
