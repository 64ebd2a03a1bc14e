//! From a model to the code that the compiler sees.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Ident, LitStr};

use crate::attr::{Action, Argument, CheckAttribute};
use crate::constant::Constant;
use crate::errors::Errors;
use crate::model::{Column, Field, Index, Model};
use crate::valid;

/// Expands `#[derive(Model)]`, or says everything that is wrong.
pub fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let Some(model) = Model::parse(input, &mut errors) else { return quote!(#errors) };
    valid::check(&model, &mut errors);
    match errors.is_empty() {
        true => expand(&model),
        false => {
            let stub = expand_stub(&model);
            quote!(#errors #stub)
        }
    }
}

/// The struct of columns and the implementation of `Model`.
pub fn expand(model: &Model) -> TokenStream {
    let columns = columns_struct(model);
    let assertions = model.columns.iter().map(assertions);
    let statics = statics(model);
    let ident = &model.ident;
    let (associated, key, rows, attributes) = (associated(model), key(model), rows(model), attributes(model));
    let changed = changed(model);
    quote! {
        #columns
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        #[allow(deprecated, unused_mut, unused_qualifications, unused_variables)]
        const _: () = {
            use ::onggi::__private as __onggi;
            #statics
            #(#assertions)*
            #[automatically_derived]
            impl __onggi::Model for #ident {
                #associated
                #key
                #rows
                #attributes
                #changed
            }
        };
    }
}

/// As much as other code needs of a model with errors: without it, every use of the model would be one more error.
pub fn expand_stub(model: &Model) -> TokenStream {
    let (columns, ident, columns_ident) = (columns_struct(model), &model.ident, columns_ident(model));
    let key = if model.key.is_empty() { quote!(i64) } else { key_type(model) };
    quote! {
        #columns
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction, unused_variables)]
        const _: () = {
            use ::onggi::__private as __onggi;
            impl __onggi::Model for #ident {
                type Columns = #columns_ident;
                type Key = #key;
                fn table() -> &'static __onggi::sql::Table { ::core::unimplemented!() }
                fn columns() -> #columns_ident { ::core::unimplemented!() }
                fn key(&self) -> Self::Key { ::core::unimplemented!() }
                fn has_key(&self, key: &Self::Key) -> bool { ::core::unimplemented!() }
                fn hash_key<H: ::core::hash::Hasher>(&self, state: &mut H) {}
                fn read_key(reader: &__onggi::Reader<'_>) -> __onggi::Result<Self::Key> { ::core::unimplemented!() }
                fn read(reader: &mut __onggi::Reader<'_>) -> __onggi::Result<Self> { ::core::unimplemented!() }
                fn attribute(&self, column: usize) -> &dyn __onggi::Attribute { ::core::unimplemented!() }
                fn attribute_mut(&mut self, column: usize) -> &mut dyn __onggi::Attribute { ::core::unimplemented!() }
                fn changed(&self, original: &Self) -> __onggi::ColumnSet { ::core::unimplemented!() }
            }
        };
    }
}

