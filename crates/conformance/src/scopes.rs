//! Default scopes: rows that queries do not see unless they are told to.

use std::cell::Cell;

use onggi::{BelongsTo, Condition, Error, HasMany, HasOne, Id, ManyToMany, Model, Result, count_rows};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(active))]
struct User {
    id: Id<User>,
    name: String,
    retired: bool,
    #[model(inverse(author), cascade = "delete")]
    posts: HasMany<Post>,
    passport: HasOne<Passport>,
    #[model(through(Membership))]
    groups: ManyToMany<Group>,
}

fn active(user: UserColumns) -> Condition {
    user.retired.eq(false)
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(|post| post.deleted.eq(false)))]
struct Post {
    id: Id<Post>,
    title: String,
    deleted: bool,
    author: BelongsTo<User>,
    tags: ManyToMany<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(valid))]
struct Passport {
    id: Id<Passport>,
    number: String,
    void: bool,
    user: BelongsTo<User>,
}

fn valid(passport: PassportColumns) -> Condition {
    passport.void.eq(false)
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(shown))]
struct Tag {
    #[model(primary_key)]
    name: String,
    hidden: bool,
    #[model(inverse(tags))]
    posts: ManyToMany<Post>,
}

fn shown(tag: TagColumns) -> Condition {
    tag.hidden.eq(false)
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Group {
    id: Id<Group>,
    name: String,
    #[model(through(Membership))]
    users: ManyToMany<User>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(ongoing))]
struct Membership {
    id: Id<Membership>,
    user: BelongsTo<User>,
    group: BelongsTo<Group>,
    ended: bool,
}

fn ongoing(membership: MembershipColumns) -> Condition {
    membership.ended.eq(false)
}

fn post(title: &str, deleted: bool) -> Post {
    Post { title: title.into(), deleted, ..Default::default() }
}

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|post| &*post.title).collect()
}

/// Jane has two posts, one of them deleted, a void passport and a valid one; John is retired and has a post.
fn blog(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User, Post, Passport, Tag, Group, Membership])?;
    let mut session = harness.session()?;
    let rust = session.add(Tag { name: "rust".into(), ..Default::default() });
    let spam = session.add(Tag { name: "spam".into(), hidden: true, ..Default::default() });
    let jane = session.add(User {
        name: "Jane".into(),
        posts: vec![Post { tags: vec![rust, spam].into(), ..post("First", false) }, post("Second", true)]
            .into(),
        ..Default::default()
    });
    session.add(User {
        name: "John".into(),
        retired: true,
        posts: vec![post("Third", false)].into(),
        ..Default::default()
    });
    for (number, void) in [("P1", true), ("P2", false)] {
        session.add(Passport { number: number.into(), void, user: jane.into(), ..Default::default() });
    }
    for (name, ended) in [("Chess", false), ("Golf", true)] {
        let group = session.add(Group { name: name.into(), ..Default::default() });
        session.add(Membership { user: jane.into(), group: group.into(), ended, ..Default::default() });
    }
    session.commit()?;
    harness.statements();
    Ok(())
}

pub fn queries_see_rows_in_scope_unless_told_otherwise(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let posts = Post::query().filter(|p| p.title.ne("Third")).all(&mut connection)?;
    assert_eq!(titles(&posts), ["First"]);
    assert_eq!(Post::query().count(&mut connection)?, 2);
    assert!(!Post::query().filter(|p| p.title.eq("Second")).exists(&mut connection)?);
    assert_eq!(Post::unscoped().filter(|p| p.title.ne("Third")).count(&mut connection)?, 2);
    let both = Post::query().filter(|p| p.title.eq("x") | p.title.eq("Second")).all(&mut connection)?;
    assert!(both.is_empty());
    assert_eq!(
        harness.statements(),
        [
            r#"SELECT "id", "title", "deleted", "author_id" FROM "post" WHERE "deleted" = ?1 AND "title" <> ?2"#,
            r#"SELECT count(*) FROM "post" WHERE "deleted" = ?1"#,
            r#"SELECT EXISTS (SELECT 1 FROM "post" WHERE "deleted" = ?1 AND "title" = ?2)"#,
            r#"SELECT count(*) FROM "post" WHERE "title" <> ?1"#,
            r#"SELECT "id", "title", "deleted", "author_id" FROM "post" WHERE "deleted" = ?1 AND ("title" = ?2 OR "title" = ?3)"#,
        ]
    );
    Ok(())
}

