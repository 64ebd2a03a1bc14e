//! The abstract interpreter: runs a pickle on values that stand for the real ones, and judges each call.

mod build;
mod entries;
mod state;

use std::borrow::Cow;
use std::collections::BTreeMap;

use self::build::UNCHECKED;
use self::entries::{Entries, Name};
pub(super) use self::entries::{Entry, Shown};
use super::findings::Findings;
use super::names::{self, Frequent, Judgement, Meaning};
use super::value::{Packed, Span, Value, index};
use super::{Finding, Grade, ScanOptions};
use crate::encode::compat;
use crate::error::{head, shown};

/// How many items of a tuple are kept: no function that is judged by its arguments has more that matter.
const KEPT_ITEMS: usize = 8;

/// For how many items of tuples there is room at first.
const FIRST_ITEMS: usize = 32;

pub(super) struct Interpreter<'a, 's> {
    input: &'a [u8],
    /// What is added to offsets: where the pickle starts in what is scanned.
    base: usize,
    options: &'s ScanOptions,
    pub(super) findings: &'s mut Findings,
    entries: Entries<'a>,
    /// The last two texts that stand in the input: often a module and a name in it.
    recent: [&'a str; 2],
    /// Whether the second of them is replaced next.
    second: bool,
    pub(super) items: Vec<Packed>,
    owned: Vec<Cow<'a, [u8]>>,
    owned_bytes: usize,
    dicts: u32,
    /// The entries of dicts that mean something to `BUILD`.
    special: BTreeMap<u32, Vec<(&'a str, Value)>>,
    /// What each `attrgetter` or `methodcaller` was made with: a path, and whether it calls.
    pub(super) getters: Vec<(String, bool)>,
    /// Pickles inside, which something here would load.
    nested: Vec<Cow<'a, [u8]>>,
    /// How many bytes of pickles inside may still be kept.
    room: usize,
    /// Whether a function that is judged by its arguments went where it is no longer seen.
    pub(super) hidden: bool,
    /// How many bytes follow the last `BUILD` that belong to joblib.
    foreign: Option<Foreign>,
    protocol: u8,
    /// How many instructions are run before it is asked whether they are too many, and how often that was asked.
    unchecked: u32,
    rounds: usize,
    pub(super) offset: usize,
}

/// Array data behind a wrapper of joblib.
#[derive(Clone, Copy)]
enum Foreign {
    Bytes { length: usize, aligned: bool },
    Pickle,
}

impl<'a, 's> Interpreter<'a, 's> {
    pub(super) fn new(input: &'a [u8], options: &'s ScanOptions, findings: &'s mut Findings) -> Self {
        Self {
            input,
            base: 0,
            options,
            findings,
            entries: Entries::default(),
            recent: [""; 2],
            second: false,
            items: Vec::new(),
            owned: Vec::new(),
            owned_bytes: 0,
            dicts: 0,
            special: BTreeMap::new(),
            getters: Vec::new(),
            nested: Vec::new(),
            room: input.len().saturating_mul(4).saturating_add(1 << 20),
            hidden: false,
            foreign: None,
            protocol: 0,
            unchecked: UNCHECKED,
            rounds: 0,
            offset: 0,
        }
    }

    /// Tells where the next pickle of the stream starts, and forgets what belonged to the one before.
    pub(super) fn start(&mut self, base: usize) {
        self.base = base;
        self.items.clear();
        self.owned.clear();
        self.owned_bytes = 0;
        if !self.special.is_empty() {
            self.special.clear();
        }
        (self.dicts, self.protocol, self.foreign) = (0, 0, None);
        (self.unchecked, self.rounds) = (UNCHECKED, 0);
    }

    /// Reports the names, and gives the pickles inside.
    pub(super) fn finish(mut self) -> Vec<Cow<'a, [u8]>> {
        for entry in self.entries.iter_mut().filter(|entry| entry.judgement.grade > Grade::Harmless) {
            let (grade, reason) = (entry.judgement.grade, entry.judgement.reason);
            if self.findings.wants(grade) {
                let what = entry.call.take().map_or_else(|| entry.escaped(), Cow::Owned);
                self.findings.add(Finding { grade, offset: entry.offset, what, reason });
            }
        }
        self.nested
    }

    /// Reports something at the instruction that is being run.
    pub(super) fn report(&mut self, grade: Grade, reason: &'static str, what: impl FnOnce(&Self) -> String) {
        if grade > Grade::Harmless && self.findings.wants(grade) {
            let what = what(self).into();
            self.findings.add(Finding { grade, offset: self.base + self.offset, what, reason });
        }
    }

    pub(super) fn danger(&mut self, reason: &'static str, what: impl FnOnce(&Self) -> String) {
        self.report(Grade::Dangerous, reason, what);
    }

    /// About how many bytes are kept.
    fn weight(&self) -> usize {
        self.items.len() * size_of::<Packed>()
            + self.owned.len() * 64
            + self.owned_bytes
            + self.special.len() * 200
            + self.entries.len() * 400
            + self.getters.len() * 64
    }

    /// The entry of a name as the pickle has it.
    fn entry(&mut self, module: Cow<'a, str>, name: Cow<'a, str>) -> u32 {
        let key = Name { old: self.protocol < 3, module, name };
        if let Some(entry) = self.entries.find(&key) {
            return entry;
        }
        let (module, name) = (&*key.module, &*key.name);
        if !key.old
            && let Some(Frequent { module, name, words, judgement }) = names::frequent(module, name)
        {
            let (module, name) = (Cow::Borrowed(module), Cow::Borrowed(name));
            return self.add_entry(Some(key), module, name, Shown::Frequent(words), judgement);
        }
        let mut judgement = names::judge(module, name);
        let (mut module3, mut name3) = (key.module.clone(), key.name.clone());
        if key.old {
            let renamed = compat::to_python3(crate::graph::Global { module, name });
            if renamed != (module, name) {
                let renamed_judgement = names::judge(renamed.0, renamed.1);
                if judgement.grade < Grade::Dangerous || renamed_judgement.grade == Grade::Dangerous {
                    judgement = renamed_judgement;
                }
                (module3, name3) = (Cow::Owned(renamed.0.to_owned()), Cow::Owned(renamed.1.to_owned()));
            }
        }
        self.add_entry(Some(key), module3, name3, Shown::Key, judgement)
    }

    pub(super) fn add_entry(
        &mut self,
        key: Option<Name<'a>>,
        module: Cow<'a, str>,
        name: Cow<'a, str>,
        shown: Shown,
        judgement: Judgement,
    ) -> u32 {
        let judgement = if self.options.allows(&module, &name) {
            Judgement { grade: Grade::Harmless, reason: names::HARMLESS, meaning: None }
        } else {
            judgement
        };
        let ordinary = judgement.meaning.is_none()
            && judgement.grade < Grade::Dangerous
            && !matches!((&*module, &*name), ("builtins", "type") | ("numpy", "dtype"));
        let offset = self.base + self.offset;
        self.entries.add(Entry { key, module, name, shown, judgement, offset, call: None, ordinary })
    }

    /// The entry of an attribute of an entry's value.
    pub(super) fn attribute_entry(&mut self, entry: u32, made: bool, attribute: &str) -> u32 {
        let Some(base) = self.entries.get(entry) else { return u32::MAX };
        let joint = if made { "(…)." } else { "." };
        let name = [&base.name, joint, attribute].concat();
        let key = Name { old: false, module: base.module.clone(), name: name.into() };
        if let Some(entry) = self.entries.find(&key) {
            return entry;
        }
        let module = base.module.clone();
        let name =
            if base.name.is_empty() { attribute.to_owned() } else { [&base.name, ".", attribute].concat() };
        let shown = shown(&[&base.text(), joint, attribute].concat()).into_owned();
        let allowed = self.options.allows(&module, &base.name);
        let judgement = if allowed { base.judgement } else { names::judge(&module, &name) };
        self.add_entry(Some(key), module, Cow::Owned(name), Shown::Reached(shown), judgement)
    }

    pub(super) fn named(&self, entry: u32) -> Option<&Entry<'a>> {
        self.entries.get(entry)
    }

