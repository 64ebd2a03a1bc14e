use onggi::{BelongsTo, Id, ManyToMany, Model};

#[derive(Clone, Model)]
struct Post {
    id: Id<Post>,
    #[model(through(Tagging))]
    tags: ManyToMany<Tag>,
}

#[derive(Clone, Model)]
struct Tag {
    id: Id<Tag>,
}

#[derive(Clone, Model)]
struct Tagging {
    id: Id<Tagging>,
    post: BelongsTo<Post>,
}

fn main() {}
