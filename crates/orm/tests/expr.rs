//! `expr!` gives what the methods give, for each operator and call, and code that no lint speaks of.

#![deny(warnings, clippy::all, clippy::pedantic)]

use onggi::{Model, expr, select};

#[derive(Clone, Debug, PartialEq, onggi::Field)]
enum Role {
    Member,
    Admin,
}

#[derive(Clone, Model)]
struct User {
    id: onggi::Id<User>,
    name: String,
    age: i32,
    score: f64,
    active: bool,
    role: Role,
    city: Option<String>,
    data: onggi::Pickled<Vec<String>>,
    #[model(inverse(author))]
    posts: onggi::HasMany<Post>,
    company: Option<onggi::BelongsTo<Company>>,
}

#[derive(Clone, Model)]
struct Company {
    id: onggi::Id<Company>,
    name: String,
    public: bool,
}

#[derive(Clone, Model)]
struct Post {
    id: onggi::Id<Post>,
    title: String,
    r#type: String,
    likes: i64,
    dislikes: i64,
    author: onggi::BelongsTo<User>,
    tags: onggi::ManyToMany<Tag>,
}

#[derive(Clone, Model)]
struct Tag {
    id: onggi::Id<Tag>,
    name: String,
    uses: i32,
}

/// What a debug output says, with the numbers of queries in the order in which they appear.
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

/// Asserts that both closures give the same for the columns of a model.
macro_rules! same {
    ($model:ty: $plain:expr, $methods:expr) => {{
        let query = <$model>::query();
        let (plain, methods) =
            (of::<$model, _>($plain)(query.columns()), of::<$model, _>($methods)(query.columns()));
        assert_eq!(normal(&plain), normal(&methods));
    }};
}

/// Tells the compiler what a closure is of.
fn of<M: Model, R>(
    closure: impl FnOnce(M::Columns<onggi::Must>) -> R,
) -> impl FnOnce(M::Columns<onggi::Must>) -> R {
    closure
}

#[test]
fn comparisons() {
    same!(User: expr!(|u| u.age == 3), |u| u.age.eq(3));
    same!(User: expr!(|u| u.age != 3), |u| u.age.ne(3));
    same!(User: expr!(|u| u.age < 3), |u| u.age.lt(3));
    same!(User: expr!(|u| u.age <= 3), |u| u.age.le(3));
    same!(User: expr!(|u| u.age > -3), |u| u.age.gt(-3));
    same!(User: expr!(|u| u.age >= 3), |u| u.age.ge(3));
    same!(User: expr!(|u| u.name == "Jo"), |u| u.name.eq("Jo"));
    same!(User: expr!(|u| u.score > 0.5), |u| u.score.gt(0.5));
    same!(User: expr!(|u| u.role == Role::Admin), |u| u.role.eq(Role::Admin));
    same!(User: expr!(|u| u.role != Role::Member), |u| u.role.ne(Role::Member));
    same!(User: expr!(|u| u.active == true), |u| u.active.eq(true));
    same!(Post: expr!(|p| p.likes > p.dislikes), |p| p.likes.gt(p.dislikes));
    same!(Post: expr!(|p| p.r#type == "text"), |p| p.r#type.eq("text"));
    same!(User: expr!(|u| u.city == "Paris"), |u| u.city.eq("Paris"));
}

#[test]
fn values_on_the_left() {
    same!(User: expr!(|u| 3 == u.age), |u| u.age.eq(3));
    same!(User: expr!(|u| 3 < u.age), |u| u.age.gt(3));
    same!(User: expr!(|u| 3 <= u.age), |u| u.age.ge(3));
    same!(User: expr!(|u| 3 > u.age), |u| u.age.lt(3));
    same!(User: expr!(|u| 3 >= u.age), |u| u.age.le(3));
    same!(User: expr!(|u| "Jo" != u.name), |u| u.name.ne("Jo"));
}

/// The order of operands is that of the text, which the methods cannot say of a value on the left.
#[test]
fn values_on_the_left_of_arithmetic() -> onggi::Result<()> {
    let db = onggi::Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![Tag])?;
    let mut connection = db.connect()?;
    connection.insert(&mut Tag { id: onggi::Id::default(), name: "rust".to_owned(), uses: 7 })?;
    let numbers = Tag::query()
        .select(expr!(|t| (10 + t.uses, 10 - t.uses, 10 * t.uses, 70 / t.uses, 10 % t.uses, -t.uses)))
        .filter(expr!(|t| 2 * t.uses == 14 && 10 - t.uses < 4));
    assert_eq!(numbers.one(&mut connection)?, (17, 3, 70, 10, 3, -7));
    Ok(())
}

#[test]
fn logic() {
    same!(User: expr!(|u| u.age > 1 && u.age < 9), |u| u.age.gt(1) & u.age.lt(9));
    same!(User: expr!(|u| u.age < 1 || u.age > 9), |u| u.age.lt(1) | u.age.gt(9));
    same!(User: expr!(|u| u.age < 1 || u.age > 9 && u.active == true), |u| u.age.lt(1)
        | (u.age.gt(9) & u.active.eq(true)));
    same!(User: expr!(|u| (u.age < 1 || u.age > 9) && u.name == ""), |u| (u.age.lt(1) | u.age.gt(9))
        & u.name.eq(""));
    same!(User: expr!(|u| !(u.age < 1) && u.name != ""), |u| !u.age.lt(1) & u.name.ne(""));
    same!(User: expr!(|u| !(u.age < 1 && u.name != "")), |u| !(u.age.lt(1) & u.name.ne("")));
    same!(User: expr!(|u| (u.age < 1) | (u.age > 9)), |u| u.age.lt(1) | u.age.gt(9));
}

#[test]
fn booleans_are_conditions() {
    let active = |u: UserColumns| onggi::Condition::from(u.active);
    same!(User: expr!(|u| u.active && u.age > 1), |u| active(u) & u.age.gt(1));
    same!(User: expr!(|u| !u.active || u.age > 1), |u| !active(u) | u.age.gt(1));
    same!(User: expr!(|u| u.active), |u| u.active);
    same!(User: expr!(|u| u.name.starts_with("J") && u.active), |u| u.name.starts_with("J") & active(u));
}

#[test]
fn values_known_before_are_conditions() -> onggi::Result<()> {
    let db = onggi::Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![Company])?;
    let mut connection = db.connect()?;
    connection.insert(&mut Company { id: onggi::Id::default(), name: "Jar".to_owned(), public: false })?;
    let mut found =
        |everything: bool| Company::query().filter(expr!(|c| everything || c.public)).exists(&mut connection);
    assert!(found(true)?);
    assert!(!found(false)?);
    Ok(())
}

