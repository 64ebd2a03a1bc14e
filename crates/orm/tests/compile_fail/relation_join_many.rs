use onggi::{BelongsTo, Database, HasMany, Id, Model};

#[derive(Clone, Default, Model)]
struct User {
    id: Id<User>,
    #[model(inverse(author))]
    posts: HasMany<Post>,
}

#[derive(Clone, Default, Model)]
struct Post {
    id: Id<Post>,
    author: BelongsTo<User>,
}

fn main() -> onggi::Result<()> {
    let db = Database::open("sqlite::memory:")?;
    User::query().with_join(|u| u.posts()).all(&mut db.connect()?)?;
    Ok(())
}
