//! The members of a collection, changed.

use std::marker::PhantomData;

use super::{Session, gone};
use crate::handle::{Handle, Object};
use crate::relation::{Collection, Relation};
use crate::{Error, Model, Result, source};

/// The objects on the other side of a relation to many, to be changed: see [`Session::collection`].
#[must_use]
pub struct Members<'s, T> {
    session: &'s mut Session,
    owner: Option<Object>,
    relation: &'static Relation,
    model: PhantomData<fn() -> T>,
}

impl Session {
    /// The objects on the other side of a relation to many, to be changed: the next flush writes the difference.
    ///
    /// ```
    /// # use onggi::{Id, ManyToMany, Model};
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, tags: ManyToMany<Tag> }
    /// # #[derive(Clone, Default, Model)] struct Tag { id: Id<Tag>, name: String }
    /// # let db = onggi::Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![Post, Tag])?;
    /// # let mut session = db.session()?;
    /// # let post = session.add(Post::default());
    /// let rust = session.add(Tag { name: "rust".into(), ..Default::default() });
    /// let sql = session.add(Tag { name: "sql".into(), ..Default::default() });
    /// session.collection(post, |post| post.tags()).add(rust)?;
    /// session.collection(post, |post| post.tags()).set([sql])?;
    /// assert_eq!(session.load(post, |post| post.tags())?, [sql]);
    /// # Ok::<(), onggi::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Where the object is not in this session.
    pub fn collection<M: Model, T: Model>(
        &mut self,
        handle: Handle<M>,
        relation: impl FnOnce(M::Columns<crate::Must>) -> Collection<T>,
    ) -> Members<'_, T> {
        assert!(self.try_get(handle).is_some(), "{}", gone(handle));
        let collection = relation(M::columns(source::root(M::table())));
        let owner = source::is_root(collection.near()).then(|| handle.object());
        Members { session: self, owner, relation: collection.relation(), model: PhantomData }
    }
}

impl<T: Model> Members<'_, T> {
    /// Adds an object; nothing happens where it is there already.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Session::load); objects that are not in this session; a relation through a model.
    pub fn add(&mut self, member: Handle<T>) -> Result<()> {
        let owner = self.owner()?;
        match self.relation.inverse_of() {
            Some(_) => self.session.arena.connect(self.relation, owner, member.object()),
            None if self.members()?.contains(&member.object()) => Ok(()),
            None => self.session.arena.link(self.relation, owner, member.object()),
        }
    }

    /// Takes an object away; nothing happens where it is not there. Where the other side cannot be without this one,
    /// it must be deleted, or the relation says `cascade = "delete orphans"`, and it is deleted.
    ///
    /// # Errors
    ///
    /// Those of [`add`](Members::add).
    pub fn remove(&mut self, member: Handle<T>) -> Result<()> {
        let owner = self.owner()?;
        if !self.members()?.contains(&member.object()) {
            return Ok(());
        }
        let Some(inverse) = self.relation.inverse_of() else {
            return self.session.arena.unlink(self.relation, owner, member.object());
        };
        if self.relation.deletes_orphans() {
            return self.session.delete(member);
        }
        let table = T::table();
        if let [column] = *inverse.columns()
            && !table.columns[column].nullable
        {
            return Err(Error::usage(format!(
                "{}.{} cannot be NULL: delete the object, or let it refer to another",
                table.name, table.columns[column].name
            )));
        }
        self.session.arena.set_reference(member.object(), inverse, None)
    }

    /// Lets these objects be the members: adds those that are not there, and takes the others away, but for those that
    /// their model's scope leaves out.
    ///
    /// # Errors
    ///
    /// Those of [`remove`](Members::remove).
    pub fn set(&mut self, members: impl IntoIterator<Item = Handle<T>>) -> Result<()> {
        let wanted: Vec<Handle<T>> = members.into_iter().collect();
        let owner = self.owner()?;
        for member in self.session.load_scoped(owner, self.relation)? {
            let member = Handle::new(member.slot, member.stamp);
            if !wanted.contains(&member) {
                self.remove(member)?;
            }
        }
        wanted.into_iter().try_for_each(|member| self.add(member))
    }

    fn members(&mut self) -> Result<Vec<Object>> {
        let owner = self.owner()?;
        self.session.load_many(owner, self.relation)
    }

    fn owner(&self) -> Result<Object> {
        self.owner.ok_or_else(|| Error::usage("a collection is changed at its own object: load that first"))
    }
}

impl<T> std::fmt::Debug for Members<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Members").field("owner", &self.owner).finish_non_exhaustive()
    }
}
