use onggi_sql::{self as sql, Join, JoinKind, Selected, Source};

use super::scope::or_missing;
use super::{Derived, Joined, Query, Tables};
use crate::expression::{Condition, Must, Parts, Paths, Tree};
use crate::relation::{Collection, equal};
use crate::selection::{Columns, Entity, EntityColumns as _, Selection};
use crate::{Model, source};

/// Tables that one more can be joined to.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be joined to a query of `{Self}`",
    note = "up to six tables are joined; a query of rows and more joins is `derived` first"
)]
pub trait JoinTo<T>: Tables {
    /// All of them.
    type With: Tables<Columns: Selection>;

    /// All of them, those before the last with rows that may be missing.
    type Behind: Tables<Columns: Selection>;
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: Joined> JoinTo<T> for M {
    type With = (M, T);
    type Behind = (Option<M>, T);
}

#[diagnostic::do_not_recommend]
impl<A: Joined, B: Joined, T: Joined> JoinTo<T> for (A, B) {
    type With = (A, B, T);
    type Behind = (A::Optional, B::Optional, T);
}

#[diagnostic::do_not_recommend]
impl<A: Joined, B: Joined, C: Joined, T: Joined> JoinTo<T> for (A, B, C) {
    type With = (A, B, C, T);
    type Behind = (A::Optional, B::Optional, C::Optional, T);
}

#[diagnostic::do_not_recommend]
impl<A: Joined, B: Joined, C: Joined, D: Joined, T: Joined> JoinTo<T> for (A, B, C, D) {
    type With = (A, B, C, D, T);
    type Behind = (A::Optional, B::Optional, C::Optional, D::Optional, T);
}

#[diagnostic::do_not_recommend]
impl<A: Joined, B: Joined, C: Joined, D: Joined, E: Joined, T: Joined> JoinTo<T> for (A, B, C, D, E) {
    type With = (A, B, C, D, E, T);
    type Behind = (A::Optional, B::Optional, C::Optional, D::Optional, E::Optional, T);
}

#[diagnostic::do_not_recommend]
impl<S: Selection, T: Joined> JoinTo<T> for Derived<S> {
    type With = (Derived<S>, T);
    type Behind = (Option<Derived<S>>, T);
}

/// Joins with any model, by any condition. What closures see from then on, and what a row gives, is a tuple.
impl<F: Tables> Query<F> {
    /// Joins the rows of another model that meet a condition with each row; up to six models in all.
    ///
    /// The same model can be joined again, and has columns of its own each time.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, title: String, writer: String, likes: i64 }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut connection = db.connect()?;
    /// let query = User::query()
    ///     .join::<Post>(|u, p| p.writer.eq(u.name))
    ///     .filter(|(_, p)| p.likes.gt(9))
    ///     .order_by(|(u, _)| u.name);
    /// let objects: Vec<(User, Post)> = query.all(&mut connection)?;
    /// let texts: Vec<(String, String)> = query.select(|(u, p)| (u.name, p.title)).all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn join<T: Model>(
        self,
        on: impl FnOnce(F::Columns, T::Columns<Must>) -> Condition,
    ) -> Query<<F as JoinTo<T>>::With>
    where
        F: JoinTo<T>,
    {
        self.joined::<T, _>(JoinKind::Inner, Some(on))
    }