#[test]
fn null() {
    same!(User: expr!(|u| u.city == None), |u| u.city.is_null());
    same!(User: expr!(|u| u.city != None), |u| u.city.is_not_null());
    same!(User: expr!(|u| None == u.city), |u| u.city.is_null());
    same!(User: expr!(|u| u.city.is_none()), |u| u.city.is_null());
    same!(User: expr!(|u| u.city.is_some() && u.age > 1), |u| u.city.is_not_null() & u.age.gt(1));
}

#[test]
fn arithmetic() {
    same!(Post: expr!(|p| p.likes + 1), |p| p.likes + 1);
    same!(Post: expr!(|p| p.likes - p.dislikes * 2), |p| p.likes - p.dislikes * 2);
    same!(Post: expr!(|p| (p.likes - p.dislikes) * 2), |p| (p.likes - p.dislikes) * 2);
    same!(Post: expr!(|p| p.likes - (p.dislikes - 1)), |p| p.likes - (p.dislikes - 1));
    same!(Post: expr!(|p| p.likes % 7 == 1), |p| (p.likes % 7).eq(1));
    same!(Post: expr!(|p| 1 == p.likes / 7), |p| (p.likes / 7).eq(1));
    same!(Post: expr!(|p| p.likes - p.dislikes > p.likes / 2), |p| (p.likes - p.dislikes).gt(p.likes / 2));
    same!(Post: expr!(|p| (-p.likes).asc()), |p| (-p.likes).asc());
}

