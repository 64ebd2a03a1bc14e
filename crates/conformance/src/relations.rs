//! Relations: declared as fields, walked in conditions, followed in a session, written with the objects they connect.

use onggi::{BelongsTo, HasMany, HasOne, Id, ManyToMany, Model, Result, expr};

use crate::Harness;

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Company {
    id: Id<Company>,
    name: String,
    #[model(inverse(company))]
    users: HasMany<User>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct User {
    id: Id<User>,
    name: String,
    company: Option<BelongsTo<Company>>,
    manager: Option<BelongsTo<User>>,
    #[model(inverse(author))]
    posts: HasMany<Post>,
    #[model(inverse(manager))]
    staff: HasMany<User>,
    passport: HasOne<Passport>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Passport {
    id: Id<Passport>,
    number: String,
    #[model(unique)]
    user: BelongsTo<User>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Post {
    id: Id<Post>,
    title: String,
    likes: i64,
    #[model(index)]
    author: BelongsTo<User>,
    editor: Option<BelongsTo<User>>,
    tags: ManyToMany<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Model)]
struct Tag {
    #[model(primary_key)]
    name: String,
    #[model(inverse(tags))]
    posts: ManyToMany<Post>,
}

fn named(name: &str) -> User {
    User { name: name.into(), ..Default::default() }
}

fn post(title: &str, likes: i64) -> Post {
    Post { title: title.into(), likes, ..Default::default() }
}

fn tag(name: &str) -> Tag {
    Tag { name: name.into(), ..Default::default() }
}

fn create(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Company, User, Passport, Post, Tag])
}

/// Jane of Acme has two posts and a passport, her manager John one post, Ann none.
fn blog(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let rust = session.add(tag("rust"));
    let john = session.add(User { posts: vec![post("Third", 0)].into(), ..named("John") });
    session.add(Company {
        name: "Acme".into(),
        users: vec![User {
            manager: john.into(),
            passport: Passport { number: "P1".into(), ..Default::default() }.into(),
            posts: vec![
                Post { tags: vec![rust].into(), editor: john.into(), ..post("First", 10) },
                Post { tags: vec![tag("sql")].into(), ..post("Second", 20) },
            ]
            .into(),
            ..named("Jane")
        }]
        .into(),
        ..Default::default()
    });
    session.add(named("Ann"));
    session.commit()?;
    harness.statements();
    Ok(())
}

pub fn a_graph_of_new_objects_is_written_in_the_order_of_its_keys(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut session = harness.session()?;
    let john = session.add(User {
        company: Some(Company { name: "Acme".into(), ..Default::default() }.into()),
        posts: vec![post("First", 1), Post { tags: vec![tag("rust")].into(), ..post("Second", 2) }].into(),
        ..named("John")
    });
    session.commit()?;
    assert_eq!(
        harness.statements(),
        [
            "SAVEPOINT begin",
            r#"INSERT INTO "company" ("name") VALUES (?1)"#,
            r#"INSERT INTO "tag" ("name") VALUES (?1)"#,
            r#"INSERT INTO "user" ("name", "company_id", "manager_id") VALUES (?1, ?2, ?3)"#,
            r#"2 x INSERT INTO "post" ("title", "likes", "author_id", "editor_id") VALUES (?1, ?2, ?3, ?4)"#,
            r#"INSERT INTO "post_tags" ("post_id", "tag_id") VALUES (?1, ?2)"#,
            "COMMIT",
        ]
    );
    let posts = session.load(john, |user| user.posts())?;
    let titles: Vec<&str> = posts.iter().map(|&post| &*session[post].title).collect();
    assert_eq!(titles, ["First", "Second"]);
    assert!(posts.iter().all(|&post| session[post].author.key() == Some(session[john].id)));
    let tags = session.load(posts[1], |post| post.tags())?;
    assert_eq!(session[tags[0]].name, "rust");
    Ok(())
}

