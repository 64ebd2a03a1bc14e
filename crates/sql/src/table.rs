use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Declared, Type};

/// A table: its columns, keys and constraints.
///
/// Tables live as long as the program: macros make them as statics, and whoever builds one at run time leaks it.
/// That keeps every reference to a table and its columns a plain `Copy` value.
#[derive(Debug)]
pub struct Table {
    /// Its name, unquoted.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// Positions of the primary key's columns.
    pub primary_key: &'static [usize],
    /// Indexes and unique constraints.
    pub indexes: &'static [Index],
    /// Indexes of what functions give for columns.
    pub computed_indexes: &'static [ComputedIndex],
    /// Conditions that every row meets.
    pub checks: &'static [Check],
    /// Tables that link its rows with others and have no model of their own; they are created with it.
    pub links: &'static [&'static Table],
    /// Position of the column that counts a row's updates (optimistic locking).
    pub version: Option<usize>,
    generated: Option<usize>,
    number: Number,
}

impl Table {
    /// A table without indexes, checks or version column.
    pub const fn new(name: &'static str, columns: &'static [Column], primary_key: &'static [usize]) -> Table {
        let generated = generated(columns);
        let number = Number::new();
        Table {
            name,
            columns,
            primary_key,
            indexes: &[],
            computed_indexes: &[],
            checks: &[],
            links: &[],
            version: None,
            generated,
            number,
        }
    }

    /// The table with these indexes and unique constraints.
    pub const fn with_indexes(mut self, indexes: &'static [Index]) -> Table {
        self.indexes = indexes;
        self
    }

    /// The table with these indexes of what functions give.
    pub const fn with_computed_indexes(mut self, indexes: &'static [ComputedIndex]) -> Table {
        self.computed_indexes = indexes;
        self
    }

    /// The table with these checks.
    pub const fn with_checks(mut self, checks: &'static [Check]) -> Table {
        self.checks = checks;
        self
    }

    /// The table with the column at this position as its version.
    pub const fn with_version(mut self, column: usize) -> Table {
        self.version = Some(column);
        self
    }

    /// The table with these link tables.
    pub const fn with_links(mut self, links: &'static [&'static Table]) -> Table {
        self.links = links;
        self
    }

    /// The table's number in this process: small, dense, given at first use.
    #[inline]
    pub fn number(&self) -> u32 {
        self.number.get()
    }

    /// Position of the column that the database generates, if any.
    pub const fn generated(&self) -> Option<usize> {
        self.generated
    }

    /// Whether a unique constraint or index that the table describes has the column, or it belongs to the primary key.
    pub fn is_unique(&self, column: usize) -> bool {
        let computed = |part: &IndexPart| match part {
            IndexPart::Column(own) | IndexPart::Call { column: own, .. } => *own == column,
        };
        self.primary_key.contains(&column)
            || self.indexes.iter().any(|index| index.unique && index.columns.contains(&column))
            || self.computed_indexes.iter().any(|index| index.unique && index.parts.iter().any(computed))
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

const fn generated(columns: &[Column]) -> Option<usize> {
    let mut position = 0;
    while position < columns.len() {
        if columns[position].generated {
            return Some(position);
        }
        position += 1;
    }
    None
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, unquoted.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Whether the database makes its value when a row is inserted without one.
    pub generated: bool,
    /// The most characters a text may have.
    pub length: Option<u32>,
    /// What a row inserted by others gets when it names no value.
    pub default: Option<Constant>,
    /// The table whose primary key this column holds.
    pub reference: Option<Reference>,
    /// The part of another column's value that this column repeats.
    pub projection: Option<Projection>,
    /// Whether reading all columns leaves it out, with NULL in its place.
    pub deferred: bool,
}

impl Column {
    /// A column that is never NULL.
    pub const fn new(name: &'static str, ty: Type) -> Column {
        Column {
            name,
            ty,
            nullable: false,
            generated: false,
            length: None,
            default: None,
            reference: None,
            projection: None,
            deferred: false,
        }
    }

    /// The column, NULL allowed or not.
    pub const fn with_nullable(mut self, nullable: bool) -> Column {
        self.nullable = nullable;
        self
    }

    /// The column, made by the database.
    pub const fn generated(mut self) -> Column {
        self.generated = true;
        self
    }

    /// The column, with a limit of characters.
    pub const fn with_length(mut self, length: u32) -> Column {
        self.length = Some(length);
        self
    }

    /// The column, with a default.
    pub const fn with_default(mut self, default: Constant) -> Column {
        self.default = Some(default);
        self
    }

    /// The column as one that repeats a part of another one.
    pub const fn with_projection(mut self, column: usize, path: &'static str) -> Column {
        self.projection = Some(Projection { column, path });
        self
    }

    /// The column, left out by what reads all columns, or not.
    pub const fn with_deferred(mut self, deferred: bool) -> Column {
        self.deferred = deferred;
        self
    }

    /// The column as a foreign key, or as none.
    pub const fn with_reference(mut self, reference: Option<Reference>) -> Column {
        self.reference = reference;
        self
    }
}

/// Where a column's values come from that repeats a part of another one: whoever writes that writes both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projection {
    /// The position of the column that is written.
    pub column: usize,
    /// The path of the part in its value.
    pub path: &'static str,
}

