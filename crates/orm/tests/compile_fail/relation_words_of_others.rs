use onggi::{BelongsTo, HasMany, Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(inverse(author))]
    name: String,
    #[model(unique, inverse(author))]
    posts: HasMany<Post>,
}

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    author: BelongsTo<User>,
}

fn main() {}
