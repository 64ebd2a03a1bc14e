use mysql::prelude::{Protocol, Queryable};
use mysql::{Column, Conn, Params, QueryResult, Value as Sent};
use onggi_sql::compile::{commits, reads_only};
use onggi_sql::{Compiled, Dialect};

use super::blame::blamed;
use super::encode::{encode, fitting, go_together};
use super::error::{
    is_outdated, is_unpreparable, of_connection, outcome_unknown, statement_unknown, too_large,
};
use super::open::Server;
use super::rows::Rows;
use super::state::State;
use super::writes::Writes;
use crate::error::Kind;
use crate::{Bind, Control, Error, Result, Value, ValueRef};

/// A statement that the server has prepared.
pub(super) struct Statement {
    /// None where it prepares no such statement: it is sent as a text.
    inner: Option<mysql::Statement>,
    /// The same with so many placeholders in place of a list.
    listing: Vec<(usize, mysql::Statement)>,
    writes: Writes,
    /// What it does to transactions.
    control: Option<Control>,
    /// Whether the server would commit with it.
    commits: bool,
    /// For each placeholder which of the values it takes, where that is not each the next.
    order: Option<Box<[usize]>>,
    parameters: usize,
    /// Whether its tables have changed since it was prepared.
    outdated: bool,
    /// Whether it is to be prepared anew for each run, and was run.
    once: Option<bool>,
}

impl Statement {
    /// Prepares a text whose placeholders take each the next value.
    pub(super) fn prepare(text: &str, client: &mut Conn, dialect: &Dialect) -> mysql::Result<Statement> {
        let inner = match client.prep(text) {
            Err(error) if is_unpreparable(&error) => None,
            prepared => Some(prepared?),
        };
        let parameters = inner.as_ref().map_or(0, |inner| inner.num_params().into());
        let (writes, control) = (Writes::of(text), Control::of(text));
        let commits = commits(text, dialect);
        Ok(Statement {
            inner,
            listing: Vec::new(),
            writes,
            control,
            commits,
            order: None,
            parameters,
            outdated: false,
            once: None,
        })
    }

    /// The same, prepared anew for each run if that is so.
    pub(super) fn prepared_once(self, once: bool) -> Statement {
        Statement { once: once.then_some(false), ..self }
    }

    /// The same, with which of so many values each placeholder takes.
    pub(super) fn with_order(mut self, order: Option<&[usize]>, parameters: usize) -> Statement {
        self.order = order.map(Box::from);
        self.parameters = parameters;
        self
    }

    /// Whether it has to be prepared again before its next use.
    pub(super) fn is_outdated(&self) -> bool {
        self.outdated || self.once == Some(true)
    }

    /// Lets it be prepared again before its next use.
    pub(super) fn outdate(&mut self) {
        self.outdated = true;
    }

    /// The error of a run. One that the server does not know any more is prepared again when it is used next.
    #[cold]
    fn failed(&mut self, error: mysql::Error, state: &mut State) -> Error {
        self.outdated |= is_outdated(&error);
        let error = state.failed(error);
        match self.control {
            Some(Control::Commit) if error.is_lost() => outcome_unknown(error),
            Some(Control::Commit) => {
                *state = state.uncommitted();
                error
            }
            _ => error,
        }
    }

    /// Lets the server forget it. What that fails with shows at the next statement.
    pub(super) fn close(mut self, client: &mut Conn) {
        self.forget(client);
    }

    fn forget(&mut self, client: &mut Conn) {
        let listing = self.listing.drain(..).map(|(_, listing)| listing);
        for prepared in self.inner.take().into_iter().chain(listing) {
            let _ = client.close(prepared);
        }
    }

    /// Has it prepared anew for a run that is not its first, where that is needed.
    fn renew(&mut self, text: &str, client: &mut Conn) -> mysql::Result<()> {
        let Some(ran) = &mut self.once else { return Ok(()) };
        if std::mem::replace(ran, true) && self.inner.is_some() {
            self.forget(client);
            self.inner = Some(client.prep(text)?);
        }
        Ok(())
    }
}

