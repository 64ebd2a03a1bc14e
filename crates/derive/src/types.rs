//! What can be told of a field's type by its looks. Types can have other names, so what must be certain is asserted
//! in the expansion instead.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Ident, PathArguments, PathSegment, Result, Type};

/// The type with `Self` replaced by the struct's name, so that it means the same outside of the struct.
pub fn without_self(ty: &Type, name: &Ident) -> Result<Type> {
    syn::parse2(replace_self(ty.to_token_stream(), name))
}

fn replace_self(tokens: TokenStream, name: &Ident) -> TokenStream {
    let replace = |token| match token {
        TokenTree::Ident(ident) if ident == "Self" => {
            let mut name = name.clone();
            name.set_span(ident.span());
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut replaced = Group::new(group.delimiter(), replace_self(group.stream(), name));
            replaced.set_span(group.span());
            TokenTree::Group(replaced)
        }
        other => other,
    };
    tokens.into_iter().map(replace).collect()
}

/// The type in an `Option`.
pub fn optional(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty)?;
    if segment.ident == "Option" { argument(segment) } else { None }
}

/// The model in an `Id`.
pub fn identified(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty)?;
    if segment.ident == "Id" { argument(segment) } else { None }
}

/// The model in `BelongsTo`, `HasMany` or another relation, and the relation's name.
pub fn related(ty: &Type) -> Option<(&Ident, &Type)> {
    let segment = last_segment(ty)?;
    let is_relation =
        ["BelongsTo", "HasOne", "HasMany", "ManyToMany"].iter().any(|name| segment.ident == name);
    if is_relation { Some((&segment.ident, argument(segment)?)) } else { None }
}

/// Whether the type is an `Id` of the model of this name.
pub fn is_id_of(ty: &Type, name: &Ident) -> bool {
    identified(ty).is_some_and(|model| is_named(model, name))
}

/// Whether the type is the model of this name.
pub fn is_named(ty: &Type, name: &Ident) -> bool {
    last_segment(ty).is_some_and(|model| model.ident == *name)
}

/// Whether the type is a floating-point number.
pub fn is_float(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "f32" || segment.ident == "f64")
}

/// Whether the type is certainly a text, a number, a truth or a key, optional or not.
pub fn is_simple(ty: &Type) -> bool {
    const SIMPLE: [&str; 13] =
        ["String", "bool", "Id", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64"];
    let segment = last_segment(optional(ty).unwrap_or(ty));
    segment.is_some_and(|segment| SIMPLE.iter().any(|simple| segment.ident == simple))
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// The only generic argument.
fn argument(segment: &PathSegment) -> Option<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(list) if list.args.len() == 1 => match list.args.first() {
            Some(GenericArgument::Type(ty)) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn ids_are_recognised_by_their_last_segment() {
        let user: Ident = parse_quote!(User);
        for own in [parse_quote!(Id<User>), parse_quote!(onggi::Id<crate::User>), parse_quote!((Id<User>))] {
            assert!(is_id_of(&own, &user));
        }
        for other in
            [parse_quote!(Id<Post>), parse_quote!(Option<Id<User>>), parse_quote!(Id), parse_quote!(i64)]
        {
            assert!(!is_id_of(&other, &user));
        }
    }

    #[test]
    fn self_is_replaced_at_any_depth() -> Result<()> {
        let ty = without_self(&parse_quote!(Option<(Id<Self>, [Self; 2])>), &parse_quote!(User))?;
        assert_eq!(ty.to_token_stream().to_string(), "Option < (Id < User > , [User ; 2]) >");
        Ok(())
    }
}
