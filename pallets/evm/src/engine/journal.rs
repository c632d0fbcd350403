//! The memory of the engine's journal.
//!
//! Every change, and every account and slot that is loaded, takes an entry until its transaction ends.
//! The cheapest, by TSTORE and by SSTORE to a slot that is dirty, cost 100 gas, so that gas bounds the
//! entries; before EIP-150 it did not: the balance of another account cost 20, and a contract destroyed
//! itself again and again for the 40 of a call. A list that grows doubles its capacity, and holds the old
//! piece beside the new one while it is copied: up to three times what its entries take, in larger and
//! larger pieces, while the memory of frames and the transient storage grow as well. So the room for all
//! entries that gas pays for is taken at once, before the first instruction: then the list takes no more
//! than its entries, and what the rest may take is known.

use super::evm::FrameJournal;
use crate::Config;
use revm::primitives::hardfork::SpecId;

/// Gas of the cheapest entry.
const GAS_PER_CHANGE: u64 = 100;
/// Gas of the cheapest entry before EIP-150.
const EARLY_GAS_PER_CHANGE: u64 = 20;
/// Room for the changes before the first instruction, which cost more, and for those of the instruction
/// that reaches the limit.
const FIRST_CHANGES: u64 = 64;
/// More changes than the gas cap of EIP-7825 pays for, and fewer than a map of 2^18 places, transient slots
/// for one, holds before it grows: 229,376. Only a chain without that cap gets there, or one with rules
/// before EIP-150.
const MAX_CHANGES: u64 = 200_000;

/// Takes the room for as many changes as the gas limit pays for.
pub(super) fn reserve<T: Config>(journal: &mut FrameJournal<T>, spec: SpecId, gas_limit: u64) {
	let price =
		if spec.is_enabled_in(SpecId::TANGERINE) { GAS_PER_CHANGE } else { EARLY_GAS_PER_CHANGE };
	let changes = (gas_limit / price).min(MAX_CHANGES);
	journal.inner.journal.reserve_exact((changes + FIRST_CHANGES) as usize);
}

/// Whether there is room for the changes of another instruction.
pub(super) fn has_room<T: Config>(journal: &FrameJournal<T>) -> bool {
	(journal.inner.journal.len() as u64) < MAX_CHANGES
}
