use crate::{Result, Value, ValueRef};

/// Takes the parameters of a statement, one after another, without owning them.
pub trait Bind {
    /// Binds the next parameter.
    ///
    /// # Errors
    ///
    /// A value that the database cannot hold exactly is refused.
    fn bind(&mut self, value: ValueRef<'_>) -> Result<()>;
}

/// Keeps what is bound, for whoever needs values outside a statement.
#[derive(Debug, Default)]
pub struct Capture {
    /// What was bound, in order.
    pub values: Vec<Value>,
}

impl Bind for Capture {
    fn bind(&mut self, value: ValueRef<'_>) -> Result<()> {
        self.values.push(value.to_owned());
        Ok(())
    }
}
