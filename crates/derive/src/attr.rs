//! The meaning of each word of `#[model(...)]` on models and their fields.

use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Result, Token, Type};

use crate::case::Case;
use crate::constant::Constant;
use crate::errors::Errors;
use crate::place::Place;
use crate::word::{Word, unknown, words};

/// What `#[model(...)]` on a struct takes.
const ON_STRUCT: [&str; 7] = ["table", "rename_all", "primary_key", "index", "unique", "check", "scope"];

/// What `#[model(...)]` on a field takes.
const ON_FIELD: [&str; 18] = [
    "column",
    "primary_key",
    "unique",
    "index",
    "default",
    "check",
    "length",
    "version",
    "skip",
    "references",
    "on_delete",
    "on_update",
    "columns",
    "inverse",
    "through",
    "link",
    "cascade",
    "project",
];

/// `#[model(...)]` on a struct.
#[derive(Default)]
pub struct StructAttributes {
    pub table: Option<LitStr>,
    /// How columns are named whose fields give them no name.
    pub rename_all: Option<Case>,
    pub primary_key: Option<KeyAttribute>,
    pub indexes: Vec<IndexAttribute>,
    pub checks: Vec<CheckAttribute>,
    /// The function that gives the default scope.
    pub scope: Option<Expr>,
}

/// `primary_key(...)` on a struct.
pub struct KeyAttribute {
    pub word: Ident,
    pub fields: Vec<Ident>,
}

/// `index(...)` or `unique(...)` on a struct.
pub struct IndexAttribute {
    pub word: Ident,
    pub unique: bool,
    pub name: Option<LitStr>,
    pub places: Vec<Place>,
}

/// `check = "..."` or `check(name = "...", "...")`.
pub struct CheckAttribute {
    pub name: Option<LitStr>,
    pub condition: LitStr,
}

/// `#[model(...)]` on a field.
#[derive(Default)]
pub struct FieldAttributes {
    pub column: Option<LitStr>,
    pub primary_key: Option<Ident>,
    pub unique: Option<Ident>,
    pub index: Option<Ident>,
    pub default: Option<Argument<Constant>>,
    pub checks: Vec<CheckAttribute>,
    pub length: Option<Argument<u32>>,
    pub version: Option<Ident>,
    pub skip: Option<Ident>,
    pub references: Option<Argument<Type>>,
    pub on_delete: Option<Argument<Action>>,
    pub on_update: Option<Argument<Action>>,
    /// The fields that hold the key that a relation refers to.
    pub columns: Option<Argument<Vec<Ident>>>,
    /// The field of the other model that a relation is the other end of.
    pub inverse: Option<Argument<Ident>>,
    /// The model of a many-to-many relation's link table, and its relations to both ends.
    pub through: Option<Argument<Through>>,
    /// The name of a many-to-many relation's link table.
    pub link: Option<LitStr>,
    /// Whether objects on the other side are deleted with their owner, and also when they are taken away from it.
    pub cascade: Option<Argument<bool>>,
    /// Columns that repeat parts of a pickled field.
    pub projections: Vec<ProjectionAttribute>,
    /// Every word there is.
    pub words: Vec<Ident>,
}

/// `project(name: Type = "$.path")`.
pub struct ProjectionAttribute {
    pub word: Ident,
    pub name: Ident,
    pub ty: Type,
    pub path: LitStr,
}

/// What a word says, and the word, which errors point at.
pub struct Argument<T> {
    pub word: Ident,
    pub value: T,
}

/// `through(Model)` or `through(Model, near, far)`.
pub struct Through {
    pub model: Type,
    pub ends: Option<[Ident; 2]>,
}

/// What a foreign key does when the key it refers to goes or changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    Nothing,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// The actions by their names in SQL.
const ACTIONS: [(&str, Action); 5] = [
    ("cascade", Action::Cascade),
    ("restrict", Action::Restrict),
    ("set null", Action::SetNull),
    ("set default", Action::SetDefault),
    ("no action", Action::Nothing),
];

impl StructAttributes {
    /// Understands a struct's attributes.
    pub fn parse(attributes: &[Attribute], errors: &mut Errors) -> StructAttributes {
        let mut parsed = StructAttributes::default();
        for word in words(attributes, &["index", "unique", "check"], errors) {
            errors.ok(parsed.take(&word));
        }
        parsed
    }

    fn take(&mut self, word: &Word) -> Result<()> {
        match word.name.to_string().as_str() {
            "table" => self.table = Some(word.text()?),
            "rename_all" => self.rename_all = Some(word.case()?),
            "primary_key" => self.primary_key = Some(key(word)?),
            "index" => self.indexes.push(index(word, false)?),
            "unique" => self.indexes.push(index(word, true)?),
            "check" => self.checks.push(check(word)?),
            "scope" => self.scope = Some(scope(word)?),
            name if ON_FIELD.contains(&name) => {
                return Err(word.error(format!("`{name}` belongs to a field: write it there")));
            }
            name => return Err(word.error(unknown(name, "a model", &ON_STRUCT))),
        }
        Ok(())
    }
}

