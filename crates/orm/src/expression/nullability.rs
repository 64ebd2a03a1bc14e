/// Whether the row that columns are of may be missing, as behind a left join: [`Must`] or [`Maybe`].
pub trait Nullability: Copy + Send + Sync + 'static {
    /// The type of values of a column that is never NULL in its table.
    type Of<T>;

    /// One thing, or perhaps none.
    type One<T>;

    /// Makes it of what there is.
    ///
    /// # Errors
    ///
    /// `missing`, where there must be one and is none.
    #[doc(hidden)]
    fn one<T>(found: Option<T>, missing: impl FnOnce() -> crate::Error) -> crate::Result<Self::One<T>>;
}

/// The row is there.
#[derive(Clone, Copy, Debug)]
pub enum Must {}

/// The row may be missing: then its columns are NULL.
#[derive(Clone, Copy, Debug)]
pub enum Maybe {}

impl Nullability for Must {
    type Of<T> = T;
    type One<T> = T;

    fn one<T>(found: Option<T>, missing: impl FnOnce() -> crate::Error) -> crate::Result<T> {
        found.ok_or_else(missing)
    }
}

impl Nullability for Maybe {
    type Of<T> = Option<T>;
    type One<T> = Option<T>;

    fn one<T>(found: Option<T>, _missing: impl FnOnce() -> crate::Error) -> crate::Result<Option<T>> {
        Ok(found)
    }
}
