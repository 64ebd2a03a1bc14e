use onggi::{Id, Model, Pickled};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    #[model(project(city: String))]
    data: Pickled<String>,
}

fn main() {}
