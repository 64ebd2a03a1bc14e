use std::fmt;

/// Why the database, or the way to it, refused.
///
/// One small box: the kind is private and told by predicates, and where the database says which constraint, table or
/// column it was, accessors say so too. Values and passwords never appear in it.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    statement: Option<String>,
    table: Option<String>,
    columns: Vec<String>,
    constraint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What sort of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Url,
    Open,
    PoolTimeout,
    Unique,
    ForeignKey,
    NotNull,
    Check,
    Serialization,
    Busy,
    Timeout,
    Cancelled,
    Lost,
    Unknown,
    ReadOnly,
    Full,
    Corrupt,
    Value,
    Other,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            statement: None,
            table: None,
            columns: Vec::new(),
            constraint: None,
            source: None,
        }))
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// An empty table is one that is not told.
    pub(crate) fn with_columns(mut self, table: &str, columns: Vec<String>) -> Error {
        self.0.table = (!table.is_empty()).then(|| table.to_owned());
        self.0.columns = columns;
        self
    }

    pub(crate) fn with_constraint(mut self, constraint: &str) -> Error {
        self.0.constraint = Some(constraint.to_owned());
        self
    }

    pub(crate) fn with_statement(mut self, statement: &str) -> Error {
        self.0.statement.get_or_insert_with(|| statement.to_owned());
        self
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn reworded(mut self, message: String) -> Error {
        self.0.message = message;
        self
    }

    pub(crate) fn prefixed(mut self, prefix: &str) -> Error {
        self.0.message.insert_str(0, prefix);
        self
    }

    /// A value that the database cannot hold, or that a row holds and its type cannot.
    pub fn value(message: impl Into<String>) -> Error {
        Error::new(Kind::Value, message)
    }

    /// An array where the database has none.
    #[cfg(any(feature = "sqlite", feature = "mysql"))]
    #[cold]
    pub(crate) fn no_arrays(database_has: &str) -> Error {
        Error::value(format!("{database_has} no arrays: {}", onggi_sql::dialect::INSTEAD_OF_ARRAYS))
    }

    fn is(&self, kind: Kind) -> bool {
        self.0.kind == kind
    }

    /// Whether a value is already taken where it must be unique.
    pub fn is_unique_violation(&self) -> bool {
        self.is(Kind::Unique)
    }

    /// Whether a row refers to one that is not there, or is referred to and cannot go.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.is(Kind::ForeignKey)
    }

    /// Whether NULL came where it is not allowed.
    pub fn is_not_null_violation(&self) -> bool {
        self.is(Kind::NotNull)
    }

    /// Whether a row does not meet a check.
    pub fn is_check_violation(&self) -> bool {
        self.is(Kind::Check)
    }

    /// Whether the transaction collided with another and can be run again.
    pub fn is_serialization_failure(&self) -> bool {
        self.is(Kind::Serialization)
    }

    /// Whether another connection held a lock for longer than the busy timeout, or is one of the same thread, for which it
    /// would wait in vain.
    pub fn is_busy(&self) -> bool {
        self.is(Kind::Busy)
    }

    /// Whether a statement was stopped as it took longer than allowed.
    pub fn is_timeout(&self) -> bool {
        self.is(Kind::Timeout)
    }

    /// Whether a statement was stopped as somebody asked for it.
    pub fn is_cancelled(&self) -> bool {
        self.is(Kind::Cancelled)
    }

    /// Whether the connection to the server broke. What was not committed is undone.
    pub fn is_lost(&self) -> bool {
        self.is(Kind::Lost)
    }

    /// Whether the connection broke during a commit, or a statement outside of transactions that writes, so that nobody here knows
    /// if it was done.
    pub fn is_outcome_unknown(&self) -> bool {
        self.is(Kind::Unknown)
    }

    /// Whether it is about a value: one that the database cannot hold, or that is not of the type wanted.
    pub fn is_value(&self) -> bool {
        self.is(Kind::Value)
    }

    /// Whether the database may be read only.
    pub fn is_read_only(&self) -> bool {
        self.is(Kind::ReadOnly)
    }

    /// Whether there is no room left to write.
    pub fn is_full(&self) -> bool {
        self.is(Kind::Full)
    }

    /// Whether the database file is damaged, or no database file at all.
    pub fn is_corrupt(&self) -> bool {
        self.is(Kind::Corrupt)
    }

    /// Whether the URL is not one that can be understood.
    pub fn is_url(&self) -> bool {
        self.is(Kind::Url)
    }

    /// Whether the database could not be opened or reached.
    pub fn is_open(&self) -> bool {
        self.is(Kind::Open)
    }

    /// Whether no connection of the pool came free in time.
    pub fn is_pool_timeout(&self) -> bool {
        self.is(Kind::PoolTimeout)
    }

    /// The table of the violated constraint, where the database tells.
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// The columns of the violated constraint, where the database tells.
    pub fn columns(&self) -> &[String] {
        &self.0.columns
    }

    /// The name of the violated constraint, where the database tells.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// The text of the statement that failed; values are never in it.
    pub fn statement(&self) -> Option<&str> {
        self.0.statement.as_deref()
    }
}

/// How much of a statement a message shows.
const SHOWN: usize = 2_000;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.statement {
            None => Ok(()),
            Some(statement) if statement.len() <= SHOWN => write!(f, " (in: {statement})"),
            Some(statement) => {
                let shown: String = statement.chars().take(SHOWN).collect();
                write!(f, " (in: {shown}… of {} bytes)", statement.len())
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
