use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    user_id: Id<User>,
    name: String,
}

fn main() {}
