use onggi::{BelongsTo, Id, Model};

#[derive(Clone)]
struct User;

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    author: BelongsTo<User>,
}

fn main() {}
