//! What giving items or a state to an object does: attributes that a later instruction calls, arrays of joblib, jobs.

use super::{Foreign, Interpreter, shown_name};
use crate::scan::Grade;
use crate::scan::names;
use crate::scan::value::{Packed, Value, index};

/// The attributes through which a later instruction calls what is stored in them.
const HOOKS: &[&str] = &["append", "extend", "add"];

impl<'a> Interpreter<'a, '_> {
    /// Notes the pairs that `BUILD` looks at.
    #[cold]
    pub(super) fn note_special(&mut self, dict: u32, pairs: &[Packed]) {
        for pair in pairs.chunks_exact(2) {
            if let (Value::Str(key), value) = (pair[0].value(), pair[1].value())
                && let key = key.bytes(self.input)
                && is_special_key(key)
                && let Ok(key) = std::str::from_utf8(key)
            {
                self.special.entry(dict).or_default().push((key, value));
            }
        }
        self.scheduled(dict);
    }

    /// A job of APScheduler is a dict that names its function as `module:name`.
    fn scheduled(&mut self, dict: u32) {
        let Some(special) = self.special.get(&dict) else { return };
        let value = |name: &str| special.iter().find(|pair| pair.0 == name).map(|pair| pair.1);
        let (Some(Value::Str(function)), Some(_)) = (value("func"), value("trigger")) else { return };
        let Ok(function) = std::str::from_utf8(function.bytes(self.input)) else { return };
        let Some((module, name)) = function.split_once(':') else { return };
        let judgement = names::judge(module, name);
        if judgement.grade == Grade::Dangerous && !self.options.allows(module, name) {
            self.danger(judgement.reason, |_| {
                format!("{}, which the scheduler would call", shown_name(function))
            });
        }
    }

    /// What `BUILD` with this state does to an object.
    pub(super) fn set_state(&mut self, object: Value, state: Value) {
        match state {
            Value::Dict(dict) => self.set_attributes(object, dict),
            Value::Tuple { length: 2, .. } if !self.special.is_empty() => {
                for part in self.arguments(state) {
                    if let Value::Dict(dict) = part {
                        self.set_attributes(object, dict);
                    }
                }
            }
            state => self.hide(&[state.into()]),
        }
    }

    fn set_attributes(&mut self, object: Value, dict: u32) {
        if self.special.is_empty() {
            return;
        }
        let Some(special) = self.special.get(&dict).cloned() else { return };
        for (key, value) in &special {
            self.set_attribute(object, key, *value);
        }
        if let Value::Made(entry) = object {
            self.foreign = self.joblib(entry, &special).or(self.foreign);
        }
    }

    fn set_attribute(&mut self, object: Value, key: &str, value: Value) {
        let callable =
            matches!(value, Value::Global(_) | Value::Made(_) | Value::Getter(_) | Value::Anything);
        let special = names::judge_attribute(key).grade == Grade::Dangerous;
        if special && (callable || matches!(key, "__class__" | "__dict__")) {
            self.danger(names::SPECIAL, |this| {
                format!("{} of {} set to {}", shown_name(key), this.shown(object), this.shown(value))
            });
        } else if callable && HOOKS.contains(&key) && !matches!(value, Value::Made(_)) {
            let grade = if self.is_latent(value) { Grade::Dangerous } else { Grade::Unknown };
            self.report(grade, "a later instruction can call it", |this| {
                format!("{} of {} set to {}", key, this.shown(object), this.shown(value))
            });
        }
    }

    /// What a wrapper of joblib puts between the instructions.
    fn joblib(&self, entry: u32, state: &[(&'a str, Value)]) -> Option<Foreign> {
        let entry = self.named(entry).filter(|entry| entry.name == "NumpyArrayWrapper")?;
        entry.module.starts_with("joblib").then_some(())?;
        let value = |name: &str| state.iter().find(|pair| pair.0 == name).map(|pair| pair.1);
        let Some(Value::Dtype(size)) = value("dtype") else { return None };
        if size == 0 {
            return Some(Foreign::Pickle);
        }
        let shape = value("shape")?;
        let count = self.arguments(shape).into_iter().try_fold(1_usize, |count, length| match length {
            Value::Int(length) => count.checked_mul(usize::try_from(length).ok()?),
            _ => None,
        })?;
        let length = count.checked_mul(index(size))?;
        Some(Foreign::Bytes {
            length,
            aligned: matches!(value("numpy_array_alignment_bytes"), Some(Value::Int(_))),
        })
    }

    /// Giving items or state to a global changes a class or module itself, or calls a method of it.
    pub(super) fn change(&mut self, target: Value, how: &'static str, grade: Grade) {
        if let Value::Global(entry) = target
            && !self.named(entry).is_some_and(|entry| self.options.allows(&entry.module, &entry.name))
        {
            self.report(grade, "changes a class, function or module itself", |this| {
                format!("{how} of {}", this.shown(target))
            });
        }
    }
}

/// What `BUILD` looks at: special attributes, hooks, what describes an array of joblib, a job of APScheduler.
#[inline]
pub(super) fn is_special_key(key: &[u8]) -> bool {
    key.starts_with(b"__")
        || matches!(
            key,
            b"append"
                | b"extend"
                | b"add"
                | b"dtype"
                | b"shape"
                | b"numpy_array_alignment_bytes"
                | b"func"
                | b"trigger"
        )
}
