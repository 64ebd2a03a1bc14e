use onggi::{Condition, Id, Model};

#[derive(Clone, Model)]
#[model(scope(alive))]
struct Post {
    id: Id<Post>,
    deleted: bool,
}

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    active: bool,
}

fn alive(user: UserColumns) -> Condition {
    user.active.eq(true)
}

fn main() {}