pub fn set_wide_writes_leave_rows_out_of_scope_alone(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    assert_eq!(Post::query().update(&mut connection, |p| p.title.set("x"))?, 2);
    assert_eq!(Post::query().filter(|p| p.title.eq("x")).delete(&mut connection)?, 2);
    assert_eq!(Post::unscoped().delete(&mut connection)?, 1);
    assert_eq!(
        harness.statements(),
        [
            r#"UPDATE "post" SET "title" = ?1 WHERE "deleted" = ?2"#,
            r#"DELETE FROM "post" WHERE "deleted" = ?1 AND "title" = ?2"#,
            r#"DELETE FROM "post""#,
        ]
    );
    Ok(())
}

pub fn collections_in_queries_hold_rows_in_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let rows = User::query()
        .select(|u| (u.name, u.posts.count(), u.posts.unscoped().count(), u.groups.count()))
        .all(&mut connection)?;
    assert_eq!(rows, [("Jane".into(), 1, 2, 1)]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "user"."name", "#,
            r#"(SELECT count(*) FROM "post" WHERE "post"."deleted" = ?1 AND "post"."author_id" = "user"."id"), "#,
            r#"(SELECT count(*) FROM "post" WHERE "post"."author_id" = "user"."id"), "#,
            r#"(SELECT count(*) FROM "group" JOIN "membership" ON "membership"."group_id" = "group"."id" "#,
            r#"AND "membership"."ended" = ?2 WHERE "membership"."user_id" = "user"."id") "#,
            r#"FROM "user" WHERE "user"."retired" = ?3"#,
        )]
    );
    let all = |condition: fn(UserColumns) -> Condition| User::query().filter(condition);
    assert_eq!(all(|u| u.posts.any(|p| p.title.eq("Second"))).count(&mut connection)?, 0);
    assert_eq!(all(|u| u.posts.all(|p| p.title.eq("First"))).count(&mut connection)?, 1);
    assert_eq!(all(|u| u.posts.unscoped().any(|p| p.title.eq("Second"))).count(&mut connection)?, 1);
    assert_eq!(all(|u| u.posts.none(|p| p.tags.any(|t| t.name.eq("spam")))).count(&mut connection)?, 1);
    let hidden = |p: PostColumns| p.tags.unscoped().any(|t| t.name.eq("spam"));
    assert_eq!(Post::query().filter(hidden).count(&mut connection)?, 1);
    Ok(())
}

