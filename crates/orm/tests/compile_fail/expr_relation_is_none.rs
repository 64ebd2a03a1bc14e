use onggi::{BelongsTo, HasMany, Id, ManyToMany, Model, expr};

#[derive(Clone, Default, Model)]
struct User {
    id: Id<User>,
    name: String,
    age: i32,
    city: Option<String>,
    active: bool,
    verified: Option<bool>,
    #[model(inverse(author))]
    posts: HasMany<Post>,
}

#[derive(Clone, Default, Model)]
struct Post {
    id: Id<Post>,
    title: String,
    likes: i64,
    author: BelongsTo<User>,
    editor: Option<BelongsTo<User>>,
    tags: ManyToMany<Tag>,
}

#[derive(Clone, Default, Model)]
struct Tag {
    id: Id<Tag>,
    name: String,
}

fn main() -> onggi::Result<()> {
    let db = onggi::Database::open("sqlite::memory:")?;
    let mut session = db.session()?;
    Post::query().filter(expr!(|p| p.editor == None)).all(&mut session)?;
    Ok(())
}
