//! One workload alone, for a profiler.

use crate::data::Kind;
use crate::scratch::Scratch;
use crate::speed::{Input, families, fill};
use crate::workloads::{Mode, Page, Result, Watch, Workloads};

/// Runs a workload `times` times on one database, and prints the fewest and the median microseconds of all its operations.
pub(crate) fn run<W: Workloads>(workload: &str, mode: &str, times: usize) -> Result<()> {
    let scratch = Scratch::new(W::NAME)?;
    let input = Input::new(10_000);
    let mode = if mode == "autocommit" { Mode::Autocommit } else { Mode::Transaction };
    let mut micros = Vec::new();
    let mut shared = W::open(&scratch.file("only.db")?)?;
    if !matches!(workload, "insert" | "bulk") {
        shared.execute(Kind::Sqlite.users())?;
    }
    if !matches!(workload, "insert" | "bulk" | "clauses") {
        fill(&mut shared, &input)?;
        families(&mut shared, Kind::Sqlite)?;
    }
    for time in 0..times {
        let watch = &mut Watch::default();
        match workload {
            "insert" | "bulk" => {
                let mut library = W::open(&scratch.file(&format!("only-{time}.db"))?)?;
                library.execute(Kind::Sqlite.users())?;
                let people = input.people.clone();
                match workload {
                    "insert" => library.insert_each(people, watch)?,
                    _ => library.insert_bulk(people, watch)?,
                }
            }
            "clauses" => drop(shared.clauses(Page { min_age: 18, limit: 20 }, "Busan", 10_000, watch)?),
            "select" => drop(shared.select_all(mode, watch)?),
            "key" => drop(shared.get_by_key(mode, &input.keys, watch)?),
            "email" => drop(shared.get_by_email(mode, &input.emails, watch)?),
            "pages" => drop(shared.pages(mode, &input.pages, watch)?),
            "families" => drop(shared.families(mode, watch)?),
            "update" => shared.update(watch)?,
            other => return Err(format!("no workload is called {other:?}").into()),
        }
        micros.push(watch.micros()?);
    }
    micros.sort_by(f64::total_cmp);
    let middle = micros.get(micros.len() / 2).ok_or("run it at least once")?;
    println!("{:.1} {middle:.1}", micros[0]);
    Ok(())
}
