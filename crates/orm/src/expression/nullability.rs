use crate::field::Field;

/// Whether the row that columns are of may be missing, as behind a left join: [`Must`] or [`Maybe`].
pub trait Nullability: Copy + Send + Sync + 'static {
    /// The type of values of a column that is never NULL in its table.
    type Of<T>;

    /// Whether one of two may be missing.
    type Or<N: Nullability>: Nullability;

    /// One thing, or perhaps none.
    type One<T>;

    /// Whether it is [`Maybe`].
    #[doc(hidden)]
    const MAYBE: bool;

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
    type Or<N: Nullability> = N;
    type One<T> = T;
    const MAYBE: bool = false;

    fn one<T>(found: Option<T>, missing: impl FnOnce() -> crate::Error) -> crate::Result<T> {
        found.ok_or_else(missing)
    }
}

impl Nullability for Maybe {
    type Of<T> = Option<T>;
    type Or<N: Nullability> = Maybe;
    type One<T> = Option<T>;
    const MAYBE: bool = true;

    fn one<T>(found: Option<T>, _missing: impl FnOnce() -> crate::Error) -> crate::Result<Option<T>> {
        Ok(found)
    }
}

/// Types of columns, by whether NULL is among their values: all of them, made by the compiler.
pub trait Nullable: Field {
    /// [`Maybe`] for an `Option`, [`Must`] for everything else.
    type Nullability: Nullability;
}

#[diagnostic::do_not_recommend]
impl<T: Field<Base = T>> Nullable for T {
    type Nullability = Must;
}

#[diagnostic::do_not_recommend]
impl<T: Field> Nullable for Option<T> {
    type Nullability = Maybe;
}

/// A type `U` that is an `Option` where `T` is.
pub(crate) type Like<T, U> = <<T as Nullable>::Nullability as Nullability>::Of<U>;

/// A type `U` that is an `Option` where one of two is.
pub(crate) type Either<T, V, U> =
    <<<T as Nullable>::Nullability as Nullability>::Or<<V as Nullable>::Nullability> as Nullability>::Of<U>;
