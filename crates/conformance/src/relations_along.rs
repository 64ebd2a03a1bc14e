//! Relations to one that a query's own statement reads along, by joins.

use onggi::{BelongsTo, Error, HasMany, Id, Model, Result, sql};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Country {
    #[model(primary_key)]
    code: String,
    name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    age: i64,
    country: Option<BelongsTo<Country>>,
    boss: Option<BelongsTo<User>>,
    #[model(inverse(author))]
    posts: HasMany<Post>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Post {
    id: Id<Post>,
    title: String,
    author: BelongsTo<User>,
    editor: Option<BelongsTo<User>>,
}

/// Jane of Korea wrote two posts, one of which John edited, who is her boss and wrote one himself.
fn blog(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Country, User, Post])?;
    let mut session = harness.session()?;
    let post = |title: &str| Post { title: title.into(), ..Default::default() };
    let john =
        session.add(User { name: "John".into(), posts: vec![post("Third")].into(), ..Default::default() });
    session.add(User {
        name: "Jane".into(),
        country: Some(Country { code: "KR".into(), name: "Korea".into() }.into()),
        boss: john.into(),
        posts: vec![Post { editor: john.into(), ..post("First") }, post("Second")].into(),
        ..Default::default()
    });
    session.commit()?;
    harness.statements();
    Ok(())
}

fn name(of: Option<&User>) -> Option<&str> {
    of.map(|user| &*user.name)
}

fn country(of: Option<&User>) -> Option<&str> {
    Some(&*of?.country.as_ref()?.object()?.name)
}

pub fn relations_to_one_are_read_in_one_statement(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let query = Post::query().with(|p| p.author().country()).with_join(|p| p.editor());
    let posts = query.order_by(|p| p.title).all(&mut connection)?;
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "post"."id", "post"."title", "post"."author_id", "post"."editor_id", "#,
            r#""user"."id", "user"."name", "user"."age", "user"."country_id", "user"."boss_id", "#,
            r#""country"."code", "country"."name", "#,
            r#""user_2"."id", "user_2"."name", "user_2"."age", "user_2"."country_id", "user_2"."boss_id" "#,
            r#"FROM "post" LEFT JOIN "user" ON "post"."author_id" = "user"."id" "#,
            r#"LEFT JOIN "country" ON "user"."country_id" = "country"."code" "#,
            r#"LEFT JOIN "user" AS "user_2" ON "post"."editor_id" = "user_2"."id" ORDER BY "post"."title""#
        )]
    );
    let read = posts.iter().map(|post| {
        let (author, editor) = (post.author.object(), post.editor.as_ref().and_then(BelongsTo::object));
        (&*post.title, name(author), country(author), name(editor))
    });
    let (jane, john, korea) = (Some("Jane"), Some("John"), Some("Korea"));
    let expected = [("First", jane, korea, john), ("Second", jane, korea, None), ("Third", john, None, None)];
    assert_eq!(read.collect::<Vec<_>>(), expected);
    let by_select = Post::query().with_select(|p| p.author().country()).with_select(|p| p.editor());
    assert_eq!(by_select.order_by(|p| p.title).all(&mut connection)?, posts);
    assert_eq!(harness.statements().len(), 4, "posts, authors, countries, editors");
    Ok(())
}

pub fn a_session_reads_what_is_joined_as_objects_each_once(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let query = Post::query().with_join(|p| p.author().boss()).with_join(|p| p.author().country());
    let posts = query.order_by(|p| p.title).all(&mut session)?;
    assert_eq!(harness.statements().len(), 2, "BEGIN, and one that reads");
    session.strict(true);
    let first = session.load(posts[0], |p| p.author())?;
    let second = session.load(posts[1], |p| p.author())?;
    assert_eq!(first, second, "the same row is the same object");
    let boss = session.load(first, |u| u.boss())?;
    assert_eq!(boss, Some(session.load(posts[2], |p| p.author())?));
    assert!(session.load(first, |u| u.country())?.is_some());
    assert_eq!(session.load(posts[2], |p| p.author().country())?, None);
    assert_eq!(harness.statements(), [""; 0]);

    // What is changed in the session stays so.
    session[first].name = "Joan".into();
    let again = Post::query().with_join(|p| p.author()).order_by(|p| p.title).all(&mut session)?;
    assert_eq!(again, posts);
    assert_eq!(session[first].name, "Joan");
    session.rollback()?;
    assert_eq!(session[first].name, "Jane");
    Ok(())
}

