//! What is wrong with a model although every word of it is understood.

use crate::attr::{Action, Argument};
use crate::constant::Constant;
use crate::errors::Errors;
use crate::model::{Column, Field, Model};
use crate::types::{identified, is_float, is_id_of, optional};

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
        check_generated(column, errors);
        check_reference(column, errors);
        check_actions(&column.field, errors);
        check_default(&column.field, errors);
    }
    for field in &model.skipped {
        check_skipped(field, errors);
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
    for (at, index) in model.indexes.iter().enumerate() {
        if index.columns == model.key {
            errors.at(
                &index.word,
                format!("a primary key is unique and has an index: remove `{}`", index.word),
            );
        } else if model.indexes[..at].iter().any(|other| other.columns == index.columns) {
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
