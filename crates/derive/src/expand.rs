//! From a model to the code that the compiler sees.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Expr, Ident, Type};

use crate::assertion::{assertions, of_index, of_projection};
use crate::descriptor::{positions, statics};
use crate::errors::Errors;
use crate::model::{Column, Field, Model, reference};
use crate::types::optional;
use crate::{relation, valid};

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
    let of_projections = model.columns.iter().map(|column| of_projection(model, column));
    let of_indexes = model.indexes.iter().map(|index| of_index(model, index));
    let (statics, relations) = (statics(model), relation::statics(model));
    let shared = columns_impls(model);
    let ident = &model.ident;
    let (associated, key, rows, attributes) = (associated(model), key(model), rows(model), attributes(model));
    let changed = changed(model);
    let (columns_ident, key_type) = (columns_ident(model), key_type(model));
    quote! {
        #columns
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        #[allow(deprecated, unused_mut, unused_qualifications, unused_variables)]
        const _: () = {
            use ::onggi::__private as __onggi;
            #statics
            #relations
            #(#assertions)*
            #(#of_projections)*
            #(#of_indexes)*
            #shared
            #[automatically_derived]
            impl __onggi::Model for #ident {
                #associated
                #key
                #rows
                #attributes
                #changed
            }
            __onggi::rows!(#ident, #columns_ident, #key_type);
        };
    }
}