pub fn a_path_along_relations_to_one_is_a_join_each_once(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let titles = Post::query()
        .filter(|p| p.author().company().name.eq("Acme") & p.author().name.ne("Ann"))
        .order_by(|p| p.author().name.asc())
        .order_by(|p| p.title.desc())
        .select(|p| (p.title, p.author().name, p.author().manager().name))
        .all(&mut connection)?;
    let expected = [("Second", "Jane", Some("John")), ("First", "Jane", Some("John"))];
    let expected =
        expected.map(|(title, name, manager)| (title.into(), name.into(), manager.map(str::to_owned)));
    assert_eq!(titles, expected);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "post"."title", "user"."name", "user_2"."name" FROM "post" "#,
            r#"JOIN "user" ON "post"."author_id" = "user"."id" "#,
            r#"LEFT JOIN "company" ON "user"."company_id" = "company"."id" "#,
            r#"LEFT JOIN "user" AS "user_2" ON "user"."manager_id" = "user_2"."id" "#,
            r#"WHERE "company"."name" = ?1 AND "user"."name" <> ?2 "#,
            r#"ORDER BY "user"."name", "post"."title" DESC"#,
        )]
    );
    Ok(())
}

pub fn columns_behind_an_optional_relation_are_options(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let companies: Vec<(String, Option<String>)> =
        User::query().order_by(|u| u.id).select(|u| (u.name, u.company().name)).all(&mut connection)?;
    let expected = [("John", None), ("Ann", None), ("Jane", Some("Acme"))];
    assert_eq!(companies, expected.map(|(name, company)| (name.to_owned(), company.map(str::to_owned))));
    let homeless = User::query().filter(|u| u.company().id.is_null()).count(&mut connection)?;
    assert_eq!(homeless, 2);
    Ok(())
}

pub fn whole_objects_are_selected_along_relations(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let rows = Post::query().order_by(|p| p.id).select(|p| (p, p.author(), p.editor())).all(&mut session)?;
    let names: Vec<_> = rows
        .iter()
        .map(|&(post, author, editor)| {
            (&*session[post].title, &*session[author].name, editor.map(|editor| &*session[editor].name))
        })
        .collect();
    assert_eq!(names, [("Third", "John", None), ("First", "Jane", Some("John")), ("Second", "Jane", None)]);
    // The same row is the same object, wherever it is met.
    assert_eq!(rows[0].1, rows[1].2.expect("an editor"));
    Ok(())
}

pub fn collections_are_asked_in_subqueries(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let names = |query: onggi::Query<User>, connection: &mut onggi::Connection| {
        query.order_by(|u| u.id).select(|u| u.name).all(connection)
    };
    let users = User::query;
    let c = &mut connection;
    assert_eq!(names(users().filter(|u| u.posts.any(|p| p.title.starts_with("Sec"))), c)?, ["Jane"]);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "user"."name" FROM "user" WHERE EXISTS (SELECT 1 FROM "post" "#,
            r#"WHERE instr("post"."title", ?1) = 1 AND "post"."author_id" = "user"."id") ORDER BY "user"."id""#,
        )]
    );
    assert_eq!(names(users().filter(|u| u.posts.is_empty()), c)?, ["Ann"]);
    assert_eq!(names(users().filter(|u| u.posts.none(|p| p.likes.gt(5))), c)?, ["John", "Ann"]);
    assert_eq!(names(users().filter(|u| u.posts.all(|p| p.likes.gt(5))), c)?, ["Ann", "Jane"]);
    assert_eq!(names(users().filter(|u| u.posts.all(|p| p.editor().name.eq("John"))), c)?, ["Ann"]);
    assert_eq!(names(users().filter(|u| u.posts.count().ge(2)), c)?, ["Jane"]);
    assert_eq!(names(users().filter(|u| u.posts.sum(|p| p.likes).gt(20)), c)?, ["Jane"]);
    assert_eq!(names(users().filter(|u| u.posts.any(|p| p.tags.any(|t| t.name.eq("rust")))), c)?, ["Jane"]);
    assert_eq!(names(users().filter(|u| u.staff.any(|s| s.name.eq("Jane"))), c)?, ["John"]);
    assert_eq!(names(users().filter(|u| u.passport().number.eq("P1")), c)?, ["Jane"]);
    let by_posts =
        users().order_by(|u| u.posts.count().desc()).select(|u| (u.name, u.posts.count())).all(c)?;
    assert_eq!(by_posts[0], ("Jane".to_owned(), 2));
    let edited = users().filter(|u| u.posts.any(|p| p.editor().name.eq("John"))).count(c)?;
    assert_eq!(edited, 1);
    Ok(())
}

