//! How models are related: fields, what a table's description says of them, and what queries make of them.

pub(crate) mod along;
mod belongs_to;
mod collection;
pub(crate) mod fetch;
mod field;
pub(crate) mod fill;
pub(crate) mod groups;
mod has_many;
pub(crate) mod keys;
mod related;
pub(crate) mod select;
mod serialize;

pub use along::Along;
pub use belongs_to::BelongsTo;
pub use collection::Collection;
pub use fetch::{Eager, Fetch};
pub use field::{Reference, RelationField};
pub use has_many::{HasMany, HasOne, ManyToMany};
pub(crate) use keys::Keys;
pub use related::Related;

use onggi_sql::{self as sql, BinaryOperator, Join, JoinKind, Source, Table};

use crate::Model;
use crate::expression::Condition;
use crate::session::Target;
use crate::source;

/// How the rows of one table are related to those of another; made by `#[derive(Model)]`.
#[derive(Debug)]
pub struct Relation {
    /// The field's name.
    pub(crate) name: &'static str,
    pub(crate) target: Target,
    link: Link,
    cascade: Cascade,
    /// The name of the other model, where the link table is this relation's and nobody has named it.
    twin: Option<&'static str>,
}

/// What a session does with the objects on the other side of a relation to many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cascade {
    /// Nothing: the database's foreign keys decide.
    None,
    /// They are deleted with their owner.
    Delete,
    /// They are also deleted when they are taken out of the relation.
    DeleteOrphans,
}

/// What rows are related by.
#[derive(Debug)]
enum Link {
    /// Columns at these positions hold the other's primary key.
    BelongsTo { columns: &'static [usize], optional: bool, separate: bool },
    /// The other's relation leads here.
    Inverse { of: fn() -> &'static Relation },
    /// A table without a model: its first column is the key of this side, its second that of the other.
    Table(&'static Table),
    /// The other's link table.
    TableInverse { of: fn() -> &'static Relation },
    /// A table with a model, whose relations lead to this side and the other.
    Through { model: Target, near: fn() -> &'static Relation, far: fn() -> &'static Relation },
}

/// What a relation's field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// [`BelongsTo`].
    BelongsTo,
    /// [`HasOne`] or [`HasMany`].
    Inverse,
    /// [`ManyToMany`].
    ManyToMany,
}

/// A link table between two: its columns for this side and for the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkTable {
    pub(crate) table: &'static Table,
    pub(crate) near: &'static [usize],
    pub(crate) far: &'static [usize],
    /// Whether no model stands for it, so that links are written with the relation.
    pub(crate) writable: bool,
}

impl LinkTable {
    /// The join of an occurrence of it with one of the other side's table, of rows that are in scope.
    pub(crate) fn join(&self, between: Source, target: Source, scope: Option<sql::Expression>) -> Join {
        let on = equal(between, self.far, target, target.table.primary_key);
        let on = match scope {
            Some(scope) => on.and(scope),
            None => on,
        };
        Join { kind: JoinKind::Inner, source: between.into(), on: Some(on), nested: 0 }
    }
}

/// Constructors, for the derive.
impl Relation {
    /// Columns hold the other's key.
    pub const fn belongs_to(
        name: &'static str,
        target: Target,
        columns: &'static [usize],
        optional: bool,
    ) -> Relation {
        Relation::new(name, target, Link::BelongsTo { columns, optional, separate: false })
    }

    /// Columns that are fields of their own hold the other's key.
    pub const fn belongs_to_columns(
        name: &'static str,
        target: Target,
        columns: &'static [usize],
        optional: bool,
    ) -> Relation {
        Relation::new(name, target, Link::BelongsTo { columns, optional, separate: true })
    }

    const fn new(name: &'static str, target: Target, link: Link) -> Relation {
        Relation { name, target, link, cascade: Cascade::None, twin: None }
    }

    /// The relation, with what a session does with the objects on its other side.
    pub const fn with_cascade(mut self, cascade: Cascade) -> Relation {
        self.cascade = cascade;
        self
    }

    /// The other's relation leads here.
    pub const fn inverse(name: &'static str, target: Target, of: fn() -> &'static Relation) -> Relation {
        Relation::new(name, target, Link::Inverse { of })
    }

    /// A link table of this relation's own.
    pub const fn link(name: &'static str, target: Target, table: &'static Table) -> Relation {
        Relation::new(name, target, Link::Table(table))
    }

    /// The relation, whose link table nobody has named, to the model of a name.
    pub const fn with_twin(mut self, model: &'static str) -> Relation {
        self.twin = Some(model);
        self
    }

    /// The other relation's link table.
    pub const fn link_inverse(name: &'static str, target: Target, of: fn() -> &'static Relation) -> Relation {
        Relation::new(name, target, Link::TableInverse { of })
    }

    /// A link table with a model.
    pub const fn through(
        name: &'static str,
        target: Target,
        model: Target,
        near: fn() -> &'static Relation,
        far: fn() -> &'static Relation,
    ) -> Relation {
        Relation::new(name, target, Link::Through { model, near, far })
    }

    const fn kind(&self) -> RelationKind {
        match self.link {
            Link::BelongsTo { .. } => RelationKind::BelongsTo,
            Link::Inverse { .. } => RelationKind::Inverse,
            Link::Table(_) | Link::TableInverse { .. } | Link::Through { .. } => RelationKind::ManyToMany,
        }
    }
}

impl Relation {
    /// The table on the other side.
    pub(crate) fn target(&self) -> &'static Table {
        (self.target.table)()
    }

    /// Whether there may be no row on the other side, for a relation to one.
    pub(crate) fn is_optional(&self) -> bool {
        !matches!(self.link, Link::BelongsTo { optional: false, .. })
    }

    /// The columns of its own that hold the other's key.
    pub(crate) fn columns(&self) -> &'static [usize] {
        match self.link {
            Link::BelongsTo { columns, .. } => columns,
            _ => &[],
        }
    }