impl FieldAttributes {
    /// Understands a field's attributes.
    pub fn parse(attributes: &[Attribute], errors: &mut Errors) -> FieldAttributes {
        let mut parsed = FieldAttributes::default();
        for word in words(attributes, &["check", "project"], errors) {
            parsed.words.push(word.name.clone());
            errors.ok(parsed.take(&word));
        }
        parsed
    }

    fn take(&mut self, word: &Word) -> Result<()> {
        match word.name.to_string().as_str() {
            "column" => self.column = Some(word.text()?),
            "primary_key" => self.primary_key = Some(word.alone()?),
            "unique" => self.unique = Some(alone_or_on_struct(word)?),
            "index" => self.index = Some(alone_or_on_struct(word)?),
            "default" => self.default = Some(Argument::of(word, default(word)?)),
            "check" => self.checks.push(check(word)?),
            "length" => self.length = Some(Argument::of(word, length(word)?)),
            "version" => self.version = Some(word.alone()?),
            "skip" => self.skip = Some(word.alone()?),
            "references" => self.references = Some(Argument::of(word, references(word)?)),
            "on_delete" => self.on_delete = Some(Argument::of(word, action(word)?)),
            "on_update" => self.on_update = Some(Argument::of(word, action(word)?)),
            "columns" => self.columns = Some(Argument::of(word, columns(word)?)),
            "inverse" => self.inverse = Some(Argument::of(word, inverse(word)?)),
            "through" => self.through = Some(Argument::of(word, through(word)?)),
            "link" => self.link = Some(word.text()?),
            "project" => self.projections.extend(projections(word)?),
            "cascade" => self.cascade = Some(Argument::of(word, cascade(word)?)),
            "table" => {
                return Err(word.error(
                    "`table` belongs to the model: write `#[model(table = \"...\")]` above `struct`",
                ));
            }
            name @ ("scope" | "rename_all") => {
                return Err(word.error(format!("`{name}` belongs to the model: write it above `struct`")));
            }
            name => return Err(word.error(unknown(name, "a field", &ON_FIELD))),
        }
        Ok(())
    }
}

impl<T> Argument<T> {
    fn of(word: &Word, value: T) -> Argument<T> {
        Argument { word: word.name.clone(), value }
    }
}

fn key(word: &Word) -> Result<KeyAttribute> {
    let help =
        "name the key's fields: write `primary_key(field, ...)`, or `#[model(primary_key)]` above one field";
    let fields = word.list(Punctuated::<Ident, Token![,]>::parse_terminated, help)?;
    Ok(KeyAttribute { word: word.name.clone(), fields: fields.into_iter().collect() })
}

fn index(word: &Word, unique: bool) -> Result<IndexAttribute> {
    let help = format!(
        "write `{0}(field, ...)` or `{0}(name = \"...\", field, ...)`, with `field.at(\"key\")` for a part of a pickle",
        word.name
    );
    let mut index = IndexAttribute { word: word.name.clone(), unique, name: None, places: Vec::new() };
    for part in word.list(parts, &help)? {
        match part {
            Part::Name(name) if index.name.is_none() => index.name = Some(name),
            Part::Field(place) => index.places.push(place),
            Part::Name(_) | Part::Text(_) | Part::Sql(_) => return Err(word.error(help)),
        }
    }
    match index.places.is_empty() {
        true => Err(word.error(help)),
        false => Ok(index),
    }
}

fn alone_or_on_struct(word: &Word) -> Result<Ident> {
    match word.is_list() {
        true => Err(word.error(format!(
            "above a field, write `{0}` alone; `#[model({0}(name = \"...\", field, ...))]` belongs above `struct`",
            word.name
        ))),
        false => word.alone(),
    }
}

fn check(word: &Word) -> Result<CheckAttribute> {
    if !word.is_list() {
        return Ok(CheckAttribute { name: None, condition: word.text()? });
    }
    let help = "write `check = \"SQL\"` or `check(name = \"...\", \"SQL\")`";
    match <[Part; 2]>::try_from(word.list(parts, help)?) {
        Ok([Part::Name(name), Part::Text(condition)]) => Ok(CheckAttribute { name: Some(name), condition }),
        Ok(_) | Err(_) => Err(word.error(help)),
    }
}