pub fn a_condition_in_a_subquery_sees_the_rows_around_it(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    // Somebody of the same model in both: each has a name of its own.
    let managers = User::query()
        .filter(|u| u.staff.any(|s| s.posts.count().gt(u.posts.count()) & u.company().id.is_null()))
        .select(|u| u.name)
        .all(&mut connection)?;
    assert_eq!(managers, ["John"]);
    Ok(())
}

pub fn a_relation_is_loaded_for_all_objects_of_a_query(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let posts = Post::query().order_by(|p| p.id).all(&mut session)?;
    harness.statements();
    let mut names = Vec::new();
    for &post in &posts {
        let author = session.load(post, |p| p.author())?;
        let editor = session.load(post, |p| p.editor())?;
        let company = session.load(post, |p| p.author().company())?;
        names.push((
            session[author].name.clone(),
            editor.map(|editor| session[editor].name.clone()),
            company.map(|company| session[company].name.clone()),
        ));
    }
    assert_eq!(names[0], ("John".to_owned(), None, None));
    assert_eq!(names[1], ("Jane".to_owned(), Some("John".to_owned()), Some("Acme".to_owned())));
    assert_eq!(
        harness.statements(),
        [
            r#"SELECT "id", "name", "company_id", "manager_id" FROM "user" WHERE "id" IN rarray(?1)"#,
            r#"SELECT "id", "name" FROM "company" WHERE "id" IN rarray(?1)"#,
        ]
    );
    Ok(())
}

pub fn a_collection_is_loaded_for_all_objects_of_a_query(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let users = User::query().order_by(|u| u.id).all(&mut session)?;
    harness.statements();
    let mut titles = Vec::new();
    let mut tags = Vec::new();
    for &user in &users {
        for post in session.load(user, |u| u.posts())? {
            titles.push(session[post].title.clone());
            for tag in session.load(post, |p| p.tags())? {
                tags.push(session[tag].name.clone());
            }
        }
        assert_eq!(session.load(user, |u| u.passport())?.is_some(), session[user].name == "Jane");
    }
    assert_eq!(titles, ["Third", "First", "Second"]);
    assert_eq!(tags, ["rust", "sql"]);
    assert_eq!(
        harness.statements(),
        [
            concat!(
                r#"SELECT "id", "title", "likes", "author_id", "editor_id" FROM "post" "#,
                r#"WHERE "author_id" IN rarray(?1) ORDER BY "author_id", "id""#
            ),
            concat!(
                r#"SELECT "post_tags"."post_id", "tag"."name" FROM "tag" JOIN "post_tags" "#,
                r#"ON "post_tags"."tag_id" = "tag"."name" WHERE "post_tags"."post_id" IN rarray(?1) "#,
                r#"ORDER BY "post_tags"."post_id", "tag"."name""#
            ),
            r#"SELECT "id", "number", "user_id" FROM "passport" WHERE "user_id" IN rarray(?1) ORDER BY "user_id", "id""#,
        ]
    );
    Ok(())
}

