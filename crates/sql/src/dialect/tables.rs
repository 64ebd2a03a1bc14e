use crate::Type;

/// What tables are created with.
#[derive(Debug)]
pub struct Tables {
    /// The name of a column type.
    pub type_name: fn(Type) -> &'static str,
    /// The name of the type of a column in a key or an index, with at least so many characters, where it is another.
    pub key_type: fn(Type, u32) -> Option<String>,
    /// Whether a foreign key is of the very type of the key that it refers to.
    pub same_key_types: bool,
    /// What stands behind the type of a column whose keys the database generates.
    pub identity: &'static str,
    /// The function that counts the characters of a text.
    pub length: &'static str,
    /// Whether a check with a name can stand at its column.
    pub column_checks: bool,
    /// Whether defaults stand in parentheses.
    pub default_parentheses: bool,
    /// What stands behind the columns and constraints.
    pub options: &'static str,
    /// Whether an index can be created as far as it is not there; else it is created with its table.
    pub index_if_not_exists: bool,
    /// Whether an index can be of what a function gives.
    pub computed_indexes: bool,
    /// Whether an index can be of a JSON document.
    pub json_indexes: bool,
    /// Whether a foreign key can fall back to its default.
    pub set_default: bool,
    /// How a foreign key to a table that is created later is said.
    pub key_later: KeyLater,
    /// Whether a transaction can hold what creates and drops tables.
    pub in_transactions: bool,
    /// Lets foreign keys wait until the transaction's end, where tables are dropped one by one.
    pub defer_foreign_keys: Option<&'static str>,
}

/// How a foreign key to a table that is created later is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyLater {
    /// With its table: it may refer to one that is not there yet.
    AtOnce,
    /// Behind all tables, by a block of PostgreSQL's procedural language.
    Block,
    /// Behind all tables, as far as it is not there. It goes before they are dropped.
    IfNotExists,
    /// Behind all tables, by a statement that a statement makes.
    Prepared,
}

/// How long a name may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameLimit {
    /// So many bytes.
    Bytes(usize),
    /// So many characters.
    Characters(usize),
}

impl NameLimit {
    /// Whether a name is longer.
    pub fn is_exceeded(self, name: &str) -> bool {
        match self {
            NameLimit::Bytes(limit) => name.len() > limit,
            NameLimit::Characters(limit) => name.chars().count() > limit,
        }
    }
}