#[test]
fn lists_and_ranges() {
    let ages = vec![1, 2, 3];
    same!(User: expr!(|u| [1, 2, 3].contains(&u.age)), |u| u.age.is_in([1, 2, 3]));
    same!(User: expr!(|u| ages.contains(&u.age)), |u| u.age.is_in(ages.clone()));
    same!(User: expr!(|u| !ages.contains(&u.age)), |u| !u.age.is_in([1, 2, 3]));
    same!(User: expr!(|u| ["Jo", "Ann"].contains(&u.name)), |u| u.name.is_in(["Jo", "Ann"]));
    same!(User: expr!(|u| [Role::Admin].contains(&u.role)), |u| u.role.is_in([Role::Admin]));
    let names: std::collections::BTreeSet<&str> = ["Ann", "Jo"].into();
    same!(User: expr!(|u| names.contains(&u.name)), |u| u.name.is_in(["Ann", "Jo"]));
    same!(User: expr!(|u| (18..=30).contains(&u.age)), |u| u.age.between(18, 30));
    same!(User: expr!(|u| (18..30).contains(&u.age)), |u| u.age.ge(18) & u.age.lt(30));
    same!(User: expr!(|u| (18..).contains(&u.age)), |u| u.age.ge(18));
    same!(User: expr!(|u| !(..30).contains(&u.age)), |u| !u.age.lt(30));
    same!(User: expr!(|u| (..=30).contains(&(u.age + 1))), |u| (u.age + 1).le(30));
    same!(Post: expr!(|p| (p.dislikes..=9).contains(&p.likes)), |p| p.likes.between(p.dislikes, 9));
    same!(Post: expr!(|p| (p.dislikes..p.likes).contains(&5)), |p| p.dislikes.le(5) & p.likes.gt(5));
    same!(Post: expr!(|p| [p.likes, p.dislikes].contains(&5)), |p| p.likes.eq(5) | p.dislikes.eq(5));
}

#[test]
fn parts_of_pickles() {
    let (key, city) = ("city".to_owned(), "Seoul".to_owned());
    same!(User: expr!(|u| u.data["city"] == "Seoul"), |u| u.data.at("city").eq("Seoul"));
    same!(User: expr!(|u| city == u.data[key]), |u| u.data.at("city").eq("Seoul"));
    same!(User: expr!(|u| u.data["tags"][-1] != None && u.data["age"] > 20), |u| {
        u.data.at("tags").at(-1).is_not_null() & u.data.at("age").gt(20)
    });
    same!(User: expr!(|u| u.data["age"].of::<i64>() + 1 == 3), |u| (u.data.at("age").of::<i64>() + 1).eq(3));
    same!(User: expr!(|u| ["a", "b"].contains(&u.data[0])), |u| u.data.at(0).is_in(["a", "b"]));
    same!(User: expr!(|u| (20..=30).contains(&u.data["age"])), |u| u.data.at("age").between(20, 30));
}

#[test]
fn relations() {
    same!(Post: expr!(|p| p.author.name == "Jo"), |p| p.author().name.eq("Jo"));
    same!(Post: expr!(|p| p.author.company.name == "Jar"), |p| p.author().company().name.eq("Jar"));
    same!(Post: expr!(|p| p.author.company.name == None), |p| p.author().company().name.is_null());
    let author = onggi::Id::from(3);
    same!(Post: expr!(|p| p.author_id == author), |p| p.author_id.eq(author));
    same!(Post: expr!(|p| p.author().name == "Jo"), |p| p.author().name.eq("Jo"));
    same!(Post: expr!(|p| p.author.name.starts_with("J") && p.likes > 1), |p| p.author().name.starts_with("J")
        & p.likes.gt(1));
}

#[test]
fn collections() {
    same!(Post: expr!(|p| p.tags.any(|t| t.name == "rust")), |p| p.tags.any(|t| t.name.eq("rust")));
    same!(Post: expr!(|p| p.tags().all(|t| t.name != p.title)), |p| p.tags.all(|t| t.name.ne(p.title)));
    same!(User: expr!(|u| u.posts.count() > 3), |u| u.posts.count().gt(3));
    same!(User: expr!(|u| 3 < u.posts.count()), |u| u.posts.count().gt(3));
    same!(User: expr!(|u| u.posts.filter(|p| p.likes > 3).count() * 2 == u.posts.count()), |u| {
        (u.posts.filter(|p| p.likes.gt(3)).count() * 2).eq(u.posts.count())
    });
    same!(User: expr!(|u| u.posts.sum(|p| p.likes - p.dislikes) >= 10), |u| {
        u.posts.sum(|p| p.likes - p.dislikes).ge(10)
    });
    same!(User: expr!(|u| u.posts.any(|p| p.tags.any(|t| t.name == u.name && p.likes > 1))), |u| {
        u.posts.any(|p| p.tags.any(|t| t.name.eq(u.name) & p.likes.gt(1)))
    });
    same!(Post: expr!(|p| p.author.posts.count() > 3 && p.author.posts.is_empty()), |p| {
        p.author().posts.count().gt(3) & p.author().posts.is_empty()
    });
}

