//! Memory is proportional to the input, whatever is done with it: measured in a process of its own for each flood.

mod common;

use std::process::Command;

use onggi_pickle::dis::{self, TextOptions};
use onggi_pickle::{Graph, Limits, Protocol, Value, from_slice, json, optimize, scan};
use serde::de::IgnoredAny;

/// What the child process is to do: the numbers of a flood and of a use.
const TASK: &str = "ONGGI_PICKLE_MEMORY";

/// About this long is each flood.
const LENGTH: usize = if cfg!(debug_assertions) { 1 << 17 } else { 1 << 20 };

/// What a flood of tuples inside of a key may take at most, whatever is done with it.
const KEY: usize = 240;

/// Instructions that come again and again, with what stands before and behind them.
type Flood = (&'static str, &'static [u8], &'static [u8], &'static [u8]);

/// What is done with a flood, and how many bytes of memory it may take for each byte of it.
type Use = (&'static str, usize, fn(&[u8]));

const FLOODS: &[Flood] = &[
    ("lists", b"(", b"]", b"l."),
    ("dicts", b"(", b"}", b"l."),
    ("sets", b"(", b"\x8f", b"l."),
    ("lists of a dict", b"(", b"]}a", b"l."),
    ("nested lists", b"", b"](", b"."),
    ("nested tuples", b"N", b"\x85", b"."),
    ("nested pairs", b"N", b"N\x86", b"."),
    ("nested frozensets", b"N", b"(N\x91", b"."),
    ("nested tuples as a key", b"}N", b"\x85", b"Ns."),
    ("a doubled tuple as a key", b"}N", b"2\x86", b"Ns."),
    ("marks", b"N", b"(", b"0."),
    ("None", b"(", b"N", b"l."),
    ("ints", b"(", b"K\x01", b"l."),
    ("long integers", b"(", b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"l."),
    ("no texts", b"(", b"\x8c\0", b"l."),
    ("short texts", b"(", b"\x8c\x01a", b"l."),
    ("texts with escapes", b"(", b"V\\ud800\n", b"l."),
    ("no bytes", b"(", b"C\0", b"l."),
    ("one list again and again", b"(]\x94", b"h\0", b"l."),
    ("memo", b"(]", b"\x94", b"l."),
    ("memo of lists", b"(", b"]\x94", b"l."),
    ("pairs", b"}", b"K\x01Ns", b"."),
    ("texts as keys", b"}", b"\x8c\x01aNs", b"."),
    ("items of a set", b"\x8f(", b"K\x01", b"\x90."),
    ("items one by one", b"]", b"Na", b"."),
    ("items of an object", b"ca\nb\n)R", b"Na", b"."),
    ("items of objects", b"(", b"ca\nb\n)RNa", b"l."),
    ("states", b"ca\nb\n)R", b"Nb", b"."),
    ("bytes of a bytearray", b"\x96\0\0\0\0\0\0\0\0", b"K\x01a", b"."),
    ("globals", b"(", b"ca\nb\n", b"l."),
    ("calls", b"ca\nb\n", b")R", b"."),
    ("instances", b"(", b"ca\nb\n)\x81", b"l."),
    ("old instances", b"(", b"(ia\nb\n", b"l."),
    ("sets of protocol 2", b"(", b"cbuiltins\nset\n](K\x01e\x85R", b"l."),
    ("persistent ids", b"N", b"Q", b"."),
    ("extension codes", b"(", b"\x82\x01", b"l."),
    ("buffers", b"(", b"\x97", b"l."),
    ("frames", b"", b"\x95\0\0\0\0\0\0\0\0", b"N."),
    ("pickles", b"", b"N.", b"N."),
];

const USES: &[Use] = &[
    ("Graph", 64, |input| drop(Graph::from_slice(input))),
    ("Value", 170, |input| drop(from_slice::<Value>(input))),
    ("IgnoredAny", 64, |input| drop(from_slice::<IgnoredAny>(input))),
    ("encode", 200, |input| drop(Graph::from_slice(input).and_then(|graph| graph.to_vec(Protocol::V4)))),
    ("encode as text", 200, |input| {
        drop(Graph::from_slice(input).and_then(|graph| graph.to_vec(Protocol::V0)))
    }),
    ("canonical JSON", 350, |input| {
        let write = |graph| json::write_canonical(&graph, &Limits::default(), std::io::sink());
        drop(Graph::from_slice(input).and_then(write));
    }),
    ("listing", 10, |input| drop(dis::write_json_lines(input, std::io::sink()))),
    ("listing for people", 100, |input| {
        drop(dis::write_text(input, &TextOptions::default(), std::io::sink()))
    }),
    ("optimize", 20, |input| drop(optimize(input))),
    ("scan", 30, |input| drop(scan(input))),
];

fn flood((_, before, again, behind): &Flood) -> Vec<u8> {
    [before, &*again.repeat(LENGTH / again.len()), behind].concat()
}

/// The most memory that this process ever had, in KiB; `None` where the system does not tell.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Does what the task says and prints how many KiB the peak rose.
fn child(task: &str) {
    let (flood_number, use_number) = task.split_once(' ').expect("two numbers");
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let input = flood(&FLOODS[number(flood_number)]);
    let before = peak().expect("the parent has asked");
    USES[number(use_number)].2(&input);
    println!("rose {}", peak().expect("as before") - before);
}

#[test]
fn memory_is_proportional_to_the_input() {
    if let Ok(task) = std::env::var(TASK) {
        return child(&task);
    }
    if peak().is_none() {
        return println!("skipped: this system does not tell how much memory a process had");
    }
    let program = std::env::current_exe().expect("this program");
    let (mut bad, mut worst) = (Vec::new(), vec![(0, ""); USES.len()]);
    for (flood_number, (name, ..)) in FLOODS.iter().enumerate() {
        for (use_number, (use_name, most, _)) in USES.iter().enumerate() {
            if cfg!(debug_assertions) && (flood_number + use_number) % 4 != 0 {
                continue; // a part of it, as unoptimised code takes its time
            }
            let mut child = Command::new(&program);
            child.args(["--exact", "memory_is_proportional_to_the_input", "--nocapture"]);
            let output = child.env(TASK, format!("{flood_number} {use_number}")).output().expect("runs");
            let output = String::from_utf8_lossy(&output.stdout);
            let rose =
                output.lines().find_map(|line| line.split_once("rose ")).map(|rose| rose.1.parse::<usize>());
            let Some(Ok(rose)) = rose else { panic!("{name}, {use_name}: {output}") };
            let factor = rose * 1024 / LENGTH;
            worst[use_number] = worst[use_number].max((factor, *name));
            let most = if name.ends_with("as a key") { KEY.max(*most) } else { *most };
            if factor > most {
                bad.push(format!("{use_name} of {name}: {factor} bytes for each byte, more than {most}"));
            }
        }
    }
    for ((use_name, ..), (factor, name)) in USES.iter().zip(&worst) {
        println!("{use_name}: at most {factor} bytes for each byte ({name})");
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
