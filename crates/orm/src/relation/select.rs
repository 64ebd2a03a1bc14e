//! The statements that relations are loaded with.

use onggi_sql::{
    self as sql, BinaryOperator, Dialect, Direction, Nulls, Order, Select, Selected, Source, Type, Value,
    Window, WindowFunction, Windowed,
};

use super::Relation;
use super::along::{Along, join};
use super::fetch::{Fetch, Narrowed};
use crate::Table;
use crate::source;
use crate::{Error, Result};

/// How many composite keys one statement asks for.
const COMPOSITE_KEYS: usize = 100;

/// Keys in portions: all at once where they are one value, as one parameter holds them all.
pub(crate) fn portions(keys: &[Vec<Value>]) -> impl Iterator<Item = &[Vec<Value>]> {
    let composite = keys.first().is_some_and(|key| key.len() > 1);
    keys.chunks(if composite { COMPOSITE_KEYS } else { usize::MAX })
}

/// The select of the rows that a relation to one refers to by these keys.
pub(crate) fn referred(relation: &'static Relation, keys: &[Vec<Value>]) -> Select {
    let own = source::root(relation.target());
    let mut select = Select::all(own);
    select.and(among(own, own.table.primary_key, keys));
    select
}

/// The select of the keys and one column of the rows of these keys.
pub(crate) fn with_keys(table: &'static Table, column: usize, keys: &[Vec<Value>]) -> Select {
    let own = source::root(table);
    let columns = table.primary_key.iter().copied().chain([column]);
    let mut select = Select::new(own, columns.map(|column| sql::Expression::column(own, column)).collect());
    select.and(among(own, table.primary_key, keys));
    select
}

/// The select of the rows that a relation leads to from rows with some keys.
pub(crate) struct RelatedRows {
    pub(crate) select: Select,
    /// The types of the columns before those of the target: the keys that a link table has of the owners.
    pub(crate) lead: Vec<Type>,
    /// What is behind the target's columns: the objects of its relations to one.
    pub(crate) along: Vec<Along>,
    /// Whether the rows of an owner come in any order, and are to be sorted by their keys, which are whole numbers.
    pub(crate) unsorted: bool,
}

/// The rows on the other side of a fetch's relation from rows with these keys, with what is joined to them.
///
/// # Errors
///
/// What is wrong with the narrowed relation's query.
pub(crate) fn related(
    relation: &'static Relation,
    narrowed: Option<&Narrowed>,
    nested: &[Fetch],
    keys: &[Vec<Value>],
    dialect: &Dialect,
) -> Result<RelatedRows> {
    let target = relation.target();
    let (own, mut select) = match narrowed {
        Some(Narrowed { error: Some(error), .. }) => return Err(Error::value(&**error)),
        Some(Narrowed { source, select, .. }) => (*source, select.clone()),
        None => {
            let own = source::root(target);
            (own, Select::all(own))
        }
    };
    let owner = match relation.link_table() {
        None => {
            let columns = relation.inverse_of().map_or(&[][..], Relation::columns);
            select.and(among(own, columns, keys));
            Owner { source: own, columns, lead: false }
        }
        Some(link) => {
            let between = narrowed.and_then(|narrowed| narrowed.between).unwrap_or_else(|| {
                let between = source::root(link.table);
                select.joins.insert(0, link.join(between, own, None));
                between
            });
            select.and(among(between, link.near, keys));
            Owner { source: between, columns: link.near, lead: true }
        }
    };
    let lead = if owner.lead { owner.types() } else { Vec::new() };
    let is_limited = select.limit.is_some() || select.offset.is_some();
    let unordered = select.order.is_empty() && !is_limited;
    let unsorted = unordered && !dialect.orders_by_index && has_integer_key(target);
    // Rows in the order of their owners come from the index of the foreign key as they are.
    if unordered && !unsorted {
        select.order.extend(owner.columns.iter().map(|&column| ascending(owner.source, column)));
    }
    if !unsorted {
        select.order.extend(target.primary_key.iter().map(|&column| ascending(own, column)));
    }
    let mut along = Vec::new();
    if owner.lead || is_limited || nested.iter().any(Fetch::is_joined) {
        let mut columns = if owner.lead { owner.expressions() } else { Vec::new() };
        match std::mem::replace(&mut select.columns, Selected::Nothing) {
            Selected::Expressions(own) => columns.extend(own),
            Selected::Table | Selected::Nothing => columns.extend(source::columns(own)),
        }
        // Each row has one row at most on these relations' other sides, so that limits stay what they are.
        along = join(&mut select, &mut columns, own, nested);
        select.columns = Selected::Expressions(columns);
    }
    let select = if is_limited { limited(select, &owner) } else { select };
    Ok(RelatedRows { select, lead, along, unsorted })
}