/// The same, lent with the connection that runs it.
pub(crate) struct Prepared<'p> {
    statement: &'p mut Statement,
    text: &'p str,
    client: &'p mut Conn,
    state: &'p mut State,
    dialect: &'static Dialect,
    /// How far generated keys are from each other.
    step: usize,
    /// How many bytes the server takes at once.
    packet: usize,
    values: Vec<Sent>,
    /// The statement whose list of whole numbers can be placeholders, and which of the values it is.
    list: Option<(&'p Compiled, usize)>,
    /// The numbers, where they are to be.
    numbers: Vec<i64>,
    /// What asks how many of some keys are there, up to the list of them.
    keys: Option<&'p str>,
}

/// How many placeholders stand for a list: as many as it needs or more, so few sizes that few statements are prepared.
const SIZES: [usize; 5] = [4, 16, 64, 256, 1024];

impl<'p> Prepared<'p> {
    pub(super) fn new(
        statement: &'p mut Statement,
        text: &'p str,
        client: &'p mut Conn,
        state: &'p mut State,
        server: &Server,
    ) -> Prepared<'p> {
        let Server { dialect, step, packet, .. } = *server;
        let (values, numbers) = (Vec::new(), Vec::new());
        let (list, keys) = (None, None);
        Prepared { statement, text, client, state, dialect, step, packet, values, list, numbers, keys }
    }

    /// The same, of a statement of the project's own: the list of a select can be placeholders, so that the server knows how many
    /// values there are, and the keys of an insert are counted.
    pub(super) fn of(mut self, compiled: &'p Compiled) -> Prepared<'p> {
        self.keys = compiled.keys();
        let list = compiled.list().filter(|_| self.statement.writes == Writes::Not);
        let value = |place: usize| compiled.order().map_or(Some(place), |order| order.get(place).copied());
        self.list = list.and_then(value).map(|value| (compiled, value));
        self
    }

    /// Binds all parameters of a run.
    pub(crate) fn bind<E: From<Error>>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.statement.renew(self.text, self.client).map_err(|error| self.failed(error))?;
        self.values.clear();
        self.numbers.clear();
        let list = self.list.map(|(_, value)| value);
        let Prepared { values, numbers, packet, .. } = self;
        bind(&mut Parameters { values, list, numbers, packet: *packet })?;
        match (self.statement.parameters, self.values.len()) {
            (wanted, bound) if wanted == bound && go_together(&self.values, self.packet) => Ok(()),
            (wanted, bound) if wanted == bound => Err(too_large().into()),
            (wanted, bound) => Err(Error::value(format!("{wanted} parameters wanted, {bound} bound")).into()),
        }
    }

    /// Runs it, and says how many rows it found to change.
    pub(crate) fn execute(&mut self) -> Result<u64> {
        if self.statement.inner.is_none() {
            return self.execute_text();
        }
        let (inner, parameters) = self.asked()?;
        let writes = self.statement.writes;
        let asked = self.client.exec_iter(inner, parameters).and_then(|mut result| {
            let written = writes.rows(result.affected_rows(), &result.info_str());
            drained(&mut result).map(|()| written)
        });
        let written = asked.map_err(|error| self.failed(error))?;
        self.heard();
        Ok(written)
    }

    /// Runs what the server does not prepare.
    fn execute_text(&mut self) -> Result<u64> {
        self.state.takes(self.statement.control, self.statement.commits)?;
        let asked = self.client.query_iter(self.text).and_then(|mut result| {
            let written = result.affected_rows();
            drained(&mut result).map(|()| written)
        });
        let written = asked.map_err(|error| self.failed(error))?;
        self.heard();
        Ok(written)
    }

    /// Runs an insert of a row, and gives its generated key.
    pub(crate) fn insert(&mut self) -> Result<i64> {
        self.insert_together(1)?.first().copied().ok_or_else(no_key)
    }

    /// Runs an insert of so many rows, whose values are bound one row behind the other, and gives the keys that were generated
    /// for them, if any: they come as rows, or count up from that of the answer.
    pub(crate) fn insert_together(&mut self, rows: usize) -> Result<Vec<i64>> {
        let (inner, parameters) = (self.inner()?, self.parameters()?);
        let asked = self.client.exec_iter(&inner, parameters).and_then(|mut result| {
            let given = !result.columns().as_ref().is_empty();
            let keys = result.by_ref().map(|row| row.map(|row| key(row.as_ref(0))));
            let keys = keys.collect::<mysql::Result<Vec<_>>>()?;
            drained(&mut result).map(|()| given.then_some(keys))
        });
        let keys = asked.map_err(|error| self.failed(error))?;
        self.heard();
        if let Some(keys) = keys {
            return keys.into_iter().collect::<Option<Vec<i64>>>().ok_or_else(no_key);
        }
        match self.client.last_insert_id() {
            0 => Ok(Vec::new()),
            // One below zero was given by hand.
            first if rows == 1 => Ok(vec![i64::from_ne_bytes(first.to_ne_bytes())]),
            first => self.counted(i64::try_from(first).map_err(|_| no_key())?, rows),
        }
    }

    /// The keys of rows from that of the first on. The server takes the keys of an insert's rows all at once; whether they are those
    /// that the rows have is looked up, as a trigger may give others.
    fn counted(&mut self, first: i64, rows: usize) -> Result<Vec<i64>> {
        let keys: Vec<i64> = (first..).step_by(self.step).take(rows).collect();
        let Some(question) = self.keys else { return Ok(keys) };
        let list: Vec<String> = keys.iter().map(i64::to_string).collect();
        let found = self.client.query_first::<u64, _>(format!("{question}{})", list.join(", ")));
        let found = found.map_err(|error| self.failed(error))?;
        match found == u64::try_from(rows).ok() {
            true => Ok(keys),
            false => Err(Error::new(Kind::Other, KEYS_UNKNOWN)),
        }
    }

    pub(crate) fn rows(&mut self) -> Result<Rows<'_>> {
        match self.statement.writes {
            Writes::Not => self.streamed(),
            _ => self.written(),
        }
    }

    /// The rows that come as they are asked for.
    fn streamed(&mut self) -> Result<Rows<'_>> {
        let (inner, parameters) = self.asked()?;
        let told = inner.columns();
        let Prepared { statement, client, state, .. } = self;
        match client.exec_iter(inner, parameters) {
            Ok(result) if same_columns(&told, result.columns().as_ref()) => Ok(Rows::new(result, state)),
            Ok(result) => {
                drop(result);
                statement.outdated = true;
                let said = "a table has changed since the statement that reads it was prepared; run it again";
                Err(Error::new(Kind::Serialization, said))
            }
            Err(error) => Err(statement.failed(error, state)),
        }
    }

    /// The rows that a writing statement gives, taken at once: behind them stands what else there is to know.
    fn written(&mut self) -> Result<Rows<'_>> {
        let (inner, parameters) = (self.inner()?, self.parameters()?);
        let asked = self.client.exec_iter(&inner, parameters).and_then(|mut result| {
            let columns = result.columns().as_ref().to_vec();
            let rows = result.by_ref().collect::<mysql::Result<Vec<_>>>()?;
            drained(&mut result).map(|()| (columns, rows))
        });
        let (columns, rows) = asked.map_err(|error| self.failed(error))?;
        self.heard();
        Ok(Rows::kept(columns, rows, self.state))
    }

    #[cold]
    fn failed(&mut self, error: mysql::Error) -> Error {
        let alone = *self.state == State::Idle && self.statement.control.is_none() && !self.reads_only();
        let error = self.statement.failed(of_connection(error, self.client), self.state);
        if alone && error.is_lost() {
            return statement_unknown(error);
        }
        // What the server has noted of the failure, it forgets with the next statement.
        let error = blamed(error, self.text, self.client, self.dialect);
        *self.state = self.state.behind_failure(self.client, self.dialect);
        error
    }

    /// The statement as the server has it.
    fn inner(&self) -> Result<mysql::Statement> {
        self.statement.inner.clone().ok_or_else(|| {
            Error::new(
                Kind::Other,
                "the server does not prepare this statement, so that it gives neither rows nor keys",
            )
        })
    }

    /// What is run, with the values of its placeholders.
    fn asked(&mut self) -> Result<(mysql::Statement, Params)> {
        let size = SIZES.into_iter().find(|size| *size >= self.numbers.len());
        let (Some((compiled, list)), Some(size), Some(&last)) = (self.list, size, self.numbers.last()) else {
            return Ok((self.inner()?, self.parameters()?));
        };
        self.state.takes(self.statement.control, self.statement.commits)?;
        let inner = self.listing_of(compiled, size)?;
        let mut values = Vec::with_capacity(self.values.len() + size);
        let numbers = std::mem::take(&mut self.numbers);
        let mut push = |value: usize| match value == list {
            true => {
                let padded = numbers.iter().copied().chain(std::iter::repeat(last));
                values.extend(padded.take(size).map(Sent::Int));
            }
            false => values.push(self.values.get(value).cloned().unwrap_or(Sent::NULL)),
        };
        match &self.statement.order {
            None => (0..self.values.len()).for_each(push),
            Some(order) => order.iter().for_each(|&value| push(value)),
        }
        Ok((inner, Params::Positional(values)))
    }

    /// The statement with so many placeholders in place of the list, prepared at its first use.
    fn listing_of(&mut self, compiled: &Compiled, size: usize) -> Result<mysql::Statement> {
        let known = self.statement.listing.iter().find(|(known, _)| *known == size);
        if let Some((_, listing)) = known {
            return Ok(listing.clone());
        }
        let text = compiled.listing(size).unwrap_or_default();
        let prepared = self.client.prep(text).map_err(|error| self.failed(error))?;
        self.statement.listing.push((size, prepared.clone()));
        Ok(prepared)
    }

    /// The values of the placeholders, of a statement that may be run now.
    fn parameters(&mut self) -> Result<Params> {
        self.state.takes(self.statement.control, self.statement.commits)?;
        let values = match &self.statement.order {
            None => std::mem::take(&mut self.values),
            Some(order) => {
                order.iter().map(|&value| self.values.get(value).cloned().unwrap_or(Sent::NULL)).collect()
            }
        };
        Ok(match values.is_empty() {
            true => Params::Empty,
            false => Params::Positional(values),
        })
    }

    /// Notes what the answer says of the transaction.
    fn heard(&mut self) {
        if let Some(control) = self.statement.control {
            *self.state = self.state.after(control);
        }
        *self.state = self.state.reported(self.client);
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        let columns = self.statement.inner.as_ref().map(mysql::Statement::columns).unwrap_or_default();
        columns.iter().map(|column| column.name_str().into_owned()).collect()
    }

    /// Whether it only reads, as far as its first word tells.
    pub(crate) fn reads_only(&self) -> bool {
        reads_only(self.text)
    }

    pub(crate) fn parameter_count(&self) -> usize {
        self.statement.parameters
    }
}

