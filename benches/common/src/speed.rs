//! The order of the workloads, and the check that each did its work.

use crate::data::{Kind, Person, Random, people};
use crate::output;
use crate::scratch::Scratch;
use crate::workloads::{Mode, Page, Result, Watch, Workloads};

pub(crate) const ROWS: usize = 10_000;
const PAGES: usize = 1_000;
/// How many objects are looked up one by one on a server, where each takes a journey.
pub(crate) const SERVER_GETS: usize = 2_000;
pub(crate) const PAGE_LIMIT: usize = 20;
const PARENTS: usize = 1_000;
const INSERT_EACH: &str = "insert 10,000 objects one at a time";
/// The mode of a library that inserts otherwise in the workload, where each has a statement of its own.
const STATEMENTS: &str = "one statement each";
const CLAUSES: &str = "query of five clauses without a row";
/// The mode of what is measured of such a query when it is not run.
const FOUND: &str = "found";

/// Runs everything once unmeasured, then `repetitions` times, each on new files, and prints the results.
pub(crate) fn files<W: Workloads>(repetitions: usize) -> Result<()> {
    let scratch = Scratch::new(W::NAME)?;
    let input = Input::new(ROWS);
    let mut results = Results::default();
    for repetition in 0..=repetitions {
        let mut seen = Results::default();
        let mut library = W::open(&scratch.file(&format!("each-{repetition}.db"))?)?;
        library.execute(Kind::Sqlite.users())?;
        clauses(&mut library, &mut seen)?;
        insert_each(&mut library, &input, &mut seen)?;
        drop(library);

        let mut library = W::open(&scratch.file(&format!("bulk-{repetition}.db"))?)?;
        if repetition == 0 {
            output::about(&mut library, Kind::Sqlite)?;
        }
        all_but_insert_each(&mut library, Kind::Sqlite, &input, &mut seen)?;
        if repetition > 0 {
            results.append(seen);
        }
    }
    results.print();
    Ok(())
}

/// The same in the database of a URL. It must not have the tables, and does not have them afterwards.
pub(crate) fn server<W: Workloads>(repetitions: usize, url: &str) -> Result<()> {
    let kind = Kind::of(url);
    let input = Input::new(SERVER_GETS);
    let mut results = Results::default();
    let mut library = W::open(url)?;
    output::about(&mut library, kind)?;
    for repetition in 0..=repetitions {
        let mut seen = Results::default();
        library.execute(kind.users())?;
        insert_each(&mut library, &input, &mut seen)?;
        library.execute("DROP TABLE users")?;
        insert_statements(&mut library, kind, &input, &mut seen)?;
        all_but_insert_each(&mut library, kind, &input, &mut seen)?;
        ["children", "parents", "users"]
            .iter()
            .try_for_each(|table| library.execute(&format!("DROP TABLE {table}")))?;
        if repetition > 0 {
            results.append(seen);
        }
    }
    results.print();
    Ok(())
}

fn all_but_insert_each<W: Workloads>(
    library: &mut W,
    kind: Kind,
    input: &Input,
    results: &mut Results,
) -> Result<()> {
    library.execute(kind.users())?;
    insert_bulk(library, input, results)?;
    analyze(library, kind, &["users"])?;
    read(library, input, results)?;
    families(library, kind)?;
    read_families(library, results)?;
    update(library, input, results)
}

fn clauses<W: Workloads>(library: &mut W, results: &mut Results) -> Result<()> {
    let page = Page { min_age: 18, limit: PAGE_LIMIT as i64 };
    let read =
        results.take(CLAUSES, "empty table", ROWS, |watch| library.clauses(page, "Busan", ROWS, watch))?;
    check("clauses", read, 0)?;

    if !W::FINDS {
        return Ok(());
    }
    let characters = results
        .take("query of five clauses", FOUND, ROWS, |watch| library.find(page, "Busan", ROWS, watch))?;
    match characters > ROWS * "SELECT FROM WHERE ORDER BY LIMIT OFFSET".len() {
        true => Ok(()),
        false => Err("a statement of five clauses is too short".into()),
    }
}

