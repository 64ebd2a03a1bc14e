use super::Field;
use crate::{Bind, Error, Result, Type, ValueRef};

/// A column that is read only when it is asked for: a long text, a large pickle.
///
/// Queries leave it out. [`Query::with`](crate::Query::with) reads it along, [`Session::load`](crate::Session::load) for
/// all objects of a query at once; what was not read is not written either. A column that can be NULL is a
/// `Deferred<Option<T>>`: `get` gives `None` where it was not read, and `Some(None)` where it is NULL. From the rows of
/// another query or of `RETURNING`, NULL is taken for not read.
///
/// ```
/// use onggi::{Deferred, Id, Model};
///
/// #[derive(Clone, Default, Model)]
/// struct Page { id: Id<Page>, title: String, body: Deferred<String> }
///
/// # let db = onggi::Database::open("sqlite::memory:")?;
/// # db.create_tables(onggi::models![Page])?;
/// let mut session = db.session()?;
/// session.add(Page { title: "Brine".into(), body: "Take salt …".to_owned().into(), ..Default::default() });
/// session.commit()?;
///
/// let mut connection = db.connect()?;
/// let page: Page = Page::query().one(&mut connection)?;
/// assert_eq!(page.body.get(), None);
/// let page: Page = Page::query().with(|page| page.body).one(&mut connection)?;
/// assert_eq!(page.body.get().map(String::as_str), Some("Take salt …"));
/// # Ok::<(), onggi::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deferred<T>(Option<T>);

impl<T> Deferred<T> {
    /// The value, where it has been read or set.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// The value, to be changed, where it has been read or set.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut()
    }

    /// The value, taken out, where it has been read or set.
    pub fn into_inner(self) -> Option<T> {
        self.0
    }
}

impl<T> Deferred<T> {
    pub(crate) fn of(value: Option<T>) -> Deferred<T> {
        Deferred(value)
    }
}

impl<T> From<T> for Deferred<T> {
    fn from(value: T) -> Deferred<T> {
        Deferred(Some(value))
    }
}

/// The default of its type: a new object has all its columns.
impl<T: Default> Default for Deferred<T> {
    fn default() -> Deferred<T> {
        Deferred(Some(T::default()))
    }
}

impl<T: Field> Field for Deferred<T> {
    type Base = T::Base;
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = T::NULLABLE;
    const EQUALITY: Option<&'static onggi_sql::Declared> = T::EQUALITY;
    const DEFERRED: bool = true;

    fn bind(&self, to: &mut dyn Bind) -> Result<()> {
        match &self.0 {
            Some(value) => value.bind(to),
            None => Err(Error::value("the column is deferred and was not read: load it first")),
        }
    }

    fn read(value: ValueRef<'_>) -> Result<Self> {
        match value {
            ValueRef::Null => Ok(Deferred(None)),
            value => Deferred::read_present(value),
        }
    }

    fn read_present(value: ValueRef<'_>) -> Result<Self> {
        T::read(value).map(|value| Deferred(Some(value)))
    }

    fn is_deferred(&self) -> bool {
        self.0.is_none()
    }

    /// What was not read differs from nothing.
    fn differs(&self, other: &Self) -> bool {
        self.0.is_some() && self != other
    }
}