pub fn collections_are_loaded_along_within_their_scopes(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let jane = User::query()
        .with(|u| u.posts().with(|p| p.tags()))
        .with(|u| u.passport())
        .with(|u| u.groups())
        .one(&mut connection)?;
    assert_eq!(
        harness.statements(),
        [
            r#"SELECT "id", "name", "retired" FROM "user" WHERE "retired" = ?1"#,
            concat!(
                r#"SELECT "id", "title", "deleted", "author_id" FROM "post" WHERE "deleted" = ?1 "#,
                r#"AND "author_id" IN rarray(?2) ORDER BY "author_id", "id""#
            ),
            concat!(
                r#"SELECT "post_tags"."post_id", "tag"."name", "tag"."hidden" FROM "tag" "#,
                r#"JOIN "post_tags" ON "post_tags"."tag_id" = "tag"."name" "#,
                r#"WHERE "tag"."hidden" = ?1 AND "post_tags"."post_id" IN rarray(?2) "#,
                r#"ORDER BY "post_tags"."post_id", "tag"."name""#
            ),
            concat!(
                r#"SELECT "id", "number", "void", "user_id" FROM "passport" WHERE "void" = ?1 "#,
                r#"AND "user_id" IN rarray(?2) ORDER BY "user_id", "id""#
            ),
            concat!(
                r#"SELECT "membership"."user_id", "group"."id", "group"."name" FROM "group" "#,
                r#"JOIN "membership" ON "membership"."group_id" = "group"."id" AND "membership"."ended" = ?1 "#,
                r#"WHERE "membership"."user_id" IN rarray(?2) ORDER BY "membership"."user_id", "group"."id""#
            ),
        ]
    );
    let posts = jane.posts.loaded().unwrap_or_default();
    assert_eq!(titles(posts), ["First"]);
    let tags = posts[0].tags.loaded().unwrap_or_default();
    assert_eq!(tags.iter().map(|tag| &*tag.name).collect::<Vec<_>>(), ["rust"]);
    assert_eq!(jane.passport.object().map(|passport| &*passport.number), Some("P2"));
    assert_eq!(jane.groups.loaded().map(|groups| &*groups[0].name), Some("Chess"));

    let jane = User::query().with(|u| u.posts().unscoped()).one(&mut connection)?;
    assert_eq!(titles(jane.posts.loaded().unwrap_or_default()), ["First", "Second"]);
    Ok(())
}

pub fn a_session_loads_collections_within_their_scopes(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let jane = User::query().one(&mut session)?;
    let posts = session.load(jane, |u| u.posts())?;
    let passport = session.load(jane, |u| u.passport())?;
    assert_eq!(passport.map(|passport| &*session[passport].number), Some("P2"));
    assert_eq!(session.load(jane, |u| u.posts())?, posts);
    assert_eq!(session.load(jane, |u| u.posts().unscoped())?.len(), 2);
    assert_eq!(session.load(jane, |u| u.groups())?.len(), 1);
    assert_eq!(harness.statements().len(), 6, "BEGIN, and one each");

    // What changes in memory is written before the database is asked.
    session[posts[0]].deleted = true;
    assert_eq!(session.load(jane, |u| u.posts())?, []);
    let third = session.add(Post { author: jane.into(), ..post("Fourth", false) });
    assert_eq!(session.load(jane, |u| u.posts())?, [third]);

    session.strict(true);
    assert_eq!(session.load(jane, |u| u.posts())?, [third]);
    session[third].title = "5".into();
    assert!(session.load(jane, |u| u.posts()).is_err());
    let jane = User::query().with(|u| u.posts()).one(&mut session)?;
    assert_eq!(session.load(jane, |u| u.posts())?, [third]);
    Ok(())
}

pub fn a_foreign_key_leads_to_rows_out_of_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let query = Post::query().filter(|p| p.author().name.eq("John"));
    let third = query.clone().with_select(|p| p.author()).one(&mut connection)?;
    assert_eq!(third.author.object().map(|author| &*author.name), Some("John"));
    assert_eq!(
        harness.statements()[0],
        concat!(
            r#"SELECT "post"."id", "post"."title", "post"."deleted", "post"."author_id" FROM "post" "#,
            r#"JOIN "user" ON "post"."author_id" = "user"."id" WHERE "post"."deleted" = ?1 AND "user"."name" = ?2"#
        )
    );
    let joined =
        Post::query().with_join(|p| p.author()).filter(|p| p.title.eq("Third")).one(&mut connection)?;
    assert_eq!(joined.author.object().map(|author| &*author.name), Some("John"));
    let mut session = harness.session()?;
    let third = query.one(&mut session)?;
    let john = session.load(third, |p| p.author())?;
    assert!(session[john].retired);
    session.refresh(john)?;
    Ok(())
}

