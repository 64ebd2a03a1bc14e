//! What is wrong with a model although every word of it is understood.

use crate::attr::{Action, Argument};
use crate::constant::Constant;
use crate::errors::Errors;
use crate::model::{Column, Field, Model, reference};
use crate::relation::{Kind, Relation};
use crate::types::{identified, is_float, is_id_of, is_named, optional};

/// The most columns that a primary key can have.
const KEY_COLUMNS: usize = 4;

/// Checks everything that can be told without types.
pub fn check(model: &Model, errors: &mut Errors) {
    check_names(model, errors);
    check_key(model, errors);
    check_version(model, errors);
    check_indexes(model, errors);
    check_constraint_names(model, errors);
    for column in &model.columns {
        check_type(&column.field, errors);
        check_words(&column.field, errors);
        check_generated(column, errors);
        check_reference(column, errors);
        check_actions(&column.field, errors);
        check_default(&column.field, errors);
    }
    for field in &model.skipped {
        check_skipped(field, errors);
    }
    for relation in &model.relations {
        check_relation(relation, errors);
    }
}

/// Words that say how models are related.
const OF_RELATIONS: [&str; 5] = ["columns", "inverse", "through", "link", "cascade"];

/// What a relation's field is told must be what its kind has.
fn check_relation(relation: &Relation, errors: &mut Errors) {
    let known: &[&str] = match &relation.kind {
        Kind::BelongsTo { .. } if relation.separate => &["columns"],
        // Its words are those of its column.
        Kind::BelongsTo { .. } => return,
        Kind::Inverse { .. } => &["inverse", "cascade"],
        Kind::Link { .. } => &["link"],
        Kind::LinkInverse { .. } => &["inverse"],
        Kind::Through { .. } => &["through"],
    };
    for word in relation.words.iter().filter(|word| !known.contains(&word.to_string().as_str())) {
        let known = known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(" and ");
        errors.at(word, format!("`{word}` says nothing of this relation, which takes {known}: remove it"));
    }
}

/// Columns are told nothing that relations are told.
fn check_words(field: &Field, errors: &mut Errors) {
    for word in &field.attributes.words {
        if OF_RELATIONS.contains(&word.to_string().as_str()) {
            errors.at(
                word,
                format!("`{word}` is for a relation: make the field a `HasMany`, `ManyToMany` or the like"),
            );
        }
    }
}

/// Databases tell columns apart without regard to case.
fn check_names(model: &Model, errors: &mut Errors) {
    for (at, column) in model.columns.iter().enumerate() {
        let same = |other: &&Column| other.name.eq_ignore_ascii_case(&column.name);
        if let Some(other) = model.columns[..at].iter().find(same) {
            let message = format!(
                "the column `{}` is that of `{}` already: write `#[model(column = \"...\")]` with another name",
                column.name, other.field.ident
            );
            match &column.field.attributes.column {
                Some(name) => errors.at(name, message),
                None => errors.at(&column.field.ident, message),
            }
        }
    }
}

fn check_key(model: &Model, errors: &mut Errors) {
    if let Some(&beyond) = model.key.get(KEY_COLUMNS) {
        let message =
            format!("a primary key has at most {KEY_COLUMNS} columns: use an `id` and `unique(...)`");
        errors.at(&model.columns[beyond].field.ident, message);
    }
    for &position in &model.key {
        let Field { ty, .. } = &model.columns[position].field;
        if optional(ty).is_some() {
            errors.at(ty, "a primary key is never NULL: write the type without `Option`");
        }
        if is_float(ty) {
            errors.at(ty, "a primary key must compare exactly: use an integer, a `String` or an `Id`");
        }
        if reference(ty).is_some_and(|(of, _)| is_named(of, &model.ident)) {
            let message = "a row's key cannot be made of its own: write `Id` of the model, beside an `id` that is the key";
            errors.at(ty, message);
        }
        if model.key.len() > 1 && is_id_of(ty, &model.ident) {
            errors.at(ty, "a generated key stands alone: make it the only key, or write `i64`");
        }
    }
}

