use onggi::{Id, Model};

#[derive(Clone)]
struct Color;

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    color: Color,
}

fn main() {}
