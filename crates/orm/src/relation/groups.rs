//! Rows on the other side of a relation, by the owner that they belong to.

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

    fn move_gathered(&mut self) {
        if let Some(members) = self.members.get_mut(self.owner) {
            members.append(&mut self.gathered);
        }
    }
}
