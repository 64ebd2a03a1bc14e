use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    name: String,
    #[model(column = "name")]
    nickname: String,
}

fn main() {}