    /// Notes how an entry is called, once.
    pub(super) fn note_call(&mut self, entry: u32, arguments: &[Value]) {
        let offset = self.base + self.offset;
        let words = match self.named(entry) {
            Some(named) if named.judgement.grade == Grade::Dangerous && named.call.is_none() => {
                [&*named.escaped(), " called with ", &self.shown_all(arguments)].concat()
            }
            _ => return,
        };
        if let Some(named) = self.entries.get_mut(entry) {
            named.call = Some(words);
            named.offset = named.offset.min(offset);
        }
    }

    /// The text of a value, when it is known.
    pub(super) fn text(&self, value: Value) -> Option<&str> {
        match value {
            Value::Str(span) => std::str::from_utf8(span.bytes(self.input)).ok(),
            Value::Owned(owned) => {
                self.owned.get(index(owned)).and_then(|bytes| std::str::from_utf8(bytes).ok())
            }
            _ => None,
        }
    }

    /// The same, borrowed from the input where it stands there.
    fn name_text(&self, value: Value) -> Option<Cow<'a, str>> {
        match value {
            Value::Str(span) => self.recent_text(span).map(Cow::Borrowed),
            value => self.text(value).map(|text| Cow::Owned(text.to_owned())),
        }
    }

    /// A text of the input, which is not looked at once more where it was among the last.
    fn recent_text(&self, span: Span) -> Option<&'a str> {
        let bytes = span.bytes(self.input);
        let is_same = |text: &&&str| text.len() == bytes.len() && text.as_ptr() == bytes.as_ptr();
        self.recent.iter().find(is_same).copied().or_else(|| std::str::from_utf8(bytes).ok())
    }

    /// The bytes of a value, when they are known.
    pub(super) fn data(&self, value: Value) -> Option<Cow<'a, [u8]>> {
        match value {
            Value::Bytes(span) | Value::Str(span) => Some(Cow::Borrowed(span.bytes(self.input))),
            Value::Owned(owned) => self.owned.get(index(owned)).cloned(),
            Value::Encoded(span) => latin1(span.bytes(self.input)),
            Value::EncodedOwned(owned) => {
                latin1(self.owned.get(index(owned))?).map(|bytes| Cow::Owned(bytes.into_owned()))
            }
            _ => None,
        }
    }

    /// Keeps a pickle inside for later. A borrowed one takes no room but that of the reference.
    pub(super) fn look_into(&mut self, bytes: Cow<'a, [u8]>) {
        let size = if let Cow::Owned(bytes) = &bytes { bytes.len() } else { size_of::<Cow<'_, [u8]>>() };
        match self.room.checked_sub(size) {
            Some(room) => {
                self.room = room;
                self.nested.push(bytes);
            }
            None => self.room = 0,
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.room > 0
    }

    pub(super) fn arguments(&self, value: Value) -> Vec<Value> {
        match value {
            Value::Tuple { start, length } => {
                let kept = index(length).min(KEPT_ITEMS);
                let items = self.items.get(index(start)..).and_then(|items| items.get(..kept));
                items.unwrap_or_default().iter().map(|item| item.value()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Values in words, as a call shows its arguments: the first of them where there are many.
    pub(super) fn shown_all(&self, values: &[Value]) -> String {
        const MOST: usize = 8;
        let mut shown: Vec<String> = values.iter().take(MOST).map(|value| self.shown(*value)).collect();
        if let more @ 1.. = values.len().saturating_sub(MOST) {
            shown.push(format!("and {more} more"));
        }
        if shown.is_empty() { "nothing".into() } else { shown.join(", ") }
    }

    pub(super) fn shown(&self, value: Value) -> String {
        match value {
            Value::Plain => "a value".into(),
            Value::Int(number) => number.to_string(),
            Value::Str(span) | Value::Encoded(span) => quoted(span.bytes(self.input)),
            Value::Bytes(span) => ["b", &quoted(span.bytes(self.input))].concat(),
            Value::Owned(owned) | Value::EncodedOwned(owned) => {
                quoted(self.owned.get(index(owned)).map_or(&[], |bytes| bytes))
            }
            Value::Dict(_) => "a dict".into(),
            Value::Tuple { .. } => "a tuple".into(),
            Value::Global(entry) => {
                self.named(entry).map_or_else(String::new, |entry| entry.escaped().into())
            }
            Value::Made(entry) => {
                self.named(entry).map_or_else(String::new, |entry| [&*entry.escaped(), "(…)"].concat())
            }
            Value::Dtype(_) => "a dtype".into(),
            Value::Getter(getter) => {
                let attribute = self.getters.get(index(getter)).map_or("", |getter| &getter.0);
                ["a getter of ", &quoted(attribute.as_bytes())].concat()
            }
            Value::Anything => "something from outside".into(),
        }
    }

    /// Whether a value is a function that is judged by its arguments: it must not go where its calls are not seen.
    pub(super) fn is_latent(&self, value: Value) -> bool {
        match value {
            Value::Global(entry) => self.named(entry).is_some_and(|entry| {
                !matches!(
                    entry.judgement.meaning,
                    None | Some(Meaning::Encode | Meaning::New | Meaning::ItemGetter)
                )
            }),
            Value::Getter(_) => true,
            _ => false,
        }
    }

    #[inline]
    fn hide(&mut self, values: &[Packed]) {
        for value in values.iter().filter(|value| value.is_function()).map(|value| value.value()) {
            if self.is_latent(value) {
                self.hidden = true;
                self.report(Grade::Unknown, "goes where its calls are not seen", |this| this.shown(value));
            }
        }
    }

    fn own(&mut self, bytes: Cow<'a, [u8]>) -> Value {
        if let Cow::Owned(bytes) = &bytes {
            self.owned_bytes += bytes.len();
        }
        self.owned.push(bytes);
        Value::Owned(u32::try_from(self.owned.len() - 1).unwrap_or(u32::MAX))
    }

    fn keep(&mut self, items: &[Packed]) -> Value {
        let start = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        if self.items.capacity() == 0 {
            self.items.reserve(FIRST_ITEMS);
        }
        self.items.extend_from_slice(items.get(..KEPT_ITEMS).unwrap_or(items));
        Value::Tuple { start, length: u32::try_from(items.len()).unwrap_or(u32::MAX) }
    }

    /// The result of a call that does not depend on its arguments, as nearly all do not.
    #[inline]
    fn ordinary_call(&self, callable: Value) -> Option<Value> {
        let Value::Global(entry) = callable else { return None };
        let ordinary = !self.hidden && self.named(entry)?.ordinary;
        ordinary.then_some(Value::Made(entry))
    }
}

/// The bytes that a text stands for in Latin-1.
fn latin1(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    let text = std::str::from_utf8(text).ok()?;
    if text.is_ascii() {
        return Some(Cow::Borrowed(text.as_bytes()));
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(letter).ok()).collect();
    bytes.map(Cow::Owned)
}

/// Texts of the pickle as findings show them.
fn quoted(bytes: &[u8]) -> String {
    const SHOWN: usize = 60;
    let head = bytes.get(..SHOWN).unwrap_or(bytes);
    let text: String = String::from_utf8_lossy(head).chars().flat_map(char::escape_debug).collect();
    let end = if bytes.len() > SHOWN { "…" } else { "" };
    ["'", &text, end, "'"].concat()
}

fn shown_name(name: &str) -> String {
    escaped(shown(name))
}

fn escaped(name: Cow<'_, str>) -> String {
    // Without a way out of the loop, which takes many bytes at a time then.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'.') | (byte == b'_');
    if name.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
        return name.into_owned(); // nearly all names
    }
    name.chars().flat_map(char::escape_debug).collect()
}
