//! One size and shape: the import, and beside it the same storage written in other ways.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context, Result};
use migration_tests::node::Node;
use serde::Serialize;

use super::{
	baseline,
	ethereum::{Setter, Written},
	figures::{join, Figures, Measured},
	imported::{self, Imported},
	source::Shape,
};
use crate::{
	args::ImportArgs,
	measure::{measure, spread},
	memory,
};

/// Transactions to the bulk setter.
const BULK: u64 = 30;
/// Transactions of one slot: two blocks of them.
const SINGLE: u64 = 2_600;
/// Lets all these transactions wait at once.
const POOL: [&str; 4] = ["--pool-limit", "32768", "--pool-kbytes", "262144"];

/// What one size and shape cost.
#[derive(Debug, Serialize)]
pub(super) struct Case {
	/// How the slots are spread.
	pub(super) shape: Shape,
	/// Slots of the snapshot.
	pub(super) slots: usize,
	/// The import.
	pub(super) import: Imported,
	/// The very same keys and values by `System.set_storage`, in blocks of as many bytes.
	pub(super) set_storage: Compared,
	/// EVM transactions with as many slots each as 2^24 gas holds, of slots of their own, on the
	/// chain that holds those of `set_storage`.
	pub(super) evm_bulk: Compared,
	/// EVM transactions of one slot each, likewise.
	pub(super) evm_single: Compared,
	/// Slots of each transaction of `evm_bulk`.
	pub(super) evm_bulk_slots: u64,
	/// Peak memory of the node that wrote these three, in bytes.
	pub(super) compared_node_memory: u64,
}

/// Another way to write slots.
#[derive(Debug, Serialize)]
pub(super) struct Compared {
	/// The figures.
	pub(super) figures: Figures,
	/// The blocks behind them.
	measured: Vec<Measured>,
}

/// Measures one size and shape.
pub(super) async fn run(shape: Shape, slots: u64, arguments: &ImportArgs) -> Result<Case> {
	let folder = tempfile::Builder::new().prefix("migration-bench-").tempdir()?;
	let chain = shape.source(slots);
	let slots = chain.accounts.values().map(|account| account.slots.len()).sum();
	let started = Instant::now();
	let step = |name: &str| eprintln!("  {:>6.1} s  {name}", started.elapsed().as_secs_f64());
	step("import");
	let (import, pairs) = imported::run(&chain, folder.path(), arguments).await?;
	drop(chain);

	step("set_storage");
	let mut node = Node::start_with(&POOL).await?;
	let session = node.session().await?;
	let by_root = baseline::write(&session, &pairs, import.figures.block_bytes).await?;
	drop(pairs);
	step("EVM transactions");
	let mut setter = Setter::new(&session).await?;
	let bulk = setter.bulk(BULK).await?;
	let single = setter.single(SINGLE).await?;
	let compared_node_memory = memory::peak(node.process_id())?.context("the node runs")?;
	node.stop().await?;

	step("executing the blocks of the last three again");
	let Written { slots_each: evm_bulk_slots, slots: bulk } = bulk;
	let single = single.slots;
	let mut blocks = Vec::new();
	for slots in [&by_root, &bulk, &single] {
		let numbers: Vec<u32> = slots.keys().copied().collect();
		blocks.extend(spread(&numbers, arguments.blocks));
	}
	let report = measure(&node.chain(), &blocks, arguments.repeat)?;
	let compare = |slots: &BTreeMap<u32, u64>| -> Result<Compared> {
		let measured = join(&report, slots);
		Ok(Compared { figures: Figures::of(&measured)?, measured })
	};
	let case = Case {
		shape,
		slots,
		set_storage: compare(&by_root)?,
		evm_bulk: compare(&bulk)?,
		evm_single: compare(&single)?,
		evm_bulk_slots,
		compared_node_memory,
		import,
	};
	step("done");
	Ok(case)
}