fn insert_each<W: Workloads>(library: &mut W, input: &Input, results: &mut Results) -> Result<()> {
    let people = input.people.clone();
    results.take(INSERT_EACH, "transaction", ROWS, |watch| library.insert_each(people, watch))?;
    input.check_table(library, 0)
}

/// The same by a statement for each object, of libraries that gather them, on a server.
fn insert_statements<W: Workloads>(
    library: &mut W,
    kind: Kind,
    input: &Input,
    results: &mut Results,
) -> Result<()> {
    if !W::GATHERS {
        return Ok(());
    }
    library.execute(kind.users())?;
    let people = input.people.clone();
    results.take(INSERT_EACH, STATEMENTS, ROWS, |watch| library.insert_statements(people, watch))?;
    input.check_table(library, 0)?;
    library.execute("DROP TABLE users")
}

fn insert_bulk<W: Workloads>(library: &mut W, input: &Input, results: &mut Results) -> Result<()> {
    let people = input.people.clone();
    results.take("insert 10,000 objects in bulk", "transaction", ROWS, |watch| {
        library.insert_bulk(people, watch)
    })?;
    input.check_table(library, 0)
}

fn read<W: Workloads>(library: &mut W, input: &Input, results: &mut Results) -> Result<()> {
    for (mode, name) in [(Mode::Autocommit, "autocommit"), (Mode::Transaction, "transaction")] {
        let ages = input.ages();
        let read = results
            .take("select 10,000 rows, per row", name, ROWS, |watch| library.select_all(mode, watch))?;
        check("select_all", read, ages)?;
        let read = results.take("get by primary key", name, input.keys.len(), |watch| {
            library.get_by_key(mode, &input.keys, watch)
        })?;
        check("get_by_key", read, input.key_ages)?;
        let read = results.take("get by unique e-mail", name, input.emails.len(), |watch| {
            library.get_by_email(mode, &input.emails, watch)
        })?;
        check("get_by_email", read, input.email_ages)?;
        let read = results
            .take("filter, order, limit 20", name, PAGES, |watch| library.pages(mode, &input.pages, watch))?;
        check("pages", read, input.page_ages)?;
    }
    Ok(())
}

/// Makes the parents and their children.
pub(crate) fn families<W: Workloads>(library: &mut W, kind: Kind) -> Result<()> {
    kind.families().iter().try_for_each(|statement| library.execute(statement))?;
    analyze(library, kind, &["parents", "children"])
}

pub(crate) fn analyze<W: Workloads>(library: &mut W, kind: Kind, tables: &[&str]) -> Result<()> {
    let statements = tables.iter().filter_map(|table| kind.analyze(table));
    statements.into_iter().try_for_each(|statement| library.execute(&statement))
}

/// Fills the table of people by plain SQL.
pub(crate) fn fill<W: Workloads>(library: &mut W, input: &Input) -> Result<()> {
    library.execute("BEGIN")?;
    for Person { name, email, age, city } in &input.people {
        library.execute(&format!(
            "INSERT INTO users (name, email, age, city) VALUES ('{name}', '{email}', {age}, '{city}')"
        ))?;
    }
    library.execute("COMMIT")
}

fn read_families<W: Workloads>(library: &mut W, results: &mut Results) -> Result<()> {
    let ages = (0..10_000).map(|number| number % 18).sum();
    for (mode, name) in [(Mode::Autocommit, "autocommit"), (Mode::Transaction, "transaction")] {
        let read =
            results.take("1,000 parents with 10 children each, per parent", name, PARENTS, |watch| {
                library.families(mode, watch)
            })?;
        check("families", read, ages)?;
    }
    Ok(())
}

fn update<W: Workloads>(library: &mut W, input: &Input, results: &mut Results) -> Result<()> {
    results
        .take("update one column of 10,000 objects", "transaction", ROWS, |watch| library.update(watch))?;
    input.check_table(library, i64::try_from(ROWS)?)
}