fn check_version(model: &Model, errors: &mut Errors) {
    let versions = model.columns.iter().enumerate().filter_map(|(position, column)| {
        let word = column.field.attributes.version.as_ref()?;
        Some((position, word, &column.field.ty))
    });
    for (nth, (position, word, ty)) in versions.enumerate() {
        if nth > 0 {
            errors.at(word, "a model has one version: remove the others");
        }
        if model.key.contains(&position) {
            errors.at(word, "a version changes with every update, a primary key never: use another field");
        }
        if optional(ty).is_some() {
            errors.at(ty, "a version is never NULL: write the integer without `Option`");
        }
    }
}

fn check_indexes(model: &Model, errors: &mut Errors) {
    for (at, index) in model.indexes.iter().enumerate().filter(|(_, index)| !index.columns.is_empty()) {
        if index.columns == model.key && !index.is_computed() {
            errors.at(
                &index.word,
                format!("a primary key is unique and has an index: remove `{}`", index.word),
            );
        } else if model.indexes[..at]
            .iter()
            .any(|other| other.columns == index.columns && other.paths == index.paths)
        {
            errors.at(&index.word, "these columns have an index already (`unique` makes one): remove one");
        }
    }
}

fn check_constraint_names(model: &Model, errors: &mut Errors) {
    let indexes = model.indexes.iter().filter_map(|index| index.name.as_ref());
    let checks = model.all_checks().filter_map(|check| check.name.as_ref());
    let mut seen = Vec::new();
    for name in indexes.chain(checks) {
        let value = name.value().to_ascii_lowercase();
        match seen.contains(&value) {
            true => errors.at(name, "this name is taken: use another"),
            false => seen.push(value),
        }
    }
}

fn check_type(field: &Field, errors: &mut Errors) {
    if optional(&field.ty).and_then(optional).is_some() {
        errors.at(&field.ty, "SQL has one NULL only: write one `Option`");
    }
}

fn check_generated(column: &Column, errors: &mut Errors) {
    let attributes = &column.field.attributes;
    let words = [
        attributes.default.as_ref().map(|default| &default.word),
        attributes.references.as_ref().map(|references| &references.word),
        attributes.on_delete.as_ref().map(|action| &action.word),
        attributes.on_update.as_ref().map(|action| &action.word),
    ];
    for word in words.into_iter().flatten().filter(|_| column.generated) {
        errors.at(word, format!("the database generates this key: remove `{word}`"));
    }
}

fn check_reference(column: &Column, errors: &mut Errors) {
    let ty = &column.field.ty;
    let is_id = identified(optional(ty).unwrap_or(ty)).is_some();
    if let (Some(Argument { word, .. }), true, false) =
        (&column.field.attributes.references, is_id, column.generated)
    {
        errors.at(word, "an `Id` refers to its model without being told: remove `references`");
    }
}

fn check_actions(field: &Field, errors: &mut Errors) {
    let attributes = &field.attributes;
    for action in [&attributes.on_delete, &attributes.on_update].into_iter().flatten() {
        if action.value == Action::SetDefault && attributes.default.is_none() {
            errors.at(&action.word, "there is no default to set: add `default = ...`");
        }
    }
}

fn check_default(field: &Field, errors: &mut Errors) {
    let (Some(default), Some(length)) = (&field.attributes.default, &field.attributes.length) else { return };
    let Constant::Text(text) = &default.value else { return };
    if usize::try_from(length.value).is_ok_and(|length| text.chars().count() > length) {
        errors.at(&default.word, "the default is longer than `length`");
    }
}