#[test]
fn captured_values_are_not_moved() {
    struct Search {
        name: String,
        ages: [i32; 2],
    }
    let search = &Search { name: "Jo".to_owned(), ages: [18, 30] };
    let (owned, borrowed, twice, age) = (search.name.clone(), &search.name, &"Jo", &18);
    for _ in 0..2 {
        same!(User: expr!(|u| u.name == owned), |u| u.name.eq("Jo"));
        same!(User: expr!(|u| u.name == borrowed), |u| u.name.eq("Jo"));
        same!(User: expr!(|u| u.name == *borrowed), |u| u.name.eq("Jo"));
        same!(User: expr!(|u| u.name == &owned), |u| u.name.eq("Jo"));
        same!(User: expr!(|u| twice == u.name), |u| u.name.eq("Jo"));
        same!(User: expr!(|u| u.name == search.name), |u| u.name.eq("Jo"));
        same!(User: expr!(|u| u.name == owned.as_str()), |u| u.name.eq("Jo"));
        same!(User: expr!(|u| u.age == *age || u.age == age), |u| u.age.eq(18) | u.age.eq(18));
        same!(User: expr!(|u| u.age + age == search.ages[1]), |u| (u.age + 18).eq(30));
        same!(User: expr!(|u| (search.ages[0]..=search.ages[1]).contains(&u.age)), |u| u.age.between(18, 30));
    }
}

#[test]
fn what_mentions_no_column_is_plain_rust() {
    const LEAST: i32 = 3;
    let words = ["a", "bb"];
    same!(User: expr!(|u| u.age > LEAST), |u| u.age.gt(3));
    same!(User: expr!(|u| u.age > i32::MIN), |u| u.age.gt(i32::MIN));
    same!(User: expr!(|u| u.age == if words.len() == 2 && words[0] == "a" { 1 } else { 2 }), |u| u.age.eq(1));
    same!(User: expr!(|u| u.name == words.iter().find(|word| word.len() == 2).map_or("", |word| *word)), |u| {
        u.name.eq("bb")
    });
    same!(User: expr!(|u| u.name == format!("{}{}", words[0], words[1])), |u| u.name.eq("abb"));
}

#[test]
fn choices_and_lists_of_conditions() {
    let (words, older) = (["a", "b"], true);
    same!(User: expr!(|u| if older { u.age > 30 } else { u.age < 30 }), |u| u.age.gt(30));
    same!(User: expr!(|u| onggi::Condition::any(words.iter().map(|word| u.name == *word))), |u| {
        u.name.eq("a") | u.name.eq("b")
    });
    same!(User: expr!(|u| onggi::Condition::any([u.age == 1, u.name == ""])), |u| u.age.eq(1) | u.name.eq(""));
}

#[test]
fn queries_within() {
    same!(User: expr!(|u| onggi::exists(Post::query().filter(|p| p.author_id == u.id && p.likes > 3)) && u.active), |u| {
        onggi::exists(Post::query().filter(|p| p.author_id.eq(u.id) & p.likes.gt(3))) & onggi::Condition::from(u.active)
    });
    same!(User: expr!(|u| Post::query().select(|p| p.author_id).contains(&u.id) || u.active), |u| {
        u.id.is_in(Post::query().select(|p| p.author_id)) | onggi::Condition::from(u.active)
    });
    same!(User: expr!(|u| select!(for p in Post if p.likes > 3 => p.author_id).contains(&u.id)), |u| {
        u.id.is_in(Post::query().filter(|p| p.likes.gt(3)).select(|p| p.author_id))
    });
}

#[test]
fn cases() {
    same!(User: expr!(|u| if u.age < 18 { "child" } else if u.active { u.name } else { "gone" }), |u| {
        onggi::case().when(u.age.lt(18), "child").when(u.active, u.name).otherwise("gone")
    });
    same!(Post: expr!(|p| if p.likes > 3 { p.likes }), |p| onggi::case().when(p.likes.gt(3), p.likes).or_null());
    same!(User: expr!(|u| if u.city == None { "nowhere" } else { u.city } == "x"), |u| {
        onggi::case().when(u.city.is_null(), "nowhere").otherwise(u.city).eq("x")
    });
}

#[test]
fn macros_within_macros() {
    macro_rules! older {
        ($user:ident, $is_named:expr, $age:expr) => {
            expr!(|$user| $is_named && $user.age * 2 > $age)
        };
    }
    same!(User: older!(u, u.name == "A" || u.name == "B", 30 + 1), |u| {
        (u.name.eq("A") | u.name.eq("B")) & (u.age * 2).gt(31)
    });
}