pub fn a_model_that_is_joined_with_itself_is_read_whole(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let users = User::query().with_join(|u| u.boss()).order_by(|u| u.name).all(&mut session)?;
    assert_eq!(session.load(users[0], |u| u.boss())?, Some(users[1]));
    assert_eq!(session.load(users[1], |u| u.boss())?, None);
    let plain =
        User::query().with_join(|u| u.boss().boss()).order_by(|u| u.name).all(&mut harness.connect()?)?;
    assert_eq!(name(plain[0].boss.as_ref().and_then(BelongsTo::object)), Some("John"));
    Ok(())
}

pub fn what_is_read_along_leaves_the_other_clauses_as_they_are(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let query = Post::query().with_join(|p| p.author()).filter(|p| p.author().name.eq("Jane"));
    let page = query.clone().order_by(|p| p.title.desc()).limit(1).all(&mut connection)?;
    assert_eq!((page.len(), &*page[0].title, name(page[0].author.object())), (1, "Second", Some("Jane")));
    assert_eq!(query.count(&mut connection)?, 2);
    assert!(query.exists(&mut connection)?);
    assert!(query.first(&mut connection)?.is_some_and(|post| post.author.object().is_some()));
    let joined = r#"FROM "post" JOIN "user" ON "post"."author_id" = "user"."id" WHERE "user"."name" = ?1"#;
    let columns = concat!(
        r#""post"."id", "post"."title", "post"."author_id", "post"."editor_id", "#,
        r#""user"."id", "user"."name", "user"."age", "user"."country_id", "user"."boss_id""#
    );
    assert_eq!(
        harness.statements(),
        [
            format!(r#"SELECT {columns} {joined} ORDER BY "post"."title" DESC LIMIT ?2"#),
            format!("SELECT count(*) {joined}"),
            format!("SELECT EXISTS (SELECT 1 {joined})"),
            format!("SELECT {columns} {joined}"),
        ]
    );
    let distinct = query.clone().distinct().all(&mut connection)?;
    assert!(distinct.iter().all(|post| post.author.object().is_some()));
    assert_eq!(harness.statements().len(), 2, "what else would be compared is read apart");
    let titles = query.order_by(|p| p.title).select(|p| p.title).all(&mut connection)?;
    assert_eq!(titles, ["First", "Second"]);
    Ok(())
}

pub fn rows_with_what_is_joined_are_streamed(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut authors = Vec::new();
    let query = Post::query().with_join(|p| p.author()).order_by(|p| p.title);
    query.each(&mut harness.session()?, |post| {
        authors.extend(post?.author.into_object().map(|author| author.name));
        Ok(())
    })?;
    assert_eq!(authors, ["Jane", "Jane", "John"]);
    let error = query.with_select(|p| p.editor()).each(&mut harness.connect()?, |_| Ok(()));
    assert!(error.expect_err("of other statements").to_string().contains("`with_join`"));
    Ok(())
}

pub fn collections_behind_what_is_joined_are_loaded_by_one_statement_each(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let query = Post::query().with(|p| p.author().posts());
    let posts = query.clone().order_by(|p| p.title).all(&mut connection)?;
    assert_eq!(harness.statements().len(), 2, "posts with authors, and the authors' posts");
    let of_author = |post: &Post| Some(post.author.object()?.posts.loaded()?.len());
    assert_eq!(posts.iter().map(of_author).collect::<Vec<_>>(), [Some(2), Some(2), Some(1)]);
    let mut session = harness.session()?;
    let posts = query.all(&mut session)?;
    harness.statements();
    let author = session.load(posts[0], |p| p.author())?;
    assert!(!session.load(author, |u| u.posts())?.is_empty());
    assert_eq!(harness.statements(), [""; 0]);
    Ok(())
}

pub fn a_row_read_along_that_cannot_be_read_is_named(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    sql("UPDATE \"user\" SET age = 'old' WHERE name = 'Jane'").execute(&mut connection)?;
    let query = Post::query().with_join(|p| p.author()).order_by(|p| p.title);
    let error = query.all(&mut connection).expect_err("no age");
    assert!(error.to_string().contains("user.age") && error.to_string().contains("id 2"), "{error}");
    let mut read = Vec::new();
    query.each(&mut connection, |post| {
        read.push(post.map(|post| post.title).map_err(|error: Error| error.is_value()));
        Ok(())
    })?;
    assert_eq!(read, [Err(true), Err(true), Ok("Third".into())]);
    Ok(())
}

pub fn a_reference_to_a_row_that_is_gone_loses_no_row(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    sql("PRAGMA foreign_keys = OFF").execute(&mut connection)?;
    sql("DELETE FROM \"user\" WHERE name = 'Jane'").execute(&mut connection)?;
    let posts =
        Post::query().with_join(|p| p.author().country()).order_by(|p| p.title).all(&mut connection)?;
    assert_eq!(
        posts.iter().map(|post| name(post.author.object())).collect::<Vec<_>>(),
        [None, None, Some("John")]
    );
    assert_eq!(posts[0].author.key(), Some(Id::from(2)), "the key is known all the same");
    sql("PRAGMA foreign_keys = ON").execute(&mut connection)?;
    Ok(())
}

pub fn the_other_end_of_a_relation_is_not_joined(harness: &Harness) -> Result<()> {
    #[derive(Clone, Debug, Default, PartialEq, Model)]
    struct Owner {
        id: Id<Owner>,
        car: onggi::HasOne<Car>,
    }
    #[derive(Clone, Debug, Default, PartialEq, Model)]
    struct Car {
        id: Id<Car>,
        owner: BelongsTo<Owner>,
    }
    harness.create(onggi::models![Owner, Car])?;
    let error =
        Owner::query().with_join(|o| o.car()).all(&mut harness.connect()?).expect_err("of several rows");
    assert!(error.to_string().starts_with("car is the other end of a relation"), "{error}");
    Ok(())
}

pub fn what_members_of_collections_refer_to_is_joined_to_them(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let users = User::query().with(|u| u.posts().with(|p| p.editor()).with(|p| p.author().country()));
    let users = users.order_by(|u| u.id);
    let joined = users.all(&mut connection)?;
    assert_eq!(
        harness.statements()[1],
        concat!(
            r#"SELECT "post"."id", "post"."title", "post"."author_id", "post"."editor_id", "#,
            r#""user"."id", "user"."name", "user"."age", "user"."country_id", "user"."boss_id", "#,
            r#""user_2"."id", "user_2"."name", "user_2"."age", "user_2"."country_id", "user_2"."boss_id", "#,
            r#""country"."code", "country"."name" FROM "post" "#,
            r#"LEFT JOIN "user" ON "post"."editor_id" = "user"."id" "#,
            r#"LEFT JOIN "user" AS "user_2" ON "post"."author_id" = "user_2"."id" "#,
            r#"LEFT JOIN "country" ON "user_2"."country_id" = "country"."code" "#,
            r#"WHERE "post"."author_id" IN rarray(?1) ORDER BY "post"."author_id", "post"."id""#
        )
    );
    let posts = joined[1].posts.loaded().unwrap_or_default();
    assert_eq!(posts.len(), 2);
    assert_eq!(name(posts[0].editor.as_ref().and_then(BelongsTo::object)), Some("John"));
    assert_eq!(posts[1].editor, None);
    assert_eq!(country(posts[1].author.object()), Some("Korea"));

    // Whoever wants statements of their own says so, of all or of one.
    harness.statements();
    let by_select = User::query().with(|u| {
        u.posts().with_select(|p| p.editor()).with_join(|p| p.author()).with(|p| p.author().country())
    });
    assert_eq!(by_select.order_by(|u| u.id).all(&mut connection)?, joined);
    assert_eq!(harness.statements().len(), 3, "users, posts with authors and countries, editors");
    let by_select =
        User::query().with_select(|u| u.posts().with(|p| p.editor()).with(|p| p.author().country()));
    assert_eq!(by_select.order_by(|u| u.id).all(&mut connection)?, joined);
    assert_eq!(harness.statements().len(), 5, "users, posts, editors, authors, countries");
    Ok(())
}

pub fn members_are_limited_with_what_is_joined_to_them(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let last = User::query().with(|u| {
        u.posts()
            .filter(|p| p.author().age.ge(0))
            .order_by(|p| p.title.desc())
            .limit(1)
            .with(|p| p.author().country())
    });
    let users = last.order_by(|u| u.name).all(&mut connection)?;
    let titles: Vec<_> = users
        .iter()
        .flat_map(|user| user.posts.loaded().unwrap_or_default())
        .map(|post| (&*post.title, name(post.author.object()), country(post.author.object())))
        .collect();
    assert_eq!(titles, [("Second", Some("Jane"), Some("Korea")), ("Third", Some("John"), None)]);
    assert_eq!(harness.statements().len(), 2);

    let mut session = harness.session()?;
    let users = User::query().with(|u| u.posts().with(|p| p.editor()).with(|p| p.author().country()));
    let users = users.order_by(|u| u.name).all(&mut session)?;
    assert_eq!(harness.statements().len(), 3, "BEGIN, users, posts with all that they refer to");
    session.strict(true);
    let posts = session.load(users[0], |u| u.posts())?;
    assert_eq!(session.load(posts[0], |p| p.editor())?, Some(users[1]));
    assert_eq!(session.load(posts[1], |p| p.editor())?, None);
    assert_eq!(session.load(posts[0], |p| p.author())?, users[0]);
    assert_eq!(harness.statements(), [""; 0]);
    Ok(())
}