pub fn both_ends_stay_in_step_in_memory(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let users = User::query().order_by(|u| u.id).all(&mut session)?;
    let (john, jane) = (users[0], users[2]);
    let of_jane = session.load(jane, |u| u.posts())?;
    let of_john = session.load(john, |u| u.posts())?;
    assert_eq!((of_jane.len(), of_john.len()), (2, 1));
    harness.statements();
    session[of_jane[0]].author = john.into();
    assert_eq!(session.load(jane, |u| u.posts())?, [of_jane[1]]);
    assert_eq!(session.load(john, |u| u.posts())?, [of_john[0], of_jane[0]]);
    let new = session.add(Post { author: jane.into(), ..post("Fourth", 0) });
    assert_eq!(session.load(jane, |u| u.posts())?, [of_jane[1], new]);
    session.delete(of_jane[1])?;
    assert_eq!(session.load(jane, |u| u.posts())?, [new]);
    assert_eq!(harness.statements(), [""; 0]);
    session.flush()?;
    assert_eq!(session.load(jane, |u| u.posts())?, [new]);
    session.rollback()?;
    assert_eq!(session.load(jane, |u| u.posts())?, of_jane);
    Ok(())
}

pub fn a_new_object_that_is_held_elsewhere_moves_in_at_the_next_flush(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let first = Post::query().filter(|p| p.title.eq("First")).one(&mut session)?;
    session[first].author = named("Zoe").into();
    let zoe = session.load(first, |p| p.author())?;
    assert_eq!(session[zoe].name, "Zoe");
    session.commit()?;
    assert_eq!(session[first].author.key(), session[zoe].id.key().map(Id::from));
    let has_row = User::query().filter(|u| u.name.eq("Zoe")).one(&mut harness.connect()?)?;
    session[first].editor = Some(has_row.into());
    let error = session.flush().expect_err("it has a row");
    assert!(error.to_string().contains("has a row already"), "{error}");
    Ok(())
}

pub fn a_connection_refuses_related_objects_that_it_does_not_write(harness: &Harness) -> Result<()> {
    create(harness)?;
    let mut connection = harness.connect()?;
    let mut user = User { posts: vec![post("lost", 1)].into(), ..named("Jo") };
    let error = connection.insert(&mut user).expect_err("the post would be lost");
    assert!(error.to_string().starts_with("posts of user holds related objects"), "{error}");
    let any = onggi::OnConflict::<User>::any();
    assert!(connection.insert_or(&[user], &any).is_err());
    assert_eq!(harness.rows::<User>()?, []);
    connection.insert(&mut User { posts: Vec::<Post>::new().into(), ..named("Jo") })
}

pub fn relations_are_loaded_along_into_plain_structs(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let users: Vec<User> = User::query()
        .with(|u| u.company())
        .with(|u| u.posts().with(|p| p.tags()).with(|p| p.editor().company()))
        .with(|u| u.passport())
        .order_by(|u| u.id)
        .all(&mut connection)?;
    assert_eq!(
        harness.statements().len(),
        4,
        "users with companies, posts with editors (who have none), tags, passports"
    );
    let jane = &users[2];
    assert_eq!(jane.name, "Jane");
    assert_eq!(jane.company.as_ref().and_then(BelongsTo::object).map(|company| &*company.name), Some("Acme"));
    assert_eq!(jane.passport.object().map(|passport| &*passport.number), Some("P1"));
    let posts = jane.posts.loaded().expect("loaded");
    let tags = |post: &Post| post.tags.loaded().map(|tags| tags.iter().map(|tag| tag.name.clone()).collect());
    assert_eq!(tags(&posts[0]), Some(vec!["rust".to_owned()]));
    assert_eq!(
        posts[0].editor.as_ref().and_then(BelongsTo::object).map(|editor| &*editor.name),
        Some("John")
    );
    assert_eq!(users[1].posts.loaded().map(<[Post]>::len), Some(0));
    assert!(jane.staff.loaded().is_none(), "what was not asked for is not loaded");
    Ok(())
}

pub fn what_was_loaded_along_is_in_the_session(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let users = User::query().with(|u| u.posts().with(|p| p.tags())).order_by(|u| u.id).all(&mut session)?;
    assert_eq!(harness.statements().len(), 4, "the transaction, users, posts, tags");
    let mut tags = Vec::new();
    for &user in &users {
        for post in session.load(user, |u| u.posts())? {
            tags.extend(session.load(post, |p| p.tags())?);
        }
    }
    assert_eq!(tags.len(), 2);
    assert_eq!(harness.statements(), [""; 0]);
    Ok(())
}

