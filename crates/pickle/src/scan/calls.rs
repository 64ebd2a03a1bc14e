//! What a call would do: `getattr` on a class of dates is harmless, on a module it is not.

use std::borrow::Cow;

use super::Grade;
use super::interpreter::{Interpreter, Shown};
use super::names::{self, Judgement, Meaning};
use super::value::{Value, index};

const NOT_SEEN: &str = "what it would do cannot be seen";
const HIGHER: &str = "calls a function that is judged by its arguments, which are not seen";

impl Interpreter<'_, '_> {
    /// Judges a call and gives what stands for its result.
    pub(super) fn judge_call(&mut self, callable: Value, arguments: &[Value]) -> Value {
        match callable {
            Value::Global(entry) => self.call_entry(entry, arguments),
            Value::Getter(getter) => self.call_getter(getter, arguments),
            Value::Made(entry) => self.call_made(entry, callable, arguments),
            Value::Anything => {
                self.report(Grade::Unknown, NOT_SEEN, |this| this.call_words(callable, arguments));
                Value::Anything
            }
            // The rest cannot be called: Python stops here.
            _ => Value::Plain,
        }
    }

    fn call_words(&self, callable: Value, arguments: &[Value]) -> String {
        [&self.shown(callable), " called with ", &self.shown_all(arguments)].concat()
    }

    fn call_entry(&mut self, entry: u32, arguments: &[Value]) -> Value {
        let Some(named) = self.named(entry) else { return Value::Anything };
        let Judgement { grade, reason, meaning } = named.judgement;
        if let Some(meaning) = meaning {
            return self.call_meaning(meaning, entry, arguments);
        }
        let is_type = named.module == "builtins" && named.name == "type" && arguments.len() > 1;
        if named.name == "dtype" && named.module == "numpy" {
            return self.dtype(entry, arguments);
        }
        if grade == Grade::Dangerous {
            self.note_call(entry, arguments);
        } else if reason != names::APPLICATION && arguments.iter().any(|argument| self.is_latent(*argument)) {
            self.danger(HIGHER, |this| this.call_words(Value::Global(entry), arguments));
        } else if is_type {
            self.report(Grade::Unknown, "makes a class", |this| {
                this.call_words(Value::Global(entry), arguments)
            });
        }
        Value::Made(entry)
    }

    /// Calling what a call gave. Functions of Python itself can give back what was hidden in a container.
    fn call_made(&mut self, entry: u32, callable: Value, arguments: &[Value]) -> Value {
        let loaded = self.named(entry).is_some_and(|named| named.judgement.meaning == Some(Meaning::Loads));
        let hidden = self.hidden || loaded || arguments.iter().any(|argument| self.is_latent(*argument));
        let grade = if hidden { Grade::Dangerous } else { Grade::Unknown };
        self.report(grade, NOT_SEEN, |this| this.call_words(callable, arguments));
        Value::Anything
    }

    fn call_meaning(&mut self, meaning: Meaning, entry: u32, arguments: &[Value]) -> Value {
        let first = arguments.first().copied().unwrap_or(Value::Plain);
        match meaning {
            Meaning::Getattr => return self.getattr(entry, arguments),
            Meaning::AttrGetter | Meaning::MethodCaller => return self.getter(meaning, entry, arguments),
            Meaning::ItemGetter => return Value::Made(entry),
            Meaning::Encode => return self.encode(entry, arguments),
            Meaning::New => return self.judge_call(first, arguments.get(1..).unwrap_or_default()),
            Meaning::Loads => self.loads(entry, first, arguments),
            Meaning::Reloads => self.reloads(entry, first, arguments),
            Meaning::BuiltinType => {
                return self.by_name(entry, first, arguments, |name| ("types".into(), name.into()));
            }
            Meaning::Import => {
                return self.by_name(entry, first, arguments, |name| match name.rsplit_once('.') {
                    Some((module, last)) => (module.into(), last.into()),
                    None => (name.into(), String::new()),
                });
            }
            Meaning::AppAttribute => {
                let judgement = self.text(first).map(names::judge_method);
                if judgement.is_none_or(|judgement| judgement.grade == Grade::Dangerous) {
                    self.danger(NOT_SEEN, |this| this.call_words(Value::Global(entry), arguments));
                }
            }
            Meaning::Partial | Meaning::Calls => {
                let callable = matches!(
                    first,
                    Value::Global(_)
                        | Value::Made(_)
                        | Value::Anything
                        | Value::Plain
                        | Value::Dict(_)
                        | Value::Tuple { .. }
                );
                if !callable
                    || arguments.is_empty()
                    || arguments.iter().any(|argument| self.is_latent(*argument))
                {
                    self.danger(HIGHER, |this| this.call_words(Value::Global(entry), arguments));
                }
                if let Value::Global(called) = first {
                    self.note_call(called, arguments.get(1..).unwrap_or_default());
                }
            }
        }
        Value::Made(entry)
    }

