use onggi::{HasMany, Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    posts: HasMany<Post>,
}

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    author: Id<User>,
}

fn main() {}