pub fn a_relation_loaded_along_is_filtered_sorted_and_limited_for_each_owner(
    harness: &Harness,
) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let titles = |users: &[User]| -> Vec<Vec<String>> {
        let of =
            |user: &User| user.posts.loaded().unwrap_or_default().iter().map(|p| p.title.clone()).collect();
        users.iter().map(of).collect()
    };
    let users = User::query().order_by(|u| u.id);
    let best =
        users.clone().with(|u| u.posts().order_by(|p| p.likes.desc()).limit(1)).all(&mut connection)?;
    assert_eq!(titles(&best), [vec!["Third"], vec![], vec!["Second"]]);
    assert_eq!(harness.statements().len(), 2);
    let second = users
        .clone()
        .with(|u| u.posts().order_by(|p| p.likes.desc()).limit(5).offset(1))
        .all(&mut connection)?;
    assert_eq!(titles(&second), [vec![], vec![], vec!["First"]]);
    let liked = users
        .clone()
        .with(|u| {
            u.posts().filter(|p| p.likes.gt(5) & p.author().name.eq("Jane")).order_by(|p| p.title.desc())
        })
        .all(&mut connection)?;
    assert_eq!(titles(&liked), [vec![], vec![], vec!["Second", "First"]]);
    let twice = users.clone().with(|u| u.posts().limit(1)).with(|u| u.posts());
    let error = twice.all(&mut connection).expect_err("one field for two");
    assert!(error.to_string().contains("posts is loaded along in two ways"), "{error}");
    let tagged = Post::query()
        .order_by(|p| p.id)
        .with(|p| p.tags().filter(|t| t.name.ne("sql")).limit(1))
        .all(&mut connection)?;
    assert_eq!(
        tagged.iter().map(|post| post.tags.loaded().map_or(9, <[Tag]>::len)).collect::<Vec<_>>(),
        [0, 1, 0]
    );
    Ok(())
}

pub fn a_part_of_a_relation_is_loaded_in_a_session(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let users = User::query().order_by(|u| u.id).all(&mut session)?;
    harness.statements();
    let best = |session: &mut onggi::Session, user| {
        session.load(user, |u: UserColumns| u.posts().order_by(|p| p.likes.desc()).limit(1))
    };
    let mut titles = Vec::new();
    for &user in &users {
        titles.extend(best(&mut session, user)?.first().map(|&post| session[post].title.clone()));
    }
    assert_eq!(titles, ["Third", "Second"]);
    assert_eq!(harness.statements().len(), 1);
    session.add(Post { author: users[0].into(), ..post("Fourth", 99) });
    let best = best(&mut session, users[0])?;
    assert_eq!(session[best[0]].title, "Fourth");
    Ok(())
}

