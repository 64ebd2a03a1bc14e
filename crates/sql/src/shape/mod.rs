//! A statement without its values: the key under which connections keep it prepared.
//!
//! One walk yields both the shape and the values, in the order in which [`compile`](crate::compile) numbers
//! their parameters. Statements of equal shape have equal text.

mod expression;
mod numbers;
mod select;
mod window;
mod write;

use smallvec::SmallVec;

pub use self::numbers::Shape;
use self::numbers::number;
use crate::repeat::Repeats;
use crate::source::Scope;
use crate::{Delete, Expression, Insert, Select, Statement, Update, Value};

/// The values of a statement, in the order of its parameters.
pub type Values<'a> = SmallVec<[&'a Value; 8]>;

/// A statement's shape and values.
pub fn of(statement: &Statement) -> (Shape, Values<'_>) {
    match statement {
        Statement::Select(select) => of_select(select),
        Statement::Insert(insert) => of_insert(insert),
        Statement::Update(update) => of_update(update),
        Statement::Delete(delete) => of_delete(delete),
        Statement::Explain(_) => Walk::of(|walk| walk.statement(statement)),
    }
}

/// The shape and values of a select.
pub fn of_select(select: &Select) -> (Shape, Values<'_>) {
    Walk::of(|walk| walk.select(select))
}

/// The same, into a shape and values that are new: both are long, and to move them costs as much as to walk a small select.
pub fn read_select<'a>(select: &'a Select, shape: &mut Shape, values: &mut Values<'a>) {
    Walk::new(shape, values).select(select);
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
    Explain,
    None,
    Some,
    Column,
    Value,
    Literal,
    LiteralText,
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
    Row,
    Case,
    Cast,
    Call,
    Raw,
    Aggregate,
    Window,
    Excluded,
    Output,
    Position,
    Cte,
    Again,
    Unknown,
    Repeated,
}

struct Walk<'a, 'w> {
    shape: &'w mut Shape,
    values: &'w mut Values<'a>,
    scope: Scope,
    repeats: Repeats<&'a Expression>,
}

impl<'a, 'w> Walk<'a, 'w> {
    fn new(shape: &'w mut Shape, values: &'w mut Values<'a>) -> Walk<'a, 'w> {
        Walk { shape, values, scope: Scope::default(), repeats: Repeats::default() }
    }

    #[inline]
    fn of(walk: impl FnOnce(&mut Walk<'a, '_>)) -> (Shape, Values<'a>) {
        let (mut shape, mut values) = (Shape::default(), Values::new());
        walk(&mut Walk::new(&mut shape, &mut values));
        (shape, values)
    }

    fn statement(&mut self, mut statement: &'a Statement) {
        while let Statement::Explain(inner) = statement {
            self.shape.push(Tag::Explain);
            statement = inner;
        }
        match statement {
            Statement::Select(select) => self.select(select),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            Statement::Explain(_) => {}
        }
    }
}
