use onggi::{Id, ManyToMany, Model};

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    tags: ManyToMany<Tag>,
}

#[derive(Clone, Model)]
struct Tag {
    id: Id<Tag>,
    posts: ManyToMany<Post>,
}

fn main() {}