pub fn a_path_to_the_one_object_of_the_other_end_is_joined_within_its_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let query = User::unscoped().order_by(|u| u.name).select(|u| (u.name, u.passport().number));
    let rows = query.all(&mut connection)?;
    assert_eq!(rows, [("Jane".into(), Some("P2".into())), ("John".into(), None)]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "user"."name", "passport"."number" FROM "user" LEFT JOIN "passport" "#,
            r#"ON "passport"."user_id" = "user"."id" AND "passport"."void" = ?1 ORDER BY "user"."name""#
        )]
    );
    Ok(())
}

pub fn a_joined_model_is_joined_within_its_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let inner = User::query().join::<Post>(|u, p| p.author_id.eq(u.id)).select(|(u, p)| (u.name, p.title));
    assert_eq!(inner.all(&mut connection)?, [("Jane".into(), "First".into())]);
    let left = User::unscoped()
        .left_join::<Post>(|u, p| p.author_id.eq(u.id) & p.title.ne("Third"))
        .order_by(|(u, _)| u.name)
        .select(|(u, p)| (u.name, p.title));
    assert_eq!(left.all(&mut connection)?, [("Jane".into(), Some("First".into())), ("John".into(), None)]);
    let pairs = Tag::query().cross_join::<Post>().select(|(t, p)| (t.name, p.title)).all(&mut connection)?;
    assert_eq!(pairs.len(), 2);
    assert_eq!(
        harness.statements(),
        [
            concat!(
                r#"SELECT "user"."name", "post"."title" FROM "user" "#,
                r#"JOIN "post" ON "post"."author_id" = "user"."id" AND "post"."deleted" = ?1 "#,
                r#"WHERE "user"."retired" = ?2"#
            ),
            concat!(
                r#"SELECT "user"."name", "post"."title" FROM "user" "#,
                r#"LEFT JOIN "post" ON "post"."author_id" = "user"."id" AND "post"."title" <> ?1 "#,
                r#"AND "post"."deleted" = ?2 ORDER BY "user"."name""#
            ),
            concat!(
                r#"SELECT "tag"."name", "post"."title" FROM "tag" JOIN "post" ON "post"."deleted" = ?1 "#,
                r#"WHERE "tag"."hidden" = ?2"#
            ),
        ]
    );
    Ok(())
}

pub fn joins_that_keep_the_other_side_lose_none_of_its_rows_in_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let right = User::query()
        .right_join::<Post>(|u, p| p.author_id.eq(u.id))
        .order_by(|(_, p)| p.title)
        .select(|(u, p)| (p.title, u.name));
    assert_eq!(
        right.all(&mut connection)?,
        [("First".into(), Some("Jane".into())), ("Third".into(), None)],
        "John is out of scope, and his post is kept"
    );
    let full = User::query()
        .filter(|_| Condition::always())
        .full_join::<Post>(|u, p| p.author_id.eq(u.id) & p.title.ne("First"))
        .filter(|(_, p)| p.title.is_null() | p.title.ne("none"))
        .order_by(|(u, p)| (u.name, p.title).0.asc().nulls_last())
        .order_by(|(_, p)| p.title)
        .select(|(u, p)| (u.name, p.title));
    assert_eq!(
        full.all(&mut connection)?,
        [(Some("Jane".into()), None), (None, Some("First".into())), (None, Some("Third".into()))]
    );
    assert_eq!(
        harness.statements(),
        [
            concat!(
                r#"SELECT "post"."title", "user"."name" FROM "user" RIGHT JOIN "post" "#,
                r#"ON "post"."author_id" = "user"."id" AND "user"."retired" = ?1 "#,
                r#"WHERE "post"."deleted" = ?2 ORDER BY "post"."title""#
            ),
            concat!(
                r#"SELECT "user"."name", "post"."title" FROM "user" FULL JOIN "post" "#,
                r#"ON "post"."author_id" = "user"."id" AND "post"."title" <> ?1 "#,
                r#"AND "user"."retired" = ?2 AND "post"."deleted" = ?3 "#,
                r#"WHERE ("user"."id" IS NULL OR "user"."retired" = ?4) "#,
                r#"AND ("post"."id" IS NULL OR "post"."deleted" = ?5) "#,
                r#"AND ("post"."title" IS NULL OR "post"."title" <> ?6) "#,
                r#"ORDER BY "user"."name" NULLS LAST, "post"."title""#
            ),
        ]
    );
    let thrice = Tag::query()
        .right_join::<Post>(|_, _| Condition::always())
        .right_join::<User>(|(_, p), u| p.author_id.eq(u.id))
        .select(|(t, p, u)| (t.name, p.title, u.name));
    assert_eq!(thrice.all(&mut connection)?, [(Some("rust".into()), Some("First".into()), "Jane".into())]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "tag"."name", "post"."title", "user"."name" FROM "tag" "#,
            r#"RIGHT JOIN "post" ON "tag"."hidden" = ?1 "#,
            r#"RIGHT JOIN "user" ON "post"."author_id" = "user"."id" AND "post"."deleted" = ?2 "#,
            r#"WHERE "user"."retired" = ?3"#
        )]
    );
    Ok(())
}

