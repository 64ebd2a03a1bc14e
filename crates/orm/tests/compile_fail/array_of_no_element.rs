use onggi::{Id, Model};

#[derive(Clone)]
struct Color;

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
    colors: Vec<Color>,
    nested: Vec<Vec<i32>>,
}

fn main() {}
