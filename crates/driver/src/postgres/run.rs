//! How a statement is run: under the name that the server has prepared it by, or with its text each time.

use std::pin::pin;

use futures_util::{Stream as _, future::poll_fn};
use tokio_postgres::types::{Oid, Type as PostgresType};
use tokio_postgres::{Client, RowStream};

use super::parameters::Buffer;

/// What the server answers.
pub(super) type Answer<T> = Result<T, tokio_postgres::Error>;

/// What the server knows of a statement.
pub(super) enum Run {
    /// It has prepared it.
    Named(tokio_postgres::Statement),
    /// It has once said the types of its parameters and the columns of its rows.
    Described { parameters: Vec<PostgresType>, columns: Vec<Described> },
}

/// A column as the server described it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) name: String,
    pub(super) ty: Oid,
}

impl Described {
    fn of(column: &tokio_postgres::Column) -> Described {
        Described { name: column.name().to_owned(), ty: column.type_().oid() }
    }

    /// Whether a row has these columns.
    pub(super) fn fits(described: &[Described], row: &tokio_postgres::Row) -> bool {
        let columns = row.columns();
        columns.len() == described.len()
            && columns.iter().zip(described).all(|(column, described)| {
                column.name() == described.name && column.type_().oid() == described.ty
            })
    }
}

impl Run {
    /// What is known of a statement that the server has prepared and is to forget again.
    pub(super) fn described(statement: &tokio_postgres::Statement) -> Run {
        let columns = statement.columns().iter().map(Described::of).collect();
        Run::Described { parameters: statement.params().to_vec(), columns }
    }

    pub(super) async fn rows(&self, text: &str, client: &Client, buffer: &Buffer) -> Answer<RowStream> {
        match self {
            Run::Named(statement) => client.query_raw(statement, buffer.values()).await,
            Run::Described { parameters, .. } => {
                client.query_typed_raw(text, buffer.values().zip(parameters.iter().cloned())).await
            }
        }
    }

    /// Runs it for the number of rows that it writes.
    pub(super) async fn execute(&self, text: &str, client: &Client, buffer: &Buffer) -> Answer<u64> {
        if let Run::Named(statement) = self {
            return client.execute_raw(statement, buffer.values()).await;
        }
        let mut rows = pin!(self.rows(text, client, buffer).await?);
        while poll_fn(|context| rows.as_mut().poll_next(context)).await.transpose()?.is_some() {}
        Ok(rows.rows_affected().unwrap_or(0))
    }

    pub(super) fn column_names(&self) -> Vec<String> {
        match self {
            Run::Named(statement) => {
                statement.columns().iter().map(|column| column.name().to_owned()).collect()
            }
            Run::Described { columns, .. } => columns.iter().map(|column| column.name.clone()).collect(),
        }
    }
}

/// What a statement is run for.
pub(super) trait Outcome: Send + Sized {
    fn of(
        run: &Run,
        text: &str,
        client: &Client,
        buffer: &Buffer,
    ) -> impl Future<Output = Answer<Self>> + Send;
}

/// How many rows it writes.
impl Outcome for u64 {
    async fn of(run: &Run, text: &str, client: &Client, buffer: &Buffer) -> Answer<u64> {
        run.execute(text, client, buffer).await
    }
}

/// The first row that it gives back.
pub(super) struct FirstRow(pub(super) Option<tokio_postgres::Row>);

impl Outcome for FirstRow {
    async fn of(run: &Run, text: &str, client: &Client, buffer: &Buffer) -> Answer<FirstRow> {
        let mut rows = pin!(run.rows(text, client, buffer).await?);
        let mut first = None;
        while let Some(row) = poll_fn(|context| rows.as_mut().poll_next(context)).await.transpose()? {
            first.get_or_insert(row);
        }
        Ok(FirstRow(first))
    }
}
