use onggi::{BelongsTo, HasMany, Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(cascade = "all")]
    posts: HasMany<Post>,
}

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    user: BelongsTo<User>,
}

fn main() {}
