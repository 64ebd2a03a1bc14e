use std::sync::Arc;

use crate::{Connection, Result};

/// A statement that was run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Executed<'a> {
    /// Its text; values are never in it.
    pub statement: &'a str,
    /// How many times it ran in a row, each time with other parameters.
    pub times: u64,
}

/// Called with every statement that a connection ran, in order.
pub type Observer = Arc<dyn Fn(Executed<'_>) + Send + Sync>;

/// Called before each statement of a connection, which it can use meanwhile; its error is that of the statement, which then
/// does not run. For tests of what goes wrong.
pub type Interceptor = Arc<dyn Fn(&mut Connection) -> Result<()> + Send + Sync>;

/// Reports a statement to the log and to the observer.
///
/// Whether the log wants it is for `tracing`'s macro to say: by its feature `log`, it also tells the crate `log`, which
/// `level_enabled!` knows nothing of. Asking that first would save a look-up 10 of 6,340 instructions.
pub(crate) fn report(observer: Option<&Observer>, statement: &str, times: u64) {
    match times {
        1 => tracing::debug!(target: "onggi::sql", "{statement}"),
        _ => tracing::debug!(target: "onggi::sql", "{statement} ({times} times)"),
    }
    if let Some(observer) = observer {
        observer(Executed { statement, times });
    }
}