    /// Joins another model; rows without a partner are kept, with `None` for it.
    ///
    /// ```
    /// # use onggi::{Database, Id, Model};
    /// # #[derive(Clone, Default, Model)] struct User { id: Id<User>, name: String }
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, title: String, writer: String }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut connection = db.connect()?;
    /// let all: Vec<(String, Option<String>)> = User::query()
    ///     .left_join::<Post>(|u, p| p.writer.eq(u.name))
    ///     .select(|(u, p)| (u.name, p.title))
    ///     .all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn left_join<T: Model>(
        self,
        on: impl FnOnce(F::Columns, T::Columns<Must>) -> Condition,
    ) -> Query<<F as JoinTo<Option<T>>>::With>
    where
        F: JoinTo<Option<T>>,
    {
        self.joined::<T, _>(JoinKind::Left, Some(on))
    }

    /// Joins another model; its rows without a partner are kept, with `None` for all before it.
    pub fn right_join<T: Model>(
        self,
        on: impl FnOnce(F::Columns, T::Columns<Must>) -> Condition,
    ) -> Query<<F as JoinTo<T>>::Behind>
    where
        F: JoinTo<T>,
    {
        self.joined::<T, _>(JoinKind::Right, Some(on))
    }

    /// Joins another model; rows without a partner are kept on both sides.
    pub fn full_join<T: Model>(
        self,
        on: impl FnOnce(F::Columns, T::Columns<Must>) -> Condition,
    ) -> Query<<F as JoinTo<Option<T>>>::Behind>
    where
        F: JoinTo<Option<T>>,
    {
        self.joined::<T, _>(JoinKind::Full, Some(on))
    }

    /// Joins each row with every row of another model.
    pub fn cross_join<T: Model>(self) -> Query<<F as JoinTo<T>>::With>
    where
        F: JoinTo<T>,
    {
        self.joined::<T, _>(JoinKind::Cross, None::<fn(F::Columns, T::Columns<Must>) -> Condition>)
    }

    /// Joins the objects of a relation to many with each row: a row for each pair.
    ///
    /// ```
    /// # use onggi::{BelongsTo, Database, HasMany, Id, Model};
    /// # #[derive(Clone, Default, Model)]
    /// # struct User { id: Id<User>, name: String, #[model(inverse(author))] posts: HasMany<Post> }
    /// # #[derive(Clone, Default, Model)] struct Post { id: Id<Post>, title: String, author: BelongsTo<User> }
    /// # let db = Database::open("sqlite::memory:")?;
    /// # db.create_tables(onggi::models![User, Post])?;
    /// # let mut connection = db.connect()?;
    /// let pairs: Vec<(String, String)> = User::query()
    ///     .join_related(|u| u.posts)
    ///     .select(|(u, p)| (u.name, p.title))
    ///     .all(&mut connection)?;
    /// # Ok::<(), onggi::Error>(())
    /// ```
    pub fn join_related<T: Model>(
        mut self,
        collection: impl FnOnce(F::Columns) -> Collection<T>,
    ) -> Query<<F as JoinTo<T>>::With>
    where
        F: JoinTo<T>,
    {
        let collection = collection(self.columns());
        let (near, relation) = (collection.near(), collection.relation());
        self.join_path(near);
        let Some(link) = relation.link_table() else {
            let on =
                |_, columns: T::Columns<Must>| Condition(relation.condition(near, columns.source()).into());
            return self.joined::<T, _>(JoinKind::Inner, Some(on));
        };
        let between = source::root(link.table);
        let mut on = equal(between, link.near, near, near.table.primary_key);
        if let Some(scope) = relation.scope_between(between) {
            on = on.and(self.take_scope(scope));
        }
        self.select.joins.push(Join {
            kind: JoinKind::Inner,
            source: between.into(),
            on: Some(on),
            nested: 0,
        });
        let on = |_, columns: T::Columns<Must>| {
            let far = columns.source();
            Condition(equal(between, link.far, far, far.table.primary_key).into())
        };
        self.joined::<T, _>(JoinKind::Inner, Some(on))
    }

    fn joined<T: Model, G: Tables<Columns: Selection>>(
        mut self,
        kind: JoinKind,
        on: Option<impl FnOnce(F::Columns, T::Columns<Must>) -> Condition>,
    ) -> Query<G> {
        let source = source::root(T::table());
        let condition = on.map(|on| on(self.columns(), T::columns(source)).into_tree());
        let taken = condition.map(|tree| self.take_on(tree, source));
        let (mut on, paths) = taken.map_or((None, Paths::new()), |(on, paths)| (Some(on), paths));
        let kind = self.scope_join::<T>(kind, source, &mut on);
        self.join_source(Join { kind, source: source.into(), on, nested: 0 }, source, paths)
    }

    /// Joins a source, to which paths of the join's condition lead from it.
    pub(super) fn join_source<G: Tables<Columns: Selection>>(
        mut self,
        join: Join,
        source: Source,
        paths: Paths,
    ) -> Query<G> {
        let place = self.select.joins.len();
        self.select.joins.push(join);
        self.sources.push(source);
        paths.into_iter().for_each(|path| self.nest_path(place, path));
        self.widened()
    }

    /// Takes in the condition of a join with a source, and gives the paths in it that begin there.
    pub(super) fn take_on(&mut self, condition: Tree, source: Source) -> (sql::Expression, Paths) {
        let Parts { expression, error, paths, depth } = condition.into_parts();
        let (own, before) = paths.into_iter().partition(|path| source::same_query(*path, source));
        self.note(error, before, depth);
        (expression, own)
    }

    /// Leaves out rows that are not in their scopes, before they meet: those of the table that is joined, and those before
    /// it where they need not have a partner. Gives the kind of the join.
    fn scope_join<T: Model>(
        &mut self,
        kind: JoinKind,
        source: Source,
        on: &mut Option<sql::Expression>,
    ) -> JoinKind {
        let mut meet = |scope: &sql::Expression| {
            *on = Some(match on.take() {
                Some(on) => on.and(scope.clone()),
                None => scope.clone(),
            });
        };
        let scope = T::SCOPE.map(|scope| self.take_scope(scope(T::columns(source))));
        let keeps_all = matches!(kind, JoinKind::Right | JoinKind::Full);
        let (before, of) = if keeps_all { self.without_scope() } else { (None, None) };
        before.iter().for_each(&mut meet);
        match (kind, scope) {
            (JoinKind::Right, scope) => {
                if let Some(scope) = scope {
                    self.put_scope(scope, Some(source));
                }
            }
            (JoinKind::Full, scope) => {
                scope.iter().for_each(&mut meet);
                let before = before.map(|before| match of {
                    Some(of) => or_missing(before, of),
                    None => before,
                });
                let scope = scope.map(|scope| or_missing(scope, source));
                if let Some(both) = before.into_iter().chain(scope).reduce(sql::Expression::and) {
                    self.put_scope(both, None);
                }
            }
            (JoinKind::Cross, Some(scope)) => {
                meet(&scope);
                return JoinKind::Inner;
            }
            (_, scope) => scope.iter().for_each(meet),
        }
        kind
    }

    /// The query once one more of its tables is joined.
    pub(super) fn widened<G: Tables<Columns: Selection>>(mut self) -> Query<G> {
        if !self.fetches.is_empty() {
            self.error =
                self.error.or_else(|| Some("relations are loaded `with` a query of one model".into()));
        }
        let Columns { expressions, .. } = Columns::of(&G::columns(&self.sources));
        self.select.columns = Selected::Expressions(expressions);
        self.selecting(Entity::new(), true)
    }
}
