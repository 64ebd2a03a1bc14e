use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, Result, Token};

mod keyword {
    syn::custom_keyword!(order);
    syn::custom_keyword!(by);
    syn::custom_keyword!(asc);
    syn::custom_keyword!(desc);
    syn::custom_keyword!(limit);
    syn::custom_keyword!(offset);
}

/// What is written between the parentheses of `select!`.
pub struct Select {
    pub loops: Vec<Loop>,
    pub conditions: Vec<Expr>,
    pub selection: Expr,
    pub orders: Vec<Order>,
    pub limit: Option<Expr>,
    pub offset: Option<Expr>,
}

/// `for name in source`.
pub struct Loop {
    pub name: Ident,
    pub source: Expr,
}

/// What rows are sorted by, and the method for its direction.
pub struct Order {
    pub by: Expr,
    pub direction: Option<Ident>,
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> Result<Select> {
        let (mut loops, mut conditions) = (Vec::new(), Vec::new());
        loop {
            if input.peek(Token![for]) {
                loops.push(input.parse()?);
            } else if input.peek(Token![if]) && !loops.is_empty() {
                input.parse::<Token![if]>()?;
                conditions.push(input.parse()?);
            } else if loops.is_empty() {
                return Err(input.error("a query begins with a loop over a model: `for p in Post`"));
            } else if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            } else {
                break;
            }
        }
        if !input.peek(Token![=>]) {
            return Err(input.error("expected `for`, `if` or `=>`, and what the query gives"));
        }
        input.parse::<Token![=>]>()?;
        let selection = input.parse()?;
        let mut select =
            Select { loops, conditions, selection, orders: Vec::new(), limit: None, offset: None };
        select.clauses(input)?;
        Ok(select)
    }
}

impl Select {
    fn clauses(&mut self, input: ParseStream<'_>) -> Result<()> {
        while !input.is_empty() {
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            } else if input.peek(keyword::order) && self.orders.is_empty() {
                self.orders = orders(input)?;
            } else if input.peek(keyword::limit) && self.limit.is_none() {
                input.parse::<keyword::limit>()?;
                self.limit = Some(input.parse()?);
            } else if input.peek(keyword::offset) && self.offset.is_none() {
                input.parse::<keyword::offset>()?;
                self.offset = Some(input.parse()?);
            } else {
                return Err(input.error("expected `order by`, `limit` or `offset`, each once, or the end"));
            }
        }
        Ok(())
    }
}

impl Parse for Loop {
    fn parse(input: ParseStream<'_>) -> Result<Loop> {
        input.parse::<Token![for]>()?;
        let name = input.parse()?;
        input.parse::<Token![in]>()?;
        Ok(Loop { name, source: input.parse()? })
    }
}

fn orders(input: ParseStream<'_>) -> Result<Vec<Order>> {
    input.parse::<keyword::order>()?;
    input.parse::<keyword::by>()?;
    let mut orders = vec![input.parse()?];
    while input.peek(Token![,]) && !input.peek2(keyword::limit) && !input.peek2(keyword::offset) {
        input.parse::<Token![,]>()?;
        if !input.is_empty() {
            orders.push(input.parse()?);
        }
    }
    Ok(orders)
}

impl Parse for Order {
    fn parse(input: ParseStream<'_>) -> Result<Order> {
        let by = input.parse()?;
        let has_direction = input.peek(keyword::asc) || input.peek(keyword::desc);
        Ok(Order { by, direction: if has_direction { Some(input.parse()?) } else { None } })
    }
}
