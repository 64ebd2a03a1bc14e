//! Objects of the standard library and instances of classes, as CPython pickles them.

use core::net::IpAddr;
use std::borrow::Cow;

use serde::ser::Serialize;

use super::compound::{Compound, Shape, Then};
use super::scalar::{Scalar, scalar};
use super::{Serializer, Special, split_path};
use crate::bigint::BigInt;
use crate::encode::BATCH;
use crate::encode::compat;
use crate::encode::writer::Writer;
use crate::error::{Error, Result};
use crate::graph::Global;
use crate::opcode::Opcode;
use crate::protocol::Protocol;
use crate::types::kind::{Kind, Text, parse};
use crate::types::{Callable, Clock, Date, DateTime, Fraction, IpAddress, Time, TimeDelta, Uuid, Zone};

/// The bit of a state's month or hour that says `fold`, from protocol 4.
const FOLD: u8 = 0x80;

impl<'w> Serializer<'w> {
    /// Writes the object that a text of [`crate::types`] stands for.
    pub(super) fn text(&mut self, kind: Kind, text: &str) -> Result<()> {
        match kind {
            Kind::Date => self.date(parse(text)?),
            Kind::Time => self.time(&parse(text)?),
            Kind::DateTime => self.datetime(&parse(text)?),
            Kind::TimeDelta => timedelta(&mut self.writer, parse(text)?),
            Kind::Zone => self.zone(&parse(text)?),
            Kind::Decimal => call_with_text(&mut self.writer, ("decimal", "Decimal"), text),
            Kind::Fraction => fraction(&mut self.writer, &parse(text)?),
            Kind::Uuid => self.uuid(parse(text)?),
            Kind::PurePosixPath | Kind::PosixPath | Kind::PureWindowsPath | Kind::WindowsPath => {
                path(&mut self.writer, kind.title(), text)
            }
            Kind::IpAddress => ip_address(&mut self.writer, &parse(text)?),
            Kind::IpNetwork => {
                call_with_text(&mut self.writer, ip_class(text, "IPv4Network", "IPv6Network"), text)
            }
            Kind::IpInterface => {
                call_with_text(&mut self.writer, ip_class(text, "IPv4Interface", "IPv6Interface"), text)
            }
            Kind::Global => {
                let callable: Callable = parse(text)?;
                global(&mut self.writer, &callable.module, &callable.name)
            }
        }
    }

    fn date(&mut self, date: Date) -> Result<()> {
        let writer = &mut self.writer;
        start(writer, ("datetime", "date"), 1)?;
        writer.bytes(&date.state())?;
        writer.end_call(1).map(drop)
    }

    fn time(&mut self, time: &Time) -> Result<()> {
        self.moment("time", &[], time.clock, time.zone.as_ref(), 0)
    }

    fn datetime(&mut self, datetime: &DateTime) -> Result<()> {
        self.moment("datetime", &datetime.date.state(), datetime.clock, datetime.zone.as_ref(), 2)
    }

    /// A call of a state and a zone. The fold is a bit of the byte at `fold`.
    fn moment(
        &mut self,
        class: &str,
        date: &[u8],
        clock: Clock,
        zone: Option<&Zone>,
        fold: usize,
    ) -> Result<()> {
        let mut state = [date, &clock.state()].concat();
        if clock.fold() && self.writer.framing() {
            state[fold] |= FOLD;
        }
        let arguments = 1 + usize::from(zone.is_some());
        start(&mut self.writer, ("datetime", class), arguments)?;
        self.writer.bytes(&state)?;
        if let Some(zone) = zone {
            self.writer.boundary()?;
            self.zone(zone)?;
        }
        self.writer.end_call(arguments).map(drop)
    }

    /// A zone, once for each pickle.
    fn zone(&mut self, zone: &Zone) -> Result<()> {
        let text = zone.write();
        if let Some(number) = self.zones.get(&text) {
            self.writer.get(*number);
            return Ok(());
        }
        let number = new_zone(&mut self.writer, zone)?;
        self.zones.insert(text, number);
        Ok(())
    }

    fn uuid(&mut self, uuid: Uuid) -> Result<()> {
        self.new_instance("uuid", "UUID")?;
        let writer = &mut self.writer;
        writer.boundary()?;
        writer.empty(Opcode::EmptyDict);
        writer.memoize()?;
        writer.name(Cow::Borrowed("int"))?;
        writer.boundary()?;
        writer.long(BigInt::from(u128::from_be_bytes(uuid.0)).as_le_bytes())?;
        writer.op(Opcode::SetItem);
        writer.op(Opcode::Build);
        Ok(())
    }

