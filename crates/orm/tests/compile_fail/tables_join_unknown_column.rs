use onggi::{BelongsTo, HasMany, Id, ManyToMany, Model};

#[derive(Clone, Default, Model)]
struct User {
    id: Id<User>,
    name: String,
    age: i32,
    city: Option<String>,
    active: bool,
    #[model(inverse(author))]
    posts: HasMany<Post>,
}

#[derive(Clone, Default, Model)]
struct Post {
    id: Id<Post>,
    title: String,
    likes: i64,
    author: BelongsTo<User>,
    editor: Option<BelongsTo<User>>,
    tags: ManyToMany<Tag>,
}

#[derive(Clone, Default, Model)]
struct Tag {
    id: Id<Tag>,
    name: String,
}

fn main() {
    let _ = User::query().join::<Post>(|u, p| p.writer.eq(u.name));
}
