//! `#[derive(FromRow)]`: a struct that rows become, by the names of its fields.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Fields, Ident, Type};

use crate::errors::Errors;

/// Expands `#[derive(FromRow)]`, or says what is wrong.
pub fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, "a row has no parameters: write one struct for each selection");
    }
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields.named.iter().collect(),
            Fields::Unnamed(_) | Fields::Unit => Vec::new(),
        },
        Data::Enum(_) | Data::Union(_) => Vec::new(),
    };
    if fields.is_empty() {
        errors.at(
            &input.ident,
            "a row is a struct whose fields have names: `struct Total { city: String, people: i64 }`",
        );
    }
    let fields: Vec<(&Ident, &Type)> =
        fields.into_iter().filter_map(|field| Some((field.ident.as_ref()?, &field.ty))).collect();
    match errors.is_empty() {
        true => expand(input, &fields),
        false => quote!(#errors),
    }
}

fn expand(input: &DeriveInput, fields: &[(&Ident, &Type)]) -> TokenStream {
    let columns = columns(input, fields);
    let (selection, from_row) = (selection(&input.ident, fields), from_row(&input.ident, fields));
    quote! {
        #columns
        #[allow(non_camel_case_types, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        #[allow(unused_qualifications)]
        const _: () = {
            use ::onggi::__private as __onggi;
            #selection
            #from_row
        };
    }
}

/// The struct that is selected: generic in what is selected for each field.
fn columns(input: &DeriveInput, fields: &[(&Ident, &Type)]) -> TokenStream {
    let (ident, vis, columns) = (&input.ident, &input.vis, columns_ident(&input.ident));
    let (names, types, parts) = of(fields);
    let doc = format!("What a query selects for the fields of [`{ident}`].");
    // What is wrong with a selection is told at the struct's name, and says nothing of a macro.
    quote_spanned! {ident.span()=>
        #[doc = #doc]
        #[derive(Clone, Copy)]
        #[allow(non_camel_case_types, missing_debug_implementations, private_interfaces, private_bounds)]
        #[allow(unused_qualifications)]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        #vis struct #columns<#(#parts: ::onggi::SelectionOf<#types>),*> {
            #(
                #[doc = "Selected for the field of this name."]
                pub #names: #parts,
            )*
        }
    }
}

/// How it is selected and read.
fn selection(ident: &Ident, fields: &[(&Ident, &Type)]) -> TokenStream {
    let columns = columns_ident(ident);
    let (names, types, parts) = of(fields);
    let texts = texts(&names);
    quote_spanned! {ident.span()=>
        impl<#(#parts: __onggi::SelectionOf<#types>),*> __onggi::Selection for #columns<#(#parts),*> {
            type Item<__K: __onggi::Keep> = #ident;
            type Row = #ident;
            type Outputs = #columns<#(#parts::Outputs),*>;
            type Optional = __onggi::MaybeRow<#columns<#(#parts),*>>;
            const PICKLED: bool = false #(|| <#parts as __onggi::Selection>::PICKLED)*;
            fn outputs(source: u64, next: &mut usize) -> Self::Outputs {
                #columns { #(#names: <#parts as __onggi::Selection>::outputs(source, next)),* }
            }
            fn optional(source: u64, next: &mut usize) -> Self::Optional {
                __onggi::MaybeRow::new(source, next)
            }
            fn columns(&self, to: &mut __onggi::Columns) {
                #(__onggi::Selection::columns(&self.#names, to);)*
            }
            fn fields(&self, to: &mut __onggi::MapFields) {
                #(to.named(#texts, |to| __onggi::Selection::fields(&self.#names, to));)*
            }
            fn read<__K: __onggi::Keep>(
                reader: &mut __onggi::Reader<'_>,
                _keep: &mut __K,
            ) -> __onggi::Result<#ident> {
                ::core::result::Result::Ok(#ident {
                    #(#names: <#parts as __onggi::Selection>::read(reader, &mut __onggi::Plain)?),*
                })
            }
        }
    }
}

/// How rows of SQL as text are read.
fn from_row(ident: &Ident, fields: &[(&Ident, &Type)]) -> TokenStream {
    let (names, types, _) = of(fields);
    let texts = texts(&names);
    let places = (0..fields.len()).map(Literal::usize_unsuffixed);
    quote! {
        impl<__K: __onggi::Keep> __onggi::FromRow<__K> for #ident {
            type Places = ::std::vec::Vec<usize>;
            fn places(columns: &[::std::string::String]) -> __onggi::Result<::std::vec::Vec<usize>> {
                __onggi::by_name(columns, &[#(#texts),*])
            }
            fn read(
                reader: &mut __onggi::Reader<'_>,
                places: &::std::vec::Vec<usize>,
                _keep: &mut __K,
            ) -> __onggi::Result<#ident> {
                ::core::result::Result::Ok(#ident {
                    #(#names: <#types as __onggi::Mapped>::at(reader, places[#places])?),*
                })
            }
        }
    }
}

/// The names of fields as texts.
fn texts(names: &[&Ident]) -> Vec<String> {
    names.iter().map(|name| name.unraw().to_string()).collect()
}

fn columns_ident(ident: &Ident) -> Ident {
    format_ident!("{ident}Columns")
}

/// Names and types of fields, and the parameters for what is selected for them.
fn of<'a>(fields: &[(&'a Ident, &'a Type)]) -> (Vec<&'a Ident>, Vec<&'a Type>, Vec<Ident>) {
    let (names, types) = fields.iter().copied().unzip();
    (names, types, (0..fields.len()).map(|at| format_ident!("__{at}")).collect())
}
