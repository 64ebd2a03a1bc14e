//! Updates and deletions of all rows of a query that reads more than one table.

use onggi::{BelongsTo, Id, Model, Result};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    boss: Option<BelongsTo<User>>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Post {
    id: Id<Post>,
    title: String,
    author: BelongsTo<User>,
    likes: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Seat {
    #[model(primary_key)]
    row: i64,
    #[model(primary_key)]
    place: String,
    user: Option<BelongsTo<User>>,
    label: String,
}

/// Ann is the boss of Bob, who is that of Cid. Ann wrote One and Two, Bob Three.
fn blog(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![User, Post, Seat])?;
    let to = |user: i64| BelongsTo::<User>::to_key(user);
    let user =
        |name: &str, boss: Option<BelongsTo<User>>| User { name: name.into(), boss, ..Default::default() };
    harness.insert([user("Ann", None), user("Bob", Some(to(1)?)), user("Cid", Some(to(2)?))])?;
    let post = |title: &str, author, likes| Post { title: title.into(), author, likes, ..Default::default() };
    harness.insert([post("One", to(1)?, 1), post("Two", to(1)?, 2), post("Three", to(2)?, 3)])?;
    let seat = |row, place: &str, user| Seat { row, place: place.into(), user, label: "free".into() };
    harness.insert([seat(1, "a", Some(to(1)?)), seat(1, "b", None), seat(2, "a", Some(to(2)?))]).map(drop)
}

fn titles(harness: &Harness) -> Result<Vec<String>> {
    let titles = Post::query().order_by(|p| p.id).select(|p| p.title).all(&mut harness.connect()?);
    harness.statements();
    titles
}

fn names(harness: &Harness) -> Result<Vec<String>> {
    let names = User::query().order_by(|u| u.id).select(|u| u.name).all(&mut harness.connect()?);
    harness.statements();
    names
}

pub fn rows_are_updated_where_a_relation_says_so(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let anns = Post::query().filter(|p| p.author().name.eq("Ann"));
    assert_eq!(anns.update(&mut connection, |p| p.likes.set(p.likes + 10))?, 2);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"UPDATE "post" SET "likes" = "post"."likes" + ?1 WHERE "post"."id" IN (SELECT "post_2"."id" "#,
            r#"FROM "post" AS "post_2" JOIN "user" ON "post_2"."author_id" = "user"."id" WHERE "user"."name" = ?2)"#
        )]
    );
    let likes = Post::query().order_by(|p| p.id).select(|p| p.likes).all(&mut connection)?;
    assert_eq!(likes, [11, 12, 3]);
    Ok(())
}

pub fn rows_are_deleted_where_a_relation_says_so(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let gone = Post::query()
        .filter(|p| p.author().boss().name.eq("Ann"))
        .delete_returning(&mut connection, |p| (p.title, p.likes))?;
    assert_eq!(gone, [("Three".to_owned(), 3)]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"DELETE FROM "post" WHERE "post"."id" IN (SELECT "post_2"."id" FROM "post" AS "post_2" "#,
            r#"JOIN "user" ON "post_2"."author_id" = "user"."id" "#,
            r#"LEFT JOIN "user" AS "user_2" ON "user"."boss_id" = "user_2"."id" WHERE "user_2"."name" = ?1) "#,
            r#"RETURNING "post"."title", "post"."likes""#
        )]
    );
    assert_eq!(titles(harness)?, ["One", "Two"]);
    Ok(())
}

pub fn new_values_follow_relations(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let many = Post::query().filter(|p| p.likes.gt(1));
    let set = |p: PostColumns| [p.title.set(p.author().name.concat("'s")), p.likes.set(0)];
    assert_eq!(many.update_returning(&mut connection, set, |p| p.title)?.len(), 2);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"UPDATE "post" SET "title" = "derived"."c2", "likes" = ?1 FROM "#,
            r#"(SELECT "post_2"."id" AS "c1", ("user"."name" || ?2) AS "c2" FROM "post" AS "post_2" "#,
            r#"JOIN "user" ON "post_2"."author_id" = "user"."id" WHERE "post_2"."likes" > ?3) AS "derived" "#,
            r#"WHERE "post"."id" = "derived"."c1" RETURNING "post"."title""#
        )]
    );
    assert_eq!(titles(harness)?, ["One", "Ann's", "Bob's"]);
    Ok(())
}

/// What a relation leads to may be missing; and all new values are those from before the statement.
pub fn new_values_of_a_relation_to_the_same_table_are_the_old_ones(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let all = User::query();
    assert_eq!(all.update(&mut connection, |u| u.name.set(u.boss().name.coalesce("nobody")))?, 3);
    assert_eq!(names(harness)?, ["nobody", "Ann", "Bob"]);
    Ok(())
}

