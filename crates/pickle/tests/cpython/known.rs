//! What inert objects of the standard library mean, against what CPython makes of them.

use crate::common::{Python, unhex};
use onggi_pickle::types::Zone;
use onggi_pickle::{ArrayItem, BigInt, Graph, Known, Node, NodeId, Result};

const VALUES: &str = include_str!("known.py");

/// A value in words, as `text` of `known.py` puts it. Values of the test nest a few levels.
fn text(graph: &Graph<'_>, id: NodeId) -> Result<String> {
    if let Some(known) = graph.known(id)? {
        return known_text(graph, known);
    }
    Ok(match graph.node(id) {
        Node::None => "None".to_owned(),
        Node::Bool(value) => python_bool(value).to_owned(),
        Node::Int(value) => value.to_string(),
        Node::BigInt(bytes) => BigInt::from_le_bytes(bytes).to_string(),
        Node::Float(value) => onggi_pickle::repr::float(value).to_string(),
        Node::Str(text) => format!("'{text}'"),
        Node::List(items) => format!("list [{}]", items_text(graph, items)?),
        Node::Tuple(items) => format!("tuple [{}]", items_text(graph, items)?),
        Node::Dict(pairs) => format!("dict {}", pairs_text(graph, pairs)?),
        Node::Global(global) => format!("class {}", global.name),
        other => format!("unknown {other:?}"),
    })
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn items_text(graph: &Graph<'_>, items: &[NodeId]) -> Result<String> {
    items.iter().map(|item| text(graph, *item)).collect::<Result<Vec<_>>>().map(|items| items.join(", "))
}

fn pairs_text(graph: &Graph<'_>, pairs: &[(NodeId, NodeId)]) -> Result<String> {
    let pair = |pair: &(NodeId, NodeId)| Ok(format!("{}: {}", text(graph, pair.0)?, text(graph, pair.1)?));
    pairs.iter().map(pair).collect::<Result<Vec<_>>>().map(|pairs| format!("{{{}}}", pairs.join(", ")))
}

fn optional(graph: &Graph<'_>, id: Option<NodeId>) -> Result<String> {
    id.map_or(Ok("None".to_owned()), |id| text(graph, id))
}

fn known_text(graph: &Graph<'_>, known: Known<'_>) -> Result<String> {
    Ok(match known {
        Known::Ellipsis => "Ellipsis".to_owned(),
        Known::NotImplemented => "NotImplemented".to_owned(),
        Known::PlainObject => "object".to_owned(),
        Known::Int(value) => value.to_string(),
        Known::Float(value) => onggi_pickle::repr::float(value).to_string(),
        Known::Bool(value) => python_bool(value).to_owned(),
        Known::Str(text) => format!("'{text}'"),
        Known::List(items) => format!("list [{}]", items_text(graph, &items)?),
        Known::Tuple(items) => format!("tuple [{}]", items_text(graph, items)?),
        Known::Dict(pairs) => format!("dict {}", pairs_text(graph, &pairs)?),
        Known::Range { start, stop, step } => format!("range {start} {stop} {step}"),
        Known::Slice { start, stop, step } => {
            format!("slice {} {} {}", text(graph, start)?, text(graph, stop)?, text(graph, step)?)
        }
        Known::Date(date) => format!("date {date}"),
        Known::Time { clock, zone } => {
            format!("time {clock} fold {} zone {}", u8::from(clock.fold()), optional(graph, zone)?)
        }
        Known::DateTime { date, clock, zone } => {
            format!("datetime {date}T{clock} fold {} zone {}", u8::from(clock.fold()), optional(graph, zone)?)
        }
        Known::TimeDelta(delta) => delta_text(delta),
        Known::Zone(zone @ Zone::Fixed { offset, .. }) => {
            format!("timezone {} '{}'", delta_text(offset), zone.name().unwrap_or_default())
        }
        Known::Zone(zone) => format!("zoneinfo {}", zone.name().unwrap_or_default()),
        Known::Decimal(value) => format!("Decimal {value}"),
        Known::Fraction(value) => format!("Fraction {value}"),
        Known::Uuid(uuid, safe) => format!("uuid {uuid} {}", safe.name()),
        Known::SafeUuid(safe) => format!("safe {}", safe.name()),
        Known::OrderedDict(pairs) => format!("OrderedDict {}", pairs_text(graph, &pairs)?),
        Known::Counter(pairs) => format!("Counter {}", pairs_text(graph, &pairs)?),
        Known::DefaultDict { factory, pairs } => {
            format!("defaultdict {} {}", optional(graph, factory)?, pairs_text(graph, &pairs)?)
        }
        Known::Deque { items, maxlen } => {
            let maxlen = maxlen.map_or("None".to_owned(), |maxlen| maxlen.to_string());
            format!("deque [{}] {maxlen}", items_text(graph, &items)?)
        }
        Known::Array(array) => {
            let items: Vec<_> = array.items().map(item_text).collect();
            format!("array {} [{}]", array.typecode(), items.join(", "))
        }
        Known::Path(path) => format!("{} {path}", path.kind().name()),
        Known::IpAddress(address) => format!("{} {address}", version("Address", address.address().is_ipv6())),
        Known::IpNetwork(network) => {
            format!("{} {network}", version("Network", network.address().address().is_ipv6()))
        }
        Known::IpInterface(interface) => {
            format!("{} {interface}", version("Interface", interface.address().address().is_ipv6()))
        }
        other => format!("unknown {other:?}"),
    })
}

fn version(kind: &str, v6: bool) -> String {
    format!("IPv{}{kind}", if v6 { 6 } else { 4 })
}

fn delta_text(delta: onggi_pickle::types::TimeDelta) -> String {
    format!("timedelta {} {} {} {delta}", delta.days(), delta.seconds(), delta.microseconds())
}

fn item_text(item: ArrayItem) -> String {
    match item {
        ArrayItem::Int(value) => value.to_string(),
        ArrayItem::Float(value) => onggi_pickle::repr::float(value).to_string(),
        ArrayItem::Char(point) => point.to_string(),
    }
}

/// Calls that are left inert, as no pickle that Python writes makes them: what they make in CPython.
const INERT: &[&str] = &[
    "1",
    "12.0",
    "1.1805916207174113e+21",
    "'1'",
    "'True'",
    "'None'",
    "'[1, 2]'",
    "'(1, 2)'",
    "'1.5'",
    "'1180591620717411303424'",
    "list ['1', '2']",
    "list [' ', '1', '_', '2', ' ']",
    "list ['x']",
    "list ['n', 'a', 'n']",
    "list ['-', 'I', 'n', 'f', 'i', 'n', 'i', 't', 'y']",
    "tuple ['1', '2']",
    "tuple [' ', '1', '_', '2', ' ']",
    "tuple ['x']",
    "tuple ['n', 'a', 'n']",
    "tuple ['-', 'I', 'n', 'f', 'i', 'n', 'i', 't', 'y']",
];

#[test]
fn objects_mean_what_cpython_makes_of_them() {
    let Some(mut python) = Python::start(VALUES) else { return };
    let (mut bad, mut compared, mut inert) = (Vec::new(), 0, 0);
    for line in python.lines() {
        let fields: Vec<_> = line.splitn(3, '\t').collect();
        let (data, expected) = (unhex(fields[1]), fields[2]);
        let found = Graph::from_slice(&data).and_then(|graph| text(&graph, graph.root()));
        compared += 1;
        match &found {
            Ok(found) if found == expected => {}
            Err(_) if expected.starts_with("error") => {}
            Ok(found) if found.starts_with("unknown") && INERT.contains(&expected) => inert += 1,
            _ => bad.push(format!("protocol {}: {found:?}, CPython {expected}, {}", fields[0], fields[1])),
        }
    }
    println!("{compared} pickles compared, {inert} left inert");
    assert!(compared > 1000 && bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn a_fraction_at_the_ends_of_128_bits_does_not_overflow() -> Result<()> {
    let least = BigInt::from(i128::MIN);
    for (numerator, denominator) in [(least.clone(), -1), (least, 1)] {
        let fraction = onggi_pickle::types::Fraction::new(numerator.clone(), i128::from(denominator))?;
        assert_eq!(fraction.denominator(), &BigInt::from(1_i64));
        let pickle = onggi_pickle::to_vec(&fraction)?;
        assert_eq!(onggi_pickle::from_slice::<onggi_pickle::types::Fraction>(&pickle)?, fraction);
    }
    let inverse = onggi_pickle::types::Fraction::new(1_i64, i128::MIN)?;
    assert_eq!(inverse.numerator(), &BigInt::from(-1_i64));
    assert_eq!(inverse.denominator().to_string(), "170141183460469231731687303715884105728");
    assert!("P9223372036854775807W".parse::<onggi_pickle::types::TimeDelta>().is_err());
    assert!("2562047788015215:59:59".parse::<onggi_pickle::types::TimeDelta>().is_err());
    Ok(())
}

/// Objects that are given other bytes than CPython writes are understood, left inert or refused, and nothing panics.
#[test]
fn damaged_objects_are_understood_or_refused() -> Result<()> {
    use onggi_pickle::types::{
        Array, DateTime, Decimal, Fraction, IpNetwork, PureWindowsPath, Range, TimeDelta, Uuid,
    };

    let values = (
        ("2026-10-25T02:30:00.000007+01:00[_name=x]".parse::<DateTime>()?, "-P1DT1S".parse::<TimeDelta>()?),
        ("-12.50e-9".parse::<Decimal>()?, "22/7".parse::<Fraction>()?, Uuid([7; 16])),
        ("10.0.0.0/8".parse::<IpNetwork>()?, PureWindowsPath::new(r"\\?\UNC\m\s\x")),
        (Array(vec![1.5_f64]), Array(vec![1_i16, -2]), Range { start: 1, stop: 5, step: 2 }),
    );
    let mut random = crate::common::Random(7);
    let (mut understood, mut refused) = (0, 0);
    for protocol in onggi_pickle::Protocol::ALL {
        let pickle = onggi_pickle::to_vec_with(&values, protocol)?;
        for _ in 0..3000 {
            let mut damaged = pickle.clone();
            for _ in 0..=random.below(2) {
                let place = usize::try_from(random.below(damaged.len() as u64)).unwrap_or(0);
                damaged[place] = u8::try_from(random.below(256)).unwrap_or(0);
            }
            let Ok(graph) = Graph::from_slice(&damaged) else { continue };
            let Node::Tuple(parts) = graph.node(graph.root()) else { continue };
            let objects = parts.iter().flat_map(|part| match graph.node(*part) {
                Node::Tuple(objects) => objects,
                _ => &[],
            });
            for object in objects {
                match graph.known(*object) {
                    Ok(known) => understood += usize::from(known.is_some()),
                    Err(error) => {
                        assert!(error.is_syntax(), "{error}");
                        refused += 1;
                    }
                }
            }
        }
    }
    println!("{understood} understood, {refused} refused");
    assert!(understood > 1000 && refused > 100);
    Ok(())
}