/// A literal in a schema.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Constant {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Characters.
    Text(&'static str),
    /// An SQL expression, taken as it is.
    Sql(&'static str),
}

/// A foreign key to the primary key of another table (or of the same).
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The table referred to. A function, so that tables can refer to each other.
    pub table: fn() -> &'static Table,
    /// What happens when the row referred to is deleted.
    pub on_delete: Action,
    /// What happens when its key changes.
    pub on_update: Action,
}

impl Reference {
    /// A reference that refuses to be broken.
    pub const fn to(table: fn() -> &'static Table) -> Reference {
        Reference { table, on_delete: Action::NoAction, on_update: Action::NoAction }
    }

    /// The reference with other actions.
    pub const fn with_actions(mut self, on_delete: Action, on_update: Action) -> Reference {
        self.on_delete = on_delete;
        self.on_update = on_update;
        self
    }
}

/// What the database does to rows whose foreign key would be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Refuse.
    NoAction,
    /// Refuse at once, even where constraints are deferred.
    Restrict,
    /// Delete or update them too.
    Cascade,
    /// Set their key to NULL.
    SetNull,
    /// Set their key to its default.
    SetDefault,
}

/// An index or a unique constraint.
#[derive(Clone, Copy, Debug)]
pub struct Index {
    /// Its name; none makes one from table and columns.
    pub name: Option<&'static str>,
    /// Positions of its columns.
    pub columns: &'static [usize],
    /// Whether two rows may not agree in it.
    pub unique: bool,
}

/// An index of which at least one part is what a function gives.
#[derive(Clone, Copy, Debug)]
pub struct ComputedIndex {
    /// Its name; none makes one from table, columns and arguments.
    pub name: Option<&'static str>,
    /// What it is sorted by.
    pub parts: &'static [IndexPart],
    /// Whether two rows may not agree in it.
    pub unique: bool,
}

/// A part of a [`ComputedIndex`].
#[derive(Clone, Copy, Debug)]
pub enum IndexPart {
    /// A column, by its position.
    Column(usize),
    /// What a function gives for a column. An expression uses the index when it is the same call, its argument an
    /// [`Expression::LiteralText`](crate::Expression::LiteralText).
    Call {
        /// The function, which always gives the same for the same arguments.
        function: &'static Declared,
        /// The position of the column, its first argument.
        column: usize,
        /// Its second argument, a text.
        argument: &'static str,
    },
}

/// A condition that every row of a table meets.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name; none makes one from the table's and its position.
    pub name: Option<&'static str>,
    /// The condition, as SQL.
    pub condition: &'static str,
}

/// A number given at first use.
#[derive(Debug)]
struct Number(AtomicU32);

impl Number {
    const fn new() -> Number {
        Number(AtomicU32::new(0))
    }

    #[inline]
    fn get(&self) -> u32 {
        match self.0.load(Ordering::Relaxed) {
            0 => self.assign(),
            number => number - 1,
        }
    }

    #[cold]
    fn assign(&self) -> u32 {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        match self.0.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => number - 1,
            Err(first) => first - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stable_and_differ() {
        static A: Table = Table::new("a", &[], &[]);
        static B: Table = Table::new("b", &[], &[]);
        assert_ne!(A.number(), B.number());
        assert_eq!(A.number(), A.number());
    }
}
