//! A statement without its values: the key under which connections keep it prepared.
//!
//! One walk yields both the shape and the values, in the order in which [`compile`](crate::compile) writes
//! their parameters. Statements of equal shape have equal text.

use smallvec::SmallVec;

use crate::source::Scope;
use crate::{
    Delete, Expression, Insert, Join, Order, Relation, Select, Selected, Source, Statement, Table, Update,
    Value,
};

/// Everything that decides a statement's text, as a flat list of numbers.
///
/// A face with statements of its own kind can make such lists itself, with [`Shape::own`], which differ from those
/// of all statements.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape(pub SmallVec<[u32; 64]>);

impl Shape {
    /// The smallest first number of a list that was not made from a [`Statement`].
    const OWN: u32 = 1 << 16;

    /// A face's own list. Lists that differ in `first`, or in what follows, are different shapes.
    pub fn own(first: u32, rest: &[u32]) -> Shape {
        let mut shape = Shape::default();
        shape.0.push(Shape::OWN + first);
        shape.0.extend_from_slice(rest);
        shape
    }

    fn push(&mut self, tag: Tag) {
        self.0.push(tag as u32);
    }

    fn count(&mut self, count: usize) {
        // A statement of four billion parts does not fit into memory.
        self.0.push(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn table(&mut self, table: &Table) {
        self.0.push(table.number());
    }

    fn columns(&mut self, columns: &[usize]) {
        self.count(columns.len());
        for &column in columns {
            self.count(column);
        }
    }
}

/// The values of a statement, in the order of its parameters.
pub type Values<'a> = SmallVec<[&'a Value; 8]>;

/// A statement's shape and values.
pub fn of(statement: &Statement) -> (Shape, Values<'_>) {
    match statement {
        Statement::Select(select) => of_select(select),
        Statement::Insert(insert) => of_insert(insert),
        Statement::Update(update) => of_update(update),
        Statement::Delete(delete) => of_delete(delete),
    }
}

/// The shape and values of a select.
pub fn of_select(select: &Select) -> (Shape, Values<'_>) {
    Walk::of(|walk| walk.select(select))
}

/// The shape of an insert, whose values are all bound at run time.
pub fn of_insert(insert: &Insert) -> (Shape, Values<'_>) {
    Walk::of(|walk| walk.insert(insert))
}

/// The shape and values of an update.
pub fn of_update(update: &Update) -> (Shape, Values<'_>) {
    Walk::of(|walk| walk.update(update))
}

/// The shape and values of a delete.
pub fn of_delete(delete: &Delete) -> (Shape, Values<'_>) {
    Walk::of(|walk| walk.delete(delete))
}

/// What a number at the start of a part means.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Tag {
    Select,
    Insert,
    Update,
    Delete,
    None,
    Some,
    Column,
    Value,
    DecimalValue,
    Literal,
    Parameter,
    Unary,
    Binary,
    And,
    Or,
    In,
    Match,
    Function,
    Exists,
    Scalar,
    InSelect,
    Again,
    Unknown,
}

#[derive(Default)]
struct Walk<'a> {
    shape: Shape,
    values: Values<'a>,
    scope: Scope,
}

