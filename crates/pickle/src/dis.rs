//! Listings of the instructions of pickles, as Python's `pickletools` gives them.
//!
//! A listing takes the bytes as they are: it reads what CPython's unpickler would refuse (frames that are crossed, memo
//! entries that were never stored), and goes on with the next pickle of the stream.
//!
//! ```
//! use onggi_pickle::dis;
//!
//! let mut listing = Vec::new();
//! dis::write_json_lines(b"\x80\x04K\x01.", &mut listing)?;
//! assert_eq!(listing, b"[0, \"PROTO\", \"4\"]\n[2, \"BININT1\", \"1\"]\n[4, \"STOP\"]\n");
//! # Ok::<(), onggi_pickle::Error>(())
//! ```

mod check;
mod read;

use std::fmt::{self, Display, Write as _};
use std::io::Write;

use self::check::Checker;
use self::read::{Argument, Reader};
use crate::error::{Error, Result};
use crate::json::text::push_string;
use crate::opcode::Opcode;

/// The instructions of all pickles of a stream, one after another.
///
/// The iteration ends with the input, or after the first error.
///
/// # Examples
///
/// ```
/// use onggi_pickle::dis::Instructions;
///
/// let offsets: Vec<_> = Instructions::new(b"N.K\x01.").map(|read| read.map(|op| op.offset)).collect::<Result<_, _>>()?;
/// assert_eq!(offsets, [0, 1, 2, 4]);
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Instructions<'a> {
    reader: Reader<'a>,
    done: bool,
}

impl<'a> Instructions<'a> {
    /// Starts at the first byte. An empty input is an error: it has no pickle.
    pub fn new(input: &'a [u8]) -> Self {
        Self { reader: Reader::new(input), done: false }
    }
}

impl<'a> Iterator for Instructions<'a> {
    type Item = Result<Instruction<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let read = self.reader.read();
        self.done = match &read {
            Ok(instruction) => instruction.opcode == Opcode::Stop && self.reader.is_at_end(),
            Err(_) => true,
        };
        Some(read)
    }
}

/// One instruction of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Instruction<'a> {
    /// Where its opcode stands in the input.
    pub offset: usize,
    /// What to do.
    pub opcode: Opcode,
    argument: Argument<'a>,
}

impl Instruction<'_> {
    /// Python's `repr` of the argument, when there is one.
    pub fn argument(&self) -> Option<impl Display + '_> {
        (self.argument != Argument::None).then_some(&self.argument)
    }
}

/// Writes each instruction as a line of JSON: `[offset, "NAME"]` or `[offset, "NAME", "repr of the argument"]`.
///
/// # Errors
///
/// When the bytes are no instruction, after the lines of those before; and when the writer fails.
pub fn write_json_lines(input: &[u8], mut out: impl Write) -> Result<()> {
    let (mut line, mut argument) = (String::new(), String::new());
    for instruction in Instructions::new(input) {
        let instruction = instruction?;
        line.clear();
        push(&mut line, format_args!("[{}, \"{}\"", instruction.offset, instruction.opcode.name()));
        if let Some(text) = instruction.argument() {
            argument.clear();
            push(&mut argument, format_args!("{text}"));
            line.push_str(", ");
            push_string(&mut line, &argument);
        }
        line.push_str("]\n");
        out.write_all(line.as_bytes()).map_err(Error::io)?;
    }
    Ok(())
}

/// How [`write_text`] lays out a listing.
///
/// # Examples
///
/// ```
/// use onggi_pickle::dis::{TextOptions, write_text};
///
/// let mut listing = Vec::new();
/// write_text(b"(K\x01t.", &TextOptions::default().indent(2), &mut listing)?;
/// let listing = String::from_utf8_lossy(&listing);
/// assert_eq!(listing.lines().nth(1), Some("    1: K      BININT1    1"));
/// # Ok::<(), onggi_pickle::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOptions {
    indent: usize,
    annotate: Option<usize>,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { indent: 4, annotate: None }
    }
}

impl TextOptions {
    /// How many blanks each open mark indents by. Default 4.
    #[must_use]
    pub const fn indent(mut self, blanks: usize) -> Self {
        self.indent = blanks;
        self
    }