pub fn get_gives_rows_in_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let deleted = Post::unscoped().filter(|p| p.deleted.eq(true)).one(&mut connection)?;
    harness.statements();
    assert_eq!(connection.get::<Post>(deleted.id)?, None);
    assert!(connection.get_one::<Post>(deleted.id).is_err_and(|error| error.is_not_found()));
    assert_eq!(Post::query().get_many(&mut connection, [1, 2, 3])?.len(), 2);
    let sql = r#"SELECT "id", "title", "deleted", "author_id" FROM "post" WHERE "deleted" = ?1 AND "id" "#;
    assert_eq!(
        harness.statements(),
        [format!("{sql}= ?2"), format!("{sql}= ?2"), format!("{sql}IN rarray(?2)")]
    );

    let mut session = harness.session()?;
    let handle = Post::unscoped().filter(|p| p.id.eq(deleted.id)).one(&mut session)?;
    assert_eq!(session.get::<Post>(deleted.id)?, None, "though the object is in the session");
    session[handle].deleted = false;
    assert_eq!(session.get::<Post>(deleted.id)?, Some(handle), "what changed is flushed");
    // What is merged has its row, whatever the scope.
    session.rollback()?;
    let merged = session.attach(Post { title: "Changed".into(), ..deleted })?;
    session.commit()?;
    assert_eq!(session[merged].title, "Changed");
    assert_eq!(Post::unscoped().count(&mut session)?, 3);
    Ok(())
}

pub fn cascades_and_flushes_reach_rows_out_of_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let john = User::unscoped().filter(|u| u.retired.eq(true)).one(&mut session)?;
    session[john].name = "Jon".into();
    session.commit()?;
    harness.statements();
    let third = Post::query().filter(|p| p.author_id.eq(Id::from(2))).one(&mut session)?;
    session[third].deleted = true;
    session.delete(john)?;
    session.commit()?;
    assert_eq!(Post::unscoped().filter(|p| p.author_id.eq(Id::from(2))).count(&mut session)?, 0);
    Ok(())
}

pub fn a_collection_that_is_set_keeps_members_out_of_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let post = Post::query().filter(|p| p.title.eq("First")).one(&mut session)?;
    let sql = session.add(Tag { name: "sql".into(), ..Default::default() });
    session.collection(post, |p| p.tags()).set([sql])?;
    session.commit()?;
    assert_eq!(session.load(post, |p| p.tags())?, [sql]);
    let all = session.load(post, |p| p.tags().unscoped())?;
    assert_eq!(all.iter().map(|&tag| &*session[tag].name).collect::<Vec<_>>(), ["spam", "sql"]);
    Ok(())
}

