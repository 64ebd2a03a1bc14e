//! The facts without which a figure says nothing.

use std::process::Command;
use std::thread::available_parallelism;

/// The processor, its cores, the system and the compiler, in one line.
pub(crate) fn facts() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let system = std::env::consts::OS;
    let architecture = std::env::consts::ARCH;
    format!("{}, {cores} cores, {system} {architecture}, {}", processor(), compiler())
}

fn processor() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let name = model.and_then(|line| line.split_once(": "));
    name.map_or("unknown processor", |(_, name)| name).to_owned()
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    let version = output.ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    let mut words = version.split_whitespace();
    format!("{} {}", words.next().unwrap_or("rustc"), words.next().unwrap_or("unknown"))
}
