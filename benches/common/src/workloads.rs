//! The contract between the harness and a library.

use std::error::Error;
use std::time::{Duration, Instant};

use crate::data::Person;

/// The result of a workload; the error of any library fits.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One library under measurement.
///
/// Every method does the whole of a workload and hands exactly one closure to [`Watch::time`]: what runs
/// inside counts. Before it belong the conversion of the input into the library's own types and, for
/// [`update`](Self::update), loading. Inside belong opening and ending the transaction or session, every
/// statement, the building of every object, and dropping what was built.
///
/// A method that reads returns the sum of the ages of all people that it read, and passes each object (or the
/// collection of them) through [`std::hint::black_box`]; the harness knows the sum and fails the run when it
/// differs.
pub trait Workloads: Sized {
    /// The library's name, as the table prints it.
    const NAME: &'static str;

    /// Whether the connection has SQLite's query planner stability guarantee on, which no SQL statement can
    /// tell.
    const PLANNER_STABLE: bool = false;

    /// Whether [`insert_each`](Self::insert_each) gathers objects and writes many by one statement.
    const GATHERS: bool = false;

    /// Whether it finds the statement of a query that it does not run.
    const FINDS: bool = false;

    /// Opens a database: a file of SQLite's, which is created when missing, with the settings of
    /// [`data::SETTINGS`](crate::data::SETTINGS), or the URL of a server's. Transactions there are serializable.
    fn open(place: &str) -> Result<Self>;

    /// Runs a statement that gives no rows.
    fn execute(&mut self, sql: &str) -> Result<()>;

    /// Runs a query of one row with one text column and returns that.
    fn text(&mut self, sql: &str) -> Result<String>;

    /// Inserts people through the call that takes one object, in one transaction.
    fn insert_each(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()>;

    /// Inserts people in one transaction, each by a statement of its own, where the library [gathers](Self::GATHERS) them else.
    fn insert_statements(&mut self, _people: Vec<Person>, _watch: &mut Watch) -> Result<()> {
        Err(format!("{} inserts each by its own statement anyway", Self::NAME).into())
    }

    /// Inserts people the fastest way the library offers for many, in one transaction.
    fn insert_bulk(&mut self, people: Vec<Person>, watch: &mut Watch) -> Result<()>;

    /// Reads the whole table into structs that are alive all at once.
    fn select_all(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64>;

    /// Reads one person per key, each by its own statement. No key comes twice.
    fn get_by_key(&mut self, mode: Mode, keys: &[i64], watch: &mut Watch) -> Result<i64>;

    /// Reads one person per e-mail address, each by its own statement. No address comes twice.
    fn get_by_email(&mut self, mode: Mode, emails: &[String], watch: &mut Watch) -> Result<i64>;

    /// Reads pages: people of at least `min_age`, by e-mail, the first `limit` of them. One statement per
    /// page.
    fn pages(&mut self, mode: Mode, pages: &[Page], watch: &mut Watch) -> Result<i64>;

    /// Reads all parents, each with its children: a struct that holds them, or objects of a session. At most two
    /// statements. Returns the sum of the children's ages, counted parent by parent.
    fn families(&mut self, mode: Mode, watch: &mut Watch) -> Result<i64>;

    /// Loads everybody (not counted), adds one to each age and writes that column, in one transaction
    /// (counted).
    fn update(&mut self, watch: &mut Watch) -> Result<()>;

    /// Runs a query of five clauses `times` times on a connection: people of an age of at least `page.min_age` and of a city,
    /// by e-mail, behind the first and no more than `page.limit`. The table is empty, so that what counts beside SQLite's
    /// own work is making the query and finding its statement. Returns the sum of the ages.
    ///
    /// It is measured on SQLite only.
    fn clauses(&mut self, _page: Page, _city: &str, _times: usize, _watch: &mut Watch) -> Result<i64> {
        Err(format!("{} has no query of five clauses here", Self::NAME).into())
    }

    /// Makes the query of [`clauses`](Workloads::clauses) `times` times, and finds its statement on a connection without running
    /// it, where the library [can](Workloads::FINDS). Returns how many characters the statements have in all.
    fn find(&mut self, _page: Page, _city: &str, _times: usize, _watch: &mut Watch) -> Result<usize> {
        Err(format!("{} finds no statement that it does not run", Self::NAME).into())
    }

    /// Reads the whole table and holds it as `hold` says; returns the sum of the ages.
    ///
    /// `Ok(None)`: the library has no such way, or is not measured there.
    fn hold(&mut self, _hold: Hold) -> Result<Option<i64>> {
        Ok(None)
    }
}

/// What surrounds the statements of a reading workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing: each statement is its own transaction, and gives plain structs.
    Autocommit,
    /// One transaction; a library with a session reads tracked objects into one.
    Transaction,
}

/// The parameters of one page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The lowest age, in years.
    pub min_age: i64,
    /// How many people fit.
    pub limit: i64,
}

/// How a memory measurement keeps the rows that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// One row at a time.
    Stream,
    /// Plain structs in a `Vec`.
    Vec,
    /// Tracked objects in a session.
    Session,
}

/// The clock of one workload.
#[derive(Debug, Default)]
pub struct Watch {
    taken: Option<Duration>,
}

impl Watch {
    /// Runs `work` and keeps how long it took. Not inlined, so that a profiler can be told to count what runs inside.
    #[inline(never)]
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let value = work();
        self.taken = Some(start.elapsed());
        value
    }

    /// Microseconds that the work took.
    pub(crate) fn micros(&self) -> Result<f64> {
        let taken = self.taken.ok_or("the workload never started the clock")?;
        Ok(taken.as_secs_f64() * 1e6)
    }
}
