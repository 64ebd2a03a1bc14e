#![deny(warnings, missing_docs, missing_debug_implementations, unused_qualifications)]
//! Every attribute at once, with nothing to warn of.

use onggi::{Field, Id, Model};

/// A user, which mentions itself in both ways.
#[derive(Clone, Debug, Default, Model)]
#[model(table = "users", index(name, score), unique(name = "one_email", email, parent), check = "score >= 0")]
#[model(check(name = "named", "name <> ''"))]
pub struct User {
    id: Id<Self>,
    /// Shown to others.
    pub name: String,
    #[model(column = "mail", unique, length = 80, default = "", check = "mail LIKE '%@%'")]
    email: String,
    score: f64,
    #[model(on_delete = "set null", on_update = "cascade")]
    parent: Option<Id<User>>,
    #[model(version, default = 0)]
    version: i32,
    #[model(default(sql = "1"))]
    r#type: bool,
    #[model(index)]
    status: Status,
    #[model(skip)]
    cached: Vec<Private>,
}

#[derive(Clone, Debug, Default)]
struct Private;

#[derive(Clone, Debug, Default, PartialEq, Field)]
#[model(rename_all = "kebab-case")]
enum Status {
    #[default]
    JustSignedUp,
    #[model(rename = "{braces}")]
    Active,
}

#[derive(Clone, Debug, Model)]
#[model(primary_key(user, tag))]
struct Tagging {
    #[model(on_delete = "cascade")]
    user: Id<User>,
    #[model(references(Tag), on_update = "cascade")]
    tag: String,
}

#[derive(Clone, Debug, Model)]
struct Tag {
    #[model(primary_key, length = 20)]
    name: String,
}

fn main() {
    #[derive(Clone, Debug, Model)]
    struct Local {
        id: Id<Local>,
    }

    let user = User::default();
    assert!(user.cached.is_empty());
    let tagging = Tagging { user: user.id, tag: Tag { name: "new".to_owned() }.name };
    assert!(tagging.has_key(&tagging.key()));
    assert_eq!(Local::table().name, "local");
}