    /// An instance of a class, without arguments and without its state.
    fn new_instance(&mut self, module: &str, name: &str) -> Result<()> {
        let writer = &mut self.writer;
        writer.boundary()?;
        if writer.protocol < Protocol::V2 {
            writer.start_call("__newobj__", 1)?;
            writer.boundary()?;
            global(writer, module, name)?;
            return writer.end_call(1).map(drop);
        }
        global(writer, module, name)?;
        writer.boundary()?;
        writer.empty(Opcode::EmptyTuple);
        writer.op(Opcode::NewObj);
        writer.memoize().map(drop)
    }

    /// A class or another global, by its path.
    pub(super) fn class(&mut self, path: &'static str) -> Result<()> {
        self.writer.boundary()?;
        let (module, name) = split_path(path);
        global(&mut self.writer, module, name)
    }

    /// The member of an enumeration, by its name; or the class that a variant names.
    pub(super) fn member(&mut self, enumeration: &'static str, variant: &'static str) -> Result<()> {
        if super::is_path(variant) {
            return self.class(variant);
        }
        self.writer.boundary()?;
        let (module, name) = split_path(enumeration);
        global(&mut self.writer, module, &format!("{name}.{variant}"))
    }

    /// An instance of a class, whose state is a dict of its fields.
    pub(super) fn instance(&mut self, path: &'static str, fields: usize) -> Result<Compound<'_, 'w>> {
        let then = Then::Build { in_key: self.in_key };
        self.enter()?;
        let (module, name) = split_path(path);
        self.new_instance(module, name)?;
        self.in_key = false; // an instance is hashed by its identity, or as its class says
        if fields == 0 {
            return Ok(Compound::new(self, Shape::Nothing, Some(0)).then(then));
        }
        self.writer.boundary()?;
        self.writer.empty(Opcode::EmptyDict);
        self.writer.memoize()?;
        Ok(Compound::new(self, Shape::Dict, Some(fields)).then(then))
    }

    /// A named tuple: a class that is made with its items.
    pub(super) fn named_tuple(&mut self, path: &'static str, length: usize) -> Result<Compound<'_, 'w>> {
        self.enter()?;
        let (module, name) = split_path(path);
        if self.writer.protocol < Protocol::V2 {
            self.writer.start_call("__newobj__", length + 1)?;
            self.writer.boundary()?;
            global(&mut self.writer, module, name)?;
            return Ok(Compound::new(self, Shape::Call(length + 1), Some(length)));
        }
        global(&mut self.writer, module, name)?;
        self.writer.boundary()?;
        if length > 0 {
            self.writer.start_tuple(length);
        }
        Ok(Compound::new(self, Shape::Tuple(length), Some(length)).then(Then::NewObj))
    }

    /// An instance that is made with one value.
    pub(super) fn wrapping_instance<T: Serialize + ?Sized>(
        &mut self,
        path: &'static str,
        value: &T,
    ) -> Result<()> {
        let mut tuple = self.named_tuple(path, 1)?;
        serde::ser::SerializeTuple::serialize_element(&mut tuple, value)?;
        serde::ser::SerializeTuple::end(tuple)
    }

    pub(super) fn ordered_dict(&mut self, length: Option<usize>) -> Result<Compound<'_, 'w>> {
        self.hashable("OrderedDict")?;
        self.enter()?;
        start(&mut self.writer, ("collections", "OrderedDict"), 0)?;
        self.writer.end_call(0)?;
        Ok(Compound::new(self, Shape::Pairs, length))
    }

    pub(super) fn counter(&mut self, length: Option<usize>) -> Result<Compound<'_, 'w>> {
        self.hashable("Counter")?;
        start(&mut self.writer, ("collections", "Counter"), 1)?;
        self.dict(length).map(|dict| dict.then(Then::Call(1)))
    }

    /// A `defaultdict` or `deque`, whose parts come by their names.
    pub(super) fn parts(&mut self, class: &'static str) -> Result<Compound<'_, 'w>> {
        self.hashable(class)?;
        self.enter()?;
        Ok(Compound::new(self, Shape::Parts(class), None))
    }

