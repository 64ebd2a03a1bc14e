use onggi::{BelongsTo, Id, Model};

#[derive(Clone, Model)]
struct User {
    id: Id<User>,
}

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    #[model(columns(author))]
    user: BelongsTo<User>,
}

fn main() {}
