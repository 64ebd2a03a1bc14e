use onggi_sql::Compiled;
use onggi_sql::compile::{may_commit, reads_only, words};
use onggi_sql::dialect::POSTGRES;
use postgres_types::Type as PostgresType;

use super::copy::{Portion, copy};
use super::error::{classify, has_been_undone, is_outdated, lost_before, outcome_unknown, statement_unknown};
use super::failure::{Answer, Failure};
use super::limited::Limited;
use super::parameters::{Buffer, Columns, Parameters};
use super::rows::{Row, Rows};
use super::run::{ALL, Described, Run, prepare};
use super::state::State;
use super::types::{Form, of_column};
use super::wire::Wire;
use crate::error::Kind;
use crate::{Bind, Control, Error, Result, Type, ValueRef};

/// A statement that the server knows.
pub(super) struct Statement {
    pub(super) run: Run,
    /// What it does to transactions.
    pub(super) control: Option<Control>,
    may_commit: bool,
    /// Whether it may want something to copy, or give it.
    pub(super) copies: bool,
    /// Whether its tables have changed since it was prepared.
    outdated: bool,
    types: Box<[Option<Type>]>,
    parameters: Vec<Form>,
    pub(super) columns: Vec<Form>,
}

/// Why a transaction whose statement failed is not committed.
pub(super) const CANNOT_COMMIT: &str =
    "a statement of the transaction failed, so PostgreSQL cannot commit it: roll it back";

impl Statement {
    /// Whether it has to be prepared again before its next use.
    pub(super) fn is_outdated(&self) -> bool {
        self.outdated
    }

    /// Prepares a text; the types of parameters that are not known are what the server takes them for. Where nothing is to stay
    /// prepared, as another server may be spoken to next, it is described alone.
    pub(super) fn prepare(
        text: &str,
        types: &[Option<Type>],
        stays: bool,
        wire: &mut Wire,
    ) -> Answer<Statement> {
        let told: Vec<PostgresType> = types.iter().map(|ty| told(*ty)).collect();
        let name = if stays { wire.name() } else { String::new() };
        let description = prepare(text, &name, &told, wire)?;
        let forms = (
            description.parameters.iter().map(Form::of).collect(),
            description.columns.iter().map(|(_, ty)| Form::of(ty)).collect(),
        );
        let columns = description.columns.into_iter();
        let columns = columns.map(|(name, ty)| Described { name, ty: ty.oid() }).collect();
        let parameters = description.parameters.iter().map(PostgresType::oid).collect();
        let run = match stays {
            true => Run::Named { name, parameters, columns, limited: Limited::default() },
            false => Run::Described { parameters, columns },
        };
        Ok(Statement {
            run,
            control: Control::of(text),
            may_commit: may_commit(text, &POSTGRES),
            copies: words(text).next().is_some_and(|word| word.eq_ignore_ascii_case("copy")),
            outdated: false,
            types: types.into(),
            parameters: forms.0,
            columns: forms.1,
        })
    }

    /// Leaves it to the server to forget.
    pub(super) fn forget(self, wire: &mut Wire) {
        self.run.forget(wire);
    }
}

/// What the server is told of a parameter's type. Of texts nothing: they may stand for what is written as text.
fn told(ty: Option<Type>) -> PostgresType {
    match ty {
        Some(Type::Boolean) => PostgresType::BOOL,
        Some(Type::Integer { bits: 64, signed: false }) | Some(Type::Decimal) => PostgresType::NUMERIC,
        Some(Type::Integer { .. }) => PostgresType::INT8,
        Some(Type::Real | Type::Double) => PostgresType::FLOAT8,
        Some(Type::Blob) => PostgresType::BYTEA,
        Some(Type::Date) => PostgresType::DATE,
        Some(Type::Time) => PostgresType::TIME,
        Some(Type::DateTime) => PostgresType::TIMESTAMP,
        Some(Type::Timestamp) => PostgresType::TIMESTAMPTZ,
        Some(Type::Uuid) => PostgresType::UUID,
        _ => PostgresType::UNKNOWN,
    }
}