    /// Adds what each opcode does, from about this column on.
    #[must_use]
    pub const fn annotate(mut self, column: usize) -> Self {
        self.annotate = Some(column);
        self
    }
}

/// Writes a listing for people: the text of `pickletools.dis`, for each pickle of the stream.
///
/// Like `pickletools.dis` it checks the stack and the memo. Where that one stops, this one goes on to the end, so that
/// nothing hides behind an oddity, and then returns the first.
///
/// # Errors
///
/// When the bytes are no instruction, after the lines of those before; when an instruction takes more than the stack
/// has, uses a memo entry that is not there, or stores one twice; and when the writer fails.
pub fn write_text(input: &[u8], options: &TextOptions, mut out: impl Write) -> Result<()> {
    let mut checker = Checker::default();
    let mut layout =
        Layout { options: *options, column: options.annotate.unwrap_or(0), blanks: 0, line: String::new() };
    let mut odd = None;
    for instruction in Instructions::new(input) {
        let instruction = instruction?;
        let depth = checker.depth();
        let checked = checker.step(&instruction);
        layout.write(&instruction, depth, checked.remark.as_deref());
        if instruction.opcode == Opcode::Stop {
            let protocol = checker.highest_protocol();
            push(&mut layout.line, format_args!("highest protocol among opcodes = {protocol}\n"));
            checker = checker.next_pickle();
            layout.column = options.annotate.unwrap_or(0);
        }
        out.write_all(layout.line.as_bytes()).map_err(Error::io)?;
        odd = odd.or(checked.complaint.map(|what| Error::syntax(what).at_offset(instruction.offset)));
    }
    odd.map_or(Ok(()), Err)
}

struct Layout {
    options: TextOptions,
    /// Where the annotation of the line before started.
    column: usize,
    /// How many blanks were written to indent lines.
    blanks: usize,
    line: String,
}

/// So many blanks no honest listing has: a million open marks would have terabytes. Beyond, indentation is bounded.
const BLANKS: usize = 1 << 26;

/// The most blanks of a line then.
const FEW_BLANKS: usize = 64;

impl Layout {
    fn write(&mut self, instruction: &Instruction<'_>, depth: usize, remark: Option<&str>) {
        let (line, name) = (&mut self.line, instruction.opcode.name());
        line.clear();
        push(line, format_args!("{:5}: ", instruction.offset));
        let start = line.len();
        push(line, format_args!("{:4} ", code(instruction.opcode).to_string()));
        let most = if self.blanks < BLANKS { usize::MAX } else { FEW_BLANKS };
        let blanks = depth.saturating_mul(self.options.indent).min(most);
        self.blanks = self.blanks.saturating_add(blanks);
        line.extend(std::iter::repeat_n(' ', blanks));
        line.push_str(name);
        let argument = instruction.argument();
        if argument.is_some() || remark.is_some() {
            push(line, format_args!("{:blanks$}", "", blanks = 10_usize.saturating_sub(name.len())));
        }
        if let Some(argument) = argument {
            push(line, format_args!(" {argument}"));
        }
        if let Some(remark) = remark {
            push(line, format_args!(" {remark}"));
        }
        if let Some(hint) = self.options.annotate {
            let width = line[start..].chars().count();
            push(line, format_args!("{:blanks$}", "", blanks = self.column.saturating_sub(width)));
            let width = width.max(self.column);
            self.column = if width > 50 { hint } else { width };
            push(line, format_args!(" {}", instruction.opcode.info().doc));
        }
        line.push('\n');
    }
}

/// The opcode's byte, as inside of Python's quotes.
fn code(opcode: Opcode) -> impl Display {
    fmt::from_fn(move |f| match opcode.byte() {
        byte @ 0x20..=0x7e => write!(f, "{}", char::from(byte)),
        byte => write!(f, "\\x{byte:02x}"),
    })
}

/// Writing to a string cannot fail.
fn push(line: &mut String, text: fmt::Arguments<'_>) {
    line.write_fmt(text).unwrap_or_default();
}