fn default(word: &Word) -> Result<Constant> {
    let help =
        "write `default = literal` with a text, a number, `true` or `false`, or `default(sql = \"...\")`";
    if !word.is_list() {
        return word.value(Constant::parse, help);
    }
    match word.list(Part::parse, help)? {
        Part::Sql(expression) => Ok(Constant::Sql(expression.value())),
        Part::Name(_) | Part::Text(_) | Part::Field(_) => Err(word.error(help)),
    }
}

fn scope(word: &Word) -> Result<Expr> {
    let help = "name the function that gives the condition on the model's columns: write `scope(alive)`, with `fn \
                alive(post: PostColumns) -> Condition`";
    word.list(<Expr as Parse>::parse, help)
}

fn length(word: &Word) -> Result<u32> {
    let help = "`length` is the most characters that a text may have: write `length = 80`";
    let length = word.value(<LitInt as Parse>::parse, help)?.base10_parse();
    length.ok().filter(|&length| length > 0).ok_or_else(|| word.error(help))
}

fn references(word: &Word) -> Result<Type> {
    word.list(<Type as Parse>::parse, "name the model that the column refers to: write `references(User)`")
}

fn columns(word: &Word) -> Result<Vec<Ident>> {
    let help = "name the fields that hold the key referred to: write `columns(field, ...)`";
    let fields = word.list(Punctuated::<Ident, Token![,]>::parse_terminated, help)?;
    Ok(fields.into_iter().collect())
}

fn projections(word: &Word) -> Result<Vec<ProjectionAttribute>> {
    let help = "write `project(name: Type = \"$.key\")`: the name and type of a column, and the path of what it repeats";
    let parser =
        |input: ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, projection);
    let list = word.list(parser, help)?.into_iter();
    Ok(list.map(|(name, ty, path)| ProjectionAttribute { word: word.name.clone(), name, ty, path }).collect())
}

fn projection(input: ParseStream<'_>) -> Result<(Ident, Type, LitStr)> {
    let name = input.call(Ident::parse_any)?;
    input.parse::<Token![:]>()?;
    let ty = input.parse()?;
    input.parse::<Token![=]>()?;
    let path: LitStr = input.parse()?;
    match path.value().starts_with('$') {
        true => Ok((name, ty, path)),
        false => Err(input.error("a path starts with `$`")),
    }
}

fn cascade(word: &Word) -> Result<bool> {
    match word.text()?.value().as_str() {
        "delete" => Ok(false),
        "delete orphans" => Ok(true),
        _ => Err(word.error("`cascade` is one of `\"delete\"`, `\"delete orphans\"`")),
    }
}

fn inverse(word: &Word) -> Result<Ident> {
    word.list(Ident::parse_any, "name the field of the other model that refers back: write `inverse(field)`")
}

fn through(word: &Word) -> Result<Through> {
    let help = "name the model of the link table: write `through(Model)`, or `through(Model, near, far)` with its \
                relations to this model and to the other";
    let parser = |input: ParseStream<'_>| {
        let model = input.parse()?;
        let mut ends = Vec::new();
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            ends.push(input.call(Ident::parse_any)?);
        }
        Ok((model, ends))
    };
    let (model, ends) = word.list(parser, help)?;
    match <[Ident; 2]>::try_from(ends) {
        Ok(ends) => Ok(Through { model, ends: Some(ends) }),
        Err(none) if none.is_empty() => Ok(Through { model, ends: None }),
        Err(_) => Err(word.error(help)),
    }
}

fn action(word: &Word) -> Result<Action> {
    let text = word.text()?;
    let action = ACTIONS.iter().find(|(name, _)| *name == text.value());
    let names = ACTIONS.map(|(name, _)| format!("`\"{name}\"`")).join(", ");
    let help = || word.error(format!("`{}` is one of {names}", word.name));
    Ok(action.ok_or_else(help)?.1)
}

fn parts(input: ParseStream<'_>) -> Result<Vec<Part>> {
    Ok(Punctuated::<Part, Token![,]>::parse_terminated(input)?.into_iter().collect())
}

/// A part of a list: `field`, `field.at("key")`, `"text"`, `name = "text"` or `sql = "text"`.
enum Part {
    Field(Place),
    Text(LitStr),
    Name(LitStr),
    Sql(LitStr),
}

impl Parse for Part {
    fn parse(input: ParseStream<'_>) -> Result<Part> {
        if input.peek(LitStr) {
            return input.parse().map(Part::Text);
        }
        let word = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Place::parse_after(word, input).map(Part::Field);
        }
        input.parse::<Token![=]>()?;
        match word.to_string().as_str() {
            "name" => input.parse().map(Part::Name),
            "sql" => input.parse().map(Part::Sql),
            _ => Err(syn::Error::new(word.span(), "unknown")),
        }
    }
}
