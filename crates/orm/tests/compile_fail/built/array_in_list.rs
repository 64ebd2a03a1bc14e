use onggi::{Id, Model};

#[derive(Clone, Default, Model)]
struct Post {
    id: Id<Post>,
    title: String,
    tags: Vec<String>,
    marks: Vec<Option<i32>>,
}

fn main() -> onggi::Result<()> {
    let db = onggi::Database::open("sqlite::memory:")?;
    let mut session = db.session()?;
    Post::query().filter(|p| p.tags.is_in([Vec::new()])).all(&mut session)?;
    Ok(())
}
