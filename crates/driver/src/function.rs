use std::fmt;
use std::panic::RefUnwindSafe;
use std::sync::Arc;

use crate::{Result, Value, ValueRef};

/// A scalar SQL function of the program's own, for databases that run inside of it.
///
/// The same arguments always give the same value, and nothing else happens: a database may call it as often or seldom as it
/// likes, and keep what it gave in an index.
///
/// ```
/// use onggi_driver::{Error, Function, Pool, Type, Value, ValueRef};
///
/// let double = Function::new("double", 1, |arguments| match arguments {
///     [ValueRef::Null] => Ok(Value::Null),
///     [ValueRef::Integer(number)] => Ok(Value::Integer(number * 2)),
///     _ => Err(Error::value("an integer is needed")),
/// });
/// let mut connection = Pool::open_with("sqlite::memory:", [double])?.connect()?;
/// connection.run("CREATE TABLE jars (number INTEGER)")?;
/// connection.run("CREATE INDEX doubled ON jars (double(number))")?;
/// let error = connection.run("INSERT INTO jars VALUES ('two')").unwrap_err();
/// assert!(error.to_string().starts_with("double: an integer is needed"), "{error}");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Function {
    name: &'static str,
    arguments: u8,
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code))]
    body: Arc<Body>,
}

/// A panic in it leaves nothing half done that the next call would see: pools can be used after panics.
type Body = dyn Fn(&[ValueRef<'_>]) -> Result<Value> + Send + Sync + RefUnwindSafe;

impl Function {
    /// A function of a name and a number of arguments, which are given as the database keeps them.
    ///
    /// An error of the body is an error of the statement, with the name before it.
    pub fn new(
        name: &'static str,
        arguments: u8,
        body: impl Fn(&[ValueRef<'_>]) -> Result<Value> + Send + Sync + RefUnwindSafe + 'static,
    ) -> Function {
        Function { name, arguments, body: Arc::new(body) }
    }

    /// What SQL calls it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How many arguments it takes.
    pub fn arguments(&self) -> u8 {
        self.arguments
    }

    /// What it gives.
    #[cfg(feature = "sqlite")]
    pub(crate) fn call(&self, arguments: &[ValueRef<'_>]) -> Result<Value> {
        (self.body)(arguments).map_err(|error| error.prefixed(&format!("{}: ", self.name)))
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}