pub fn rows_of_the_first_of_joined_models_are_written(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let read = User::query().join::<Post>(|u, p| p.author_id.eq(u.id)).filter(|(_, p)| p.likes.lt(3));
    // Ann's two posts are one row of hers.
    assert_eq!(read.update(&mut connection, |(u, _)| u.name.set("Eve"))?, 1);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"UPDATE "user" SET "name" = ?1 WHERE "user"."id" IN (SELECT "user_2"."id" FROM "user" AS "user_2" "#,
            r#"JOIN "post" ON "post"."author_id" = "user_2"."id" WHERE "post"."likes" < ?2)"#
        )]
    );
    let third = User::query().join::<Post>(|u, p| p.author_id.eq(u.id)).filter(|(_, p)| p.likes.eq(3));
    assert_eq!(third.update(&mut connection, |(u, p)| u.name.set(p.title))?, 1);
    assert_eq!(names(harness)?, ["Eve", "Three", "Cid"]);
    let wrong = third.update(&mut connection, |(_, p)| p.likes.set(0)).expect_err("not of user").to_string();
    assert!(wrong.starts_with("likes is set, a column of post, where rows of user are written"), "{wrong}");
    let lonely = User::query().left_join::<Post>(|u, p| p.author_id.eq(u.id)).filter(|(_, p)| p.id.is_null());
    assert_eq!(lonely.delete(&mut connection)?, 1);
    assert_eq!(names(harness)?, ["Eve", "Three"]);
    Ok(())
}

pub fn keys_of_several_columns_tell_which_rows_are_written(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let taken = Seat::query().filter(|s| s.user().name.ne("Bob"));
    assert_eq!(taken.update(&mut connection, |s| s.label.set("taken"))?, 1);
    assert_eq!(Seat::query().update(&mut connection, |s| s.label.set(s.user().name.coalesce("free")))?, 3);
    assert_eq!(
        harness.statements(),
        [
            concat!(
                r#"UPDATE "seat" SET "label" = ?1 WHERE ("seat"."row", "seat"."place") IN "#,
                r#"(SELECT "seat_2"."row", "seat_2"."place" FROM "seat" AS "seat_2" "#,
                r#"LEFT JOIN "user" ON "seat_2"."user_id" = "user"."id" WHERE "user"."name" <> ?2)"#
            ),
            concat!(
                r#"UPDATE "seat" SET "label" = "derived"."c3" FROM "#,
                r#"(SELECT "seat_2"."row" AS "c1", "seat_2"."place" AS "c2", coalesce("user"."name", ?1) AS "c3" "#,
                r#"FROM "seat" AS "seat_2" LEFT JOIN "user" ON "seat_2"."user_id" = "user"."id") AS "derived" "#,
                r#"WHERE "seat"."row" = "derived"."c1" AND "seat"."place" = "derived"."c2""#
            ),
        ]
    );
    let labels = Seat::query().order_by(|s| s.row).order_by(|s| s.place).select(|s| s.label);
    assert_eq!(labels.all(&mut connection)?, ["Ann", "free", "Bob"]);
    Ok(())
}

pub fn the_first_rows_of_an_order_are_written(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let best = Post::query().order_by(|p| p.likes.desc()).limit(2);
    assert_eq!(best.update(&mut connection, |p| p.title.set("best"))?, 2);
    assert_eq!(titles(harness)?, ["One", "best", "best"]);
    assert_eq!(Post::query().order_by(|p| p.likes).limit(1).delete(&mut connection)?, 1);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"DELETE FROM "post" WHERE "post"."id" IN "#,
            r#"(SELECT "post_2"."id" FROM "post" AS "post_2" ORDER BY "post_2"."likes" LIMIT ?1)"#
        )]
    );
    assert_eq!(titles(harness)?, ["best", "best"]);
    Ok(())
}

pub fn common_rows_say_what_is_written(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let totals =
        Post::query().group_by(|p| p.author_id).select(|p| (p.author_id, p.likes.sum())).named("totals");
    let known = User::query()
        .join_rows(&totals, |u, (author, _)| author.eq(u.id))
        .filter(|(_, (_, likes))| likes.ge(3));
    let set = |(u, (_, likes)): (UserColumns, (_, onggi::Expression<Option<i64>, _>))| {
        u.name.set(u.name.concat(likes.coalesce(0).cast::<String>()))
    };
    assert_eq!(known.update(&mut connection, set)?, 2);
    assert_eq!(names(harness)?, ["Ann3", "Bob3", "Cid"]);
    Ok(())
}
