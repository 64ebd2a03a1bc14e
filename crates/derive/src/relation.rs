//! Fields that relate models: what they say, and the code that they become.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, Type};

use crate::attr::{Argument, Through};
use crate::case::Case;
use crate::descriptor::positions;
use crate::errors::Errors;
use crate::model::{Field, Model, reference};
use crate::names::Names;
use crate::types::{is_named, optional, related};

/// A field that relates a model to another.
pub struct Relation {
    pub ident: Ident,
    pub ty: Type,
    pub target: Type,
    pub kind: Kind,
    /// Whether a session deletes the objects on the other side with their owner, and whether orphans too.
    pub cascade: Option<bool>,
    /// Whether the field has no column of its own.
    pub separate: bool,
    /// Every word of its attributes.
    pub words: Vec<Ident>,
}

/// How rows are related.
pub enum Kind {
    /// Columns at these positions hold the other's key.
    BelongsTo { columns: Vec<usize>, optional: bool },
    /// A relation of the other model leads here; many rows or at most one.
    Inverse { of: Ident, many: bool },
    /// A link table of this field's own.
    Link { table: Option<String> },
    /// The link table of the other model's field, from its other end.
    LinkInverse { of: Ident },
    /// A link table that is a model.
    Through { model: Box<Type>, near: Ident, far: Ident },
}

impl Relation {
    /// Whether a field relates models without a column of its own.
    pub fn has_no_column(field: &Field) -> bool {
        match reference(&field.ty) {
            Some(_) => field.attributes.columns.is_some(),
            None => related(&field.ty).is_some(),
        }
    }

    /// The relations of a model: those with a column, and the others.
    pub fn all(names: &Names<'_>, separate: Vec<Field>, model: &Ident, errors: &mut Errors) -> Vec<Relation> {
        let with_column = names.columns.iter().enumerate().filter_map(|(position, column)| {
            let (target, optional) = reference(&column.field.ty)?;
            Some(Relation {
                ident: column.field.ident.clone(),
                ty: column.field.ty.clone(),
                target: target.clone(),
                kind: Kind::BelongsTo { columns: vec![position], optional },
                cascade: None,
                separate: false,
                words: column.field.attributes.words.clone(),
            })
        });
        let with_column: Vec<Relation> = with_column.collect();
        let separate =
            separate.into_iter().filter_map(|field| Relation::separate(names, field, model, errors));
        with_column.into_iter().chain(separate).collect()
    }

    fn separate(names: &Names<'_>, field: Field, model: &Ident, errors: &mut Errors) -> Option<Relation> {
        let (name, target) = related(optional(&field.ty).unwrap_or(&field.ty))?;
        let (target, attributes) = (target.clone(), &field.attributes);
        let named = || snake(model, model);
        let inverse = attributes.inverse.as_ref().map(|inverse| inverse.value.clone());
        let kind = match name.to_string().as_str() {
            "BelongsTo" => {
                let columns =
                    attributes.columns.as_ref().map(|columns| names.positions(&columns.value, errors));
                Kind::BelongsTo {
                    columns: columns.unwrap_or_default(),
                    optional: optional(&field.ty).is_some(),
                }
            }
            "HasMany" => Kind::Inverse { of: inverse.unwrap_or_else(named), many: true },
            "HasOne" => Kind::Inverse { of: inverse.unwrap_or_else(named), many: false },
            _ => match (&attributes.through, inverse) {
                (Some(Argument { value: Through { model: link, ends }, .. }), _) => {
                    let [near, far] = ends.clone().unwrap_or_else(|| [named(), snake_type(&target, model)]);
                    Kind::Through { model: Box::new(link.clone()), near, far }
                }
                (None, Some(of)) => Kind::LinkInverse { of },
                (None, None) => Kind::Link { table: attributes.link.as_ref().map(syn::LitStr::value) },
            },
        };
        let cascade = attributes.cascade.as_ref().map(|cascade| cascade.value);
        Some(Relation {
            cascade,
            ident: field.ident.clone(),
            ty: field.ty.clone(),
            target,
            kind,
            separate: true,
            words: attributes.words.clone(),
        })
    }

    /// Whether columns that are fields of their own hold the other's key.
    pub fn is_over_fields(&self) -> bool {
        self.separate && matches!(self.kind, Kind::BelongsTo { .. })
    }

    /// Whether it leads to at most one object.
    pub fn is_to_one(&self) -> bool {
        matches!(self.kind, Kind::BelongsTo { .. } | Kind::Inverse { many: false, .. })
    }