/// As much as other code needs of a model with errors: without it, every use of the model would be one more error.
pub fn expand_stub(model: &Model) -> TokenStream {
    let (columns, ident, columns_ident) = (columns_struct(model), &model.ident, columns_ident(model));
    let shared = copies(model);
    let key = if model.key.is_empty() { quote!(i64) } else { key_type(model) };
    quote! {
        #columns
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction, unused_variables)]
        const _: () = {
            use ::onggi::__private as __onggi;
            #shared
            impl __onggi::Model for #ident {
                type Columns<__N: __onggi::Nullability> = #columns_ident<__N>;
                type Key = #key;
                fn table() -> &'static __onggi::sql::Table { ::core::unimplemented!() }
                fn columns<__N: __onggi::Nullability>(source: __onggi::Source) -> #columns_ident<__N> { ::core::unimplemented!() }
                fn key(&self) -> #key { ::core::unimplemented!() }
                fn has_key(&self, key: &#key) -> bool { ::core::unimplemented!() }
                fn hash_key<H: ::core::hash::Hasher>(&self, state: &mut H) {}
                fn read_key(reader: &__onggi::Reader<'_>) -> __onggi::Result<#key> { ::core::unimplemented!() }
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
    let fields = model.columns.iter().map(|column| {
        let (shown, ty) = (&column.shown, shown_type(column));
        let doc = format!("Column `{}`.", column.name);
        quote! { #[doc = #doc] pub #shown: ::onggi::Column<#ty> }
    });
    let collections = collections(model).map(|(field, target)| {
        let doc = format!("Along [`{}::{field}`].", model.ident);
        quote! { #[doc = #doc] pub #field: ::onggi::Collection<#target> }
    });
    quote! {
        #[doc = #doc]
        #[allow(dead_code, missing_debug_implementations, private_interfaces)]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        #vis struct #ident<__N: ::onggi::Nullability = ::onggi::Must> {
            #(#fields,)*
            #(#collections,)*
            __source: ::onggi::Source,
        }
    }
}

/// What queries see of a column: its field's type, or the key that a relation refers to.
///
/// Where its row may be missing, it is an `Option`, unless it is one anyway.
fn shown_type(column: &Column) -> TokenStream {
    let ty = &column.field.ty;
    let key = |model: &Type| quote_spanned!(model.span()=> <#model as ::onggi::Model>::Key);
    match (reference(ty), optional(ty)) {
        (Some((model, true)), _) => {
            let key = key(model);
            quote!(::core::option::Option<#key>)
        }
        (Some((model, false)), _) => {
            let key = key(model);
            quote!(__N::Of<#key>)
        }
        (None, Some(_)) => quote!(#ty),
        (None, None) => quote!(__N::Of<#ty>),
    }
}

/// Relations to many objects, which queries see as fields too.
fn collections(model: &Model) -> impl Iterator<Item = (&Ident, &Type)> {
    let many = model.relations.iter().filter(|relation| !relation.is_to_one());
    many.map(|relation| (&relation.ident, &relation.target))
}

/// What the struct of columns can do.
fn columns_impls(model: &Model) -> TokenStream {
    let (columns, copies) = (columns_ident(model), copies(model));
    let methods = relation::methods(model);
    let methods =
        (!methods.is_empty()).then(|| quote!(impl<__N: __onggi::Nullability> #columns<__N> { #methods }));
    quote! {
        #copies
        #methods
    }
}

fn copies(model: &Model) -> TokenStream {
    let (ident, columns) = (&model.ident, columns_ident(model));
    quote! {
        impl<__N: __onggi::Nullability> __onggi::EntityColumns for #columns<__N> {
            type Model = #ident;
            type Nullability = __N;
            fn source(self) -> __onggi::Source { self.__source }
        }
        impl<__N: __onggi::Nullability> ::core::clone::Clone for #columns<__N> {
            fn clone(&self) -> Self { *self }
        }
        impl<__N: __onggi::Nullability> ::core::marker::Copy for #columns<__N> {}
    }
}

fn columns_ident(model: &Model) -> Ident {
    format_ident!("{}Columns", model.ident)
}

fn associated(model: &Model) -> TokenStream {
    let (columns, key) = (columns_ident(model), key_type(model));
    let fields = model.columns.iter().enumerate().map(|(position, column)| {
        let (shown, position) = (&column.shown, Literal::usize_unsuffixed(position));
        quote!(#shown: __onggi::Column::new(source, #position))
    });
    let collections = model.relations.iter().enumerate().filter(|(_, relation)| !relation.is_to_one());
    let collections = collections.map(|(position, relation)| {
        let (ident, position) = (&relation.ident, Literal::usize_unsuffixed(position));
        quote!(#ident: __onggi::Collection::new(source, &__RELATIONS[#position]))
    });
    let relations = relation::associated(model);
    let scope = model.scope.as_ref().map(|function| {
        // Of a function that takes something else, the call tells in fewer words.
        let function = match function {
            Expr::Path(function) => quote_spanned!(function.span()=> |columns| #function(columns)),
            closure => quote!(#closure),
        };
        let call = quote_spanned!(function.span()=> __onggi::scope::<Self, _>(columns, #function));
        quote! {
            const SCOPE: ::core::option::Option<fn(Self::Columns<__onggi::Must>) -> __onggi::Condition> =
                ::core::option::Option::Some(|columns| #call);
        }
    });
    quote! {
        type Columns<__N: __onggi::Nullability> = #columns<__N>;
        type Key = #key;
        fn table() -> &'static __onggi::sql::Table { &__TABLE }
        fn columns<__N: __onggi::Nullability>(source: __onggi::Source) -> #columns<__N> {
            #columns { #(#fields,)* #(#collections,)* __source: source }
        }
        #relations
        #scope
    }
}

fn key_type(model: &Model) -> TokenStream {
    let types = model.key.iter().map(|&position| part_type(&model.columns[position]));
    match model.key.len() {
        1 => quote!(#(#types)*),
        _ => quote!((#(#types),*)),
    }
}

/// The type of a part of the key: its field's, or, of a relation, the key that it refers to.
fn part_type(column: &Column) -> TokenStream {
    let ty = &column.field.ty;
    match reference(ty) {
        Some((model, _)) => quote_spanned!(model.span()=> <#model as ::onggi::Model>::Key),
        None => quote!(#ty),
    }
}

fn key(model: &Model) -> TokenStream {
    let columns: Vec<&Column> = model.key.iter().map(|&position| &model.columns[position]).collect();
    let fields: Vec<&Ident> = columns.iter().map(|column| &column.field.ident).collect();
    let types: Vec<TokenStream> = columns.iter().map(|column| part_type(column)).collect();
    let is_reference: Vec<bool> =
        columns.iter().map(|column| reference(&column.field.ty).is_some()).collect();
    let refers = is_reference.contains(&true);
    let at: Vec<Literal> = positions(&model.key).collect();
    let own = |at: usize| {
        let field = fields[at];
        match is_reference[at] {
            true => quote!(__onggi::BelongsTo::key(&self.#field)?),
            false => quote!(::core::clone::Clone::clone(&self.#field)),
        }
    };
    let is = |at: usize| {
        let (field, part) = (fields[at], Literal::usize_unsuffixed(at));
        let part = if fields.len() == 1 { quote!(*key) } else { quote!(key.#part) };
        match is_reference[at] {
            true => quote!(__onggi::BelongsTo::key(&self.#field).is_some_and(|own| own == #part)),
            false => quote!(self.#field == #part),
        }
    };
    let hash = |at: usize| {
        let (field, ty) = (fields[at], &types[at]);
        match is_reference[at] {
            true => quote!(if let ::core::option::Option::Some(own) = __onggi::BelongsTo::key(&self.#field) {
                <#ty as ::core::hash::Hash>::hash(&own, state);
            }),
            false => quote!(<#ty as ::core::hash::Hash>::hash(&self.#field, state);),
        }
    };
    let parts = || 0..fields.len();
    let (owns, is, hashes) = (parts().map(own), parts().map(is), parts().map(hash));
    let (value, read_key) = match (&types[..], &at[..]) {
        ([ty], [at]) => (quote!(#(#owns)*), quote!(<#ty as __onggi::Mapped>::at(reader, #at))),
        _ => (
            quote!((#(#owns),*)),
            quote!(::core::result::Result::Ok((#(<#types as __onggi::Mapped>::at(reader, #at)?),*))),
        ),
    };
    let (ty, name) = (key_type(model), model.ident.to_string());
    let key = match refers {
        true => quote! {
            fn key(&self) -> #ty { __onggi::known_key(#name, __onggi::Model::known_key(self)) }
            fn known_key(&self) -> ::core::option::Option<#ty> { ::core::option::Option::Some(#value) }
        },
        false => quote!(fn key(&self) -> #ty { #value }),
    };
    quote! {
        #key
        fn has_key(&self, key: &#ty) -> bool { #(#is)&&* }
        fn hash_key<H: ::core::hash::Hasher>(&self, state: &mut H) { #(#hashes)* }
        fn read_key(reader: &__onggi::Reader<'_>) -> __onggi::Result<#ty> { #read_key }
    }
}

fn rows(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let columns = model.fields().map(|(_, column)| {
        let Field { ident, ty, .. } = &column.field;
        quote!(#ident: <#ty as __onggi::Mapped>::next(reader)?)
    });
    let skipped = model
        .skipped
        .iter()
        .map(|Field { ident, ty, .. }| quote!(#ident: <#ty as ::core::default::Default>::default()));
    let separate = model.relations.iter().filter(|relation| relation.separate);
    let separate = separate.map(|relation| {
        let (ident, ty) = (&relation.ident, &relation.ty);
        quote!(#ident: <#ty as ::core::default::Default>::default())
    });
    let fields = columns.chain(skipped).chain(separate);
    let read = match model.relations.iter().any(relation::Relation::is_over_fields) {
        true => quote! {
            let mut object = #ident { #(#fields),* };
            __onggi::hold_keys(&mut object);
            ::core::result::Result::Ok(object)
        },
        false => quote!(::core::result::Result::Ok(#ident { #(#fields),* })),
    };
    quote! {
        fn read(reader: &mut __onggi::Reader<'_>) -> __onggi::Result<Self> { #read }
    }
}

fn attributes(model: &Model) -> TokenStream {
    let columns = || model.fields().map(|(_, column)| &column.field);
    let (fields, types) = (columns().map(|field| &field.ident), columns().map(|field| &field.ty));
    let (fields_mut, types_mut) = (fields.clone(), types.clone());
    let position: Vec<Literal> = model.fields().map(|(at, _)| Literal::usize_unsuffixed(at)).collect();
    quote! {
        fn attribute(&self, column: usize) -> &dyn __onggi::Attribute {
            match column {
                #(#position => <#types as __onggi::Mapped>::attribute(&self.#fields),)*
                _ => __onggi::no_column(column),
            }
        }
        fn attribute_mut(&mut self, column: usize) -> &mut dyn __onggi::Attribute {
            match column {
                #(#position => <#types_mut as __onggi::Mapped>::attribute_mut(&mut self.#fields_mut),)*
                _ => __onggi::no_column(column),
            }
        }
    }
}

/// Keys are compared too: a changed one is refused when it is flushed.
fn changed(model: &Model) -> TokenStream {
    let comparisons = model.fields().map(|(position, column)| {
        let Field { ident, ty, .. } = &column.field;
        // What repeats a part of the field is written with it.
        let repeats = |column: &Column| column.projection.as_ref().is_some_and(|from| from.column == position);
        let repeated = model.columns.iter().enumerate().filter(|(_, column)| repeats(column));
        let written = [position].into_iter().chain(repeated.map(|(at, _)| at)).map(Literal::usize_unsuffixed);
        quote! {
            if <#ty as __onggi::Mapped>::differs(&self.#ident, &original.#ident) { #(changed.insert(#written);)* }
        }
    });
    quote! {
        fn changed(&self, original: &Self) -> __onggi::ColumnSet {
            let mut changed = __onggi::ColumnSet::new();
            #(#comparisons)*
            changed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn five_fields_expand_to_at_most_150_lines() -> syn::Result<()> {
        let expanded = derive(&parse_quote! {
            #[model(table = "users", index(name, age))]
            pub struct User {
                id: Id<User>,
                name: String,
                #[model(unique, length = 80)]
                email: String,
                age: i64,
                data: Pickled<Profile>,
            }
        });
        let formatted = prettyplease::unparse(&syn::parse2(expanded)?);
        println!("{formatted}");
        assert!(formatted.lines().count() <= 150, "{} lines:\n{formatted}", formatted.lines().count());
        Ok(())
    }
}
