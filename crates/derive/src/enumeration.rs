//! `#[derive(Field)]`: an enum as a column of texts.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Fields, Ident, Result};

use crate::case::Case;
use crate::errors::Errors;
use crate::word::{Word, unknown, words};

/// Expands `#[derive(Field)]`, or says everything that is wrong.
pub fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let variants = variants(input, &mut errors);
    match errors.is_empty() {
        true => expand(&input.ident, &variants),
        false => quote!(#errors),
    }
}

/// A variant and the text that stands for it.
struct Variant {
    ident: Ident,
    text: String,
}

fn variants(input: &DeriveInput, errors: &mut Errors) -> Vec<Variant> {
    let case = case(input, errors);
    let mut variants: Vec<Variant> = Vec::new();
    for variant in parsed_variants(input, errors) {
        let variant = Variant::parse(variant, case, errors);
        match variants.iter().find(|other| other.text == variant.text) {
            Some(other) => {
                let message =
                    format!("`{}` is stored as \"{}\" already: rename one", other.ident, other.text);
                errors.at(&variant.ident, message);
            }
            None => variants.push(variant),
        }
    }
    variants
}

fn parsed_variants<'a>(
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> impl Iterator<Item = &'a syn::Variant> + use<'a> {
    let variants = match &input.data {
        Data::Enum(data) => Some(&data.variants),
        Data::Struct(_) | Data::Union(_) => None,
    };
    match variants {
        None => errors.at(&input.ident, "only an enum has this derive: write `impl Field` for other types"),
        Some(variants) if variants.is_empty() => {
            errors.at(&input.ident, "an enum without variants has no value")
        }
        Some(_) => {}
    }
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, "an enum that is a column has no parameters: remove them");
    }
    variants.into_iter().flatten()
}

impl Variant {
    fn parse(variant: &syn::Variant, case: Option<Case>, errors: &mut Errors) -> Variant {
        if !matches!(variant.fields, Fields::Unit) {
            let message =
                "a variant is stored as its name and holds no data; write `impl Field` to store both";
            errors.at(&variant.fields, message);
        }
        let mut text = variant.ident.unraw().to_string();
        if let Some(case) = case {
            text = case.apply(&text);
        }
        for word in words(&variant.attrs, &[], errors) {
            text = errors.ok(rename(&word)).unwrap_or(text);
        }
        Variant { ident: variant.ident.clone(), text }
    }
}

fn rename(word: &Word) -> Result<String> {
    match word.name.to_string().as_str() {
        "rename" => Ok(word.text()?.value()),
        "rename_all" => {
            Err(word.error("`rename_all` belongs above `enum`; a variant takes `rename = \"...\"`"))
        }
        name => Err(word.error(unknown(name, "a variant", &["rename"]))),
    }
}

fn case(input: &DeriveInput, errors: &mut Errors) -> Option<Case> {
    let words = words(&input.attrs, &[], errors);
    let cases: Vec<Case> = words.iter().filter_map(|word| errors.ok(rename_all(word))).collect();
    cases.first().copied()
}

fn rename_all(word: &Word) -> Result<Case> {
    match word.name.to_string().as_str() {
        "rename_all" => word.case(),
        "rename" => Err(word.error("`rename` belongs above a variant; an enum takes `rename_all = \"...\"`")),
        name => Err(word.error(unknown(name, "an enum", &["rename_all"]))),
    }
}

fn expand(ident: &Ident, variants: &[Variant]) -> TokenStream {
    let idents: Vec<&Ident> = variants.iter().map(|variant| &variant.ident).collect();
    let texts: Vec<&str> = variants.iter().map(|variant| variant.text.as_str()).collect();
    let expected = format!("expected one of \"{}\", found ", texts.join("\", \""));
    quote! {
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        #[allow(deprecated, unused_qualifications)]
        const _: () = {
            use ::onggi::__private as __onggi;
            #[automatically_derived]
            impl __onggi::Field for #ident {
                type Base = Self;
                const TYPE: __onggi::Type = __onggi::Type::Text;
                fn bind(&self, to: &mut dyn __onggi::Bind) -> __onggi::Result<()> {
                    let text = match self { #(#ident::#idents => #texts),* };
                    ::core::result::Result::Ok(to.bind(__onggi::ValueRef::Text(text))?)
                }
                fn read(value: __onggi::ValueRef<'_>) -> __onggi::Result<Self> {
                    let found = match value {
                        #(__onggi::ValueRef::Text(#texts) => return ::core::result::Result::Ok(#ident::#idents),)*
                        __onggi::ValueRef::Text(other) => ::std::format!("{other:?}"),
                        other => ::std::string::ToString::to_string(other.kind()),
                    };
                    ::core::result::Result::Err(__onggi::Error::value(::std::format!("{}{found}", #expected)))
                }
            }
            #[automatically_derived]
            impl __onggi::Element for #ident {}
        };
    }
}
