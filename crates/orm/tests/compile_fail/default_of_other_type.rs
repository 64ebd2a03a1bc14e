use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(default = "none")]
    age: i64,
}

fn main() {}
