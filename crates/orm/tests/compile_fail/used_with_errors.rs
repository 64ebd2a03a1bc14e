// A model with an error is a model all the same to the code that uses it: one mistake, one error.
use onggi::{Id, Model};

#[derive(Clone, Model)]
#[model(tabel = "users")]
struct User {
    id: Id<User>,
    name: String,
}

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    author: Id<User>,
}

fn main() {
    let _ = User::query().filter(|user| user.name.eq("John"));
    let _ = onggi::models![User, Post];
}
