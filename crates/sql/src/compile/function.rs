use super::Writer;
use crate::dialect::Form;
use crate::{Case, Conversion, Declared, Error, Expression, Function, Raw, Result};

/// How long an argument may be that is written more than once: nested, they would double with each level.
pub(super) const REPEATED: usize = 10_000;

impl Writer {
    pub(super) fn function(&mut self, function: Function, arguments: &[Expression]) -> Result<()> {
        if !function.arity().contains(&arguments.len()) {
            let given = arguments.len();
            return Err(Error::invalid(format!("{function:?} does not take {given} arguments")));
        }
        if function.is_of_arrays() {
            return self.array_function(function, arguments);
        }
        let of_decimal = arguments.first().is_some_and(Expression::is_decimal);
        let form = of_decimal.then(|| (self.dialect.decimal_function)(function, arguments.len())).flatten();
        let Some(form) = form.or_else(|| (self.dialect.function)(function, arguments.len())) else {
            return Err(Error::unsupported(self.dialect.name, format!("form of the function {function:?}")));
        };
        let chooses = function.compares() || function == Function::Coalesce;
        let write = match chooses && arguments.iter().any(Expression::is_decimal) {
            true => Writer::beside_decimal,
            false => Writer::expression as fn(&mut Writer, &Expression) -> Result<()>,
        };
        self.computing(self.computes || function.computes(), |writer| {
            writer.form(function, form, arguments, write)
        })
    }

    fn form(
        &mut self,
        function: Function,
        form: Form,
        arguments: &[Expression],
        write: fn(&mut Writer, &Expression) -> Result<()>,
    ) -> Result<()> {
        match (form, arguments) {
            // One of many is that one; SQLite's `max` of one would be an aggregate.
            (Form::Call(_) | Form::Infix(_), [only]) if function.arity().contains(&usize::MAX) => {
                self.in_parentheses(only)
            }
            (Form::Call(name), _) => {
                self.push(name);
                self.push("(");
                self.separated(", ", arguments, write)?;
                self.push(")");
                Ok(())
            }
            (Form::Infix(operator), _) => {
                self.push("(");
                self.separated(operator, arguments, Writer::operand)?;
                self.push(")");
                Ok(())
            }
            (Form::Template(template), _) => self.template(template, arguments, Writer::expression),
        }
    }

    /// Arguments in a text with numbered holes. They have their parameters in order, wherever they stand.
    pub(super) fn template<'e>(
        &mut self,
        template: &str,
        arguments: impl IntoIterator<Item = &'e Expression>,
        write: impl Fn(&mut Writer, &Expression) -> Result<()>,
    ) -> Result<()> {
        let texts = arguments.into_iter().map(|argument| self.apart(|writer| write(writer, argument)));
        let texts: Vec<String> = texts.collect::<Result<_>>()?;
        let mut written = [0_u8; 10];
        let mut pieces = template.split('{');
        self.push(pieces.next().unwrap_or_default());
        for piece in pieces {
            let (hole, rest) = piece.split_once('}').unwrap_or((piece, ""));
            let place = hole.parse::<usize>().ok().filter(|&place| place < texts.len().min(10));
            let Some(place) = place else {
                return Err(Error::invalid(format!("the form {template:?} has a hole for no argument")));
            };
            written[place] += 1;
            if written[place] > 1 && texts[place].len() > REPEATED {
                return Err(Error::invalid("an argument that is written twice is too long"));
            }
            self.push(&texts[place]);
            self.push(rest);
        }
        Ok(())
    }

    pub(super) fn cast(&mut self, operand: &Expression, conversion: Conversion) -> Result<()> {
        match (self.dialect.cast)(conversion) {
            Some(template) => self.template(template, [operand], Writer::expression),
            None => Err(Error::unsupported(self.dialect.name, format!("conversion to {:?}", conversion.to))),
        }
    }

    pub(super) fn case(&mut self, case: &Case) -> Result<()> {
        if case.branches.is_empty() {
            return Err(Error::invalid("a CASE has no branches"));
        }
        self.push("CASE");
        for (condition, value) in &case.branches {
            self.push(" WHEN ");
            self.expression(condition)?;
            self.push(" THEN ");
            self.expression(value)?;
        }
        if let Some(otherwise) = &case.otherwise {
            self.push(" ELSE ");
            self.expression(otherwise)?;
        }
        self.push(" END");
        Ok(())
    }

    pub(super) fn call(&mut self, function: &Declared, arguments: &[Expression]) -> Result<()> {
        self.callable(function)?;
        self.function_name(function)?;
        self.push("(");
        self.separated(", ", arguments, Writer::expression)?;
        self.push(")");
        Ok(())
    }

    /// Refuses a function of the program's own where the database runs outside of it.
    pub(crate) fn callable(&self, function: &Declared) -> Result<()> {
        match function.program && !self.dialect.program_functions {
            true => Err(Error::unsupported(
                self.dialect.name,
                format!(
                    "function {}, which runs inside of the program: keep what is looked for in a column of its own, as with \
                     `#[model(project(...))]`",
                    function.name
                ),
            )),
            false => Ok(()),
        }
    }

    /// In quotes, or as it is where those would mean a function that somebody made.
    pub(crate) fn function_name(&mut self, function: &Declared) -> Result<()> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        match self.dialect.quoted_functions || !function.name.chars().all(plain) {
            true => self.name(function.name),
            false => {
                self.push(function.name);
                Ok(())
            }
        }
    }

    pub(super) fn raw(&mut self, raw: &Raw) -> Result<()> {
        let (pieces, holes) = (raw.pieces.len(), raw.arguments.len());
        if pieces != holes + 1 || raw.pieces.iter().any(|piece| piece.contains('\0')) {
            return Err(Error::invalid(format!(
                "raw SQL is pieces of text without NUL characters, with one hole less than pieces: not {pieces} with {holes}"
            )));
        }
        self.push(&raw.pieces[0]);
        for (argument, piece) in raw.arguments.iter().zip(&raw.pieces[1..]) {
            self.operand(argument)?;
            self.push(piece);
        }
        Ok(())
    }
}
