//! Objects as JSON: what is loaded is nested, and comes back as it was.

use onggi::{BelongsTo, Database, Deferred, Handle, HasMany, HasOne, Id, ManyToMany, Model, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, Default, PartialEq, Model, Serialize, Deserialize)]
struct Country {
    #[model(primary_key)]
    code: String,
    name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Model, Serialize, Deserialize)]
struct User {
    id: Id<User>,
    name: String,
    country: Option<BelongsTo<Country>>,
    boss: Option<BelongsTo<User>>,
    #[model(inverse(author))]
    posts: HasMany<Post>,
    passport: HasOne<Passport>,
}

#[derive(Clone, Debug, Default, PartialEq, Model, Serialize, Deserialize)]
struct Passport {
    id: Id<Passport>,
    user: BelongsTo<User>,
}

#[derive(Clone, Debug, Default, PartialEq, Model, Serialize, Deserialize)]
struct Post {
    id: Id<Post>,
    title: String,
    body: Deferred<String>,
    author: BelongsTo<User>,
    tags: ManyToMany<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Model, Serialize, Deserialize)]
struct Tag {
    #[model(primary_key)]
    name: String,
}

fn open() -> Result<Database> {
    let db = Database::open("sqlite::memory:")?;
    db.create_tables(onggi::models![Country, User, Passport, Post, Tag])?;
    Ok(db)
}

/// Jane of Korea has a passport, a boss and a post with a tag.
fn blog() -> Result<Database> {
    let db = open()?;
    let mut session = db.session()?;
    let boss = session.add(User { name: "John".into(), ..Default::default() });
    let tag = Tag { name: "rust".into() };
    let post = Post { title: "First".into(), tags: vec![tag].into(), ..Default::default() };
    session.add(User {
        name: "Jane".into(),
        country: Some(Country { code: "KR".into(), name: "Korea".into() }.into()),
        boss: boss.into(),
        posts: vec![post].into(),
        passport: Passport::default().into(),
        ..Default::default()
    });
    session.commit()?;
    Ok(db)
}

fn to_json(object: &impl Serialize) -> Value {
    serde_json::to_value(object).expect("it is no handle")
}

fn back<M: for<'de> Deserialize<'de>>(object: &impl Serialize) -> M {
    serde_json::from_value(to_json(object)).expect("what was written is read")
}

#[test]
fn what_is_not_loaded_is_a_key_or_null() -> Result<()> {
    let db = blog()?;
    let mut connection = db.connect()?;
    let jane = User::query().filter(|u| u.name.eq("Jane")).one(&mut connection)?;
    let expected = json!({
        "id": 2, "name": "Jane", "country": "KR", "boss": 1, "posts": null, "passport": null,
    });
    assert_eq!(to_json(&jane), expected);
    assert_eq!(back::<User>(&jane), jane);
    let john = User::query().filter(|u| u.name.eq("John")).one(&mut connection)?;
    let expected = json!({
        "id": 1, "name": "John", "country": null, "boss": null, "posts": null, "passport": null,
    });
    assert_eq!(to_json(&john), expected);
    assert_eq!(back::<User>(&john), john);
    let post = Post::query().one(&mut connection)?;
    let expected = json!({ "id": 1, "title": "First", "body": null, "author": 2, "tags": null });
    assert_eq!(to_json(&post), expected);
    assert_eq!(back::<Post>(&post), post);
    Ok(())
}

#[test]
fn what_is_loaded_is_nested_and_comes_back() -> Result<()> {
    let db = blog()?;
    let mut connection = db.connect()?;
    let query = User::query().with(|u| u.country()).with(|u| u.boss().posts()).with(|u| u.passport());
    let query = query.with(|u| u.posts().with(|p| p.tags()).with(|p| p.body).with(|p| p.author()));
    let jane = query.filter(|u| u.name.eq("Jane")).one(&mut connection)?;
    let plain =
        json!({ "id": 2, "name": "Jane", "country": "KR", "boss": 1, "posts": null, "passport": null });
    let expected = json!({
        "id": 2,
        "name": "Jane",
        "country": { "code": "KR", "name": "Korea" },
        "boss": { "id": 1, "name": "John", "country": null, "boss": null, "posts": [], "passport": null },
        "posts": [{ "id": 1, "title": "First", "body": "", "author": plain, "tags": [{ "name": "rust" }] }],
        "passport": { "id": 1, "user": 2 },
    });
    assert_eq!(to_json(&jane), expected);
    let again: User = back(&jane);
    assert_eq!(again, jane);
    assert_eq!(to_json(&again), expected);
    assert_eq!(again.boss.as_ref().and_then(BelongsTo::object).map(|boss| &*boss.name), Some("John"));
    // It is still the copy of a row.
    let mut again = User { name: "Joan".into(), ..again };
    connection.update(&mut again)?;
    assert_eq!(User::query().filter(|u| u.name.eq("Joan")).count(&mut connection)?, 1);
    Ok(())
}