/// Whether the program can sort rows of a table as the database would.
fn has_integer_key(table: &Table) -> bool {
    let is_integer = |&column: &usize| matches!(table.columns[column].ty, Type::Integer { .. });
    table.primary_key.len() == 1 && table.primary_key.iter().all(is_integer)
}

/// The columns that hold the owners' keys.
struct Owner {
    source: Source,
    columns: &'static [usize],
    /// Whether they come before the target's columns.
    lead: bool,
}

impl Owner {
    fn expressions(&self) -> Vec<sql::Expression> {
        self.columns.iter().map(|&column| sql::Expression::column(self.source, column)).collect()
    }

    fn types(&self) -> Vec<Type> {
        self.columns.iter().map(|&column| self.source.table.columns[column].ty).collect()
    }
}

/// The same rows, limited for each owner: rows are numbered in their order, and the numbers are what is limited.
fn limited(mut select: Select, owner: &Owner) -> Select {
    let number = Window {
        partition: owner.expressions(),
        order: std::mem::take(&mut select.order),
        ..Window::new(Windowed::Function(WindowFunction::RowNumber, Vec::new()))
    };
    let (limit, offset) = (select.limit.take(), select.offset.take());
    let Selected::Expressions(columns) = &mut select.columns else { return select };
    let id = source::root(owner.source.table).id;
    let output = |column, decimal| sql::Expression::Output { source: id, column, decimal };
    let is_decimal = |expression: &sql::Expression| match expression {
        sql::Expression::Column(source, column) => source.table.columns[*column].ty == Type::Decimal,
        _ => false,
    };
    let all = columns.iter().enumerate().map(|(column, expression)| output(column, is_decimal(expression)));
    let all = all.collect();
    let numbered = columns.len();
    columns.push(sql::Expression::Window(Box::new(number)));
    let mut outer = Select::new(sql::Relation::Select(Box::new(select), id), all);
    let number = || output(numbered, false);
    let skipped = offset.unwrap_or(Value::Integer(0));
    if let Some(limit) = limit {
        let last = sql::Expression::binary(
            BinaryOperator::Add,
            sql::Expression::Value(limit),
            sql::Expression::Value(skipped.clone()),
        );
        outer.and(sql::Expression::binary(BinaryOperator::LessOrEqual, number(), last));
    }
    outer.and(sql::Expression::binary(BinaryOperator::Greater, number(), sql::Expression::Value(skipped)));
    outer.order.push(Order { expression: number(), direction: Direction::Ascending, nulls: Nulls::Default });
    outer
}

fn ascending(source: Source, column: usize) -> Order {
    let expression = sql::Expression::column(source, column);
    Order { expression, direction: Direction::Ascending, nulls: Nulls::Default }
}

/// The condition that columns have one of these tuples of values.
fn among(source: Source, columns: &[usize], keys: &[Vec<Value>]) -> sql::Expression {
    let column = |column| sql::Expression::column(source, column);
    if let [only] = *columns {
        let values = keys.iter().filter_map(|key| key.first().cloned()).collect();
        return sql::Expression::In(Box::new(column(only)), Value::List(values));
    }
    let one = |key: &Vec<Value>| {
        let parts = columns.iter().zip(key).map(|(&position, value)| {
            sql::Expression::binary(
                BinaryOperator::Equal,
                column(position),
                sql::Expression::Value(value.clone()),
            )
        });
        sql::Expression::And(parts.collect())
    };
    sql::Expression::Or(keys.iter().map(one).collect())
}