impl<'a> Walk<'a> {
    fn of(walk: impl FnOnce(&mut Walk<'a>)) -> (Shape, Values<'a>) {
        let mut result = Walk::default();
        walk(&mut result);
        (result.shape, result.values)
    }

    fn select(&mut self, select: &'a Select) {
        self.shape.push(Tag::Select);
        let outer = self.scope.enter();
        self.relation(&select.source);
        self.shape.count(select.joins.len());
        for join in &select.joins {
            self.shape.0.push(join.kind as u32);
            self.relation(&join.source);
        }
        self.shape.0.push(match select.summary {
            None => 0,
            Some(summary) => 1 + summary as u32,
        });
        self.shape.0.push(u32::from(select.distinct));
        match &select.columns {
            Selected::Table => self.shape.push(Tag::Some),
            Selected::Nothing => self.shape.push(Tag::None),
            Selected::Expressions(expressions) => {
                self.shape.push(Tag::And);
                self.list(expressions);
            }
        }
        self.joined(&select.joins);
        self.optional(select.filter.as_ref());
        self.order(&select.order);
        self.optional_value(select.limit.as_ref());
        self.optional_value(select.offset.as_ref());
        self.scope.leave(outer);
    }

    /// Their conditions, which stand behind what is selected.
    fn joined(&mut self, joins: &'a [Join]) {
        for join in joins {
            self.optional(join.on.as_ref());
        }
    }

    /// What a select reads from comes into scope.
    fn relation(&mut self, relation: &'a Relation) {
        match relation {
            Relation::Table(source) => self.source(*source),
        }
    }

    fn source(&mut self, source: Source) {
        self.shape.table(source.table);
        if !self.scope.add(source) {
            self.shape.push(Tag::Again);
        }
    }

    /// A source by its number in scope.
    fn column(&mut self, source: Source, column: usize) {
        match self.scope.find(source) {
            Some(number) => {
                self.shape.push(Tag::Column);
                self.shape.count(number);
            }
            None => {
                self.shape.push(Tag::Unknown);
                self.shape.table(source.table);
            }
        }
        self.shape.count(column);
    }

    fn order(&mut self, order: &'a [Order]) {
        self.shape.count(order.len());
        for order in order {
            self.shape.0.push(order.direction as u32);
            self.shape.0.push(order.nulls as u32);
            self.expression(&order.expression);
        }
    }

    fn insert(&mut self, insert: &'a Insert) {
        self.shape.push(Tag::Insert);
        self.shape.table(insert.table);
        self.shape.columns(&insert.columns);
        match &insert.conflict {
            None => self.shape.push(Tag::None),
            Some(conflict) => {
                self.shape.push(Tag::Some);
                self.shape.columns(&conflict.target);
                self.shape.columns(&conflict.update);
            }
        }
        match insert.returning {
            None => self.shape.push(Tag::None),
            Some(column) => {
                self.shape.push(Tag::Some);
                self.shape.count(column);
            }
        }
    }

    fn update(&mut self, update: &'a Update) {
        self.shape.push(Tag::Update);
        self.source(update.source);
        self.shape.count(update.assignments.len());
        for (column, expression) in &update.assignments {
            self.shape.count(*column);
            self.expression(expression);
        }
        self.optional(update.filter.as_ref());
    }

    fn delete(&mut self, delete: &'a Delete) {
        self.shape.push(Tag::Delete);
        self.source(delete.source);
        self.optional(delete.filter.as_ref());
    }

    fn optional(&mut self, expression: Option<&'a Expression>) {
        match expression {
            None => self.shape.push(Tag::None),
            Some(expression) => self.expression(expression),
        }
    }

    fn optional_value(&mut self, value: Option<&'a Value>) {
        match value {
            None => self.shape.push(Tag::None),
            Some(value) => self.value(value),
        }
    }

    fn value(&mut self, value: &'a Value) {
        self.shape.push(if value.is_decimal() { Tag::DecimalValue } else { Tag::Value });
        self.values.push(value);
    }

    fn list(&mut self, expressions: &'a [Expression]) {
        self.shape.count(expressions.len());
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn expression(&mut self, expression: &'a Expression) {
        match expression {
            Expression::Column(source, column) => self.column(*source, *column),
            Expression::Value(value) => self.value(value),
            Expression::Literal(number) => self.literal(*number),
            Expression::Parameter => self.shape.push(Tag::Parameter),
            Expression::Unary(operator, operand) => {
                self.shape.push(Tag::Unary);
                self.shape.0.push(*operator as u32);
                self.expression(operand);
            }
            Expression::Binary(operator, operands) => {
                self.shape.push(Tag::Binary);
                self.shape.0.push(*operator as u32);
                self.expression(&operands.0);
                self.expression(&operands.1);
            }
            Expression::And(conditions) => {
                self.shape.push(Tag::And);
                self.list(conditions);
            }
            Expression::Or(conditions) => {
                self.shape.push(Tag::Or);
                self.list(conditions);
            }
            Expression::In(operand, values) => {
                self.shape.push(Tag::In);
                self.expression(operand);
                self.value(values);
            }
            Expression::Match(kind, operands) => {
                self.shape.push(Tag::Match);
                self.shape.0.push(*kind as u32);
                self.expression(&operands.0);
                self.expression(&operands.1);
            }
            Expression::Function(function, arguments) => {
                self.shape.push(Tag::Function);
                self.shape.0.push(*function as u32);
                self.list(arguments);
            }
            Expression::Exists(select) => {
                self.shape.push(Tag::Exists);
                self.select(select);
            }
            Expression::Scalar(select) => {
                self.shape.push(Tag::Scalar);
                self.select(select);
            }
            Expression::InSelect(operand, select) => {
                self.shape.push(Tag::InSelect);
                self.expression(operand);
                self.select(select);
            }
        }
    }

    fn literal(&mut self, number: i64) {
        self.shape.push(Tag::Literal);
        for half in number.to_le_bytes().chunks_exact(4) {
            self.shape.0.push(half.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)));
        }
    }
}