thread_local! {
    static TENANT: Cell<Option<i64>> = const { Cell::new(None) };
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(of_tenant))]
struct Note {
    id: Id<Note>,
    tenant: i64,
    folder: BelongsTo<Folder>,
}

fn of_tenant(note: NoteColumns) -> Result<Condition> {
    let tenant = TENANT.get().ok_or_else(|| Error::other("nobody is logged in"))?;
    Ok(match tenant {
        0 => Condition::never(),
        1.. => note.tenant.eq(tenant),
        _ => Condition::always(),
    })
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Folder {
    id: Id<Folder>,
    notes: HasMany<Note>,
}

pub fn a_scope_is_asked_for_when_the_query_is_built(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Folder, Note])?;
    let mut session = harness.session()?;
    let note = |tenant| Note { tenant, ..Default::default() };
    let folder = session.add(Folder { notes: vec![note(1), note(2), note(1)].into(), ..Default::default() });
    session.commit()?;
    let mut count = |tenant| -> Result<_> {
        TENANT.set(tenant);
        let (query, with) = (Note::query(), Folder::query().with(|f| f.notes()));
        let subquery = Folder::query().select(|f| f.notes.count());
        // What is built keeps its scope.
        TENANT.set(Some(2));
        let (rows, inner) = (query.count(&mut session)?, subquery.one(&mut session)?);
        let folder = with.one(&mut harness.connect()?)?;
        let along = folder.notes.loaded().map(<[Note]>::len);
        TENANT.set(tenant);
        let folder = Folder::query().one(&mut session)?;
        let loaded = session.load(folder, |f| f.notes())?.len();
        TENANT.set(None);
        Ok((rows, inner, along, loaded))
    };
    assert_eq!(count(Some(1))?, (2, 2, Some(2), 2));
    assert_eq!(count(Some(2))?, (1, 1, Some(1), 1));
    assert_eq!(count(Some(0))?, (0, 0, Some(0), 0));
    assert_eq!(count(Some(-1))?, (3, 3, Some(3), 3));

    TENANT.set(None);
    let error = Note::query().all(&mut session).expect_err("nobody is logged in").to_string();
    assert!(error.contains("the scope of note: nobody is logged in"), "{error}");
    let error = session.load(folder, |f| f.notes()).expect_err("nobody is logged in").to_string();
    assert!(error.contains("the scope of note: nobody is logged in"), "{error}");
    let error = Folder::query()
        .filter(|f| f.notes.exists())
        .count(&mut session)
        .expect_err("nobody is logged in")
        .to_string();
    assert!(error.contains("the scope of note: nobody is logged in"), "{error}");
    assert!(session.get::<Note>(1).is_err());
    assert_eq!(Note::unscoped().count(&mut session)?, 3);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(|leaf| leaf.parent().root.eq(true)))]
struct Leaf {
    id: Id<Leaf>,
    root: bool,
    parent: BelongsTo<Branch>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(|branch| branch.twigs.exists()))]
struct Branch {
    id: Id<Branch>,
    root: bool,
    twigs: HasMany<Twig>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(|twig| twig.branch_id.is_in(Branch::query().select(|b| b.id))))]
struct Twig {
    id: Id<Twig>,
    branch: BelongsTo<Branch>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(|bud| bud.branch_id.is_in(Branch::unscoped().filter(|b| b.root.eq(true)).select(|b| b.id))))]
struct Bud {
    id: Id<Bud>,
    branch: BelongsTo<Branch>,
}

