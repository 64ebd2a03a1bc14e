use std::fmt;

use onggi_driver as driver;

/// Why something could not be done.
///
/// One small box. Predicates tell kinds apart, accessors say which table, columns and constraint it was about, and
/// [`source`](std::error::Error::source) leads to the database's own words.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What sort of failure it was.
#[derive(Debug)]
enum Kind {
    Driver(driver::Error),
    NotFound,
    NotUnique,
    Stale,
    Value,
    Corrupt { table: &'static str, column: &'static str },
    Usage,
    Cycle,
    User,
}

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, message: message.into(), source: None }))
    }

    /// An error of the caller's own, to leave a transaction with.
    pub fn other(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        let source = source.into();
        let mut error = Error::new(Kind::User, source.to_string());
        error.0.source = Some(source);
        error
    }

    /// A value that is not what its type or column holds; for implementations of [`Field`](crate::Field).
    pub fn value(message: impl Into<String>) -> Error {
        Error::new(Kind::Value, message)
    }

    pub(crate) fn value_from(
        message: String,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        let mut error = Error::value(message);
        error.0.source = Some(source.into());
        error
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Error {
        Error::new(Kind::NotFound, message)
    }

    pub(crate) fn not_unique(message: impl Into<String>) -> Error {
        Error::new(Kind::NotUnique, message)
    }

    pub(crate) fn stale(message: impl Into<String>) -> Error {
        Error::new(Kind::Stale, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Error {
        Error::new(Kind::Usage, message)
    }

    pub(crate) fn cycle(message: impl Into<String>) -> Error {
        Error::new(Kind::Cycle, message)
    }

    /// The error with the place where its value was found or was to go.
    pub(crate) fn at(self, table: &'static str, column: &'static str, key: &str) -> Error {
        let message = format!("{table}.{column} of {key}: {self}");
        Error(Box::new(Inner {
            kind: Kind::Corrupt { table, column },
            message,
            source: Some(Box::new(self)),
        }))
    }

    /// The error with words before it, its kind kept.
    pub(crate) fn prefixed(mut self, prefix: impl fmt::Display) -> Error {
        self.0.message = format!("{prefix}: {}", self.0.message);
        self
    }

    fn driver(&self) -> Option<&driver::Error> {
        match &self.0.kind {
            Kind::Driver(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the work of its transaction can be done again: nothing of it was committed, and it may succeed.
    pub(crate) fn can_be_run_again(&self) -> bool {
        self.is_serialization_failure() || self.is_lost()
    }

    fn driver_is(&self, is: fn(&driver::Error) -> bool) -> bool {
        self.driver().is_some_and(is)
    }

    /// Whether a row that was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.0.kind, Kind::NotFound)
    }

    /// Whether one row was asked for and there are several.
    pub fn is_not_unique(&self) -> bool {
        matches!(self.0.kind, Kind::NotUnique)
    }

    /// Whether somebody else changed or deleted the row of an object since it was loaded.
    pub fn is_stale(&self) -> bool {
        matches!(self.0.kind, Kind::Stale)
    }

    /// Whether a value does not fit its type or column, such as bytes that are no pickle.
    pub fn is_value(&self) -> bool {
        matches!(self.0.kind, Kind::Value | Kind::Corrupt { .. }) || self.driver_is(driver::Error::is_value)
    }

    /// Whether objects that refer to each other in a circle cannot be written in any order.
    pub fn is_cycle(&self) -> bool {
        matches!(self.0.kind, Kind::Cycle)
    }

    /// Whether a value is already taken where it must be unique.
    pub fn is_unique_violation(&self) -> bool {
        self.driver_is(driver::Error::is_unique_violation)
    }

    /// Whether a row refers to one that is not there, or is still referred to.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.driver_is(driver::Error::is_foreign_key_violation)
    }

    /// Whether NULL came where it is not allowed.
    pub fn is_not_null_violation(&self) -> bool {
        self.driver_is(driver::Error::is_not_null_violation)
    }

    /// Whether a row does not meet a check.
    pub fn is_check_violation(&self) -> bool {
        self.driver_is(driver::Error::is_check_violation)
    }

    /// Whether the transaction collided with another and can be run again.
    pub fn is_serialization_failure(&self) -> bool {
        self.driver_is(driver::Error::is_serialization_failure)
    }

    /// Whether another connection held a lock for longer than the busy timeout, or is one of the same thread, for which it
    /// would wait in vain.
    pub fn is_busy(&self) -> bool {
        self.driver_is(driver::Error::is_busy)
    }

    /// Whether a statement was stopped as it took longer than allowed.
    pub fn is_timeout(&self) -> bool {
        self.driver_is(driver::Error::is_timeout)
    }

    /// Whether a statement was stopped as somebody asked for it, as by a [`CancelHandle`](crate::CancelHandle).
    pub fn is_cancelled(&self) -> bool {
        self.driver_is(driver::Error::is_cancelled)
    }

    /// Whether the connection to the server broke. What was not committed is undone.
    pub fn is_lost(&self) -> bool {
        self.driver_is(driver::Error::is_lost)
    }

    /// Whether the connection broke during a commit, or a statement outside of transactions that writes, so that nobody here knows
    /// if it was done. Look before doing its work again.
    pub fn is_outcome_unknown(&self) -> bool {
        self.driver_is(driver::Error::is_outcome_unknown)
    }

    /// Whether the database may be read only.
    pub fn is_read_only(&self) -> bool {
        self.driver_is(driver::Error::is_read_only)
    }

    /// Whether there is no room left to write.
    pub fn is_full(&self) -> bool {
        self.driver_is(driver::Error::is_full)
    }

    /// Whether the database file is damaged, or no database file at all.
    pub fn is_corrupt(&self) -> bool {
        self.driver_is(driver::Error::is_corrupt)
    }

    /// Whether the URL is not one that can be understood.
    pub fn is_url(&self) -> bool {
        self.driver_is(driver::Error::is_url)
    }

    /// Whether the database could not be opened or reached.
    pub fn is_open(&self) -> bool {
        self.driver_is(driver::Error::is_open)
    }

    /// Whether all connections of the pool were in use for longer than `pool_timeout`; the message says by whom.
    pub fn is_pool_timeout(&self) -> bool {
        self.driver_is(driver::Error::is_pool_timeout)
    }

    /// The table that the error is about, where it is about one.
    pub fn table(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Driver(error) => error.table(),
            Kind::Corrupt { table, .. } => Some(table),
            _ => None,
        }
    }

    /// The columns that the error is about, where it is about some.
    pub fn columns(&self) -> Vec<&str> {
        match &self.0.kind {
            Kind::Driver(error) => error.columns().iter().map(String::as_str).collect(),
            Kind::Corrupt { column, .. } => vec![column],
            _ => Vec::new(),
        }
    }

    /// The name of the violated constraint, where the database tells.
    pub fn constraint(&self) -> Option<&str> {
        self.driver().and_then(driver::Error::constraint)
    }

    /// The text of the statement that failed, where one did; values are never in it.
    pub fn statement(&self) -> Option<&str> {
        self.driver().and_then(driver::Error::statement)
    }
}

impl From<driver::Error> for Error {
    fn from(error: driver::Error) -> Error {
        let message = error.to_string();
        Error::new(Kind::Driver(error), message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match (&self.0.kind, &self.0.source) {
            (Kind::Driver(error), _) => std::error::Error::source(error),
            (_, Some(source)) => Some(&**source),
            (_, None) => None,
        }
    }
}
