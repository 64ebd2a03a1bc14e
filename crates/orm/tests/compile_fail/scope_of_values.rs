use onggi::{Id, Model};

#[derive(Clone, Model)]
#[model(scope = "deleted = 0")]
struct Post {
    id: Id<Post>,
    deleted: bool,
}

#[derive(Clone, Model)]
#[model(scope(alive))]
struct User {
    id: Id<User>,
    active: bool,
}

fn main() {}
