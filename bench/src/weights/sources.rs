//! Snapshots whose chunks have much of one unit and little of the others.

use migration_primitives::{hash::keccak256, snapshot::Scope};
use migration_tests::synthetic::{made_up, Synthetic, SyntheticAccount, COUNTER};

/// A snapshot with the options of its bundle.
pub(super) struct Source {
	/// What it is for.
	pub(super) name: &'static str,
	/// The accounts.
	pub(super) chain: Synthetic,
	/// Options of `plan`.
	pub(super) plan: &'static [&'static str],
	/// Options of `pack`.
	pub(super) pack: &'static [&'static str],
}

/// The longest code of Ethereum (EIP-170).
const LONGEST_OF_ETHEREUM: usize = 24_576;
/// Mints every balance, which costs most.
const MINT: &str = "mint:340282366920938463463374607431768211455";

/// All of them. Each has a chain id of its own, so that one node takes all.
pub(super) fn all() -> Vec<Source> {
	let chain = |id: u64, scope| Synthetic::new(1_000_000 + id, scope);
	let mut sources = Vec::new();
	let mut add = |name, chain, plan, pack| sources.push(Source { name, chain, plan, pack });

	let mut few_slots = chain(0, Scope::Selected);
	few_slots.contract(made_up(b"few slots", 0), 1, 3_000);
	add("250 slots", few_slots, &[], &["--chunk-slots", "250", "--policy", MINT]);
	let mut slots = chain(1, Scope::Selected);
	slots.contract(made_up(b"slots", 0), 1, 24_000);
	add("2,000 slots", slots, &[], &["--chunk-slots", "2000", "--policy", MINT]);

	let mut heads = chain(2, Scope::Full);
	external(&mut heads, b"heads", 2_000);
	add("heads", heads, &["--all-entries"], &["--map-run-log2", "10", "--policy", MINT]);
	let mut few_heads = chain(3, Scope::Full);
	external(&mut few_heads, b"few heads", 600);
	add(
		"few heads",
		few_heads,
		&["--all-entries"],
		&["--chunk-bytes", "70000", "--map-run-log2", "6", "--policy", MINT],
	);
	let mut proofs = chain(4, Scope::Selected);
	external(&mut proofs, b"proofs", 400);
	add("heads with proofs", proofs, &[], &["--map-run-log2", "8", "--policy", MINT]);

	let mut contracts = chain(5, Scope::Selected);
	for number in 0..600 {
		contracts.contract(made_up(b"contracts", number), number.into(), 3);
	}
	add("short contracts", contracts, &[], &["--policy", MINT]);
	let mut codes = chain(6, Scope::Selected);
	for number in 0..24 {
		let address = made_up(b"codes", number);
		codes.accounts.insert(address, long_contract(number, LONGEST_OF_ETHEREUM));
	}
	add("long codes", codes, &[], &["--policy", MINT]);
	sources
}

fn external(chain: &mut Synthetic, kind: &[u8], count: u64) {
	for number in 0..count {
		chain.external(made_up(kind, number), number, u128::from(number) + 1);
	}
}

/// A contract with a code of so many bytes, unlike every other.
pub(super) fn long_contract(number: u64, length: usize) -> SyntheticAccount {
	let mut code = COUNTER.to_vec();
	let mut word = keccak256(&number.to_be_bytes());
	while code.len() < length {
		word = keccak256(word.as_bytes());
		code.extend_from_slice(word.as_bytes());
	}
	code.truncate(length);
	SyntheticAccount { nonce: 1, code, ..Default::default() }
}
