//! A struct as a model: its fields as columns, with positions in place of names.

use quote::format_ident;
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Expr, Fields, FieldsNamed, Ident, LitStr, Type, Visibility};

use crate::attr::{CheckAttribute, FieldAttributes, ProjectionAttribute, StructAttributes};
use crate::case::Case;
use crate::errors::Errors;
use crate::names::Names;
use crate::relation::Relation;
use crate::types::{is_id_of, optional, related, without_self};

/// A model.
pub struct Model {
    pub ident: Ident,
    pub vis: Visibility,
    pub table: String,
    pub columns: Vec<Column>,
    pub skipped: Vec<Field>,
    pub relations: Vec<Relation>,
    /// Positions of the primary key's columns; empty only beside an error.
    pub key: Vec<usize>,
    pub indexes: Vec<Index>,
    pub checks: Vec<CheckAttribute>,
    /// The function that gives the default scope.
    pub scope: Option<Expr>,
}

/// A field of the struct. Its type does not mention `Self`.
pub struct Field {
    pub ident: Ident,
    pub ty: Type,
    pub attributes: FieldAttributes,
}

/// A field that is a column.
pub struct Column {
    pub field: Field,
    pub name: String,
    /// What queries call it: a relation's column is `author_id` where the field is `author`.
    pub shown: Ident,
    /// Whether it is the model's own `Id`.
    pub generated: bool,
    /// Where its values come from, if it is no field.
    pub projection: Option<Projection>,
}

/// A column that repeats a part of a pickled field.
pub struct Projection {
    /// What errors point at.
    pub word: Ident,
    /// The position of the field's column.
    pub column: usize,
    pub path: LitStr,
}

/// An index or a unique constraint.
pub struct Index {
    /// What errors point at.
    pub word: Ident,
    pub name: Option<LitStr>,
    /// Positions of its columns.
    pub columns: Vec<usize>,
    /// For each column the path of the part that is meant, if it is not the whole.
    pub paths: Vec<Option<String>>,
    pub unique: bool,
}

impl Index {
    /// Whether a part of it is not a column as it is.
    pub fn is_computed(&self) -> bool {
        self.paths.iter().any(Option::is_some)
    }
}

impl Model {
    /// Understands a struct. There is no model in something else.
    pub fn parse(input: &DeriveInput, errors: &mut Errors) -> Option<Model> {
        let attributes = StructAttributes::parse(&input.attrs, errors);
        let fields = fields(&parsed_fields(input, errors)?, &input.ident, errors);
        let (skipped, fields): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|field| field.attributes.skip.is_some());
        let (related, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(Relation::has_no_column);
        let mut columns: Vec<Column> = fields.into_iter().map(Column::of).collect();
        project(&mut columns);
        if let Some(case) = attributes.rename_all {
            columns.iter_mut().for_each(|column| column.rename(case));
        }
        let names = Names { columns: &columns, skipped: &skipped };
        let relations = Relation::all(&names, related, &input.ident, errors);
        let key = names.key(attributes.primary_key.as_ref(), &input.ident, errors);
        let indexes = names.indexes(attributes.indexes, errors);
        if let [key] = *key {
            columns[key].generated = is_id_of(&columns[key].field.ty, &input.ident);
        }
        Some(Model {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            table: attributes.table.map_or_else(|| default_table(&input.ident), |table| table.value()),
            columns,
            skipped,
            relations,
            key,
            indexes,
            checks: attributes.checks,
            scope: attributes.scope,
        })
    }

    /// Position of the column that counts updates.
    pub fn version(&self) -> Option<usize> {
        self.columns.iter().position(|column| column.field.attributes.version.is_some())
    }

    /// The columns that are fields.
    pub fn fields(&self) -> impl Iterator<Item = (usize, &Column)> + Clone {
        self.columns.iter().enumerate().filter(|(_, column)| column.projection.is_none())
    }

    /// The checks of fields, then those of the struct.
    pub fn all_checks(&self) -> impl Iterator<Item = &CheckAttribute> {
        self.columns.iter().flat_map(|column| &column.field.attributes.checks).chain(&self.checks)
    }
}

/// Adds the columns that repeat parts of others, behind all fields.
fn project(columns: &mut Vec<Column>) {
    for column in 0..columns.len() {
        for ProjectionAttribute { word, name, ty, path } in
            std::mem::take(&mut columns[column].field.attributes.projections)
        {
            let field = Field { ident: name, ty, attributes: FieldAttributes::default() };
            let projection = Some(Projection { word, column, path });
            columns.push(Column { projection, ..Column::of(field) });
        }
    }
}

impl Column {
    fn of(field: Field) -> Column {
        let shown = match reference(&field.ty) {
            Some(_) => format_ident!("{}_id", field.ident.unraw(), span = field.ident.span()),
            None => field.ident.clone(),
        };
        let name = match &field.attributes.column {
            Some(name) => name.value(),
            None => shown.unraw().to_string(),
        };
        Column { field, name, shown, generated: false, projection: None }
    }

    /// Writes its name in a case, unless it was given one.
    fn rename(&mut self, case: Case) {
        if self.field.attributes.column.is_none() {
            self.name = case.apply(&self.name);
        }
    }
}

/// The model that a `BelongsTo` refers to, and whether it may be missing.
pub fn reference(ty: &Type) -> Option<(&Type, bool)> {
    let (inner, is_optional) = match optional(ty) {
        Some(inner) => (inner, true),
        None => (ty, false),
    };
    let (name, model) = related(inner)?;
    (name == "BelongsTo").then_some((model, is_optional))
}

fn default_table(ident: &Ident) -> String {
    Case::Snake.apply(&ident.unraw().to_string())
}

fn parsed_fields(input: &DeriveInput, errors: &mut Errors) -> Option<FieldsNamed> {
    let example = format!("write `struct {0} {{ id: Id<{0}>, ... }}`", input.ident);
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, "a model has no parameters: write one struct for each table");
        return None;
    }
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => return Some(fields.clone()),
            Fields::Named(_) | Fields::Unit => {
                errors.at(&input.ident, format!("a model has fields: {example}"))
            }
            Fields::Unnamed(fields) => errors.at(fields, format!("a model's fields have names: {example}")),
        },
        Data::Enum(_) => errors.at(
            &input.ident,
            format!("a model is a struct: {example}; to use this enum as a column, write `#[derive(Field)]`"),
        ),
        Data::Union(_) => errors.at(&input.ident, format!("a model is a struct: {example}")),
    }
    None
}

fn fields(fields: &FieldsNamed, model: &Ident, errors: &mut Errors) -> Vec<Field> {
    let parse = |field: &syn::Field| {
        Some(Field {
            ident: field.ident.clone()?,
            ty: errors.ok(without_self(&field.ty, model))?,
            attributes: FieldAttributes::parse(&field.attrs, errors),
        })
    };
    fields.named.iter().filter_map(parse).collect()
}
