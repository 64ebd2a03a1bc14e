//! `datetime`, and the zones that it refers to.

use super::Known;
use super::call::{Call, Made};
use crate::error::Result;
use crate::graph::{Node, NodeId};
use crate::types::{Clock, Date, TimeDelta, Zone};

/// The bit of a state's month or hour that says `fold`.
const FOLD: u8 = 0x80;

pub(super) fn date<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    let date = match call.arguments {
        [state] => {
            let state = call.state_bytes(*state).and_then(|bytes| <[u8; 4]>::try_from(&*bytes).ok());
            state.and_then(Date::from_state).ok_or_else(|| call.refused("a bad state"))?
        }
        [year, month, day] => calendar(call, [*year, *month, *day])?,
        _ => return Err(call.refused("a wrong number of arguments")),
    };
    Ok(Some(Known::Date(date)))
}

pub(super) fn time<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    if let [state, rest @ ..] = call.arguments
        && let Some(bytes) = call.state_bytes(*state)
        && let (Ok(mut state), [] | [_]) = (<[u8; 6]>::try_from(&*bytes), rest)
        && state[0] & !FOLD < 24
    {
        let fold = state[0] & FOLD != 0;
        state[0] &= !FOLD;
        let zone = zone_argument(call, rest.first())?;
        return Ok(Some(Known::Time { clock: Clock::from_state(state, fold), zone }));
    }
    let (clock, zone) = clock(call, call.arguments)?;
    Ok(Some(Known::Time { clock, zone }))
}

pub(super) fn datetime<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    if let [state, rest @ ..] = call.arguments
        && let Some(bytes) = call.state_bytes(*state)
        && let (Ok(state), [] | [_]) = (<[u8; 10]>::try_from(&*bytes), rest)
    {
        let [a, b, month, day, time @ ..] = state;
        if let Some(date) = Date::from_state([a, b, month & !FOLD, day]) {
            let zone = zone_argument(call, rest.first())?;
            let clock = Clock::from_state(time, month & FOLD != 0);
            return Ok(Some(Known::DateTime { date, clock, zone }));
        }
    }
    let [year, month, day, rest @ ..] = call.arguments else {
        return Err(call.refused("a bad state"));
    };
    let date = calendar(call, [*year, *month, *day])?;
    let (clock, zone) = clock(call, rest)?;
    Ok(Some(Known::DateTime { date, clock, zone }))
}

/// Refuses what no class of `datetime` does.
fn made(call: &Call<'_>) -> Result<()> {
    if call.how == Made::Bare {
        return Err(call.refused("object.__new__ does not make it"));
    }
    call.is_immutable()
}

fn calendar(call: &Call<'_>, numbers: [NodeId; 3]) -> Result<Date> {
    let [year, month, day] = numbers;
    let date = Date::new(call.within(year, 1, 9999)?, call.within(month, 1, 12)?, call.within(day, 1, 31)?);
    date.ok_or_else(|| call.refused("the month does not have this day"))
}

/// Up to four numbers and a zone.
fn clock(call: &Call<'_>, arguments: &[NodeId]) -> Result<(Clock, Option<NodeId>)> {
    if arguments.len() > 5 {
        return Err(call.refused("too many arguments"));
    }
    let number = |place: usize, most: i64| match arguments.get(place) {
        Some(argument) => call.within::<u32>(*argument, 0, most),
        None => Ok(0),
    };
    let small = |place, most| number(place, most).map(|value| u8::try_from(value).unwrap_or(u8::MAX));
    let clock = Clock::new(small(0, 23)?, small(1, 59)?, small(2, 59)?, number(3, 999_999)?);
    let zone = zone_argument(call, arguments.get(4))?;
    clock.map(|clock| (clock, zone)).ok_or_else(|| call.refused("a time out of range"))
}

/// A zone, which is `None` or any object: what is no instance of a class is refused.
fn zone_argument(call: &Call<'_>, argument: Option<&NodeId>) -> Result<Option<NodeId>> {
    match argument.map(|argument| (call.node(*argument), *argument)) {
        None | Some((Node::None, _)) => Ok(None),
        Some((node, zone)) if node.is_inert() => Ok(Some(zone)),
        Some(_) => Err(call.refused("the zone is not a tzinfo")),
    }
}