    /// A part of a `defaultdict` or `deque`: what it is made with comes first.
    pub(super) fn part<T: Serialize + ?Sized>(
        &mut self,
        class: &'static str,
        name: &str,
        value: &T,
    ) -> Result<()> {
        if name == "items" {
            self.special = Some(Special::Into);
            let written = value.serialize(&mut *self);
            self.special = None;
            return written;
        }
        let arguments = match (class, scalar(value)?) {
            (_, Scalar::None) => 0,
            ("deque", Scalar::Int(_)) => 2,
            _ => 1,
        };
        start(&mut self.writer, ("collections", class), arguments)?;
        match scalar(value)? {
            Scalar::Int(maxlen) => {
                self.writer.empty(Opcode::EmptyTuple);
                self.writer.long(BigInt::from(maxlen).as_le_bytes())?;
            }
            Scalar::Str(factory) => self.text(Kind::Global, &factory)?,
            Scalar::None => {}
            Scalar::Float(_) => return Err(Error::data("a float was not expected")),
        }
        self.writer.end_call(arguments).map(drop)
    }

    /// Items for the object that is on the stack.
    pub(super) fn items_for_top(&mut self, shape: Shape, length: Option<usize>) -> Result<Compound<'_, 'w>> {
        self.deeper()?;
        Ok(Compound::new(self, shape, length))
    }

    pub(super) fn array(&mut self, code: char) -> Result<Compound<'_, 'w>> {
        self.hashable("array")?;
        self.enter()?;
        Ok(Compound::new(self, Shape::Array(code), None))
    }
}

/// A global, under the name that the protocol asks for.
fn global(writer: &mut Writer<'_>, module: &str, name: &str) -> Result<()> {
    let (module, name) = compat::renamed(Global { module, name }, 3, writer.protocol.number());
    if name.contains('.') && !writer.framing() {
        return writer.nested_global(module, name).map(drop);
    }
    writer.global(module, name).map(drop)
}

/// A class that is to be called; its arguments come next.
fn start(writer: &mut Writer<'_>, class: (&str, &str), arguments: usize) -> Result<()> {
    writer.boundary()?;
    global(writer, class.0, class.1)?;
    writer.boundary()?;
    if arguments > 0 {
        writer.start_tuple(arguments);
    }
    Ok(())
}

fn call_with_text(writer: &mut Writer<'_>, class: (&str, &str), text: &str) -> Result<()> {
    start(writer, class, 1)?;
    writer.str(text.as_bytes())?;
    writer.end_call(1).map(drop)
}

fn timedelta(writer: &mut Writer<'_>, delta: TimeDelta) -> Result<()> {
    start(writer, ("datetime", "timedelta"), 3)?;
    writer.int(delta.days().into());
    writer.int(delta.seconds().into());
    writer.int(delta.microseconds().into());
    writer.end_call(3).map(drop)
}

fn new_zone(writer: &mut Writer<'_>, zone: &Zone) -> Result<u32> {
    match zone {
        Zone::Fixed { offset, name } => {
            let arguments = 1 + usize::from(name.is_some());
            start(writer, ("datetime", "timezone"), arguments)?;
            timedelta(writer, *offset)?;
            if let Some(name) = name {
                writer.str(name.as_bytes())?;
            }
            writer.end_call(arguments)
        }
        Zone::Named(key) => {
            writer.start_call("getattr", 2)?;
            global(writer, "zoneinfo", "ZoneInfo")?;
            writer.name(Cow::Borrowed("_unpickle"))?;
            writer.end_call(2)?;
            writer.boundary()?;
            writer.start_tuple(2);
            writer.str(key.as_bytes())?;
            writer.int(1); // from the cache, as `ZoneInfo(key)` is
            writer.end_call(2)
        }
        Zone::Pytz { key, period: None } if key == "UTC" => {
            start(writer, ("pytz", "_UTC"), 0)?;
            writer.end_call(0)
        }
        Zone::Pytz { key, period } => {
            let arguments = if period.is_some() { 4 } else { 1 };
            start(writer, ("pytz", "_p"), arguments)?;
            writer.str(key.as_bytes())?;
            if let Some((offset, dst, name)) = period {
                for part in [offset, dst] {
                    writer.int(i64::from(part.days()) * 86_400 + i64::from(part.seconds()));
                }
                writer.str(name.as_bytes())?;
            }
            writer.end_call(arguments)
        }
        Zone::PytzFixed { minutes } => {
            start(writer, ("pytz", "FixedOffset"), 1)?;
            writer.int((*minutes).into());
            writer.end_call(1)
        }
    }
}

fn fraction(writer: &mut Writer<'_>, fraction: &Fraction) -> Result<()> {
    start(writer, ("fractions", "Fraction"), 2)?;
    writer.long(fraction.numerator().as_le_bytes())?;
    writer.boundary()?;
    writer.long(fraction.denominator().as_le_bytes())?;
    writer.end_call(2).map(drop)
}

