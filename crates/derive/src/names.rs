//! From the names of fields to the positions of their columns.

use syn::Ident;
use syn::ext::IdentExt as _;

use crate::attr::{FieldAttributes, IndexAttribute, KeyAttribute};
use crate::errors::Errors;
use crate::model::{Column, Field, Index};
use crate::place::Place;

/// The fields, by their names.
pub struct Names<'a> {
    pub columns: &'a [Column],
    pub skipped: &'a [Field],
}

impl Names<'_> {
    /// Position of the column of a field.
    fn position(&self, name: &Ident, errors: &mut Errors) -> Option<usize> {
        let is_named = |field: &Field| field.ident.unraw() == name.unraw();
        let position = self.columns.iter().position(|column| is_named(&column.field));
        if position.is_none() {
            let known = self.columns.iter().map(|column| format!("`{}`", column.field.ident));
            let known = known.collect::<Vec<_>>().join(", ");
            let what = if self.skipped.iter().any(is_named) { "skipped" } else { "no field" };
            errors.at(name, format!("`{name}` is {what}: the fields with columns are {known}"));
        }
        position
    }

    pub fn positions(&self, names: &[Ident], errors: &mut Errors) -> Vec<usize> {
        let mut positions = Vec::new();
        for name in names {
            match self.position(name, errors) {
                Some(position) if positions.contains(&position) => {
                    errors.at(name, format!("`{name}` is given twice: remove one"));
                }
                position => positions.extend(position),
            }
        }
        positions
    }

    /// The key named above the struct, or the marked fields, or `id`.
    pub fn key(&self, named: Option<&KeyAttribute>, model: &Ident, errors: &mut Errors) -> Vec<usize> {
        let fields = || self.columns.iter().map(|column| &column.field).enumerate();
        let marked: Vec<usize> =
            fields().filter(|(_, field)| field.attributes.primary_key.is_some()).map(|(at, _)| at).collect();
        if let Some(named) = named {
            if !marked.is_empty() {
                errors.at(&named.word, "the primary key is given twice: name it here, or mark its fields");
            }
            return self.positions(&named.fields, errors);
        }
        if !marked.is_empty() {
            return marked;
        }
        let id = fields().find(|(_, field)| field.ident == "id").map(|(at, _)| at);
        if id.is_none() {
            errors.at(
                model,
                format!("no primary key: add a field `id: Id<{model}>`, or write `#[model(primary_key)]` above one"),
            );
        }
        id.into_iter().collect()
    }

    /// The indexes of fields, then those of the struct.
    pub fn indexes(&self, named: Vec<IndexAttribute>, errors: &mut Errors) -> Vec<Index> {
        let of_fields = self.columns.iter().enumerate().flat_map(|(at, column)| {
            let FieldAttributes { unique, index, .. } = &column.field.attributes;
            let words = unique.iter().map(|word| (word, true)).chain(index.iter().map(|word| (word, false)));
            words.map(move |(word, unique)| Index {
                word: word.clone(),
                name: None,
                columns: vec![at],
                paths: vec![None],
                unique,
            })
        });
        let mut indexes: Vec<Index> = of_fields.collect();
        indexes.extend(named.into_iter().map(|index| {
            let (columns, paths) = self.places(index.places, errors).into_iter().unzip();
            Index { columns, paths, word: index.word, name: index.name, unique: index.unique }
        }));
        indexes
    }

    fn places(&self, places: Vec<Place>, errors: &mut Errors) -> Vec<(usize, Option<String>)> {
        let mut found = Vec::new();
        for Place { field, path } in places {
            let Some(position) = self.position(&field, errors) else { continue };
            let place = (position, path);
            match found.contains(&place) {
                true => errors.at(&field, format!("`{field}` is given twice: remove one")),
                false => found.push(place),
            }
        }
        found
    }
}