    /// `getattr(object, name)`: the attribute of a known object is judged like a dotted name.
    fn getattr(&mut self, entry: u32, arguments: &[Value]) -> Value {
        let (Some(object), Some(name)) = (arguments.first().copied(), arguments.get(1).copied()) else {
            self.danger(NOT_SEEN, |this| this.call_words(Value::Global(entry), arguments));
            return Value::Anything;
        };
        let Some(name) = self.text(name).map(str::to_owned) else {
            self.danger("the name of the attribute cannot be seen", |this| {
                this.call_words(Value::Global(entry), arguments)
            });
            return Value::Anything;
        };
        self.attribute(object, &name, entry, arguments)
    }

    fn attribute(&mut self, object: Value, name: &str, by: u32, arguments: &[Value]) -> Value {
        match object {
            Value::Global(base) | Value::Made(base) => {
                let attribute = self.attribute_entry(base, matches!(object, Value::Made(_)), name);
                let dangerous =
                    self.named(attribute).is_some_and(|named| named.judgement.grade == Grade::Dangerous);
                if dangerous {
                    self.danger("reaches a dangerous attribute", |this| {
                        this.call_words(Value::Global(by), arguments)
                    });
                }
                Value::Global(attribute)
            }
            _ => {
                let judgement = names::judge_method(name);
                self.report(judgement.grade, judgement.reason, |this| {
                    this.call_words(Value::Global(by), arguments)
                });
                Value::Anything
            }
        }
    }

    /// `attrgetter` and `methodcaller` do nothing yet; they must name an attribute that can be seen.
    fn getter(&mut self, meaning: Meaning, entry: u32, arguments: &[Value]) -> Value {
        let calls = meaning == Meaning::MethodCaller;
        let named = if calls { arguments.get(..1).unwrap_or_default() } else { arguments };
        let safe = |value: &Value| {
            self.text(*value).is_some_and(|name| {
                names::is_dotted_name(name) && names::judge_method(name).grade < Grade::Dangerous
            })
        };
        if named.is_empty() || !named.iter().all(safe) {
            self.danger("reaches a dangerous attribute, or one that cannot be seen", |this| {
                this.call_words(Value::Global(entry), arguments)
            });
        }
        let [attribute] = named else { return Value::Made(entry) };
        let Some(attribute) = self.text(*attribute).map(str::to_owned) else { return Value::Made(entry) };
        self.getters.push((attribute, calls));
        Value::Getter(u32::try_from(self.getters.len() - 1).unwrap_or(u32::MAX))
    }

    fn call_getter(&mut self, getter: u32, arguments: &[Value]) -> Value {
        let object = arguments.first().copied().unwrap_or(Value::Plain);
        let Some((attribute, calls)) = self.getters.get(index(getter)).cloned() else {
            return Value::Anything;
        };
        let getter = Value::Getter(getter);
        let mut reached = object;
        for segment in attribute.split('.') {
            reached = match reached {
                Value::Global(base) => Value::Global(self.attribute_entry(base, false, segment)),
                Value::Made(base) => Value::Global(self.attribute_entry(base, true, segment)),
                _ => Value::Anything,
            };
        }
        if matches!(object, Value::Anything) || (calls && matches!(reached, Value::Anything)) {
            self.report(Grade::Unknown, NOT_SEEN, |this| this.call_words(getter, arguments));
        }
        if calls { self.judge_call(reached, arguments.get(1..).unwrap_or_default()) } else { reached }
    }