    /// Whether its field has no column: what it is assigned is written elsewhere.
    pub(crate) fn is_separate(&self) -> bool {
        !matches!(self.link, Link::BelongsTo { separate: false, .. })
    }

    /// Whether columns that are fields of their own hold the other's key.
    pub(crate) const fn is_over_fields(&self) -> bool {
        matches!(self.link, Link::BelongsTo { separate: true, .. })
    }

    /// Whether objects on the other side are deleted with their owner.
    pub(crate) fn deletes(&self) -> bool {
        self.cascade != Cascade::None
    }

    /// Whether objects are deleted when they are taken out of the relation.
    pub(crate) fn deletes_orphans(&self) -> bool {
        self.cascade == Cascade::DeleteOrphans
    }

    /// The relation whose other end this is.
    pub(crate) fn inverse_of(&self) -> Option<&'static Relation> {
        match self.link {
            Link::Inverse { of, .. } => Some(of()),
            _ => None,
        }
    }

    /// The table between.
    pub(crate) fn link_table(&self) -> Option<LinkTable> {
        match self.link {
            Link::BelongsTo { .. } | Link::Inverse { .. } => None,
            Link::Table(table) => Some(LinkTable { table, near: &[0], far: &[1], writable: true }),
            Link::TableInverse { of } => {
                of().link_table().map(|link| LinkTable { near: link.far, far: link.near, ..link })
            }
            Link::Through { model, near, far } => Some(LinkTable {
                table: (model.table)(),
                near: near().columns(),
                far: far().columns(),
                writable: false,
            }),
        }
    }

    /// The condition that a row on the other side is in its model's scope. A foreign key leads to whatever row it names.
    pub(crate) fn scope(&self, target: Source) -> Option<Condition> {
        match self.link {
            Link::BelongsTo { .. } => None,
            _ => self.target.scope.map(|scope| scope(target)),
        }
    }

    /// The condition that a row between is in its model's scope.
    pub(crate) fn scope_between(&self, between: Source) -> Option<Condition> {
        match self.link {
            Link::Through { model, .. } => model.scope.map(|scope| scope(between)),
            _ => None,
        }
    }

    /// Whether rows are left out that are related: the other side has a scope, or what is between.
    pub(crate) fn is_scoped(&self) -> bool {
        match self.link {
            Link::BelongsTo { .. } => false,
            Link::Through { model, .. } if model.scope.is_some() => true,
            _ => self.target.scope.is_some(),
        }
    }

    /// The condition that rows of two occurrences are related, for relations without a table between.
    pub(crate) fn condition(&self, from: Source, to: Source) -> sql::Expression {
        match self.inverse_of() {
            Some(inverse) => equal(to, inverse.columns(), from, from.table.primary_key),
            None => equal(from, self.columns(), to, to.table.primary_key),
        }
    }
}

/// The condition that columns of two occurrences are equal, one by one.
pub(crate) fn equal(one: Source, columns: &[usize], other: Source, others: &[usize]) -> sql::Expression {
    let pairs = columns.iter().zip(others).map(|(&column, &other_column)| {
        let (left, right) = (source::column(one, column), source::column(other, other_column));
        sql::Expression::binary(BinaryOperator::Equal, left, right)
    });
    let mut pairs: Vec<sql::Expression> = pairs.collect();
    match pairs.len() {
        1 => pairs.remove(0),
        _ => sql::Expression::And(pairs),
    }
}

/// Whether a model has a relation of this name and kind.
pub const fn has_relation(relations: &[Relation], name: &str, kind: RelationKind) -> bool {
    let mut position = 0;
    while position < relations.len() {
        if same(relations[position].name, name) {
            return relations[position].kind() as u8 == kind as u8;
        }
        position += 1;
    }
    false
}

/// Whether a model has a relation to the model of a name by a link table that nobody has named.
pub const fn has_twin(relations: &[Relation], model: &str) -> bool {
    let mut position = 0;
    while position < relations.len() {
        if let Some(twin) = relations[position].twin
            && same(twin, model)
        {
            return true;
        }
        position += 1;
    }
    false
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut position = 0;
    while position < one.len() {
        if one[position] != other[position] {
            return false;
        }
        position += 1;
    }
    true
}

/// The relation of this name, which the derive has asserted to be there.
///
/// # Panics
///
/// Where it is not.
pub fn relation(relations: &'static [Relation], name: &str) -> &'static Relation {
    let found = relations.iter().find(|relation| relation.name == name);
    found.unwrap_or_else(|| panic!("the model has no relation {name}"))
}

/// Lets the references of an object that are over fields hold the keys which these have.
pub fn hold_keys<M: Model>(object: &mut M) {
    hold_keys_unless(object, |_| false);
}

/// The same, but for those that are left as they are.
pub(crate) fn hold_keys_unless<M: Model>(object: &mut M, is_left: impl Fn(&dyn RelationField) -> bool) {
    for (position, relation) in
        M::RELATIONS.iter().enumerate().filter(|(_, relation)| relation.is_over_fields())
    {
        if is_left(object.relation_mut(position)) {
            continue;
        }
        let columns = relation.columns().iter().map(|&column| object.attribute(column));
        let key = keys::values(columns).ok().flatten();
        object.relation_mut(position).hold(key);
    }
}
