//! Joins of any models, and queries of the rows of other queries.

use onggi::{Id, Model, Query, Result, count_rows, row_number};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    boss: Option<Id<User>>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Post {
    id: Id<Post>,
    title: String,
    writer: String,
    likes: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Tag {
    id: Id<Tag>,
    title: String,
    name: String,
}

/// Ann is the boss of Bob, who is that of Cid. Ann wrote One and Two, Bob Three, somebody Four. One has a tag.
fn blog(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User, Post, Tag])?;
    let user = |name: &str, boss: Option<i64>| User {
        name: name.into(),
        boss: boss.map(Id::from),
        ..Default::default()
    };
    harness.insert([user("Ann", None), user("Bob", Some(1)), user("Cid", Some(2))])?;
    let post = |title: &str, writer: &str, likes| Post {
        title: title.into(),
        writer: writer.into(),
        likes,
        ..Default::default()
    };
    harness.insert([
        post("One", "Ann", 1),
        post("Two", "Ann", 2),
        post("Three", "Bob", 3),
        post("Four", "Eve", 4),
    ])?;
    harness.insert([Tag { title: "One".into(), name: "rust".into(), ..Default::default() }]).map(drop)
}

fn owned<const N: usize>(texts: [(&str, Option<&str>); N]) -> Vec<(String, Option<String>)> {
    texts.map(|(one, other)| (one.to_owned(), other.map(str::to_owned))).into()
}

pub fn models_are_joined_by_any_condition(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let posts = User::query()
        .join::<Post>(|u, p| p.writer.eq(u.name))
        .filter(|(_, p)| p.likes.gt(1))
        .order_by(|(_, p)| p.likes.desc());
    let texts = posts.clone().select(|(u, p)| (u.name, p.title)).all(&mut connection)?;
    assert_eq!(texts, [("Bob", "Three"), ("Ann", "Two")].map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "user"."name", "post"."title" FROM "user" JOIN "post" ON "post"."writer" = "user"."name" "#,
            r#"WHERE "post"."likes" > ?1 ORDER BY "post"."likes" DESC"#
        )]
    );
    let objects: Vec<(User, Post)> = posts.all(&mut connection)?;
    assert_eq!((&*objects[0].0.name, &*objects[0].1.title), ("Bob", "Three"));
    assert_eq!((posts.count(&mut connection)?, posts.exists(&mut connection)?), (2, true));
    let mut session = harness.session()?;
    let handles = posts.all(&mut session)?;
    assert_eq!(session[handles[1].0].name, "Ann");
    Ok(())
}

pub fn three_models_are_joined_as_a_flat_tuple(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let query: Query<(User, Post, Option<Tag>)> = User::query()
        .join::<Post>(|u, p| p.writer.eq(u.name))
        .left_join::<Tag>(|(_, p), t| t.title.eq(p.title))
        .order_by(|(_, p, _)| p.id);
    let rows = query.clone().select(|(_, p, t)| (p.title, t.name)).all(&mut harness.connect()?)?;
    assert_eq!(rows, owned([("One", Some("rust")), ("Two", None), ("Three", None)]));
    let tags: Vec<bool> =
        query.all(&mut harness.connect()?)?.iter().map(|(_, _, tag)| tag.is_some()).collect();
    assert_eq!(tags, [true, false, false]);
    Ok(())
}

pub fn a_model_is_joined_with_itself(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let bosses = User::query()
        .left_join::<User>(|u, boss| u.boss.eq(boss.id))
        .order_by(|(u, _)| u.id)
        .select(|(u, boss)| (u.name, boss.name));
    assert_eq!(
        bosses.all(&mut connection)?,
        owned([("Ann", None), ("Bob", Some("Ann")), ("Cid", Some("Bob"))])
    );
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "user"."name", "user_2"."name" FROM "user" LEFT JOIN "user" AS "user_2" "#,
            r#"ON "user"."boss" = "user_2"."id" ORDER BY "user"."id""#
        )]
    );
    Ok(())
}

pub fn rows_without_partner_are_kept_on_either_side(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let right = User::query().right_join::<Post>(|u, p| p.writer.eq(u.name)).order_by(|(_, p)| p.id);
    let rows = right.clone().select(|(u, p)| (p.title, u.name)).all(&mut connection)?;
    let expected = [("One", Some("Ann")), ("Two", Some("Ann")), ("Three", Some("Bob")), ("Four", None)];
    assert_eq!(rows, owned(expected));
    let objects: Vec<(Option<User>, Post)> = right.all(&mut connection)?;
    assert_eq!(objects[3].0, None);
    let full = User::query().full_join::<Post>(|u, p| p.writer.eq(u.name));
    let objects: Vec<(Option<User>, Option<Post>)> = full.all(&mut connection)?;
    assert_eq!(objects.iter().filter(|(user, post)| user.is_none() || post.is_none()).count(), 2);
    assert_eq!(User::query().cross_join::<Tag>().count(&mut connection)?, 3);
    Ok(())
}

