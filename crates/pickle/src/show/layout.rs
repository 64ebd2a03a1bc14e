//! Lines: what fits is on one, what does not has a line for each part.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;

use super::ShowOptions;
use super::doc::{Doc, Entry, Group, Maker, Piece, Style};
use crate::error::{Error, Result};
use crate::graph::{Graph, Node, NodeId};
use crate::json::sharing::shared;

/// How far the parts of something are indented.
const INDENT: usize = 4;

/// How much text is collected before it is written.
const CHUNK: usize = 1 << 16;

pub(super) struct Printer<'g, 'a, W> {
    maker: Maker<'g, 'a>,
    /// Whether each node is met more than once.
    shared: Vec<bool>,
    /// The marks of those that were shown.
    marks: HashMap<NodeId, usize>,
    tasks: Vec<Task>,
    text: String,
    /// How many characters the line has.
    column: usize,
    out: W,
}

/// What is still to be shown, first last.
enum Task {
    Node(Place),
    Piece(Piece),
    /// Ends the line.
    Line {
        indent: usize,
    },
    /// A short part: on this line if it fits, else on the next.
    Fill(Entry, Place),
}

/// Where a node is shown.
#[derive(Clone, Copy)]
struct Place {
    id: NodeId,
    indent: usize,
    depth: usize,
}

impl<'g, 'a, W: Write> Printer<'g, 'a, W> {
    pub(super) fn new(graph: &'g Graph<'a>, options: &ShowOptions, out: W) -> Self {
        let maker = Maker { graph, options: *options };
        let root = Place { id: graph.root(), indent: 0, depth: 0 };
        Self {
            shared: shared(graph, true, |id| Ok(maker.shape(id))).unwrap_or_default(), // it has no error to give
            maker,
            marks: HashMap::new(),
            tasks: vec![Task::Node(root)],
            text: String::new(),
            column: 0,
            out,
        }
    }

