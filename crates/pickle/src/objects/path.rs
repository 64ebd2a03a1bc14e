//! Paths of `pathlib`, put together from their parts as CPython 3.11 does.

use super::Known;
use super::call::{Call, Made};
use crate::error::Result;
use crate::graph::Node;
use crate::types::{Path, PathKind};

pub(super) fn pure_posix<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    path(call, PathKind::PurePosix)
}

pub(super) fn posix<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    path(call, PathKind::Posix)
}

pub(super) fn pure_windows<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    path(call, PathKind::PureWindows)
}

pub(super) fn windows<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    path(call, PathKind::Windows)
}

fn path<'g>(call: &Call<'g>, kind: PathKind) -> Result<Option<Known<'g>>> {
    if call.how == Made::Bare || !call.effects().is_empty() {
        return Ok(None);
    }
    let mut parts = Vec::with_capacity(call.arguments.len());
    for argument in call.arguments {
        match call.node(*argument) {
            Node::Str(part) => parts.push(part.to_owned()),
            Node::Surrogates(_) => return Ok(None),
            part if part.is_inert() => return Ok(None), // a path within a path
            _ => return Err(call.refused("a part is not a str")),
        }
    }
    Ok(Some(Known::Path(Path { kind, text: joined(&parts, kind) })))
}

/// The text of a path of these parts.
pub(crate) fn joined(parts: &[String], kind: PathKind) -> String {
    let separator = if kind.is_windows() { '\\' } else { '/' };
    let mut anchor = String::new();
    let mut names: Vec<String> = Vec::new();
    let mut rest = parts.iter().rev().filter(|part| !part.is_empty());
    while let Some(part) = rest.next() {
        let part = normal(part, kind);
        let (drive, root, relative) = split_root(&part, kind);
        names.extend(
            relative.rsplit(separator).filter(|name| !name.is_empty() && *name != ".").map(str::to_owned),
        );
        if drive.is_empty() && root.is_empty() {
            continue;
        }
        // A root without a drive takes the drive of an earlier part.
        let drive = match drive.is_empty() {
            true => rest.map(|part| split_root(&normal(part, kind), kind).0).find(|drive| !drive.is_empty()),
            false => Some(drive),
        };
        anchor = drive.unwrap_or_default() + &root;
        break;
    }
    names.reverse();
    let text = anchor + &names.join(&separator.to_string());
    if text.is_empty() { ".".to_owned() } else { text }
}

fn normal(part: &str, kind: PathKind) -> String {
    if kind.is_windows() { part.replace('/', "\\") } else { part.to_owned() }
}

/// Drive, root, and what is relative to them.
fn split_root(part: &str, kind: PathKind) -> (String, String, String) {
    if kind.is_windows() {
        return split_windows_root(part);
    }
    let relative = part.trim_start_matches('/');
    let root = match part.len() - relative.len() {
        0 => "",
        2 => "//", // implementation-defined by POSIX, so kept
        _ => "/",
    };
    (String::new(), root.to_owned(), relative.to_owned())
}

fn split_windows_root(part: &str) -> (String, String, String) {
    let (prefix, part) = extended(part);
    if let Some(share) = share(&part) {
        let drive = if prefix.is_empty() { &part[..share] } else { &part[1..share] };
        let relative = part.get(share + 1..).unwrap_or_default();
        return (format!("{prefix}{drive}"), "\\".to_owned(), relative.to_owned());
    }
    let is_drive = matches!(part.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let (drive, part) = part.split_at(if is_drive { 2 } else { 0 });
    let relative = part.trim_start_matches('\\');
    let root = if relative.len() < part.len() { "\\" } else { "" };
    (format!("{prefix}{drive}"), root.to_owned(), relative.to_owned())
}

/// `\\?\` in front of a path, and `UNC` after it, in place of which a share starts with two separators.
fn extended(part: &str) -> (String, String) {
    match part.strip_prefix("\\\\?\\") {
        Some(rest) if rest.starts_with("UNC\\") => (part[..7].to_owned(), format!("\\{}", &rest[3..])),
        Some(rest) => (part[..4].to_owned(), rest.to_owned()),
        None => (String::new(), part.to_owned()),
    }
}

/// Where the share of `\\machine\share\…` ends.
fn share(part: &str) -> Option<usize> {
    let rest = part.strip_prefix("\\\\")?;
    if rest.starts_with('\\') {
        return None;
    }
    let machine = rest.find('\\')? + 2;
    match part[machine + 1..].find('\\') {
        Some(0) => None,
        Some(length) => Some(machine + 1 + length),
        None => Some(part.len()),
    }
}
