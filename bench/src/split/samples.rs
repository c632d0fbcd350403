//! The profiler's samples, and the part of an import that each belongs to.

use std::{collections::BTreeMap, io::BufRead};

use anyhow::Result;
use serde::Serialize;

/// A part of a block's execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
	/// Reading records and transactions.
	Decode,
	/// Keccak-256 of keys, of nodes and of codes.
	Hash,
	/// Building and checking the source's tries.
	Trie,
	/// Writing keys and values, hashes of keys and nested transactions of storage included.
	Storage,
	/// The chain's own trie, with all that the block wrote.
	StateRoot,
	/// Copies and allocation in Wasm.
	Memory,
	/// Everything else in the runtime.
	Rest,
}

impl Part {
	/// For people.
	pub(super) fn words(self) -> &'static str {
		match self {
			Self::Decode => "decode: records and transactions",
			Self::Hash => "hash: Keccak-256 by the host",
			Self::Trie => "trie: the source's tries, built and checked",
			Self::Storage => "storage: keys and values into the block's changes, keys hashed",
			Self::StateRoot => "storage: the chain's own trie at the end of the block",
			Self::Memory => "copies and allocation in Wasm",
			Self::Rest => "the rest of the runtime",
		}
	}

	/// The part of a function of the host.
	fn of_host_function(name: &str) -> Self {
		match name {
			name if name.starts_with("ExtStorageRoot") => Self::StateRoot,
			name if name.starts_with("ExtStorage") => Self::Storage,
			name if name.starts_with("ExtHashingKeccak") => Self::Hash,
			// Of storage's keys.
			name if name.starts_with("ExtHashingBlake2") => Self::Storage,
			name if name.starts_with("ExtHashingTwox") => Self::Storage,
			name if name.starts_with("ExtAllocator") => Self::Memory,
			_ => Self::Rest,
		}
	}

	/// The part of a function of the runtime.
	fn of_wasm_function(name: &str) -> Self {
		let contains = |words: &[&str]| words.iter().any(|word| name.contains(word));
		if contains(&["memcpy", "memset", "memmove", "RuntimeAllocator", "dlmalloc"]) {
			Self::Memory
		} else if contains(&["migration_primitives::item", "parity_scale_codec"]) {
			Self::Decode
		} else if contains(&["migration_primitives::trie", "migration_primitives::records"]) {
			Self::Trie
		} else if contains(&["hashing::extern_host_function_impls::keccak"]) {
			Self::Hash
		} else if contains(&[
			"storage::extern_host_function_impls",
			"slot_keys",
			"frame_support::storage",
		]) {
			Self::Storage
		} else {
			Self::Rest
		}
	}
}

/// Counted samples.
#[derive(Debug, Default)]
pub(super) struct Samples(BTreeMap<Part, u64>);

impl Samples {
	/// Reads what `perf script -F ip,sym,dso` prints: a line for each function of a stack, the innermost first,
	/// and an empty line behind each. Samples outside of the runtime are left out.
	pub(super) fn read(lines: impl BufRead) -> Result<Self> {
		let mut samples = Self::default();
		let mut stack = Vec::new();
		for line in lines.lines() {
			let line = line?;
			if line.trim().is_empty() {
				samples.take(&stack);
				stack.clear();
			} else {
				stack.push(line);
			}
		}
		samples.take(&stack);
		Ok(samples)
	}

	fn take(&mut self, stack: &[String]) {
		if let Some(part) = part(stack) {
			let count = self.0.entry(part).or_default();
			*count = count.saturating_add(1);
		}
	}

	/// All samples within the runtime.
	pub(super) fn total(&self) -> u64 {
		self.0.values().sum()
	}

	/// The parts, the largest first.
	pub(super) fn by_part(&self) -> Vec<(Part, u64)> {
		let mut parts: Vec<(Part, u64)> =
			self.0.iter().map(|(part, count)| (*part, *count)).collect();
		parts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
		parts
	}
}

/// The part of a stack; none outside of the runtime.
fn part(stack: &[String]) -> Option<Part> {
	if let Some(name) = stack.iter().find_map(|line| host_function(line)) {
		return Some(Part::of_host_function(name));
	}
	let innermost = stack.first()?;
	innermost.contains("/perf-").then(|| Part::of_wasm_function(innermost))
}

/// The name of the host's function that a line is the entry of, as `ExtStorageSetVersion1` of
/// `sp_io::storage::ExtStorageSetVersion1::call`.
fn host_function(line: &str) -> Option<&str> {
	let (before, _) = line.split_once("::call")?;
	let name = before.rsplit("::").next()?;
	name.starts_with("Ext").then_some(name)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn samples_are_counted_by_part_works() -> Result<()> {
		let script = "\
\t55d keccak::keccak_p (/node)
\t55e sp_crypto_hashing::keccak_256 (/node)
\t55f sp_io::hashing::ExtHashingKeccak256Version1::call (/node)
\t7f0 signatures[24]::wasm_to_array_trampoline (/tmp/perf-7.map)

\t55d blake2b_simd::avx2::compress1_loop (/node)
\t55f sp_io::storage::ExtStorageRootVersion2::call (/node)

\t7f1 migration_primitives::item::next::h1 (/tmp/perf-7.map)

\t7f1 migration_primitives::trie::node::Path::new::h2 (/tmp/perf-7.map)

\t7f1 migration_primitives::item::next::h1 (/tmp/perf-7.map)

\t55a cranelift_codegen::egraph::elaborate (/node)
\t55b std::thread::spawn (/node)
";
		let samples = Samples::read(script.as_bytes())?;
		assert_eq!(samples.total(), 5, "the compiler is not the runtime");
		let parts = samples.by_part();
		assert_eq!(parts[0], (Part::Decode, 2));
		assert_eq!(parts.len(), 4);
		for part in [Part::Hash, Part::StateRoot, Part::Trie] {
			assert!(parts.contains(&(part, 1)), "{parts:?}");
		}
		Ok(())
	}

	#[test]
	fn host_function_of_other_lines_is_none_works() {
		assert_eq!(host_function("1 core::ops::FnOnce::call_once (/node)"), None);
		let line = "1 sp_io::storage::ExtStorageSetVersion1::call (/node)";
		assert_eq!(host_function(line), Some("ExtStorageSetVersion1"));
	}
}
