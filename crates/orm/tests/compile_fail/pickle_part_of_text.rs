use onggi::{Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    name: String,
}

fn main() {
    let _ = User::query().filter(|u| u.name.at("city").eq("Seoul"));
}
