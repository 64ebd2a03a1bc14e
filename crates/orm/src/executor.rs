//! Who runs a query, and what it keeps of the rows.

use onggi_driver as driver;

use crate::reader::Reader;
use crate::relation::Along;
use crate::{Model, Result};

/// Something that runs queries: a [`Session`](crate::Session), which gives handles to tracked objects, or a
/// [`Connection`](crate::Connection), which gives plain structs.
pub trait Executor: sealed::Split {}

impl<E: sealed::Split> Executor for E {}

/// What becomes of the objects in a result: plain structs, or handles into a session's arena.
pub trait Keep {
    /// What a row of a model becomes.
    type Entity<M: Model>;

    /// Keeps the object of the row that the reader stands at.
    #[doc(hidden)]
    fn entity<M: Model>(&mut self, reader: &mut Reader<'_>) -> Result<Self::Entity<M>>;

    /// Keeps the objects that the rest of the row holds for an object's relations.
    #[doc(hidden)]
    fn along<M: Model>(
        &mut self,
        owner: &mut Self::Entity<M>,
        along: &[Along],
        reader: &mut Reader<'_>,
    ) -> Result<()>;

    /// Before the first row of a query; `distinct` where no row of the model comes twice.
    #[doc(hidden)]
    fn begin<M: Model>(&mut self, _distinct: bool) {}

    /// Before the first row, for the models of relations; none of their rows need come once.
    #[doc(hidden)]
    fn begin_along(&mut self, _along: &[Along]) {}

    /// After the last row of a query, or its failure.
    #[doc(hidden)]
    fn finish(&mut self) {}
}

/// Keeps nothing: rows become structs of the caller's.
#[derive(Debug)]
pub struct Plain;

impl Keep for Plain {
    type Entity<M: Model> = M;

    #[inline]
    fn entity<M: Model>(&mut self, reader: &mut Reader<'_>) -> Result<M> {
        reader.enter(M::table());
        let object = M::read(reader)?;
        // Columns that repeat parts of others are behind those that are fields.
        reader.skip();
        Ok(object)
    }

    #[inline]
    fn along<M: Model>(&mut self, owner: &mut M, along: &[Along], reader: &mut Reader<'_>) -> Result<()> {
        for along in along {
            let position = M::RELATIONS.iter().position(|own| std::ptr::eq(own, along.relation));
            let field = owner.relation_mut(position.unwrap_or(usize::MAX));
            (along.relation.target.read_along)(along, field, reader)?;
        }
        Ok(())
    }
}

pub(crate) mod sealed {
    use super::{Keep, driver};
    use crate::relation::Fetch;
    use crate::{Model, Result};

    /// An executor's two halves, so that rows can be kept while the connection lends them.
    pub trait Split {
        /// What becomes of the objects.
        type Keep: Keep;

        /// The halves.
        fn split(&mut self) -> (&mut driver::Connection, &mut Self::Keep);

        /// Before a query: flushes, and begins a transaction.
        fn before_read(&mut self) -> Result<()> {
            Ok(())
        }

        /// Before a statement that writes.
        fn before_write(&mut self) -> Result<()> {
            Ok(())
        }

        /// After a statement that wrote to a table past the objects, or to any table.
        fn after_write(&mut self, _table: Option<u32>) {}

        /// Loads relations of objects that a query has brought.
        fn fetch<M: Model>(
            &mut self,
            objects: &mut [<Self::Keep as Keep>::Entity<M>],
            fetches: &[Fetch],
        ) -> Result<()>;

        /// After a failed statement, which may have ended the transaction.
        fn after_error(&mut self) {}
    }
}