#[test]
fn new_objects_come_from_json_and_are_written_as_one_graph() -> Result<()> {
    let db = open()?;
    let jane: User = serde_json::from_value(json!({
        "name": "Jane",
        "country": { "code": "KR", "name": "Korea" },
        "boss": { "name": "John" },
        "posts": [{ "title": "First", "body": "Take salt", "author": null, "tags": [{ "name": "rust" }] }],
    }))
    .expect("what is missing is not set");
    let mut session = db.session()?;
    session.add(Country { code: "KR".into(), name: "Korea".into() });
    let jane = session.add(jane);
    session.commit()?;
    let boss = session.load(jane, |u| u.boss())?.expect("there is one");
    assert_eq!(session[boss].name, "John");
    let posts = session.load(jane, |u| u.posts())?;
    session.load(posts[0], |p| p.body)?;
    assert_eq!(session[posts[0]].body.get().map(String::as_str), Some("Take salt"));
    assert_eq!(session.load(posts[0], |p| p.tags())?.len(), 1);
    assert!(session.load(jane, |u| u.country())?.is_some());
    Ok(())
}

#[test]
fn handles_of_a_session_are_refused() -> Result<()> {
    let db = open()?;
    let mut session = db.session()?;
    let john: Handle<User> = session.add(User { name: "John".into(), ..Default::default() });
    let first = session.add(Post { author: john.into(), ..Default::default() });
    let tag: Handle<Tag> = session.add(Tag { name: "rust".into() });
    let why = |error: serde_json::Result<String>| error.expect_err("a handle").to_string();
    let says = |what: &str| {
        format!(
            "{what} is a handle of a session, which means nothing outside: flush the session and detach the object first"
        )
    };
    assert_eq!(why(serde_json::to_string(&session[first])), says("a reference of user"));
    assert_eq!(why(serde_json::to_string(&Id::<User>::from(john))), says("a key of user"));
    let tagged = Post { tags: vec![tag].into(), ..Default::default() };
    assert_eq!(why(serde_json::to_string(&tagged)), says("a collection of tag"));
    let owner = User { posts: vec![first].into(), ..Default::default() };
    assert_eq!(why(serde_json::to_string(&owner)), says("a collection of post"));

    session.commit()?;
    let post = session.detach(first)?;
    assert_eq!(to_json(&post)["author"], json!(1));
    Ok(())
}

#[test]
fn what_is_neither_object_nor_key_is_refused() {
    let read = |author: Value| serde_json::from_value::<BelongsTo<User>>(author).map_err(|e| e.to_string());
    assert_eq!(read(json!(7)).map(|author| author.key()), Ok(Some(Id::from(7))));
    assert_eq!(read(json!(null)).map(|author| author.key()), Ok(None));
    let error = read(json!([7])).expect_err("a sequence");
    assert_eq!(error, "invalid type: sequence, expected an object of user or its key");
    let error = read(json!("seven")).expect_err("a text");
    assert_eq!(error, "invalid type: string \"seven\", expected an integer key");
    let error = read(json!({ "id": 7 })).expect_err("no name");
    assert_eq!(error, "missing field `name`");
}

#[test]
fn objects_with_relations_are_pickled_too() -> Result<()> {
    let db = blog()?;
    let mut connection = db.connect()?;
    let jane = User::query().with(|u| u.posts()).with(|u| u.boss()).all(&mut connection)?.remove(1);
    let pickle = onggi::pickle::to_vec(&jane).expect("a dict");
    assert_eq!(onggi::pickle::from_slice::<User>(&pickle).expect("the same"), jane);
    Ok(())
}
