//! The static that describes a model's table.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::LitStr;

use crate::attr::{Action, Argument, CheckAttribute};
use crate::constant::Constant;
use crate::model::{Column, Field, Index, Model, Projection};

/// The table and its columns.
pub fn statics(model: &Model) -> TokenStream {
    let length = Literal::usize_unsuffixed(model.columns.len());
    let columns = model.columns.iter().map(column);
    let (table, key) = (&model.table, positions(&model.key));
    let (computed, plain): (Vec<_>, Vec<_>) = model.indexes.iter().partition(|index| index.is_computed());
    let indexes = (!plain.is_empty()).then(|| {
        let indexes = plain.into_iter().map(index);
        quote!(.with_indexes(&[#(#indexes),*]))
    });
    let computed = (!computed.is_empty()).then(|| {
        let indexes = computed.into_iter().map(computed_index);
        quote!(.with_computed_indexes(&[#(#indexes),*]))
    });
    let checks: Vec<TokenStream> = model.all_checks().map(check).collect();
    let checks = (!checks.is_empty()).then(|| quote!(.with_checks(&[#(#checks),*])));
    let version = model.version().map(Literal::usize_unsuffixed).map(|at| quote!(.with_version(#at)));
    let links = crate::relation::links(model);
    quote! {
        static __COLUMNS: [__onggi::sql::Column; #length] = [#(#columns),*];
        static __TABLE: __onggi::sql::Table =
            __onggi::sql::Table::new(#table, &__COLUMNS, &[#(#key),*]) #indexes #computed #checks #version #links;
    }
}

fn column(column: &Column) -> TokenStream {
    let (name, Field { ty, attributes, .. }) = (&column.name, &column.field);
    let new = match column.generated {
        true => {
            quote!(__onggi::column(#name, <#ty as __onggi::Mapped>::COLUMN).with_reference(::core::option::Option::None).generated())
        }
        false => quote!(__onggi::column(#name, <#ty as __onggi::Mapped>::COLUMN)),
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
    let projection = column.projection.as_ref().map(|Projection { column, path, .. }| {
        let column = Literal::usize_unsuffixed(*column);
        quote!(.with_projection(#column, #path))
    });
    quote!(#new #length #default #reference #projection)
}

/// The foreign key, if it is not simply that of the field's type.
fn reference(field: &Field) -> Option<TokenStream> {
    let Field { ty, attributes, .. } = field;
    let action =
        |action: &Option<Argument<Action>>| action.as_ref().map_or(Action::Nothing, |given| given.value);
    let (on_delete, on_update) = (action(&attributes.on_delete), action(&attributes.on_update));
    let given = attributes.on_delete.as_ref().or(attributes.on_update.as_ref());
    let actions = given
        .map(|_| quote!(.with_actions(__onggi::sql::Action::#on_delete, __onggi::sql::Action::#on_update)));
    Some(match (&attributes.references, given) {
        (None, None) => return None,
        (Some(Argument { value: model, .. }), _) => quote! {
            ::core::option::Option::Some(
                __onggi::sql::Reference::to(<#model as __onggi::Model>::table) #actions
            )
        },
        // Whether the type is a foreign key at all is an assertion's business.
        (None, Some(_)) => quote! {
            match <#ty as __onggi::Mapped>::COLUMN.reference {
                ::core::option::Option::Some(reference) => ::core::option::Option::Some(reference #actions),
                none => none,
            }
        },
    })
}

fn index(index: &Index) -> TokenStream {
    let (name, columns, unique) = (option(index.name.as_ref()), positions(&index.columns), index.unique);
    quote!(__onggi::sql::Index { name: #name, columns: &[#(#columns),*], unique: #unique })
}

fn computed_index(index: &Index) -> TokenStream {
    let (name, unique) = (option(index.name.as_ref()), index.unique);
    let parts = positions(&index.columns).zip(&index.paths).map(|(column, path)| match path {
        None => quote!(__onggi::sql::IndexPart::Column(#column)),
        Some(path) => quote! {
            __onggi::sql::IndexPart::Call { function: &__onggi::PICKLE_GET, column: #column, argument: #path }
        },
    });
    quote!(__onggi::sql::ComputedIndex { name: #name, parts: &[#(#parts),*], unique: #unique })
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

/// Positions as literals.
pub fn positions(positions: &[usize]) -> impl Iterator<Item = Literal> {
    positions.iter().copied().map(Literal::usize_unsuffixed)
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