pub fn joined_rows_are_grouped_and_nested(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let posts = User::query()
        .left_join::<Post>(|u, p| p.writer.eq(u.name))
        .group_by(|(u, _)| u.id)
        .order_by(|(u, _)| u.id)
        .select(|(u, p)| (u.name, p.id.count(), p.likes.sum()));
    let rows = posts.all(&mut connection)?;
    let expected = [("Ann", 2, Some(3)), ("Bob", 1, Some(3)), ("Cid", 0, None)];
    assert_eq!(rows, expected.map(|(name, posts, likes)| (name.to_owned(), posts, likes)));
    let tagged = |u: UserColumns| {
        let tags = Post::query().join::<Tag>(|p, t| t.title.eq(p.title)).filter(|(p, _)| p.writer.eq(u.name));
        onggi::exists(tags)
    };
    assert_eq!(User::query().filter(tagged).select(|u| u.name).all(&mut connection)?, ["Ann"]);
    Ok(())
}

pub fn rows_of_queries_are_united(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let users = || User::query().select(|u| u.name);
    let writers = || Post::query().select(|p| p.writer);
    let all =
        |query: Query<onggi::Derived<_>>, connection: &mut _| query.order_by(|name| name).all(connection);
    assert_eq!(all(users().union(writers()), &mut connection)?, ["Ann", "Bob", "Cid", "Eve"]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "derived"."c1" FROM (SELECT "user"."name" AS "c1" FROM "user" UNION "#,
            r#"SELECT "post"."writer" FROM "post") AS "derived" ORDER BY "derived"."c1""#
        )]
    );
    assert_eq!(all(users().intersect(writers()), &mut connection)?, ["Ann", "Bob"]);
    assert_eq!(all(users().except(writers()), &mut connection)?, ["Cid"]);
    assert_eq!(users().union_all(writers()).count(&mut connection)?, 7);
    // An order and a limit stay those of their own query.
    let last = Post::query().order_by(|p| p.id.desc()).limit(1).select(|p| p.writer);
    assert_eq!(all(last.clone().union(users().limit(1)), &mut connection)?, ["Ann", "Eve"]);
    Ok(())
}

pub fn objects_are_united(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let some = |name: &'static str| User::query().filter(move |u| u.name.eq(name));
    let both = some("Ann").union(some("Cid"));
    let mut names: Vec<String> =
        both.all(&mut harness.connect()?)?.into_iter().map(|user| user.name).collect();
    names.sort();
    assert_eq!(names, ["Ann", "Cid"]);
    let mut session = harness.session()?;
    let handles = both.all(&mut session)?;
    let mut tracked: Vec<&str> = handles.iter().map(|&user| &*session[user].name).collect();
    tracked.sort_unstable();
    assert_eq!(tracked, ["Ann", "Cid"]);
    Ok(())
}

pub fn conditions_on_what_a_query_selects(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let best: Vec<(String, i64)> = Post::query()
        .select(|p| (p.title, row_number().over(|w| w.partition_by(p.writer).order_by(p.likes.desc()))))
        .derived()
        .filter(|(_, place)| place.eq(1))
        .order_by(|(title, _)| title)
        .all(&mut harness.connect()?)?;
    assert_eq!(best, [("Four", 1), ("Three", 1), ("Two", 1)].map(|(title, place)| (title.to_owned(), place)));
    Ok(())
}

pub fn named_rows_are_read_and_joined(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let totals = Post::query().group_by(|p| p.writer).select(|p| (p.writer, count_rows())).named("totals");
    let rows: Vec<(String, i64)> = User::query()
        .join_rows(&totals, |u, (writer, _)| writer.eq(u.name))
        .order_by(|(u, _)| u.id)
        .select(|(u, (_, posts))| (u.name, posts))
        .all(&mut connection)?;
    assert_eq!(rows, [("Ann".to_owned(), 2), ("Bob".to_owned(), 1)]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"WITH "totals" AS (SELECT "post"."writer" AS "c1", count(*) AS "c2" FROM "post" GROUP BY "post"."writer") "#,
            r#"SELECT "user"."name", "totals"."c2" FROM "user" JOIN "totals" ON "totals"."c1" = "user"."name" "#,
            r#"ORDER BY "user"."id""#
        )]
    );
    let most = totals.query().select(|(_, posts)| posts.max()).one(&mut connection)?;
    assert_eq!(most, Some(2));
    Ok(())
}

pub fn queries_that_read_themselves(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let chain =
        User::query().filter(|u| u.name.eq("Cid")).select(|u| (u.name, u.boss)).recursive("chain", |chain| {
            User::query().join_rows(chain, |u, (_, boss)| boss.eq(u.id)).select(|(u, _)| (u.name, u.boss))
        });
    let names = chain.query().select(|(name, _)| name).all(&mut harness.connect()?)?;
    assert_eq!(names, ["Cid", "Bob", "Ann"]);
    assert!(harness.statements()[0].starts_with(r#"WITH RECURSIVE "chain" AS"#));
    Ok(())
}

/// Each level would be a walk deeper.
pub fn queries_of_queries_nest_within_limits(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let nested = |levels: usize| {
        let names =
            User::query().select(|u| u.name).derived().select(|name| name).derived().select(|name| name);
        (0..levels).fold(names, |query, _| query.derived().select(|name| name))
    };
    assert_eq!(nested(10).count(&mut connection)?, 3);
    let error = nested(100_000).count(&mut connection).expect_err("too deep");
    assert!(error.to_string().contains("more than 500 levels"), "{error}");
    Ok(())
}