/// The same, lent with the connection that runs it.
pub(crate) struct Prepared<'p> {
    pub(super) statement: &'p mut Statement,
    pub(super) text: &'p str,
    /// Where the text is the project's own.
    pub(super) compiled: Option<&'p Compiled>,
    pub(super) wire: &'p mut Wire,
    pub(super) buffer: &'p mut Buffer,
}

impl Prepared<'_> {
    /// Binds all parameters.
    pub(crate) fn bind<E: From<Error>>(
        &mut self,
        bind: impl FnOnce(&mut dyn Bind) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut parameters = Parameters::new(&self.statement.parameters, self.buffer);
        bind(&mut parameters)?;
        Ok(parameters.complete()?)
    }

    pub(crate) fn execute(&mut self) -> Result<u64> {
        self.ask(|run, text, buffer, wire| run.execute(text, buffer, wire))
    }

    /// Runs an insert that gives the generated key back as a row.
    pub(crate) fn insert(&mut self) -> Result<i64> {
        let mut rows = self.rows()?;
        let key = given(rows.next()?)?;
        while rows.next()?.is_some() {}
        Ok(key)
    }

    pub(crate) fn rows(&mut self) -> Result<Rows<'_>> {
        self.rows_for(ALL)
    }

    /// The first rows, so many at most: the server stops behind them.
    pub(crate) fn few_rows(&mut self, most: u8) -> Result<Rows<'_>> {
        self.rows_for(most.into())
    }

    fn rows_for(&mut self, most: i32) -> Result<Rows<'_>> {
        let compiled = self.compiled;
        let alone = self.is_alone();
        let fits = self.ask(|run, text, buffer, wire| run.begin(text, compiled, most, buffer, wire))?;
        let Prepared { statement, wire, .. } = self;
        let (state, Statement { columns, outdated, .. }) = (wire.state(), &mut **statement);
        let mut rows = Rows::new(columns, alone, wire);
        if fits {
            return Ok(rows);
        }
        *outdated = true;
        while rows.next()?.is_some() {}
        match alone {
            true => Err(given_otherwise()),
            false => Err(changed(state)),
        }
    }

    /// Runs an insert of rows in arrays, in pieces that fit into memory.
    pub(crate) fn insert_together<E>(
        &mut self,
        rows: usize,
        mut bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        times: &mut u64,
        failed: impl Fn(Error) -> E,
    ) -> std::result::Result<Vec<i64>, E> {
        let (mut keys, mut next) = (Vec::with_capacity(rows), 0);
        while next < rows {
            let mut columns = Columns::new(&self.statement.parameters);
            while next < rows && columns.has_room() {
                bind(next, &mut columns)?;
                columns.end_row().map_err(&failed)?;
                next += 1;
            }
            columns.write(self.buffer);
            *times += 1;
            self.generated_keys(&mut keys).map_err(&failed)?;
        }
        Ok(keys)
    }

    /// Copies rows of columns of these types, in portions that fit into memory. What one of them fails with has been found out
    /// before it is sent, as far as values alone tell.
    pub(crate) fn copy<E>(
        &mut self,
        rows: usize,
        types: &[Type],
        mut bind: impl FnMut(usize, &mut dyn Bind) -> std::result::Result<(), E>,
        times: &mut u64,
        failed: impl Fn(Error) -> E,
    ) -> std::result::Result<(), E> {
        let Run::Named { .. } = self.statement.run else {
            return Err(failed(Error::new(Kind::Other, "behind a pooler nothing is copied")));
        };
        let forms: Vec<Form> = types.iter().map(|&ty| Form::of(&of_column(ty))).collect();
        let mut next = 0;
        while next < rows {
            let mut portion = Portion::new(&forms);
            while next < rows && portion.has_room() {
                portion.begin_row().map_err(&failed)?;
                bind(next, &mut portion)?;
                portion.end_row().map_err(&failed)?;
                next += 1;
            }
            let bytes = portion.into_bytes();
            *times += 1;
            self.ask(|run, text, _, wire| copy(run, text, &bytes, wire)).map_err(&failed)?;
        }
        Ok(())
    }

    /// Runs the statement, and adds the keys that it gives back, in the order in which it inserts.
    fn generated_keys(&mut self, keys: &mut Vec<i64>) -> Result<()> {
        let mut rows = self.rows()?;
        while let Some(row) = rows.next()? {
            match row.value(0, Type::BIGINT)? {
                ValueRef::Integer(key) => keys.push(key),
                _ => return Err(Error::value("an insert gave back what is no key")),
            }
        }
        Ok(())
    }

    /// Asks the server, once more where the tables have changed since the statement was prepared: outside a transaction
    /// nothing was lost by the refusal.
    fn ask<T>(&mut self, mut ask: impl FnMut(&mut Run, &str, &Buffer, &mut Wire) -> Answer<T>) -> Result<T> {
        if self.wire.state() == State::Failed && self.statement.control == Some(Control::Commit) {
            return Err(Error::new(Kind::Other, CANNOT_COMMIT));
        }
        if (self.is_alone() || self.statement.may_commit) && self.wire.is_broken() {
            return Err(lost_before());
        }
        let mut answer = ask(&mut self.statement.run, self.text, self.buffer, self.wire);
        if answer.as_ref().is_err_and(is_outdated) && self.wire.state() == State::Idle && self.renew()? {
            answer = ask(&mut self.statement.run, self.text, self.buffer, self.wire);
        }
        let answer = answer.map_err(|error| self.failed(error))?;
        match self.statement.control {
            Some(Control::Commit) if self.wire.has_undone() => Err(has_been_undone()),
            _ => Ok(answer),
        }
    }

    /// Prepares the statement once more, and says whether what was bound for it fits it still.
    pub(super) fn renew(&mut self) -> Result<bool> {
        let stays = matches!(self.statement.run, Run::Named { .. });
        let again = Statement::prepare(self.text, &self.statement.types, stays, self.wire);
        let again = again.map_err(|failure| failed(failure, self.wire))?;
        let before = std::mem::replace(self.statement, again);
        let fits = before.run.parameters() == self.statement.run.parameters();
        before.forget(self.wire);
        Ok(fits)
    }

    /// The error of the statement. One whose tables have changed is prepared again when it is used next.
    #[cold]
    pub(super) fn failed(&mut self, failure: Failure) -> Error {
        let is_outdated = is_outdated(&failure);
        self.statement.outdated |= is_outdated;
        let error = failed(failure, self.wire);
        match self.statement.control {
            _ if is_outdated => changed(self.wire.state()).with_source(error),
            _ if self.statement.may_commit && self.wire.is_lost() => outcome_unknown(error),
            _ if error.is_lost() && self.is_alone() => statement_unknown().with_source(error),
            _ => error,
        }
    }

    /// Whether it may write, and is a transaction of its own.
    fn is_alone(&self) -> bool {
        self.wire.stands_alone() && self.statement.control.is_none() && !self.reads_only()
    }

    /// Whether it begins or ends a transaction or a savepoint, so that others cannot travel with it.
    pub(crate) fn is_control(&self) -> bool {
        self.statement.control.is_some()
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        self.statement.run.column_names()
    }

    /// Whether it only reads, as far as its first word tells.
    pub(crate) fn reads_only(&self) -> bool {
        reads_only(self.text)
    }

    pub(crate) fn parameter_count(&self) -> usize {
        self.statement.parameters.len()
    }
}

/// The key that an insert gave back.
pub(super) fn given(row: Option<Row<'_>>) -> Result<i64> {
    match row.map(|row| row.value(0, Type::BIGINT)).transpose()? {
        Some(ValueRef::Integer(key)) => Ok(key),
        _ => Err(Error::value("an insert gave no generated key back")),
    }
}

/// The error of a statement whose tables are not those that it was prepared for, and which nothing has come of.
#[cold]
pub(super) fn changed(state: State) -> Error {
    let said = match state {
        State::Open | State::Failed => {
            "a table was changed by another connection while the transaction was open; run it again"
        }
        State::Idle | State::Lost => {
            "a table has changed since the statement was prepared, and this statement was not run: run it again"
        }
    };
    Error::new(Kind::Serialization, said)
}

/// The same of one that is done with.
#[cold]
fn given_otherwise() -> Error {
    let said = "a table has changed since the statement was prepared: the statement was run, and what it gave back cannot be \
                read; look before running it again";
    Error::new(Kind::Other, said)
}

/// The error of a statement.
#[cold]
pub(super) fn failed(failure: Failure, wire: &mut Wire) -> Error {
    wire.note(&failure);
    classify(failure)
}
