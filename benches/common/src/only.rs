//! One workload alone, for a profiler.

use crate::data::Kind;
use crate::scratch::Scratch;
use crate::speed::{Input, PAGE_LIMIT, ROWS, SERVER_GETS, analyze, families, fill};
use crate::workloads::{Mode, Page, Result, Watch, Workloads};

/// Runs a workload `times` times on one new file, and prints the fewest and the median microseconds of all its operations.
pub(crate) fn file<W: Workloads>(workload: &str, mode: &str, times: usize) -> Result<()> {
    let scratch = Scratch::new(W::NAME)?;
    let library = W::open(&scratch.file("only.db")?)?;
    Only { library, kind: Kind::Sqlite, input: Input::new(ROWS) }.run(workload, mode, times)
}

/// The same in the database of a URL, which must not have the tables, and does not have them afterwards.
pub(crate) fn server<W: Workloads>(workload: &str, mode: &str, times: usize, url: &str) -> Result<()> {
    let mut only = Only { library: W::open(url)?, kind: Kind::of(url), input: Input::new(SERVER_GETS) };
    only.run(workload, mode, times)?;
    only.library.execute("DROP TABLE IF EXISTS children, parents, users")
}

struct Only<W> {
    library: W,
    kind: Kind,
    input: Input,
}

impl<W: Workloads> Only<W> {
    fn run(&mut self, workload: &str, mode: &str, times: usize) -> Result<()> {
        let mode = if mode == "autocommit" { Mode::Autocommit } else { Mode::Transaction };
        self.library.execute(self.kind.users())?;
        if !inserts(workload) && !matches!(workload, "clauses" | "find") {
            fill(&mut self.library, &self.input)?;
            analyze(&mut self.library, self.kind, &["users"])?;
            families(&mut self.library, self.kind)?;
        }
        let mut micros = Vec::new();
        for _ in 0..times {
            let watch = &mut Watch::default();
            self.once(workload, mode, watch)?;
            if inserts(workload) {
                self.library.execute("DROP TABLE users")?;
                self.library.execute(self.kind.users())?;
            }
            micros.push(watch.micros()?);
        }
        micros.sort_by(f64::total_cmp);
        let middle = micros.get(micros.len() / 2).ok_or("run it at least once")?;
        println!("{:.1} {middle:.1}", micros[0]);
        Ok(())
    }

    fn once(&mut self, workload: &str, mode: Mode, watch: &mut Watch) -> Result<()> {
        let Only { library, input, .. } = self;
        let page = Page { min_age: 18, limit: PAGE_LIMIT as i64 };
        match workload {
            "insert" => library.insert_each(input.people.clone(), watch)?,
            "bulk" => library.insert_bulk(input.people.clone(), watch)?,
            "clauses" => drop(library.clauses(page, "Busan", ROWS, watch)?),
            "find" => drop(library.find(page, "Busan", ROWS, watch)?),
            "select" => drop(library.select_all(mode, watch)?),
            "key" => drop(library.get_by_key(mode, &input.keys, watch)?),
            "email" => drop(library.get_by_email(mode, &input.emails, watch)?),
            "pages" => drop(library.pages(mode, &input.pages, watch)?),
            "families" => drop(library.families(mode, watch)?),
            "update" => library.update(watch)?,
            other => return Err(format!("no workload is called {other:?}").into()),
        }
        Ok(())
    }
}

fn inserts(workload: &str) -> bool {
    matches!(workload, "insert" | "bulk")
}