fn check_skipped(field: &Field, errors: &mut Errors) {
    for word in field.attributes.words.iter().filter(|word| *word != "skip") {
        errors.at(word, format!("a skipped field has no column: remove `skip` or `{word}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;
    use syn::parse_quote;

    fn errors(input: &syn::DeriveInput) -> Vec<String> {
        let mut errors = Errors::default();
        if let Some(model) = Model::parse(input, &mut errors) {
            check(&model, &mut errors);
        }
        errors.messages()
    }

    /// A model with one more field.
    fn field(field: proc_macro2::TokenStream) -> Vec<String> {
        errors(&parse_quote!(struct User { id: Id<User>, name: String, #field }))
    }

    /// A model with attributes.
    fn attributed(attributes: proc_macro2::TokenStream) -> Vec<String> {
        errors(&parse_quote!(
            #[model(#attributes)]
            struct User {
                id: Id<User>,
                name: String,
                age: i64,
            }
        ))
    }

    #[test]
    fn good_models_have_no_errors() {
        for good in [
            field(quote!(#[model(column = "x", unique, default = -1.5, check = "x > 0")] a: f64)),
            field(quote!(#[model(length = 5, default = "12345")] a: String)),
            field(quote!(#[model(version, default = 0)] a: u32)),
            field(quote!(#[model(skip)] a: Vec<Self>)),
            field(quote!(#[model(references(Tag), on_delete = "cascade", on_update = "no action")] a: i64)),
            field(quote!(#[model(on_delete = "set default", default = 1)] a: Id<Post>)),
            field(quote!(#[model(on_delete = "set null")] a: Option<Id<Self>>)),
            field(quote!(#[model(index)] #[model(default(sql = "now()"))] r#type: Option<String>)),
            attributed(quote!(table = "users", index(name, age), index(age, name), unique(name = "u", name))),
            attributed(quote!(check = "a", check = "b", check(name = "c", "c"), primary_key(name))),
            attributed(quote!(primary_key(name, age),)),
            attributed(quote!(scope(of_age))),
            attributed(quote!(rename_all = "camelCase")),
            attributed(quote!(scope(|user| user.age.ge(18)))),
        ] {
            assert_eq!(good, [""; 0]);
        }
    }

    #[test]
    fn wrong_fields_are_told() {
        for (errors, expected) in [
            (field(quote!(#[model(uniqe)] a: i64)), "`uniqe` is unknown: a field takes `column`,"),
            (field(quote!(#[model(table = "x")] a: i64)), "`table` belongs to the model: write"),
            (field(quote!(#[model(index(a, b))] a: i64)), "above a field, write `index` alone; `#[model("),
            (field(quote!(#[model(unique = "x")] a: i64)), "`unique` takes no value: write `unique`"),
            (field(quote!(#[model(unique, unique)] a: i64)), "`unique` is given twice: remove one"),
            (field(quote!(#[model(column = " ")] a: i64)), "`column` takes a text: write `column = \"...\"`"),
            (field(quote!(#[model(column = "NAME")] a: i64)), "the column `NAME` is that of `name` already"),
            (field(quote!(#[model(default)] a: i64)), "write `default = literal` with a text, a number"),
            (field(quote!(#[model(default = -"x")] a: i64)), "write `default = literal` with a text"),
            (field(quote!(#[model(default = 9223372036854775808)] a: u64)), "write `default = literal`"),
            (field(quote!(#[model(default(text = "x"))] a: i64)), "write `default = literal` with a text"),
            (field(quote!(#[model(length = 0)] a: String)), "`length` is the most characters that a text"),
            (field(quote!(#[model(length = 2, default = "abc")] a: String)), "the default is longer than"),
            (field(quote!(#[model(check("x"))] a: i64)), "write `check = \"SQL\"` or `check(name ="),
            (field(quote!(#[model(version)] a: Option<i64>)), "a version is never NULL: write the integer"),
            (field(quote!(#[model(skip, unique)] a: i64)), "a skipped field has no column: remove `skip`"),
            (field(quote!(#[model(unique, index)] a: i64)), "these columns have an index already"),
            (field(quote!(#[model(references)] a: i64)), "name the model that the column refers to: write"),
            (field(quote!(#[model(references(Tag))] a: Id<Tag>)), "an `Id` refers to its model without"),
            (field(quote!(#[model(on_delete = "drop")] a: Id<Tag>)), "`on_delete` is one of `\"cascade\"`"),
            (
                field(quote!(#[model(on_update = "set default")] a: Id<Tag>)),
                "there is no default to set: add",
            ),
            (field(quote!(a: Option<Option<i64>>)), "SQL has one NULL only: write one `Option`"),
        ] {
            assert_eq!(errors.len(), 1, "{errors:?} instead of {expected}");
            assert!(errors[0].starts_with(expected), "{errors:?} instead of {expected}");
        }
    }

    #[test]
    fn wrong_attributes_of_the_struct_are_told() {
        for (errors, expected) in [
            (attributed(quote!(tabel = "x")), "`tabel` is unknown: a model takes `table`,"),
            (attributed(quote!(version)), "`version` belongs to a field: write it there"),
            (
                attributed(quote!(unique)),
                "write `unique(field, ...)` or `unique(name = \"...\", field, ...)`",
            ),
            (attributed(quote!(index(name = "x"))), "write `index(field, ...)` or"),
            (attributed(quote!(index(nmae))), "`nmae` is no field: the fields with columns are `id`, `name`"),
            (attributed(quote!(index(name, name))), "`name` is given twice: remove one"),
            (attributed(quote!(index(name), unique(name))), "these columns have an index already"),
            (attributed(quote!(unique(id))), "a primary key is unique and has an index: remove `unique`"),
            (attributed(quote!(index(name = "x", name), check(name = "X", "1"))), "this name is taken"),
            (attributed(quote!(rename_all = "title")), "`rename_all` is one of `lowercase`,"),
            (
                field(quote!(#[model(rename_all = "camelCase")] a: i64)),
                "`rename_all` belongs to the model: write",
            ),
            (attributed(quote!(scope)), "name the function that gives the condition on the model's columns"),
            (attributed(quote!(scope(a, b))), "name the function that gives the condition"),
            (
                field(quote!(#[model(scope(a))] a: i64)),
                "`scope` belongs to the model: write it above `struct`",
            ),
            (attributed(quote!(primary_key)), "name the key's fields: write `primary_key(field, ...)`"),
            (attributed(quote!(primary_key(id, name))), "a generated key stands alone: make it the only key"),
        ] {
            assert_eq!(errors.len(), 1, "{errors:?} instead of {expected}");
            assert!(errors[0].starts_with(expected), "{errors:?} instead of {expected}");
        }
    }

    #[test]
    fn wrong_keys_are_told() {
        for (input, expected) in [
            (
                parse_quote!(
                    struct A {
                        name: String,
                    }
                ),
                "no primary key: add a field `id: Id<A>`",
            ),
            (
                parse_quote!(
                    struct A {
                        id: Option<i64>,
                    }
                ),
                "a primary key is never NULL",
            ),
            (
                parse_quote!(
                    struct A {
                        id: f64,
                    }
                ),
                "a primary key must compare exactly",
            ),
            (
                parse_quote!(
                    struct A {
                        #[model(version)]
                        id: i64,
                    }
                ),
                "a version changes with every update",
            ),
            (
                parse_quote!(
                    struct A {
                        #[model(default = 1)]
                        id: Id<A>,
                    }
                ),
                "the database generates this key: remove",
            ),
            (
                parse_quote!(
                    struct A {
                        #[model(on_delete = "cascade")]
                        id: Id<Self>,
                    }
                ),
                "the database generates this",
            ),
            (
                parse_quote!(
                    struct A {
                        #[model(primary_key)]
                        of: BelongsTo<A>,
                    }
                ),
                "a row's key cannot be made of its own: write `Id` of the model",
            ),
            (
                parse_quote!(
                    struct A {
                        #[model(primary_key)]
                        of: Option<BelongsTo<B>>,
                    }
                ),
                "a primary key is never NULL",
            ),
            (
                parse_quote!(
                    #[model(primary_key(a))]
                    struct A {
                        #[model(primary_key)]
                        a: i64,
                    }
                ),
                "the primary key is given twice",
            ),
            (
                parse_quote!(
                    #[model(primary_key(a, b, c, d, e))]
                    struct A {
                        a: u8,
                        b: u8,
                        c: u8,
                        d: u8,
                        e: u8,
                    }
                ),
                "a primary key has at most 4 columns",
            ),
        ] {
            let errors = errors(&input);
            assert_eq!(errors.len(), 1, "{errors:?} instead of {expected}");
            assert!(errors[0].starts_with(expected), "{errors:?} instead of {expected}");
        }
    }

    #[test]
    fn all_errors_come_at_once() {
        let errors = errors(&parse_quote! {
            #[model(tabel = "a", index(b))]
            struct User {
                #[model(uniqe, length = "x")]
                name: Option<Option<String>>,
                #[model(skip, version)]
                skipped: i64,
            }
        });
        assert_eq!(errors.len(), 7, "{errors:#?}");
    }
}
