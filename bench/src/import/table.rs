//! The figures for people.

use super::{case::Case, figures::Figures};

const MEBIBYTE: f64 = (1 << 20) as f64;
/// Children of a branch of the state's trie.
const BRANCH: f64 = 16.0;

/// Prints the table of one size and shape.
pub(super) fn print(case: &Case) {
	let Case { import, set_storage, evm_bulk, evm_single, .. } = case;
	println!();
	println!("{} slots in {}", case.slots, case.shape.name());
	println!(
		"  {:<22} {:>8} {:>6} {:>8} {:>6} {:>12} {:>10} {:>10} {:>11} {:>12} {:>12}",
		"",
		"us/slot",
		"ratio",
		"cpu us",
		"ratio",
		"slots/block",
		"bytes/slot",
		"proof/slot",
		"longest ms",
		"cpu/declared",
		"first..last"
	);
	let line = |name: &str, figures: &Figures| {
		println!(
			"  {:<22} {:>8.2} {:>6.2} {:>8.2} {:>6.2} {:>12} {:>10.0} {:>10.0} {:>11.1} {:>12.2} {:>6.2}..{:.2}",
			name,
			figures.slot_ns / 1e3,
			import.figures.slot_ns / figures.slot_ns,
			figures.processor_slot_ns / 1e3,
			import.figures.processor_slot_ns / figures.processor_slot_ns,
			figures.slots_per_block,
			figures.slot_bytes,
			figures.slot_proof,
			figures.longest_block_ms,
			figures.time_to_declared,
			figures.first_slot_ns / 1e3,
			figures.last_slot_ns / 1e3,
		);
	};
	line("import", &import.figures);
	line("system.set_storage", &set_storage.figures);
	line(&format!("EVM, {} slots each", case.evm_bulk_slots), &evm_bulk.figures);
	line("EVM, one slot each", &evm_single.figures);
	println!(
		"  import: {} blocks in {:.1} s, {} bytes of transactions in a full block; limits exceeded \
		 in {} blocks",
		import.blocks, import.seconds, import.figures.block_bytes, import.figures.exceeded,
	);
	if let Some(ratio) = import.figures.proof_to_declared {
		println!("  import: recorded proof at most {ratio:.2} of the declared proof size");
	}
	let memory = |bytes: u64| bytes as f64 / MEBIBYTE;
	print!("  peak memory in MiB: node {:.0}", memory(import.node_memory));
	for (command, bytes) in &import.command_memory {
		print!(", {command} {:.0}", memory(*bytes));
	}
	println!(" (node of the others {:.0})", memory(case.compared_node_memory));
}

/// Prints how the time of a slot grows with the size.
pub(super) fn print_growth(cases: &[Case]) {
	println!();
	println!(
		"Growth: microseconds of the processor for a slot, import / set_storage (ratio), and the branches \
		 of 16 that a trie of so many slots has on the way to one: each is hashed anew with its slots"
	);
	for case in cases {
		let import = case.import.figures.processor_slot_ns;
		let raw = case.set_storage.figures.processor_slot_ns;
		println!(
			"  {:>9} slots in {:<16} {:>7.2} / {:>6.2} ({:.2})  {:>4.1}",
			case.slots,
			case.shape.name(),
			import / 1e3,
			raw / 1e3,
			import / raw,
			(case.slots as f64).log(BRANCH),
		);
	}
	println!(
		"Times are medians of executing full blocks again in the Wasm runtime. us/slot is by the clock; \
		 cpu us, first..last and cpu/declared are of the processor, which other work on the machine \
		 hardly changes. EVM transactions are a fixed number, and their time is of one slot."
	);
}