fn check(workload: &str, found: i64, expected: i64) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{workload}: the ages add up to {found}, expected {expected}").into())
}

/// What the workloads are given, and what they must find.
pub(crate) struct Input {
    pub(crate) people: Vec<Person>,
    pub(crate) keys: Vec<i64>,
    key_ages: i64,
    pub(crate) emails: Vec<String>,
    email_ages: i64,
    pub(crate) pages: Vec<Page>,
    page_ages: i64,
}

impl Input {
    /// Input in which `gets` objects are looked up one by one.
    pub(crate) fn new(gets: usize) -> Self {
        let people: Vec<Person> = people().take(ROWS).collect();
        let mut random = Random::new();
        let mut keys: Vec<(i64, i64)> = (1..).zip(people.iter().map(|person| person.age)).collect();
        let mut emails: Vec<&Person> = people.iter().collect();
        random.shuffle(&mut keys);
        random.shuffle(&mut emails);
        keys.truncate(gets);
        emails.truncate(gets);
        let key_ages = keys.iter().map(|(_, age)| age).sum();
        let keys = keys.into_iter().map(|(key, _)| key).collect();
        let email_ages = emails.iter().map(|person| person.age).sum();
        let emails = emails.into_iter().map(|person| person.email.clone()).collect();
        let pages: Vec<Page> = (0..PAGES)
            .map(|_| Page { min_age: 18 + i64::from(random.below(40)), limit: PAGE_LIMIT as i64 })
            .collect();
        let page_ages = pages_of(&people, &pages);
        Self { people, keys, key_ages, emails, email_ages, pages, page_ages }
    }

    fn ages(&self) -> i64 {
        self.people.iter().map(|person| person.age).sum()
    }

    /// Checks that the table holds everybody, `more` years older in sum.
    fn check_table<W: Workloads>(&self, library: &mut W, more: i64) -> Result<()> {
        let found = library.text("SELECT concat(count(*), ' ', sum(age)) FROM users")?;
        let expected = format!("{ROWS} {}", self.ages() + more);
        if found == expected {
            return Ok(());
        }
        Err(format!("count and ages of the table are {found}, expected {expected}").into())
    }
}

/// The sum of the ages on `pages`, worked out without a database.
fn pages_of(people: &[Person], pages: &[Page]) -> i64 {
    let mut sorted: Vec<&Person> = people.iter().collect();
    sorted.sort_by(|a, b| a.email.cmp(&b.email));
    let page = |page: &Page| -> i64 {
        let old = sorted.iter().filter(|person| person.age >= page.min_age);
        old.take(PAGE_LIMIT).map(|person| person.age).sum()
    };
    pages.iter().map(page).sum()
}

/// Microseconds per operation, by workload and mode, in the order of their first run.
#[derive(Default)]
struct Results(Vec<(&'static str, &'static str, Vec<f64>)>);

impl Results {
    /// Runs a workload of `operations` and keeps its time per operation.
    fn take<T>(
        &mut self,
        workload: &'static str,
        mode: &'static str,
        operations: usize,
        work: impl FnOnce(&mut Watch) -> Result<T>,
    ) -> Result<T> {
        let mut watch = Watch::default();
        let value = work(&mut watch).map_err(|error| format!("{workload} ({mode}): {error}"))?;
        self.push(workload, mode, watch.micros()? / operations as f64);
        Ok(value)
    }

    fn push(&mut self, workload: &'static str, mode: &'static str, micros: f64) {
        match self.0.iter_mut().find(|(w, m, _)| (*w, *m) == (workload, mode)) {
            Some((_, _, values)) => values.push(micros),
            None => self.0.push((workload, mode, vec![micros])),
        }
    }

    fn append(&mut self, other: Self) {
        for (workload, mode, values) in other.0 {
            for micros in values {
                self.push(workload, mode, micros);
            }
        }
    }

    fn print(&self) {
        for (workload, mode, micros) in &self.0 {
            output::timing(workload, mode, micros);
        }
    }
}
