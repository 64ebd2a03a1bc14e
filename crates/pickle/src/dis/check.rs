//! What `pickletools.dis` checks while it prints: marks, the height of the stack, the memo.

use std::collections::HashSet;

use super::Instruction;
use super::read::Argument;
use crate::opcode::{Opcode, StackItem};

/// The stack and the memo of one pickle, as far as a listing knows them.
#[derive(Default)]
pub(super) struct Checker {
    /// Whether each item of the stack is a mark.
    stack: Vec<bool>,
    /// Where the open marks stand in the input.
    marks: Vec<usize>,
    memo: HashSet<Key>,
    /// What earlier pickles of the stream stored: a Pickler that wrote them all refers to it.
    earlier: HashSet<Key>,
    protocol: u8,
}

/// A memo index, which may be any integer.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Small(i64),
    Large(String),
}

#[derive(Default)]
pub(super) struct Checked {
    /// What the line says besides the argument.
    pub(super) remark: Option<String>,
    /// Why `pickletools.dis` would stop after this line.
    pub(super) complaint: Option<String>,
}

impl Checker {
    /// How many marks are open.
    pub(super) fn depth(&self) -> usize {
        self.marks.len()
    }

    pub(super) fn highest_protocol(&self) -> u8 {
        self.protocol
    }

    /// What is known when the next pickle of the stream starts.
    pub(super) fn next_pickle(self) -> Self {
        let mut earlier = self.earlier;
        earlier.extend(self.memo);
        Self { earlier, ..Self::default() }
    }

    pub(super) fn step(&mut self, instruction: &Instruction<'_>) -> Checked {
        let info = instruction.opcode.info();
        self.protocol = self.protocol.max(info.protocol);
        let mut checked = Checked::default();
        let mark = info.before.iter().position(|item| *item == StackItem::Mark);
        let drops_mark = instruction.opcode == Opcode::Pop && self.stack.last() == Some(&true);
        let mut taken = info.before.len();
        if mark.is_some() || drops_mark {
            taken = mark.unwrap_or(0);
            checked.remark = Some(match self.close_mark() {
                Some(offset) => format!("(MARK at {offset})"),
                None => {
                    checked.complaint = Some("no MARK exists on stack".to_owned());
                    "no MARK exists on stack".to_owned()
                }
            });
        }
        self.use_memo(instruction, &mut checked);
        self.change_stack(instruction, taken, &mut checked);
        checked
    }

    /// Takes the topmost mark and everything above it; where it stands in the input.
    fn close_mark(&mut self) -> Option<usize> {
        let offset = self.marks.pop()?;
        let height = self.stack.iter().rposition(|is_mark| *is_mark)?;
        self.stack.truncate(height);
        Some(offset)
    }

    fn use_memo(&mut self, instruction: &Instruction<'_>, checked: &mut Checked) {
        match instruction.opcode {
            Opcode::Put | Opcode::BinPut | Opcode::LongBinPut => {
                let key = key(&instruction.argument);
                self.store(key, &instruction.argument, checked);
            }
            Opcode::Memoize => {
                let index = self.memo.len();
                checked.remark = Some(format!("(as {index})"));
                let index = Argument::Int(i64::try_from(index).unwrap_or(i64::MAX));
                self.store(key(&index), &index, checked);
            }
            Opcode::Get | Opcode::BinGet | Opcode::LongBinGet => self.fetch(&instruction.argument, checked),
            _ => {}
        }
    }

    fn fetch(&self, index: &Argument<'_>, checked: &mut Checked) {
        let key = key(index);
        if !self.memo.contains(&key) && !self.earlier.contains(&key) {
            checked.complaint.get_or_insert(format!("memo key {index} has never been stored into"));
        }
    }

    fn store(&mut self, key: Key, index: &Argument<'_>, checked: &mut Checked) {
        let complaint = match self.stack.last() {
            _ if self.memo.contains(&key) => format!("memo key {index} already defined"),
            None => "stack is empty -- can't store into memo".to_owned(),
            Some(true) => "can't store markobject in the memo".to_owned(),
            Some(false) => {
                self.memo.insert(key);
                return;
            }
        };
        checked.complaint.get_or_insert(complaint);
    }

    fn change_stack(&mut self, instruction: &Instruction<'_>, taken: usize, checked: &mut Checked) {
        let left = self.stack.len().checked_sub(taken);
        if left.is_none() {
            let complaint =
                format!("tries to pop {taken} items from stack with only {} items", self.stack.len());
            checked.complaint.get_or_insert(complaint);
        }
        self.stack.truncate(left.unwrap_or(0));
        let after = instruction.opcode.info().after.iter();
        self.stack.extend(after.map(|item| *item == StackItem::Mark));
        match instruction.opcode {
            Opcode::Mark => self.marks.push(instruction.offset),
            Opcode::Stop if !self.stack.is_empty() => {
                let complaint = format!("stack not empty after STOP: {} items", self.stack.len());
                checked.complaint.get_or_insert(complaint);
            }
            _ => {}
        }
    }
}

fn key(argument: &Argument<'_>) -> Key {
    match argument {
        Argument::Bool(value) => Key::Small(i64::from(*value)),
        Argument::Int(value) => Key::Small(*value),
        other => Key::Large(other.to_string()),
    }
}
