//! What a field's type must be for its attributes: asserted by the compiler, which knows types, at compile time.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

use crate::attr::{Action, Argument};
use crate::model::{Column, Field, Index, Model};
use crate::types::is_simple;

/// What a field's type must be for its attributes, told by the compiler that knows the type.
pub fn assertions(column: &Column) -> TokenStream {
    let Field { ty, attributes, .. } = &column.field;
    let column = quote!(<#ty as __onggi::Mapped>::COLUMN);
    let is = |word: &Ident, types: &[&str], message: &str| {
        let types = types.iter().map(|ty| Ident::new(ty, Span::call_site()));
        let is = quote!(::core::matches!(#column.ty, #(__onggi::sql::Type::#types { .. })|*));
        assertion(word, &is, message)
    };
    let length = attributes.length.as_ref().map(|Argument { word, .. }| {
        is(word, &["Text"], "`length` is for texts: remove it, or make the field a `String`")
    });
    let version = attributes.version.as_ref().map(|word| {
        let counts = quote!(::core::matches!(#column.ty, __onggi::sql::Type::Integer { bits: 32.., .. }));
        let message = "a version counts updates: make the field an integer of 32 bits or more, such as `i64`";
        assertion(word, &counts, message)
    });
    let default = attributes.default.as_ref().filter(|default| !default.value.types().is_empty());
    let default = default.map(|Argument { word, value }| {
        is(word, value.types(), "the default does not fit the type of the field: write one that does")
    });
    let actions = [&attributes.on_delete, &attributes.on_update].into_iter().flatten();
    let actions =
        actions.filter(|action| action.value == Action::SetNull).map(|Argument { word, .. }| {
            let message =
                "the column cannot be set to NULL: make the field an `Option`, or use another action";
            assertion(word, &quote!(#column.nullable), message)
        });
    let given = attributes.on_delete.as_ref().or(attributes.on_update.as_ref());
    let reference = given.filter(|_| attributes.references.is_none()).map(|Argument { word, .. }| {
        let message =
            format!("`{word}` needs a foreign key: make the field an `Id`, or add `references(...)`");
        assertion(word, &quote!(#column.reference.is_some()), &message)
    });
    quote!(#length #version #default #reference #(#actions)*)
}

/// What the fields of an index must be: pickles where parts of them are meant, and something else where they are not.
pub fn of_index(model: &Model, index: &Index) -> TokenStream {
    let pickled = |parts: bool| {
        let places = index.columns.iter().zip(&index.paths).filter(move |(_, path)| path.is_some() == parts);
        let types = places.map(|(&column, _)| &model.columns[column].field.ty);
        let unknown = types.filter(move |ty| parts || !is_simple(ty));
        unknown.map(|ty| quote!(<#ty as __onggi::Mapped>::PICKLED))
    };
    let parts: Vec<_> = pickled(true).collect();
    let parts = (!parts.is_empty()).then(|| {
        let message = "`at` looks into a pickle: make the field `Pickled`, or name the field alone";
        assertion(&index.word, &quote!(#(#parts)&&*), message)
    });
    let whole: Vec<_> = pickled(false).collect();
    let whole = (!whole.is_empty()).then(|| {
        let message = "equal pickles can have different bytes, and these have no order: name a part, as in \
                       `index(field.at(\"key\"))` above `struct`";
        assertion(&index.word, &quote!(!(#(#whole)||*)), message)
    });
    quote!(#parts #whole)
}

/// What a column repeats is a part of a pickle.
pub fn of_projection(model: &Model, column: &Column) -> Option<TokenStream> {
    let projection = column.projection.as_ref()?;
    let ty = &model.columns[projection.column].field.ty;
    let message = "`project` looks into a pickle: make the field `Pickled`, or write it above one that is";
    Some(assertion(&projection.word, &quote!(<#ty as __onggi::Mapped>::PICKLED), message))
}

fn assertion(word: &Ident, condition: &TokenStream, message: &str) -> TokenStream {
    let span = located(word.span());
    quote_spanned!(span=> const _: () = ::core::assert!(#condition, #message);)
}

/// A span for code of ours that is shown at a place of the user's.
fn located(span: Span) -> Span {
    Span::call_site().located_at(span)
}
