//! `select!` gives what the methods give.

#![deny(warnings, clippy::all, clippy::pedantic)]

use onggi::{Connection, FromRow, Model, Result, count_rows, expr, select};

#[derive(Clone, Debug, Default, Model)]
struct User {
    id: onggi::Id<User>,
    name: String,
    city: Option<String>,
    #[model(inverse(author))]
    posts: onggi::HasMany<Post>,
}

#[derive(Clone, Debug, Default, Model)]
struct Post {
    id: onggi::Id<Post>,
    title: String,
    kind: String,
    likes: i64,
    open: bool,
    author: onggi::BelongsTo<User>,
}

/// Ann of Seoul with posts of 1, 5 and 9 likes, Bob with one of 7.
fn posts() -> Result<(onggi::Database, Connection)> {
    let db = onggi::Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![User, Post])?;
    let mut connection = db.connect()?;
    let mut ann = User { name: "Ann".to_owned(), city: Some("Seoul".to_owned()), ..User::default() };
    let mut bob = User { name: "Bob".to_owned(), ..User::default() };
    connection.insert(&mut ann)?;
    connection.insert(&mut bob)?;
    let post = |title: &str, kind: &str, likes: i64, author: &User| -> Result<Post> {
        let author = onggi::BelongsTo::to_key(author.id)?;
        Ok(Post {
            title: title.to_owned(),
            kind: kind.to_owned(),
            likes,
            open: likes > 1,
            author,
            ..Post::default()
        })
    };
    let mut posts = [
        post("one", "a", 1, &ann)?,
        post("five", "a", 5, &ann)?,
        post("nine", "b", 9, &ann)?,
        post("seven", "b", 7, &bob)?,
    ];
    connection.insert_all(&mut posts)?;
    Ok((db, connection))
}

/// The debug output of a query, with the numbers of sources in the order in which they appear.
fn normal(value: &impl std::fmt::Debug) -> String {
    let (mut numbers, mut text) = (Vec::new(), String::new());
    let output = format!("{value:?}");
    let mut parts = output.split('#');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        let position = numbers.iter().position(|known| known == number).unwrap_or_else(|| {
            numbers.push(number.to_owned());
            numbers.len() - 1
        });
        text.push('#');
        text.push_str(&position.to_string());
        text.push_str(rest);
    }
    text
}

#[track_caller]
fn same(one: &impl std::fmt::Debug, other: &impl std::fmt::Debug) {
    assert_eq!(normal(one), normal(other));
}

#[test]
fn objects() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let query = select!(for p in Post if p.open && p.author.name == "Ann" => p);
    same(&query, &Post::query().filter(|p| onggi::Condition::from(p.open) & p.author().name.eq("Ann")));
    let titles: Vec<String> = query.all(&mut connection)?.into_iter().map(|post| post.title).collect();
    assert_eq!(titles, ["five", "nine"]);
    // It is a query like any other.
    let users = select!(for u in User => u).with(UserColumns::posts).all(&mut connection)?;
    assert_eq!(users[0].posts.loaded().map_or(0, <[Post]>::len), 3);
    Ok(())
}

#[test]
fn expressions_in_an_order_with_limits() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let (least, rows) = (1, 2);
    let query = select!(
        for p in Post
        if p.likes > least, if p.kind != "c"
        => (p.title, p.likes * 2)
        order by p.kind desc, -p.likes
        limit rows offset 1
    );
    let methods = Post::query()
        .filter(|p| p.likes.gt(1))
        .filter(|p| p.kind.ne("c"))
        .select(|p| (p.title, p.likes * 2))
        .order_by(|p| p.kind.desc())
        .order_by(|p| -p.likes)
        .limit(2)
        .offset(1);
    same(&query, &methods);
    assert_eq!(query.all(&mut connection)?, [("seven".to_owned(), 14), ("five".to_owned(), 10)]);
    Ok(())
}

#[test]
fn groups_are_what_is_no_aggregate() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let query = select!(
        for p in Post
        if p.open
        if count(p) > 0
        => (p.author.name, p.kind, count(p), sum(p.likes), max(p.likes + 1))
        order by sum(p.likes) desc
    );
    let methods = Post::query()
        .filter(|p| p.open)
        .group_by(|p| (p.author().name, p.kind))
        .having(|_| count_rows().gt(0))
        .select(|p| (p.author().name, p.kind, count_rows(), p.likes.sum(), (p.likes + 1).max()))
        .order_by(|p| p.likes.sum().desc());
    same(&query, &methods);
    let rows = query.all(&mut connection)?;
    let first = ("Ann".to_owned(), "b".to_owned(), 1, Some(9), Some(10));
    assert_eq!((rows.len(), &rows[0]), (3, &first));
    Ok(())
}

