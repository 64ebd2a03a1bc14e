//! Rows on the other side of a relation, by the owner that they belong to.

use onggi_driver::Bind;
use onggi_sql::ValueRef;

use crate::Result;

/// The members of each owner, by the owners' numbers.
///
/// Rows come in the order of their owners, mostly: those that follow each other are gathered first and then moved to where
/// they belong, so that a vector of just their size is allocated for them, once.
pub(crate) struct Groups<T> {
    members: Vec<Vec<T>>,
    owner: usize,
    gathered: Vec<T>,
}

impl<T> Groups<T> {
    pub(crate) fn new(owners: usize) -> Groups<T> {
        Groups {
            members: std::iter::repeat_with(Vec::new).take(owners).collect(),
            owner: 0,
            gathered: Vec::new(),
        }
    }

    /// Adds a member of an owner.
    #[inline]
    pub(crate) fn push(&mut self, owner: usize, member: T) {
        if owner != self.owner {
            self.move_gathered();
            self.owner = owner;
        }
        self.gathered.push(member);
    }

    /// The members of each owner, in the order in which they came.
    pub(crate) fn into_members(mut self) -> Vec<Vec<T>> {
        self.move_gathered();
        self.members
    }

    /// The same, each owner's in the order of their keys.
    pub(crate) fn into_sorted_members(self, key: impl Fn(&T) -> IntegerKey) -> Vec<Vec<T>> {
        let mut members = self.into_members();
        for members in &mut members {
            if !members.is_sorted_by_key(&key) {
                members.sort_by_cached_key(&key);
            }
        }
        members
    }

    fn move_gathered(&mut self) {
        if let Some(members) = self.members.get_mut(self.owner) {
            members.append(&mut self.gathered);
        }
    }
}

/// A key that is one whole number, and takes it where it is bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IntegerKey(i128);

impl Bind for IntegerKey {
    fn bind(&mut self, value: ValueRef<'_>) -> onggi_driver::Result<()> {
        match value {
            ValueRef::Integer(key) => self.0 = key.into(),
            ValueRef::Unsigned(key) => self.0 = key.into(),
            _ => {}
        }
        Ok(())
    }
}

impl IntegerKey {
    /// What is bound; the least where nothing can be.
    pub(crate) fn of(bind: impl FnOnce(&mut IntegerKey) -> Result<()>) -> IntegerKey {
        let mut key = IntegerKey::default();
        match bind(&mut key) {
            Ok(()) => key,
            Err(_) => IntegerKey(i128::MIN),
        }
    }
}