/// The struct that closures of queries see.
fn columns_struct(model: &Model) -> TokenStream {
    let (vis, ident) = (&model.vis, columns_ident(model));
    let doc = format!("The columns of [`{}`].", model.ident);
    let fields = model.columns.iter().map(|Column { field: Field { ident, ty, .. }, name, .. }| {
        let doc = format!("Column `{name}`.");
        quote! { #[doc = #doc] pub #ident: ::onggi::Column<#ty> }
    });
    quote! {
        #[doc = #doc]
        #[allow(dead_code, missing_debug_implementations, private_interfaces, clippy::pedantic, clippy::restriction)]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        #vis struct #ident { #(#fields),* }
    }
}

fn columns_ident(model: &Model) -> Ident {
    format_ident!("{}Columns", model.ident)
}

/// The table and its columns.
fn statics(model: &Model) -> TokenStream {
    let length = Literal::usize_unsuffixed(model.columns.len());
    let columns = model.columns.iter().map(column);
    let (table, key) = (&model.table, positions(&model.key));
    let indexes = (!model.indexes.is_empty()).then(|| {
        let indexes = model.indexes.iter().map(index);
        quote!(.with_indexes(&[#(#indexes),*]))
    });
    let checks: Vec<TokenStream> = model.all_checks().map(check).collect();
    let checks = (!checks.is_empty()).then(|| quote!(.with_checks(&[#(#checks),*])));
    let version = model.version().map(Literal::usize_unsuffixed).map(|at| quote!(.with_version(#at)));
    quote! {
        static __COLUMNS: [__onggi::sql::Column; #length] = [#(#columns),*];
        static __TABLE: __onggi::sql::Table =
            __onggi::sql::Table::new(#table, &__COLUMNS, &[#(#key),*]) #indexes #checks #version;
    }
}

fn column(column: &Column) -> TokenStream {
    let (name, Field { ty, attributes, .. }) = (&column.name, &column.field);
    let new = match column.generated {
        true => quote!(__onggi::sql::Column::new(#name, <#ty as __onggi::Field>::TYPE).generated()),
        false => quote!(__onggi::column::<#ty>(#name)),
    };
    let length = attributes.length.as_ref().map(|length| {
        let length = Literal::u32_unsuffixed(length.value);
        quote!(.with_length(#length))
    });
    let default = attributes.default.as_ref().map(|default| {
        let constant = &default.value;
        quote!(.with_default(__onggi::sql::Constant::#constant))
    });
    let reference = reference(&column.field).map(|reference| quote!(.with_reference(#reference)));
    quote!(#new #length #default #reference)
}

/// The foreign key, if it is not simply that of the field's type.
fn reference(field: &Field) -> Option<TokenStream> {
    let Field { ty, attributes, .. } = field;
    let action =
        |action: &Option<Argument<Action>>| action.as_ref().map_or(Action::Nothing, |given| given.value);
    let (on_delete, on_update) = (action(&attributes.on_delete), action(&attributes.on_update));
    let given = attributes.on_delete.as_ref().or(attributes.on_update.as_ref());
    let reference = match (&attributes.references, given) {
        (None, None) => return None,
        (Some(Argument { value: model, .. }), _) => quote!(__onggi::reference::<#model>()),
        (None, Some(Argument { word, .. })) => {
            let message =
                format!("`{word}` needs a foreign key: make the field an `Id`, or add `references(...)`");
            let span = located(word.span());
            let table = quote_spanned!(span=> <#ty as __onggi::Field>::REFERENCE.expect(#message));
            quote!(__onggi::sql::Reference::to(#table))
        }
    };
    let actions = given
        .map(|_| quote!(.with_actions(__onggi::sql::Action::#on_delete, __onggi::sql::Action::#on_update)));
    Some(quote!(::core::option::Option::Some(#reference #actions)))
}

fn index(index: &Index) -> TokenStream {
    let (name, columns, unique) = (option(index.name.as_ref()), positions(&index.columns), index.unique);
    quote!(__onggi::sql::Index { name: #name, columns: &[#(#columns),*], unique: #unique })
}

fn check(check: &CheckAttribute) -> TokenStream {
    let (name, condition) = (option(check.name.as_ref()), &check.condition);
    quote!(__onggi::sql::Check { name: #name, condition: #condition })
}

fn option(text: Option<&LitStr>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

fn positions(positions: &[usize]) -> impl Iterator<Item = Literal> {
    positions.iter().copied().map(Literal::usize_unsuffixed)
}

/// What a field's type must be for its attributes, told by the compiler that knows the type.
fn assertions(column: &Column) -> TokenStream {
    let Field { ty, attributes, .. } = &column.field;
    let ty = quote!(<#ty as __onggi::Field>);
    let is = |word: &Ident, types: &[&str], message: &str| {
        let types = types.iter().map(|ty| Ident::new(ty, Span::call_site()));
        let is = quote!(::core::matches!(#ty::TYPE, #(__onggi::sql::Type::#types { .. })|*));
        assertion(word, &is, message)
    };
    let length = attributes.length.as_ref().map(|Argument { word, .. }| {
        is(word, &["Text"], "`length` is for texts: remove it, or make the field a `String`")
    });
    let version = attributes
        .version
        .as_ref()
        .map(|word| is(word, &["Integer"], "a version is counted: make the field an integer such as `i64`"));
    let default = attributes.default.as_ref().filter(|default| !default.value.types().is_empty());
    let default = default.map(|Argument { word, value }| {
        is(word, value.types(), "the default does not fit the type of the field: write one that does")
    });
    let actions = [&attributes.on_delete, &attributes.on_update].into_iter().flatten();
    let actions =
        actions.filter(|action| action.value == Action::SetNull).map(|Argument { word, .. }| {
            let message =
                "the column cannot be set to NULL: make the field an `Option`, or use another action";
            assertion(word, &quote!(#ty::NULLABLE), message)
        });
    quote!(#length #version #default #(#actions)*)
}

fn assertion(word: &Ident, condition: &TokenStream, message: &str) -> TokenStream {
    let span = located(word.span());
    quote_spanned!(span=> const _: () = ::core::assert!(#condition, #message);)
}

fn associated(model: &Model) -> TokenStream {
    let (columns, key) = (columns_ident(model), key_type(model));
    let fields = model.columns.iter().enumerate().map(|(position, column)| {
        let (ident, position) = (&column.field.ident, Literal::usize_unsuffixed(position));
        quote!(#ident: __onggi::Column::new(&__TABLE, #position))
    });
    quote! {
        type Columns = #columns;
        type Key = #key;
        fn table() -> &'static __onggi::sql::Table { &__TABLE }
        fn columns() -> #columns { #columns { #(#fields),* } }
    }
}

fn key_type(model: &Model) -> TokenStream {
    let types = model.key.iter().map(|&position| &model.columns[position].field.ty);
    match model.key.len() {
        1 => quote!(#(#types)*),
        _ => quote!((#(#types),*)),
    }
}

fn key(model: &Model) -> TokenStream {
    let fields: Vec<&Ident> =
        model.key.iter().map(|&position| &model.columns[position].field.ident).collect();
    let at: Vec<Literal> = positions(&model.key).collect();
    let parts = (0..fields.len()).map(Literal::usize_unsuffixed);
    let clone = |field: &Ident| quote!(::core::clone::Clone::clone(&self.#field));
    let clones = fields.iter().map(|field| clone(field));
    let (key, has_key, read_key) = match (&fields[..], &at[..]) {
        ([field], [at]) => (clone(field), quote!(self.#field == *key), quote!(reader.at(#at))),
        _ => (
            quote!((#(#clones),*)),
            quote!(#(self.#fields == key.#parts)&&*),
            quote!(::core::result::Result::Ok((#(reader.at(#at)?),*))),
        ),
    };
    quote! {
        fn key(&self) -> Self::Key { #key }
        fn has_key(&self, key: &Self::Key) -> bool { #has_key }
        fn hash_key<H: ::core::hash::Hasher>(&self, state: &mut H) {
            #(::core::hash::Hash::hash(&self.#fields, state);)*
        }
        fn read_key(reader: &__onggi::Reader<'_>) -> __onggi::Result<Self::Key> { #read_key }
    }
}

fn rows(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let columns = model.columns.iter().map(|column| {
        let Field { ident, ty, .. } = &column.field;
        quote!(#ident: reader.next::<#ty>()?)
    });
    let skipped = model
        .skipped
        .iter()
        .map(|Field { ident, ty, .. }| quote!(#ident: <#ty as ::core::default::Default>::default()));
    let fields = columns.chain(skipped);
    quote! {
        fn read(reader: &mut __onggi::Reader<'_>) -> __onggi::Result<Self> {
            ::core::result::Result::Ok(#ident { #(#fields),* })
        }
    }
}

fn attributes(model: &Model) -> TokenStream {
    let arms = |reference: TokenStream| {
        let arm = move |(position, column): (usize, &Column)| {
            let (field, position) = (field_at_type(column), Literal::usize_unsuffixed(position));
            quote!(#position => #reference self.#field)
        };
        model.columns.iter().enumerate().map(arm).collect::<Vec<_>>()
    };
    let (shared, mutable) = (arms(quote!(&)), arms(quote!(&mut)));
    quote! {
        fn attribute(&self, column: usize) -> &dyn __onggi::Attribute {
            match column { #(#shared,)* _ => __onggi::no_column(column) }
        }
        fn attribute_mut(&mut self, column: usize) -> &mut dyn __onggi::Attribute {
            match column { #(#mutable,)* _ => __onggi::no_column(column) }
        }
    }
}

/// Keys are compared too: a changed one is refused when it is flushed.
fn changed(model: &Model) -> TokenStream {
    let comparisons = model.columns.iter().enumerate().map(|(position, column)| {
        let (field, position) = (field_at_type(column), Literal::usize_unsuffixed(position));
        quote!(if self.#field != original.#field { changed.insert(#position); })
    });
    quote! {
        fn changed(&self, original: &Self) -> __onggi::ColumnSet {
            let mut changed = __onggi::ColumnSet::new();
            #(#comparisons)*
            changed
        }
    }
}

/// The field's name, located at its type: where errors about the type belong.
fn field_at_type(column: &Column) -> Ident {
    let mut ident = column.field.ident.clone();
    ident.set_span(ident.span().located_at(column.field.ty.span()));
    ident
}

/// A span for code of ours that is shown at a place of the user's.
fn located(span: Span) -> Span {
    Span::call_site().located_at(span)
}

impl ToTokens for Constant {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Constant::Boolean(value) => quote!(Boolean(#value)),
            Constant::Integer(value) => quote!(Integer(#value)),
            Constant::Real(value) => quote!(Real(#value)),
            Constant::Text(value) => quote!(Text(#value)),
            Constant::Sql(value) => quote!(Sql(#value)),
        });
    }
}

impl ToTokens for Action {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Action::Nothing => quote!(NoAction),
            Action::Restrict => quote!(Restrict),
            Action::Cascade => quote!(Cascade),
            Action::SetNull => quote!(SetNull),
            Action::SetDefault => quote!(SetDefault),
        });
    }
}
