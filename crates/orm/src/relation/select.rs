//! The statements that relations are loaded with.

use onggi_sql::{
    self as sql, BinaryOperator, Direction, Join, JoinKind, Nulls, Order, Select, Selected, Source, Type,
    Value,
};

use super::fetch::Narrowed;
use super::{Relation, equal};
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

/// The select of the rows that a relation leads to from rows with some keys.
pub(crate) struct RelatedRows {
    pub(crate) select: Select,
    /// The types of the columns before those of the target: the keys that a link table has of the owners.
    pub(crate) lead: Vec<Type>,
}

/// The rows on the other side of a relation from rows with these keys.
///
/// # Errors
///
/// What is wrong with the narrowed relation's query.
pub(crate) fn related(
    relation: &'static Relation,
    narrowed: Option<&Narrowed>,
    keys: &[Vec<Value>],
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
    if select.limit.is_some() || select.offset.is_some() {
        return Err(Error::usage("a limit for each object needs a window"));
    }
    select.order.extend(target.primary_key.iter().map(|&column| ascending(own, column)));
    let Some(link) = relation.link_table() else {
        let columns = relation.inverse_of().map_or(&[][..], Relation::columns);
        select.and(among(own, columns, keys));
        return Ok(RelatedRows { select, lead: Vec::new() });
    };
    let between = source::root(link.table);
    let lead = link.near.iter().map(|&column| sql::Expression::column(between, column));
    let columns = (0..target.columns.len()).map(|column| sql::Expression::column(own, column));
    select.columns = Selected::Expressions(lead.chain(columns).collect());
    let on = equal(between, link.far, own, target.primary_key);
    select.joins.insert(0, Join { kind: JoinKind::Inner, source: between.into(), on: Some(on) });
    select.and(among(between, link.near, keys));
    let lead = link.near.iter().map(|&column| link.table.columns[column].ty).collect();
    Ok(RelatedRows { select, lead })
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