/// Reads what a statement gives to its end: an error may stand behind rows, or be of one of several statements.
pub(super) fn drained<P: Protocol>(result: &mut QueryResult<'_, '_, '_, P>) -> mysql::Result<()> {
    while let Some(mut set) = result.iter() {
        set.try_for_each(|row| row.map(drop))?;
    }
    Ok(())
}

/// Whether rows have the columns that were told before. Of writing statements MariaDB tells none before they run.
fn same_columns(told: &[Column], given: &[Column]) -> bool {
    let same = |(told, given): (&Column, &Column)| told.name_ref() == given.name_ref();
    told.is_empty() || (told.len() == given.len() && told.iter().zip(given).all(same))
}

/// A key that came in a row.
fn key(value: Option<&Sent>) -> Option<i64> {
    match value {
        Some(Sent::Int(key)) => Some(*key),
        _ => None,
    }
}

/// Why rows have no keys.
const KEYS_UNKNOWN: &str = "the rows have other keys than those that count up from the first, so that it is not known which is whose: \
                            a trigger gives keys, or auto_increment_increment is no longer as when the connection began; insert such \
                            rows one by one";

#[cold]
fn no_key() -> Error {
    Error::value("an insert gave no generated key back")
}

/// The values of the parameters, bound from the first on.
struct Parameters<'p> {
    values: &'p mut Vec<Sent>,
    /// Which of them is a list that can be placeholders, and the numbers of it.
    list: Option<usize>,
    numbers: &'p mut Vec<i64>,
    packet: usize,
}

impl Bind for Parameters<'_> {
    fn bind(&mut self, value: ValueRef<'_>) -> Result<()> {
        let is_list = self.list == Some(self.values.len());
        let numbers = match value {
            ValueRef::List(values) if is_list && (1..=SIZES[SIZES.len() - 1]).contains(&values.len()) => {
                let whole = |value: &Value| match value {
                    Value::Integer(number) => Some(*number),
                    _ => None,
                };
                values.iter().map(whole).collect::<Option<Vec<i64>>>()
            }
            _ => None,
        };
        self.values.push(match numbers {
            Some(numbers) => {
                *self.numbers = numbers;
                Sent::NULL
            }
            None => fitting(encode(value)?, value, self.packet)?,
        });
        Ok(())
    }
}
