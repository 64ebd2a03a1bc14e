//! Functions of the program's own.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value as Stored;

use super::value::{owned, raw};
use crate::{Error, Function, Result, ValueRef};

/// Makes a function known to a connection. It may stand in indexes and views: it is deterministic, and does nothing that a
/// schema from elsewhere could abuse.
pub(super) fn register(connection: &rusqlite::Connection, function: Function) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let (name, arguments) = (function.name(), function.arguments().into());
    // A panic of the body is caught by rusqlite, which makes it an error of the statement.
    connection.create_scalar_function(name, arguments, flags, move |context| {
        call(&function, context).map_err(|error| rusqlite::Error::UserFunctionError(Box::new(error)))
    })
}

fn call(function: &Function, context: &Context<'_>) -> Result<Stored> {
    let named = |error: Error| error.prefixed(&format!("{}: ", function.name()));
    let arguments = (0..context.len()).map(|place| raw(context.get_raw(place)));
    let arguments = arguments.collect::<Result<Vec<ValueRef<'_>>>>().map_err(named)?;
    owned(function.call(&arguments)?).map_err(named)
}
