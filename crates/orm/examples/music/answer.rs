//! Answers as rows of cells, whatever they are answers to.

use std::fmt;

use chrono::NaiveDateTime;
use onggi::{Id, Result};

/// The rows of an answer.
pub type Answer = Vec<Vec<Cell>>;

/// A value in an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
}

/// Rows as an answer.
pub fn answer<R: Row>(rows: impl IntoIterator<Item = R>) -> Result<Answer> {
    Ok(rows.into_iter().map(Row::into_cells).collect())
}

/// What a query selects.
pub trait Row {
    fn into_cells(self) -> Vec<Cell>;
}

macro_rules! row {
    ($($part:ident)+) => {
        impl<$($part: Into<Cell>),+> Row for ($($part,)+) {
            #[allow(non_snake_case, reason = "the parts are called as their types")]
            fn into_cells(self) -> Vec<Cell> {
                let ($($part,)+) = self;
                vec![$($part.into()),+]
            }
        }
    };
}
row!(A);
row!(A B);
row!(A B C);
row!(A B C D);
row!(A B C D E);
row!(A B C D E F);

impl Row for String {
    fn into_cells(self) -> Vec<Cell> {
        vec![self.into()]
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Cell {
        Cell::Integer(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Cell {
        Cell::Integer(value.into())
    }
}

/// A count.
impl From<usize> for Cell {
    fn from(value: usize) -> Cell {
        i64::try_from(value).map_or(Cell::Null, Cell::Integer)
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Cell {
        i64::try_from(value).map_or(Cell::Null, Cell::Integer)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Cell {
        Cell::Real(value)
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Cell {
        Cell::Text(value)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Cell {
        Cell::Text(value.to_owned())
    }
}

/// As it is stored.
impl From<NaiveDateTime> for Cell {
    fn from(value: NaiveDateTime) -> Cell {
        Cell::Text(value.to_string())
    }
}

impl<M> From<Id<M>> for Cell {
    fn from(value: Id<M>) -> Cell {
        value.key().into()
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Null, Into::into)
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => f.pad("-"),
            Cell::Integer(value) => f.pad(&value.to_string()),
            Cell::Real(value) => f.pad(&format!("{value:.2}")),
            Cell::Text(value) => f.pad(value),
        }
    }
}