    /// The expression that describes it, in a static.
    fn descriptor(&self, position: usize) -> TokenStream {
        let (name, target) = (self.ident.unraw().to_string(), &self.target);
        let table = quote_spanned!(target.span()=> __onggi::target::<#target>());
        match &self.kind {
            Kind::BelongsTo { columns, optional } => {
                let columns = positions(columns);
                let new =
                    format_ident!("{}", if self.separate { "belongs_to_columns" } else { "belongs_to" });
                quote!(__onggi::Relation::#new(#name, #table, &[#(#columns),*], #optional))
            }
            Kind::Inverse { of, .. } => {
                let inverse = inverse(target, of);
                let cascade = self.cascade.map(|orphans| {
                    let cascade = format_ident!("{}", if orphans { "DeleteOrphans" } else { "Delete" });
                    quote!(.with_cascade(__onggi::Cascade::#cascade))
                });
                quote!(__onggi::Relation::inverse(#name, #table, #inverse) #cascade)
            }
            Kind::Link { table: named } => {
                let link = link_ident(position);
                let twin = snake_type(target, &self.ident).to_string();
                let twin = named.is_none().then(|| quote!(.with_twin(#twin)));
                quote!(__onggi::Relation::link(#name, #table, &#link) #twin)
            }
            Kind::LinkInverse { of } => {
                let inverse = inverse(target, of);
                quote!(__onggi::Relation::link_inverse(#name, #table, #inverse))
            }
            Kind::Through { model, near, far } => {
                let (near, far) = (inverse(model, near), inverse(model, far));
                quote!(__onggi::Relation::through(
                    #name, #table, __onggi::target::<#model>(), #near, #far
                ))
            }
        }
    }

    /// What the compiler checks of the other model.
    fn assertion(&self, model: &Ident) -> Option<TokenStream> {
        let check = |target: &Type, of: &Ident, kind: &str, help: &str| {
            let (name, kind_ident) = (of.unraw().to_string(), format_ident!("{kind}"));
            let target_name = quote!(#target).to_string();
            let message = format!("`{target_name}` has no field `{name}: {kind}<{model}>`: {help}");
            let span = proc_macro2::Span::call_site().located_at(of.span());
            quote_spanned!(span=> const _: () = ::core::assert!(
                __onggi::has_relation(<#target as __onggi::Model>::RELATIONS, #name, __onggi::RelationKind::#kind_ident),
                #message
            );)
        };
        match &self.kind {
            Kind::Inverse { of, .. } => Some(check(
                &self.target,
                of,
                "BelongsTo",
                "add it, or name the one there is with `#[model(inverse(...))]`",
            )),
            Kind::LinkInverse { of } => Some(check(
                &self.target,
                of,
                "ManyToMany",
                "add it, or name the one there is with `#[model(inverse(...))]`",
            )),
            Kind::Through { model: link, near, far } => {
                let help = "add it, or name the relations with `#[model(through(Model, near, far))]`";
                let near = check(link, near, "BelongsTo", help);
                let far = {
                    let (name, target) = (far.unraw().to_string(), &self.target);
                    let message = format!(
                        "`{}` has no field `{name}: BelongsTo<{}>`: {help}",
                        quote!(#link),
                        quote!(#target)
                    );
                    let span = proc_macro2::Span::call_site().located_at(far.span());
                    quote_spanned!(span=> const _: () = ::core::assert!(
                        __onggi::has_relation(<#link as __onggi::Model>::RELATIONS, #name, __onggi::RelationKind::BelongsTo),
                        #message
                    );)
                };
                Some(quote!(#near #far))
            }
            Kind::Link { table: None } if !is_named(&self.target, model) => {
                let (target, own) = (&self.target, self.ident.unraw().to_string());
                let (twin, target_name) = (snake(model, model).to_string(), quote!(#target).to_string());
                let message = format!(
                    "`{target_name}` has a `ManyToMany<{model}>` too, and each would have a table of its own: write \
                     `#[model(inverse({own}))]` above that field; where two relations are meant, name this one's table, \
                     `#[model(link = \"...\")]`"
                );
                let span = proc_macro2::Span::call_site().located_at(self.ident.span());
                Some(quote_spanned!(span=> const _: () = ::core::assert!(
                    !__onggi::has_twin(<#target as __onggi::Model>::RELATIONS, #twin),
                    #message
                );))
            }
            Kind::BelongsTo { .. } | Kind::Link { .. } => None,
        }
    }
}

/// The statics that describe relations, the link tables, and what is checked of other models.
pub fn statics(model: &Model) -> TokenStream {
    if model.relations.is_empty() {
        return TokenStream::new();
    }
    let length = Literal::usize_unsuffixed(model.relations.len());
    let descriptors = model.relations.iter().enumerate().map(|(at, relation)| relation.descriptor(at));
    let links = model.relations.iter().enumerate().filter_map(|(at, relation)| link(model, relation, at));
    let assertions = model.relations.iter().filter_map(|relation| relation.assertion(&model.ident));
    quote! {
        #(#links)*
        static __RELATIONS: [__onggi::Relation; #length] = [#(#descriptors),*];
        #(#assertions)*
    }
}

/// The link tables that are this model's, for its table.
pub fn links(model: &Model) -> Option<TokenStream> {
    let own = |(at, relation): (usize, &Relation)| {
        matches!(relation.kind, Kind::Link { .. }).then(|| link_ident(at))
    };
    let links: Vec<Ident> = model.relations.iter().enumerate().filter_map(own).collect();
    (!links.is_empty()).then(|| quote!(.with_links(&[#(&#links),*])))
}

/// The methods of the struct of columns that lead along relations.
pub fn methods(model: &Model) -> TokenStream {
    let methods = model.relations.iter().enumerate().map(|(at, relation)| {
        let (ident, target, at) = (&relation.ident, &relation.target, Literal::usize_unsuffixed(at));
        let doc = format!("Along [`{}::{ident}`].", model.ident);
        let follow = quote!(__onggi::follow(self.__source, &__RELATIONS[#at]));
        match &relation.kind {
            Kind::BelongsTo { optional: false, .. } => quote! {
                #[doc = #doc]
                pub fn #ident(self) -> <#target as __onggi::Model>::Columns<__N> {
                    <#target as __onggi::Model>::columns(#follow)
                }
            },
            _ if relation.is_to_one() => quote! {
                #[doc = #doc]
                pub fn #ident(self) -> <#target as __onggi::Model>::Columns<__onggi::Maybe> {
                    <#target as __onggi::Model>::columns(#follow)
                }
            },
            _ => quote! {
                #[doc = #doc]
                pub fn #ident(self) -> __onggi::Collection<#target> {
                    self.#ident
                }
            },
        }
    });
    quote!(#(#methods)*)
}

/// What a model says of its relations.
pub fn associated(model: &Model) -> TokenStream {
    if model.relations.is_empty() {
        return TokenStream::new();
    }
    let fields = model.relations.iter().map(|relation| &relation.ident);
    let held = fields.clone();
    let over_fields = model.relations.iter().enumerate().filter(|(_, relation)| relation.is_over_fields());
    let (places, references): (Vec<Literal>, Vec<&Ident>) =
        over_fields.map(|(at, relation)| (Literal::usize_unsuffixed(at), &relation.ident)).unzip();
    let reference = (!places.is_empty()).then(|| {
        quote! {
            fn reference(&self, relation: usize) -> __onggi::Reference {
                match relation {
                    #(#places => __onggi::RelationField::reference(&self.#references),)*
                    _ => __onggi::no_column(relation),
                }
            }
        }
    });
    let at = (0..model.relations.len()).map(Literal::usize_unsuffixed);
    quote! {
        const RELATIONS: &'static [__onggi::Relation] = &__RELATIONS;
        fn relation_mut(&mut self, relation: usize) -> &mut dyn __onggi::RelationField {
            match relation {
                #(#at => &mut self.#fields,)*
                _ => __onggi::no_column(relation),
            }
        }
        fn holds_objects(&self) -> bool {
            #(__onggi::RelationField::holds_objects(&self.#held))||*
        }
        #reference
    }
}

/// A function that finds a relation of another model, whose position the compiler knows.
fn inverse(target: &Type, of: &Ident) -> TokenStream {
    let name = of.unraw().to_string();
    quote!(|| __onggi::relation(<#target as __onggi::Model>::RELATIONS, #name))
}

fn link_ident(position: usize) -> Ident {
    format_ident!("__LINK{position}")
}

/// The table of a many-to-many relation that no model stands for.
fn link(model: &Model, relation: &Relation, position: usize) -> Option<TokenStream> {
    let Kind::Link { table } = &relation.kind else { return None };
    let name = table.clone().unwrap_or_else(|| format!("{}_{}", model.table, relation.ident.unraw()));
    let near = format!("{}_id", snake(&model.ident, &model.ident));
    let far = format!("{}_id", snake_type(&relation.target, &model.ident));
    let far = if near == far { format!("to_{far}") } else { far };
    let (ident, target, own) = (link_ident(position), &relation.target, &model.ident);
    let column = |name: &str, model: &TokenStream| {
        quote! {
            __onggi::column(#name, <<#model as __onggi::Model>::Key as __onggi::Mapped>::COLUMN).with_reference(
                ::core::option::Option::Some(__onggi::sql::Reference::to(<#model as __onggi::Model>::table).with_actions(
                    __onggi::sql::Action::Cascade, __onggi::sql::Action::Cascade
                ))
            )
        }
    };
    let (near, far) = (column(&near, &quote!(#own)), column(&far, &quote!(#target)));
    Some(quote! {
        static #ident: __onggi::sql::Table = __onggi::sql::Table::new(#name, &[#near, #far], &[0, 1])
            .with_indexes(&[__onggi::sql::Index { name: ::core::option::Option::None, columns: &[1], unique: false }]);
    })
}

fn snake(model: &Ident, at: &Ident) -> Ident {
    let name = Case::Snake.apply(&model.unraw().to_string());
    syn::parse_str::<Ident>(&name).unwrap_or_else(|_| format_ident!("r#{name}")).with_span(at)
}

/// The name of a type's last segment in snake case.
fn snake_type(ty: &Type, at: &Ident) -> Ident {
    match ty {
        Type::Path(path) => match path.path.segments.last() {
            Some(segment) => snake(&segment.ident, &segment.ident),
            None => snake(at, at),
        },
        _ => snake(at, at),
    }
}

trait WithSpan {
    fn with_span(self, at: &Ident) -> Ident;
}

impl WithSpan for Ident {
    fn with_span(mut self, at: &Ident) -> Ident {
        self.set_span(at.span());
        self
    }
}
