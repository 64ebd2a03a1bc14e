//! What the derive says of models to the engine.

use onggi::__private::sql::{Action, Constant};
use onggi::{Field, Id, Model, Type, ValueRef};

#[derive(Clone, Debug, Default, Model)]
#[model(table = "users", index(name, score), unique(name = "one_email", email, parent))]
#[model(check = "score >= 0", check(name = "named", "name <> ''"))]
struct User {
    id: Id<Self>,
    name: String,
    #[model(column = "mail", unique, length = 80, default = "none", check = "mail <> ''")]
    email: String,
    #[model(default = -1.5)]
    score: f64,
    #[model(on_delete = "set null")]
    parent: Option<Id<Self>>,
    #[model(skip)]
    cached: Vec<Unknown>,
    #[model(version, default = 1)]
    version: u32,
    #[model(index, default(sql = "CURRENT_DATE"))]
    r#type: String,
}

#[derive(Clone, Debug, Default)]
struct Unknown;

#[derive(Clone, Debug, PartialEq, Model)]
#[model(primary_key(tag, user))]
struct UserTag {
    user: Id<User>,
    #[model(references(Tag), on_delete = "cascade", on_update = "restrict")]
    tag: String,
    active: bool,
}

#[derive(Clone, Debug, Model)]
struct Tag {
    #[model(primary_key)]
    name: String,
}

#[derive(Clone, Debug, Model)]
struct Place {
    #[model(primary_key)]
    x: i32,
    #[model(primary_key)]
    y: i32,
}

#[test]
fn tables_and_columns_have_names() {
    assert_eq!([User::table().name, UserTag::table().name, Tag::table().name], ["users", "user_tag", "tag"]);
    let names: Vec<&str> = User::table().columns.iter().map(|column| column.name).collect();
    assert_eq!(names, ["id", "name", "mail", "score", "parent", "version", "type"]);
}

#[test]
fn types_and_nullability_come_from_the_fields() {
    let columns = User::table().columns;
    assert_eq!(
        columns.iter().map(|column| column.ty).collect::<Vec<_>>(),
        [
            Type::BIGINT,
            Type::Text,
            Type::Text,
            Type::Double,
            Type::BIGINT,
            Type::Integer { bits: 32, signed: false },
            Type::Text
        ]
    );
    let nullable: Vec<&str> =
        columns.iter().filter(|column| column.nullable).map(|column| column.name).collect();
    assert_eq!(nullable, ["parent"]);
}

#[test]
fn limits_and_defaults_are_kept() {
    let columns = User::table().columns;
    assert_eq!(columns[2].length, Some(80));
    assert_eq!(
        columns.iter().map(|column| column.default).collect::<Vec<_>>(),
        [
            None,
            None,
            Some(Constant::Text("none")),
            Some(Constant::Real(-1.5)),
            None,
            Some(Constant::Integer(1)),
            Some(Constant::Sql("CURRENT_DATE"))
        ]
    );
    assert_eq!(User::table().version, Some(5));
}

#[test]
fn keys_are_one_field_or_several_in_their_order() {
    assert_eq!(User::table().primary_key, [0]);
    assert_eq!(UserTag::table().primary_key, [1, 0]);
    assert_eq!(Place::table().primary_key, [0, 1]);
    assert_eq!(User::table().generated(), Some(0));
    assert_eq!([UserTag::table().generated(), Tag::table().generated()], [None, None]);
}

#[test]
fn a_key_is_compared_and_made_in_its_order() {
    let tagging = UserTag { user: Id::from(7), tag: "new".to_owned(), active: true };
    assert_eq!(tagging.key(), ("new".to_owned(), Id::from(7)));
    assert!(tagging.has_key(&tagging.key()));
    assert!(!tagging.has_key(&("old".to_owned(), Id::from(7))));
    assert!(!tagging.has_key(&("new".to_owned(), Id::from(8))));
}

#[test]
fn references_know_their_table_and_actions() {
    let reference = |column: usize| {
        let reference = UserTag::table().columns[column].reference?;
        Some(((reference.table)().name, reference.on_delete, reference.on_update))
    };
    assert_eq!(reference(0), Some(("users", Action::NoAction, Action::NoAction)));
    assert_eq!(reference(1), Some(("tag", Action::Cascade, Action::Restrict)));
    assert_eq!(reference(2), None);
    let parent = User::table().columns[4].reference.map(|parent| ((parent.table)().name, parent.on_delete));
    assert_eq!(parent, Some(("users", Action::SetNull)));
    assert!(User::table().columns[0].reference.is_none(), "a generated key refers to nothing");
}

#[test]
fn constraints_of_fields_come_before_those_of_the_struct() {
    let indexes = User::table().indexes.iter().map(|index| (index.name, index.columns, index.unique));
    assert_eq!(
        indexes.collect::<Vec<_>>(),
        [
            (None, &[2][..], true),
            (None, &[6], false),
            (None, &[1, 3], false),
            (Some("one_email"), &[2, 4], true)
        ]
    );
    let checks = User::table().checks.iter().map(|check| (check.name, check.condition));
    assert_eq!(
        checks.collect::<Vec<_>>(),
        [(None, "mail <> ''"), (None, "score >= 0"), (Some("named"), "name <> ''")]
    );
}

#[test]
fn attributes_are_those_of_the_columns() {
    let mut user = User { name: "Ann".to_owned(), ..User::default() };
    assert!(user.cached.is_empty());
    assert!(user.attribute(0).is_unset());
    let assigned = user.attribute_mut(6).assign(ValueRef::Text("admin"));
    assert!(assigned.is_ok());
    assert_eq!(user.r#type, "admin");
}

#[test]
fn changed_columns_are_told() {
    let original = User::default();
    let changed = User { score: 1.0, r#type: "admin".to_owned(), cached: vec![Unknown], ..User::default() };
    assert_eq!(changed.changed(&original).iter().collect::<Vec<_>>(), [3, 6]);
    assert!(original.changed(&original.clone()).is_empty());
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Field)]
#[model(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    Active,
    OnHold,
    #[model(rename = "{gone}")]
    Closed,
}

#[test]
fn enums_are_texts() {
    assert_eq!(Status::TYPE, Type::Text);
    for (text, status) in
        [("ACTIVE", Status::Active), ("ON_HOLD", Status::OnHold), ("{gone}", Status::Closed)]
    {
        assert_eq!(Status::read(ValueRef::Text(text)).ok(), Some(status));
    }
}

#[test]
fn other_texts_are_no_enum() {
    let message = |value| Status::read(value).map_err(|error| error.to_string());
    let expected = r#"expected one of "ACTIVE", "ON_HOLD", "{gone}", found "#;
    assert_eq!(message(ValueRef::Text("active")), Err(format!("{expected}\"active\"")));
    assert_eq!(message(ValueRef::Integer(1)), Err(format!("{expected}integer")));
}