/// A path is made of its whole text, which every release takes apart by itself.
fn path(writer: &mut Writer<'_>, class: &str, text: &str) -> Result<()> {
    if text != "." {
        return call_with_text(writer, ("pathlib", class), text);
    }
    start(writer, ("pathlib", class), 0)?;
    writer.end_call(0).map(drop)
}

fn ip_class(text: &str, v4: &'static str, v6: &'static str) -> (&'static str, &'static str) {
    ("ipaddress", if text.contains(':') { v6 } else { v4 })
}

fn ip_address(writer: &mut Writer<'_>, address: &IpAddress) -> Result<()> {
    let IpAddr::V4(number) = address.address() else {
        return call_with_text(writer, ("ipaddress", "IPv6Address"), &address.to_string());
    };
    start(writer, ("ipaddress", "IPv4Address"), 1)?;
    writer.int(number.to_bits().into());
    writer.end_call(1).map(drop)
}

/// Type code, code of the machine format (little-endian), size of an item.
const ARRAYS: [(char, i64, usize); 10] = [
    ('b', 1, 1),
    ('B', 0, 1),
    ('h', 4, 2),
    ('H', 2, 2),
    ('i', 8, 4),
    ('I', 6, 4),
    ('q', 12, 8),
    ('Q', 10, 8),
    ('f', 14, 4),
    ('d', 16, 8),
];

fn row(code: char) -> Result<(char, i64, usize)> {
    let row = ARRAYS.iter().find(|row| row.0 == code);
    row.copied().ok_or_else(|| Error::data(format!("an array of no type code {code:?}")))
}

/// Packs a number as an item of an array.
pub(super) fn pack<T: Serialize + ?Sized>(value: &T, code: char, into: &mut Vec<u8>) -> Result<()> {
    let (_, _, size) = row(code)?;
    match (code, scalar(value)?) {
        #[allow(clippy::cast_possible_truncation, reason = "an f32 that came as an f64")]
        ('f', Scalar::Float(value)) => into.extend((value as f32).to_le_bytes()),
        ('d', Scalar::Float(value)) => into.extend(value.to_le_bytes()),
        ('f' | 'd', _) | (_, Scalar::Float(_) | Scalar::Str(_) | Scalar::None) => {
            return Err(Error::data("an item of another type than the array has"));
        }
        (_, Scalar::Int(value)) => into.extend(&value.to_le_bytes()[..size]),
    }
    Ok(())
}

/// The array of packed items: their bytes, or a list of them before protocol 3.
pub(super) fn end_array(writer: &mut Writer<'_>, code: char, packed: &[u8]) -> Result<()> {
    let (_, format, size) = row(code)?;
    if writer.protocol >= Protocol::V3 {
        start(writer, ("array", "_array_reconstructor"), 4)?;
        global(writer, "array", "array")?;
        writer.str(code.encode_utf8(&mut [0; 4]).as_bytes())?;
        writer.int(format);
        writer.boundary()?;
        writer.shared_bytes(packed)?;
        return writer.end_call(4).map(drop);
    }
    start(writer, ("array", "array"), 2)?;
    writer.str(code.encode_utf8(&mut [0; 4]).as_bytes())?;
    writer.boundary()?;
    list_of(writer, code, packed, size)?;
    writer.end_call(2).map(drop)
}

/// A list of packed items.
fn list_of(writer: &mut Writer<'_>, code: char, packed: &[u8], size: usize) -> Result<()> {
    writer.empty(Opcode::EmptyList);
    writer.memoize()?;
    let one_by_one = writer.is_text() || packed.len() == size;
    for batch in packed.chunks(size * BATCH) {
        if !one_by_one {
            writer.op(Opcode::Mark);
        }
        for item in batch.chunks_exact(size) {
            writer.boundary()?;
            number(writer, code, item)?;
            if one_by_one {
                writer.op(Opcode::Append);
            }
        }
        if !one_by_one {
            writer.op(Opcode::Appends);
        }
    }
    Ok(())
}

fn number(writer: &mut Writer<'_>, code: char, item: &[u8]) -> Result<()> {
    let float = || item.try_into().map(f64::from_le_bytes);
    let single = || item.try_into().map(f32::from_le_bytes);
    match code {
        'd' => float().map(|value| writer.float(value)).map_err(|_| Error::data("a short item")),
        'f' => single().map(|value| writer.float(value.into())).map_err(|_| Error::data("a short item")),
        _ if code.is_ascii_uppercase() => writer.long(&[item, &[0]].concat()),
        _ => writer.long(item),
    }
}