#[test]
fn aggregates_written_as_methods_are_no_groups() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let query = select!(
        for p in Post
        => (p.author.name, p.title.string_agg(", ").order_by(p.title), p.likes.max())
        order by p.author.name
    );
    assert_eq!(
        query.all(&mut connection)?,
        [
            ("Ann".to_owned(), Some("five, nine, one".to_owned()), Some(9)),
            ("Bob".to_owned(), Some("seven".to_owned()), Some(7))
        ]
    );
    // A collection has this method too, as a subquery.
    let error = select!(for p in Post => (p.author.name, p.title.count())).all(&mut connection).unwrap_err();
    assert!(
        error.to_string().ends_with("in `select!` write `count(p.city)` for `p.city.count()`"),
        "{error}"
    );
    Ok(())
}

#[test]
fn one_group_of_all() -> Result<()> {
    let (_db, mut connection) = posts()?;
    assert_eq!(select!(for p in Post => count(p)).one(&mut connection)?, 4);
    assert_eq!(select!(for u in User => (count(u), count(u.city))).one(&mut connection)?, (2, 1));
    let spread = select!(for p in Post => max(p.likes) - min(p.likes)).one(&mut connection)?;
    assert_eq!(spread, Some(8));
    assert_eq!(select!(for p in Post => average(p.likes)).one(&mut connection)?, Some(5.5));
    Ok(())
}

#[test]
fn aggregates_are_told_of_their_rows() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let query = select!(
        for p in Post => (p.author_id, count(p).filter(p.likes > 4), count(p.kind).distinct()) order by p.author_id
    );
    let rows = query.all(&mut connection)?;
    assert_eq!(rows.iter().map(|row| (row.1, row.2)).collect::<Vec<_>>(), [(2, 2), (1, 1)]);
    Ok(())
}

#[test]
fn collections_are_subqueries() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let query = select!(for u in User if u.posts.any(|p| p.likes == 7) => (u.name, u.posts.count(), u.posts.sum(|p| p.likes)));
    same(
        &query,
        &User::query()
            .filter(|u| u.posts.any(|p| p.likes.eq(7)))
            .select(|u| (u.name, u.posts.count(), u.posts.sum(|p| p.likes))),
    );
    assert_eq!(query.one(&mut connection)?, ("Bob".to_owned(), 1, Some(7)));
    Ok(())
}

#[test]
fn loops_are_joined() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let query = select!(
        for u in User, for p in Post
        if p.author_id == u.id if p.likes > 4
        => (u.name, count(p), sum(p.likes))
        order by u.name
    );
    let methods = User::query()
        .cross_join::<Post>()
        .filter(|(u, p)| p.author_id.eq(u.id))
        .filter(|(_, p)| p.likes.gt(4))
        .group_by(|(u, _)| u.name)
        .select(|(u, p)| (u.name, count_rows(), p.likes.sum()))
        .order_by(|(u, _)| u.name);
    same(&query, &methods);
    assert_eq!(
        query.all(&mut connection)?,
        [("Ann".to_owned(), 2, Some(14)), ("Bob".to_owned(), 1, Some(7))]
    );
    let pairs = select!(for u in User for p in Post if p.author_id == u.id if p.likes == 7 => (u, p.title));
    assert_eq!(pairs.one(&mut connection)?.1, "seven");
    Ok(())
}

#[test]
fn collections_of_rows_before() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let query = select!(
        for u in User
        for p in u.posts
        if p.likes > 3 && u.name != "Bob"
        => (u.name, p.title)
        order by p.likes
    );
    let methods = User::query()
        .join_related(|u| u.posts)
        .filter(|(u, p)| p.likes.gt(3) & u.name.ne("Bob"))
        .select(|(u, p)| (u.name, p.title))
        .order_by(|(_, p)| p.likes);
    same(&query, &methods);
    let titles = query.all(&mut connection)?.into_iter().map(|(_, title)| title);
    assert_eq!(titles.collect::<Vec<_>>(), ["five", "nine"]);
    let counts = select!(for u in User for p in u.posts => (u.name, count(p)) order by count(p));
    assert_eq!(counts.all(&mut connection)?, [("Bob".to_owned(), 1), ("Ann".to_owned(), 3)]);
    Ok(())
}

#[derive(Debug, PartialEq, FromRow)]
struct Total {
    city: Option<String>,
    posts: i64,
}

#[test]
fn structs() -> Result<()> {
    let (_db, mut connection) = posts()?;
    let query = select!(
        for p in Post => Total { city: p.author.city, posts: count(p) } order by count(p) desc
    );
    let methods = Post::query()
        .group_by(|p| p.author().city)
        .select(|p| TotalColumns { city: p.author().city, posts: count_rows() })
        .order_by(|_| count_rows().desc());
    same(&query, &methods);
    let total = |city: Option<&str>, posts| Total { city: city.map(str::to_owned), posts };
    assert_eq!(query.all(&mut connection)?, [total(Some("Seoul"), 3), total(None, 1)]);
    let city = onggi::value("Jeju").cast::<Option<String>>();
    let each = User::query().select(expr!(|u| Total { city: u.city, posts: u.posts.count() }));
    assert_eq!(each.all(&mut connection)?, [total(Some("Seoul"), 3), total(None, 1)]);
    let shorthand = User::query().select(expr!(|u| Total { posts: u.posts.count(), city }));
    assert_eq!(shorthand.first(&mut connection)?, Some(total(Some("Jeju"), 3)));
    Ok(())
}
