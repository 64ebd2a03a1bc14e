use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(project(city: String = "$.city"))]
    name: String,
}

fn main() {}