pub(super) fn timedelta<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    /// Microseconds of days, seconds, microseconds, milliseconds, minutes, hours and weeks.
    const UNITS: [i128; 7] = [86_400_000_000, 1_000_000, 1, 1000, 60_000_000, 3_600_000_000, 604_800_000_000];
    made(call)?;
    if call.arguments.len() > UNITS.len() {
        return Err(call.refused("too many arguments"));
    }
    let mut total = 0_i128;
    for (argument, unit) in call.arguments.iter().zip(UNITS) {
        match call.node(*argument) {
            Node::Float(_) => return Ok(None), // rounding of its own: nothing pickles like this
            _ => total += i128::from(call.small(*argument)?) * unit,
        }
    }
    let delta =
        TimeDelta::from_microseconds(total).ok_or_else(|| call.refused("more than 999999999 days"))?;
    Ok(Some(Known::TimeDelta(delta)))
}

pub(super) fn timezone<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    let (offset, name) = match call.arguments {
        [offset] => (offset, None),
        [offset, name] => match call.node(*name) {
            Node::Str(name) => (offset, Some(name.to_owned())),
            _ => return Err(call.refused("the name is not a str")),
        },
        _ => return Err(call.refused("a wrong number of arguments")),
    };
    // Only this class is looked into: a zone inside of a zone would be a recursion as deep as the pickle.
    let span = Call::of(call.graph, *offset)?.filter(|span| span.class() == ("datetime", "timedelta"));
    let offset = span.map_or(Ok(None), |span| timedelta(&span))?;
    let Some(Known::TimeDelta(offset)) = offset else {
        return Err(call.refused("the offset is not a timedelta"));
    };
    if offset.total_microseconds().abs() >= 86_400_000_000 {
        return Err(call.refused("the offset is a day or more"));
    }
    Ok(Some(Known::Zone(Zone::Fixed { offset, name })))
}

/// `ZoneInfo(key)`, or `ZoneInfo._unpickle(key, from_cache)`.
pub(super) fn zone_info<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    let key = match (call.arguments, call.class().1) {
        ([key], "ZoneInfo") | ([key, _], "ZoneInfo._unpickle") => call.node(*key),
        _ => return Err(call.refused("a wrong number of arguments")),
    };
    match key {
        Node::Str(key) => Ok(Some(Known::Zone(Zone::Named(key.to_owned())))),
        _ => Err(call.refused("the key is not a str")),
    }
}

pub(super) fn pytz_utc<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    match call.arguments {
        [] => Ok(Some(Known::Zone(Zone::Pytz { key: "UTC".to_owned(), period: None }))),
        _ => Err(call.refused("takes no arguments")),
    }
}

/// `pytz._p(key, utcoffset, dst, tzname)`, both in seconds; `pytz._p(key)` for a zone that never changes.
pub(super) fn pytz_zone<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    let seconds = |id: NodeId| {
        TimeDelta::new(0, call.small(id)?, 0).ok_or_else(|| call.refused("an offset out of range"))
    };
    let (key, period) = match call.arguments {
        [key] => (*key, None),
        [key, offset, dst, name] => match call.node(*name) {
            Node::Str(name) => (*key, Some((seconds(*offset)?, seconds(*dst)?, name.to_owned()))),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    match call.node(key) {
        Node::Str(key) => Ok(Some(Known::Zone(Zone::Pytz { key: key.to_owned(), period }))),
        _ => Err(call.refused("the key is not a str")),
    }
}

pub(super) fn pytz_fixed<'g>(call: &Call<'g>) -> Result<Option<Known<'g>>> {
    made(call)?;
    match call.arguments {
        [minutes] => {
            let minutes = call.within(*minutes, -1439, 1439)?;
            Ok(Some(Known::Zone(Zone::PytzFixed { minutes })))
        }
        _ => Err(call.refused("needs the minutes")),
    }
}
