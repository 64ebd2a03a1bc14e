use onggi::{Id, Model};

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    #[model(on_delete = "set null")]
    parent: Id<Post>,
}

fn main() {}