    pub(super) fn print(mut self) -> Result<()> {
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Node(place) => self.node(place),
                Task::Piece(piece) => self.piece(&piece),
                Task::Line { indent } => self.line(indent),
                Task::Fill(entry, place) => self.fill(entry, place),
            }
            if self.text.len() >= CHUNK {
                self.flush()?;
            }
        }
        self.text.push('\n');
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        self.out.write_all(self.text.as_bytes()).map_err(Error::io)?;
        self.text.clear();
        Ok(())
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    fn piece(&mut self, (style, text): &Piece) {
        let color = if self.maker.options.color { color(*style) } else { "" };
        self.column += text.chars().count();
        if color.is_empty() {
            self.text.push_str(text);
            return;
        }
        for part in ["\x1b[", color, "m", text, "\x1b[0m"] {
            self.text.push_str(part);
        }
    }

    /// What a line still takes, with the comma that follows.
    fn room(&self) -> usize {
        self.maker.options.width.saturating_sub(self.column + 1)
    }

    fn node(&mut self, place: Place) {
        if let Some(mark) = self.marks.get(&place.id) {
            self.piece(&(Style::Mark, format!("*{mark}").into()));
            return;
        }
        if let Some(pieces) = self.inline(&[Step::Node(place.id, place.depth)], self.room()) {
            pieces.iter().for_each(|piece| self.piece(piece));
            return;
        }
        let doc = self.maker.doc(place.id, usize::MAX);
        if let Some(mark) = self.mark(place.id, &doc) {
            self.piece(&anchor(mark));
        }
        self.block(doc, place);
    }

    /// A mark for what is met for the first time, and again later.
    fn mark(&mut self, id: NodeId, doc: &Doc) -> Option<usize> {
        if !doc.tracked || !self.shared.get(id.index()).copied().unwrap_or(false) {
            return None;
        }
        let mark = self.marks.len() + 1;
        self.marks.insert(id, mark);
        Some(mark)
    }

    /// A line for each part.
    fn block(&mut self, doc: Doc, place: Place) {
        for group in doc.groups.into_iter().rev() {
            let Group { open, entries, close } = group;
            if entries.is_empty() {
                self.tasks.push(Task::Piece((Style::Plain, close.into())));
            } else if place.depth >= self.maker.options.depth {
                self.tasks.push(Task::Piece((Style::Plain, close.into())));
                self.tasks.push(Task::Piece((Style::Note, "…".into())));
            } else {
                let close = close.trim_start_matches(','); // every part has its comma
                self.tasks.push(Task::Piece((Style::Plain, close.into())));
                self.tasks.push(Task::Line { indent: place.indent });
                self.entries(entries, place);
            }
            self.tasks.extend(open.into_iter().rev().map(Task::Piece));
        }
    }

    fn entries(&mut self, entries: Vec<Entry>, place: Place) {
        let (indent, depth) = (place.indent + INDENT, place.depth + 1);
        let at = |id| Place { id, indent, depth };
        if entries.len() > 1 && entries.iter().all(|entry| self.is_short(entry)) {
            let entries = entries.into_iter().rev();
            self.tasks.extend(entries.map(|entry| Task::Fill(entry, at(place.id))));
            self.tasks.push(Task::Line { indent });
            return;
        }
        for entry in entries.into_iter().rev() {
            if !matches!(entry, Entry::Piece((Style::Note, _))) {
                self.plain(",");
            }
            match entry {
                Entry::Item(id) => self.tasks.push(Task::Node(at(id))),
                Entry::Named(name, id) => {
                    self.tasks.push(Task::Node(at(id)));
                    self.plain("=");
                    self.tasks.push(Task::Piece((Style::Plain, name.into())));
                }
                Entry::Pair(key, value) => {
                    self.tasks.push(Task::Node(at(value)));
                    self.plain(": ");
                    self.tasks.push(Task::Node(at(key)));
                }
                Entry::Piece(piece) => self.tasks.push(Task::Piece(piece)),
            }
            self.tasks.push(Task::Line { indent });
        }
    }

    fn plain(&mut self, text: &'static str) {
        self.tasks.push(Task::Piece((Style::Plain, text.into())));
    }

    /// Whether many of a kind may share a line: numbers and other values without parts.
    fn is_short(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Item(id) => matches!(
                self.maker.graph.node(*id),
                Node::None | Node::Bool(_) | Node::Int(_) | Node::Float(_) | Node::Complex(..)
            ),
            Entry::Piece(_) => true,
            _ => false,
        }
    }

    fn fill(&mut self, entry: Entry, place: Place) {
        let note = matches!(entry, Entry::Piece((Style::Note, _)));
        let step = match entry {
            Entry::Piece(piece) => Step::Piece(piece),
            Entry::Item(id) | Entry::Named(_, id) | Entry::Pair(_, id) => Step::Node(id, place.depth),
        };
        let pieces = self.inline(&[step], usize::MAX).unwrap_or_default();
        let length: usize = pieces.iter().map(|piece| piece.1.chars().count()).sum();
        if self.column > place.indent {
            if length + 1 > self.room() {
                self.line(place.indent);
            } else {
                self.piece(&(Style::Plain, " ".into()));
            }
        }
        pieces.iter().for_each(|piece| self.piece(piece));
        if !note {
            self.piece(&(Style::Plain, ",".into()));
        }
    }

    /// All of it on one line, if it has no more than `room` characters.
    fn inline(&mut self, steps: &[Step], room: usize) -> Option<Vec<Piece>> {
        let mut open: Vec<Step> = steps.iter().rev().cloned().collect();
        let (mut pieces, mut used, mut marked) = (Vec::new(), 0_usize, Vec::new());
        while let Some(step) = open.pop() {
            match step {
                Step::Piece(piece) => {
                    used = used.saturating_add(piece.1.chars().count());
                    pieces.push(piece);
                }
                Step::Node(id, depth) => match self.marks.get(&id) {
                    Some(mark) => open.push(Step::Piece((Style::Mark, format!("*{mark}").into()))),
                    None => {
                        let doc = self.maker.doc(id, room);
                        let mark = self.mark(id, &doc);
                        marked.extend(mark.map(|_| id));
                        let too_deep = depth >= self.maker.options.depth;
                        steps_of(doc, depth + 1, too_deep, &mut open);
                        open.extend(mark.map(|mark| Step::Piece(anchor(mark))));
                    }
                },
            }
            // Each part takes a character and has a separator.
            if used.saturating_add(open.len() / 2) > room {
                for id in marked {
                    self.marks.remove(&id);
                }
                return None;
            }
        }
        Some(pieces)
    }
}

/// A part of a line.
#[derive(Clone)]
enum Step {
    Node(NodeId, usize),
    Piece(Piece),
}

/// Pushes what a document consists of, first last.
fn steps_of(doc: Doc, depth: usize, too_deep: bool, steps: &mut Vec<Step>) {
    let plain = |text: &'static str| Step::Piece((Style::Plain, text.into()));
    for Group { open, entries, close } in doc.groups.into_iter().rev() {
        steps.push(plain(close));
        if too_deep && !entries.is_empty() {
            steps.push(Step::Piece((Style::Note, "…".into())));
        } else {
            for (place, entry) in entries.into_iter().enumerate().rev() {
                match entry {
                    Entry::Item(id) => steps.push(Step::Node(id, depth)),
                    Entry::Named(name, id) => {
                        steps.push(Step::Node(id, depth));
                        steps.push(Step::Piece((Style::Plain, Cow::Owned(name + "="))));
                    }
                    Entry::Pair(key, value) => {
                        steps.extend([Step::Node(value, depth), plain(": "), Step::Node(key, depth)]);
                    }
                    Entry::Piece(piece) => steps.push(Step::Piece(piece)),
                }
                if place > 0 {
                    steps.push(plain(", "));
                }
            }
        }
        steps.extend(open.into_iter().rev().map(Step::Piece));
    }
}

fn anchor(mark: usize) -> Piece {
    (Style::Mark, format!("&{mark} ").into())
}

/// The parameters of the escape sequence that sets a colour.
fn color(style: Style) -> &'static str {
    match style {
        Style::Plain => "",
        Style::Text => "32",
        Style::Number => "36",
        Style::Constant => "35",
        Style::Name => "33",
        Style::Mark => "1;31",
        Style::Note => "2",
    }
}