    /// A pickle inside the pickle is scanned as well. No library has one loaded, so it is dangerous whatever it holds.
    fn loads(&mut self, entry: u32, data: Value, arguments: &[Value]) {
        self.hidden = true;
        if self.has_room()
            && let Some(bytes) = self.data(data)
        {
            self.look_into(bytes);
        }
        self.danger("loads a pickle that is hidden in this one", |this| {
            this.call_words(Value::Global(entry), arguments)
        });
    }

    /// Tensors of torch hold bytes that are loaded like a file of their own: what is in them decides. Zip archives are not
    /// looked into here.
    fn reloads(&mut self, entry: u32, data: Value, arguments: &[Value]) {
        match self.data(data) {
            Some(bytes) if bytes.starts_with(&[0x80]) => self.look_into(bytes),
            _ => self.danger(NOT_SEEN, |this| this.call_words(Value::Global(entry), arguments)),
        }
    }

    fn encode(&mut self, entry: u32, arguments: &[Value]) -> Value {
        let latin = arguments.get(1).and_then(|codec| self.text(*codec));
        let latin = latin.is_some_and(|codec| matches!(codec, "latin1" | "latin-1" | "iso-8859-1" | "ascii"));
        match arguments.first() {
            Some(Value::Str(text)) if latin => Value::Encoded(*text),
            Some(Value::Owned(text)) if latin => Value::EncodedOwned(*text),
            _ => Value::Made(entry),
        }
    }

    /// A function that looks up a name which is an argument.
    fn by_name(
        &mut self,
        entry: u32,
        name: Value,
        arguments: &[Value],
        names_of: impl FnOnce(&str) -> (String, String),
    ) -> Value {
        let Some(text) = self.text(name).map(str::to_owned) else {
            self.danger(NOT_SEEN, |this| this.call_words(Value::Global(entry), arguments));
            return Value::Anything;
        };
        let (module, name) = names_of(&text);
        let judgement = if name.is_empty() {
            names::judge_module(&module)
        } else {
            names::worse(names::judge(&module, &name), names::judge_module(&module_of(&module, &text)))
        };
        if judgement.grade == Grade::Dangerous {
            self.note_call(entry, arguments);
            self.danger(judgement.reason, |this| this.call_words(Value::Global(entry), arguments));
        }
        let shown = if name.is_empty() { module.clone() } else { [&*module, ".", &name].concat() };
        let shown = Shown::Reached(shown);
        Value::Global(self.add_entry(None, Cow::Owned(module), Cow::Owned(name), shown, judgement))
    }

    /// `numpy.dtype('<f8', …)`: how many bytes an item takes, as joblib puts items between the instructions.
    fn dtype(&mut self, entry: u32, arguments: &[Value]) -> Value {
        let size = arguments.first().and_then(|code| item_size(self.text(*code)?));
        size.map_or(Value::Made(entry), Value::Dtype)
    }
}

/// The module whose import a dotted name of an import means: itself where it is a module, else its package.
fn module_of(package: &str, whole: &str) -> String {
    if package == "types" { package.to_owned() } else { whole.to_owned() }
}

/// The size in bytes that a type code of numpy has, 0 for Python objects.
fn item_size(code: &str) -> Option<u32> {
    let code = code.trim_start_matches(['<', '>', '=', '|']);
    let kind = code.chars().next()?;
    if kind == '?' {
        return Some(1);
    }
    let number: u32 = code.get(1..)?.parse().ok()?;
    match kind {
        'O' => Some(0),
        'U' => number.checked_mul(4),
        'b' | 'i' | 'u' | 'f' | 'c' | 'm' | 'M' | 'S' | 'V' | 'a' => Some(number),
        _ => None,
    }
}
