//! What stands behind the last byte that can be read: names and pickles that another reader might reach.

use super::Grade;
use super::names::{self, Judgement};

/// How long a module's or a global's name may be to be found.
const LONGEST: usize = 100;

/// A dangerous name in bytes that no instruction covers.
pub(super) struct Stray {
    pub(super) offset: usize,
    pub(super) name: String,
    pub(super) reason: &'static str,
}

/// Dangerous names in the form that `GLOBAL`, `INST` and `STACK_GLOBAL` give them, at most a few.
pub(super) fn stray_names(bytes: &[u8]) -> Vec<Stray> {
    let mut found = Vec::new();
    for (offset, byte) in bytes.iter().enumerate() {
        let stray = match byte {
            b'\n' => lines(bytes, offset),
            0x93 => stack(bytes, offset),
            _ => None,
        };
        found.extend(stray);
        if found.len() == 10 {
            break;
        }
    }
    found
}

/// Where a pickle of protocol 2 or later may start, from an offset on.
pub(super) fn next_start(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(2).position(|pair| pair[0] == 0x80 && (2..=5).contains(&pair[1])).map(|offset| from + offset)
}

/// `c` or `i`, a module, a newline (at `newline`), a name, a newline.
fn lines(bytes: &[u8], newline: usize) -> Option<Stray> {
    let after = bytes.get(newline + 1..)?;
    let end = after.iter().take(LONGEST).position(|byte| *byte == b'\n')?;
    let name = std::str::from_utf8(&after[..end]).ok()?;
    let start = newline.saturating_sub(LONGEST);
    let before = &bytes[start..newline];
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let length = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let word = std::str::from_utf8(&before[before.len() - length..]).ok()?;
    if !names::is_dotted_name(name) {
        return None;
    }
    word.match_indices(['c', 'i']).find_map(|(at, _)| {
        let module = &word[at + 1..];
        let judgement = dangerous(module, name)?;
        let offset = newline - module.len() - 1;
        Some(Stray { offset, name: [module, name].join("."), reason: judgement.reason })
    })
}

/// Two short strings, memoised or not, before `STACK_GLOBAL` (at `end`).
fn stack(bytes: &[u8], end: usize) -> Option<Stray> {
    let (name, start) = string_before(bytes, end)?;
    let (module, start) = string_before(bytes, start)?;
    let judgement = dangerous(module, name)?;
    Some(Stray { offset: start, name: [module, name].join("."), reason: judgement.reason })
}

fn string_before(bytes: &[u8], end: usize) -> Option<(&str, usize)> {
    [0, 1, 2].into_iter().find_map(|put| {
        let end = end.checked_sub(put)?;
        match (put, bytes.get(end)) {
            (0, _) => string_ending(bytes, end),
            (1, Some(0x94)) | (2, Some(b'q')) => string_ending(bytes, end),
            _ => None,
        }
    })
}

fn string_ending(bytes: &[u8], end: usize) -> Option<(&str, usize)> {
    (1..=LONGEST).find_map(|length| {
        let start = end.checked_sub(length)?;
        let opcode = start.checked_sub(2)?;
        let sized = usize::from(bytes[start - 1]) == length && matches!(bytes[opcode], 0x8c | b'U');
        let text = std::str::from_utf8(bytes.get(start..end)?).ok()?;
        (sized && names::is_dotted_name(text)).then_some((text, opcode))
    })
}

fn dangerous(module: &str, name: &str) -> Option<Judgement> {
    if !names::is_known(module) {
        return None;
    }
    Some(names::judge(module, name)).filter(|judgement| judgement.grade == Grade::Dangerous)
}
