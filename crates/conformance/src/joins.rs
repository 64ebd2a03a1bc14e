//! Joins of any models, and queries of the rows of other queries.

use onggi::{Derived, FromRow, Id, Model, Query, Result, case, count_rows, row_number, value};

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
    let all = |query: Query<Derived<_>>, connection: &mut _| query.order_by(|name| name).all(connection);
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

pub fn long_values_stay_whole_among_united_rows(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    for length in [10, 300, 65_536, 70_000, 400_000] {
        let (long, short) = ("x".repeat(length), "s");
        let user = |name: &'static str| User::query().filter(move |u| u.name.eq(name));
        let of_ann = |text: &str| user("Ann").select(|u| (u.name, value::<String, _>(text)));
        let of_bob = |text: &str| user("Bob").select(|u| (u.name, value::<String, _>(text)));
        let chosen = user("Bob").select(|u| (u.name, case().when(u.name.eq("Bob"), &*long).otherwise(short)));
        let bytes = |bytes: Vec<u8>| user("Bob").select(move |u| (u.name, value::<Vec<u8>, _>(bytes)));
        let named = || user("Ann").select(|u| (u.name, u.name));
        for united in [
            of_ann(short).union(of_bob(&long)),
            of_bob(&long).union_all(of_ann(short)),
            of_ann(short).union_all(chosen),
            of_bob(&long).union_all(named()),
            of_bob(&long).intersect(of_bob(&long)),
            of_bob(&long).except(of_bob(short)),
            of_ann(short).union(of_bob(&long).limit(1)),
        ] {
            let found =
                united.filter(|(name, _)| name.eq("Bob")).select(|(_, text)| text).all(&mut connection)?;
            assert!(found == [&*long], "{length}: {:?}", found.iter().map(String::len).collect::<Vec<_>>());
        }
        // Not sorted: MySQL has room for that of shorter ones only.
        let mut found = bytes(vec![1])
            .union_all(bytes(vec![7; length]))
            .select(|(_, bytes)| bytes)
            .all(&mut connection)?;
        found.sort_by_key(Vec::len);
        assert!(
            found == [vec![1], vec![7; length]],
            "{length}: {:?}",
            found.iter().map(Vec::len).collect::<Vec<_>>()
        );
    }
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

#[derive(Clone, Debug, PartialEq, FromRow)]
struct Writer {
    name: String,
    likes: Option<i64>,
}

pub fn rows_without_partner_among_named_rows_are_kept(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let totals = Post::query()
        .group_by(|p| p.writer)
        .select(|p| (p.writer, p.likes.sum(), count_rows()))
        .named("totals");
    let left =
        User::query().left_join_rows(&totals, |u, (writer, ..)| writer.eq(u.name)).order_by(|(u, _)| u.id);
    let rows: Vec<(String, Option<String>, Option<i64>, i64)> = left
        .clone()
        .select(|(u, (writer, likes, posts))| (u.name, writer, likes, posts.coalesce(0)))
        .all(&mut connection)?;
    let expected =
        [("Ann", Some("Ann"), Some(3), 2), ("Bob", Some("Bob"), Some(3), 1), ("Cid", None, None, 0)];
    assert_eq!(rows, expected.map(|(a, b, c, d)| (a.to_owned(), b.map(str::to_owned), c, d)));
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"WITH "totals" AS (SELECT "post"."writer" AS "c1", sum("post"."likes") AS "c2", count(*) AS "c3" "#,
            r#"FROM "post" GROUP BY "post"."writer") SELECT "user"."name", "totals"."c1", "totals"."c2", "#,
            r#"coalesce("totals"."c3", ?1) FROM "user" LEFT JOIN "totals" ON "totals"."c1" = "user"."name" "#,
            r#"ORDER BY "user"."id""#
        )]
    );
    let whole = left.all(&mut connection)?;
    assert_eq!((&*whole[2].0.name, &whole[2].1), ("Cid", &(None, None, None)));
    let right: Vec<(Option<User>, _)> =
        User::query().right_join_rows(&totals, |u, (writer, ..)| writer.eq(u.name)).all(&mut connection)?;
    let lonely: Vec<String> =
        right.into_iter().filter(|(user, _)| user.is_none()).map(|(_, (writer, ..))| writer).collect();
    assert_eq!(lonely, ["Eve"]);
    let full = User::query().full_join_rows(&totals, |u, (writer, ..)| writer.eq(u.name));
    assert_eq!(full.all(&mut connection)?.len(), 4);
    Ok(())
}

pub fn structs_of_rows_without_partner_are_none(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let writers = Post::query()
        .group_by(|p| p.writer)
        .select(|p| WriterColumns { name: p.writer, likes: p.likes.sum() })
        .named("writers");
    let users = User::query().left_join_rows(&writers, |u, w| w.name.eq(u.name)).order_by(|(u, _)| u.id);
    let rows: Vec<(String, Option<Writer>)> =
        users.clone().select(|(u, w)| (u.name, w)).all(&mut connection)?;
    assert_eq!(rows[0].1, Some(Writer { name: "Ann".into(), likes: Some(3) }));
    assert_eq!(rows[2], ("Cid".to_owned(), None));
    let names: Vec<Option<String>> = users.select(|(_, w)| w.get(|w| w.name)).all(&mut connection)?;
    assert_eq!(names, [Some("Ann".to_owned()), Some("Bob".to_owned()), None]);
    Ok(())
}

pub fn derived_rows_without_partner_are_missing_ones(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let derived: Query<Derived<_>> = User::query().select(|u| (u.name, u)).derived();
    let posts = derived.right_join::<Post>(|(name, _), p| p.writer.eq(name)).order_by(|(_, p)| p.id);
    let rows = posts.all(&mut connection)?;
    assert_eq!(rows[0].0.0.as_deref(), Some("Ann"));
    assert_eq!(rows[2].0.1.as_ref().map(|user| &*user.name), Some("Bob"));
    assert_eq!((&rows[3].0, &*rows[3].1.writer), (&(None, None), "Eve"));
    let mut session = harness.session()?;
    let tracked = posts.all(&mut session)?;
    assert_eq!(tracked[0].0.1.map(|user| &*session[user].name), Some("Ann"));
    assert_eq!(tracked[3].0.1, None);
    Ok(())
}

pub fn steps_can_repeat_rows(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let ones = User::query().select(|u| (value(1_i64), u.boss.is_null().value()));
    let numbers = ones.recursive_all("numbers", |numbers| {
        numbers.query().filter(|(n, _)| n.lt(3)).select(|(n, top)| (n + 1, top))
    });
    // Two users have a boss: their rows are the same, and come twice.
    let counted =
        numbers.query().group_by(|(n, _)| n).order_by(|(n, _)| n).select(|(n, _)| (n, count_rows()));
    assert_eq!(counted.all(&mut connection)?, [(1, 3), (2, 3), (3, 3)]);
    assert!(harness.statements()[0].contains("UNION ALL"));
    Ok(())
}