pub fn a_scope_that_cannot_be_is_an_error_that_names_it(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Branch, Leaf, Twig, Bud])?;
    let mut connection = harness.connect()?;
    let error = Leaf::query().all(&mut connection).expect_err("no such scope").to_string();
    assert!(error.contains("the scope of leaf: it takes its own columns and subqueries"), "{error}");
    let error = Branch::query().all(&mut connection).expect_err("no such scope").to_string();
    assert!(error.contains("the scope of branch: it asks for its own model's rows"), "{error}");
    // A subquery is part of a scope as of any condition.
    let mut session = harness.session()?;
    let [old, new] = [true, false].map(|root| session.add(Branch { root, ..Default::default() }));
    session.add(Bud { branch: old.into(), ..Default::default() });
    session.add(Bud { branch: new.into(), ..Default::default() });
    session.commit()?;
    assert_eq!(Bud::query().count(&mut connection)?, 1);
    assert_eq!(Bud::query().delete(&mut connection)?, 1);
    Ok(())
}

pub fn groups_unions_and_pages_are_of_rows_in_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let counts =
        Post::query().group_by(|p| p.deleted).select(|p| (p.deleted, count_rows())).all(&mut connection)?;
    assert_eq!(counts, [(false, 2)]);
    let names = Post::query()
        .select(|p| p.title)
        .union(User::query().select(|u| u.name))
        .order_by(|name| name)
        .all(&mut connection)?;
    assert_eq!(names, ["First", "Jane", "Third"]);
    let first = Post::query().order_by(|p| p.id).limit(1).one(&mut connection)?;
    let next = Post::query().order_by(|p| p.id).after(&first).all(&mut connection)?;
    assert_eq!(titles(&next), ["Third"]);
    let known = Post::query().filter(|p| p.author_id.is_in(User::query().select(|u| u.id)));
    assert_eq!(known.count(&mut connection)?, 1);
    Ok(())
}

pub fn joined_collections_hold_rows_in_scope(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let tags = User::query()
        .join_related(|u| u.posts)
        .join_related(|(_, p)| p.tags)
        .select(|(_, p, t)| (p.title, t.name));
    assert_eq!(tags.all(&mut connection)?, [("First".to_owned(), "rust".to_owned())]);
    let groups = User::query().join_related(|u| u.groups).select(|(_, g)| g.name);
    assert_eq!(groups.all(&mut connection)?, ["Chess"]);
    Ok(())
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
#[model(scope(|label| label.gone.eq(false)))]
struct Label {
    id: Id<Label>,
    #[model(unique)]
    name: String,
    gone: bool,
}

pub fn a_row_that_is_to_be_made_and_that_the_scope_hides_is_told(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Label])?;
    let label = |name: &str, gone| Label { name: name.into(), gone, ..Default::default() };
    harness.insert([label("old", true)])?;
    let old = Label::query().filter(|l| l.name.eq("old"));
    let (mut connection, mut session) = (harness.connect()?, harness.session()?);
    let told = |error: Error| {
        assert!(error.is_unique_violation(), "{error}");
        let words =
            "the row that the query asks for is there, but out of the scope of label: ask with `unscoped`";
        assert!(error.to_string().starts_with(words), "{error}");
    };
    told(connection.get_or_create(&old, || label("old", false)).expect_err("hidden"));
    told(connection.update_or_create(&old, || label("old", false), |l| l.gone = false).expect_err("hidden"));
    told(session.get_or_create(&old, || label("old", false)).expect_err("hidden"));
    session.rollback()?;

    // Asked past the scope, it is found; an upsert knows no scope, and brings it back where the object says so.
    let all = Label::unscoped().filter(|l| l.name.eq("old"));
    assert!(!connection.get_or_create(&all, || label("old", false))?.1);
    connection.upsert(&mut label("old", false), |l| l.name)?;
    let (found, is_new) = connection.get_or_create(&old, || label("old", false))?;
    assert_eq!((found.gone, is_new), (false, false));
    // What is in the way and meets no query is the violation that it is.
    let other = Label::query().filter(|l| l.name.eq("other"));
    let error = connection.get_or_create(&other, || label("old", false)).expect_err("taken");
    assert!(error.is_unique_violation() && !error.to_string().contains("scope"), "{error}");
    Ok(())
}