pub fn members_are_added_and_removed_as_a_difference(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut session = harness.session()?;
    let first = Post::query().filter(|p| p.title.eq("First")).one(&mut session)?;
    let sql = Tag::query().filter(|t| t.name.eq("sql")).one(&mut session)?;
    let new = session.add(tag("new"));
    harness.statements();
    session.collection(first, |p| p.tags()).set([sql, new])?;
    let tags = session.load(first, |p| p.tags())?;
    assert_eq!(tags.len(), 2);
    session.collection(first, |p| p.tags()).add(sql)?;
    session.commit()?;
    let statements = harness.statements();
    let linked = r#"2 x INSERT INTO "post_tags" ("post_id", "tag_id") VALUES (?1, ?2)"#;
    assert!(statements.iter().any(|text| text == linked), "{statements:#?}");
    assert!(statements.iter().any(|text| text.starts_with(r#"DELETE FROM "post_tags""#)), "{statements:#?}");
    let names = Tag::query()
        .filter(|t| t.posts.any(|p| p.title.eq("First")))
        .order_by(|t| t.name)
        .select(|t| t.name)
        .all(&mut harness.connect()?)?;
    assert_eq!(names, ["new", "sql"]);

    let jane = User::query().filter(|u| u.name.eq("Jane")).one(&mut session)?;
    let john = User::query().filter(|u| u.name.eq("John")).one(&mut session)?;
    session.collection(john, |u| u.staff()).remove(jane)?;
    assert_eq!(session.load(jane, |u| u.manager())?, None);
    session.collection(john, |u| u.staff()).add(jane)?;
    assert_eq!(session.load(jane, |u| u.manager())?, Some(john));
    let error = session.collection(jane, |u| u.posts()).remove(first).expect_err("an author is needed");
    assert!(error.to_string().contains("cannot be NULL"), "{error}");
    Ok(())
}

pub fn collections_are_joined_with_their_rows(harness: &Harness) -> Result<()> {
    blog(harness)?;
    let mut connection = harness.connect()?;
    let tagged = User::query()
        .join_related(|u| u.posts)
        .join_related(|(_, p)| p.tags)
        .filter(|(u, ..)| u.name.ne("Ann"))
        .order_by(|(_, p, _)| p.likes)
        .select(|(u, p, t)| (u.name, p.title, t.name));
    let owned = |(user, post, tag): (&str, &str, &str)| (user.to_owned(), post.to_owned(), tag.to_owned());
    let expected = [("Jane", "First", "rust"), ("Jane", "Second", "sql")].map(owned);
    assert_eq!(tagged.all(&mut connection)?, expected);
    assert_eq!(
        harness.statements(),
        [concat!(
            r#"SELECT "user"."name", "post"."title", "tag"."name" FROM "user" "#,
            r#"JOIN "post" ON "post"."author_id" = "user"."id" "#,
            r#"JOIN "post_tags" ON "post_tags"."post_id" = "post"."id" "#,
            r#"JOIN "tag" ON "post_tags"."tag_id" = "tag"."name" "#,
            r#"WHERE "user"."name" <> ?1 ORDER BY "post"."likes""#
        )]
    );
    let colleagues: Vec<(Post, User)> = Post::query()
        .join_related(|p| p.author().manager().staff)
        .order_by(|(p, _)| p.title)
        .all(&mut connection)?;
    let pairs: Vec<(&str, &str)> = colleagues.iter().map(|(p, u)| (&*p.title, &*u.name)).collect();
    assert_eq!(pairs, [("First", "Jane"), ("Second", "Jane")]);
    Ok(())
}

pub fn a_relation_is_compared_with_a_key(harness: &Harness) -> Result<()> {
    harness.create(onggi::models![Company, User, Passport, Post, Tag])?;
    let mut session = harness.session()?;
    let [ann, ben] = ["Ann", "Ben"].map(|name| session.add(named(name)));
    session.add(Post { author: ann.into(), ..post("first", 1) });
    session.add(Post { author: ben.into(), editor: ann.into(), ..post("second", 2) });
    session.commit()?;
    let key = session[ann].id;
    let mut titles = |query: onggi::Query<Post>| query.select(|p| p.title).all(&mut session);
    harness.statements();
    assert_eq!(titles(Post::query().filter(expr!(|p| p.author() == key)))?, ["first"]);
    let text = harness.statements().pop();
    assert!(text.is_some_and(|text| text.ends_with(r#"WHERE "author_id" = ?1"#)), "nothing is joined");
    assert_eq!(titles(Post::query().filter(|p| p.author().ne(key)))?, ["second"]);
    assert_eq!(titles(Post::query().filter(|p| p.editor().eq(key)))?, ["second"]);
    assert_eq!(titles(Post::query().filter(|p| p.eq(1)))?, ["first"]);
    assert_eq!(titles(Post::query().filter(expr!(|p| p.editor() == None)))?, ["first"]);
    assert_eq!(titles(Post::query().filter(|p| p.editor().is_not_null()))?, ["second"]);
    let error = titles(Post::query().filter(expr!(|p| p.author() == ann))).expect_err("a handle is no key");
    assert!(error.to_string().contains("as in `session[handle].id`"), "{error}");
    Ok(())
}
