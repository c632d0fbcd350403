//! Slots that the snapshot has.

use anyhow::Result;
use migration_primitives::{item::Slot, H160, H256};

use super::{findings::Mismatch, Context};
use crate::substrate::Keys;

/// Some slots of one contract.
pub(super) struct SlotJob {
	/// The contract on the source.
	pub(super) source: H160,
	/// The contract on the target.
	pub(super) target: H160,
	/// The slots.
	pub(super) slots: Vec<Slot>,
}

/// Compares the slots with the chain's.
pub(super) async fn check_slots(context: &Context<'_>, job: &SlotJob) -> Result<Vec<Mismatch>> {
	let keys: Vec<Vec<u8>> =
		job.slots.iter().map(|slot| Keys::slot(job.target, slot.key)).collect();
	let values = context.chain.values(&keys, context.hash()).await?;
	let who = (job.source, job.target);
	Ok(job
		.slots
		.iter()
		.zip(values)
		.filter_map(|(slot, value)| {
			let found = match value {
				Some(bytes) if bytes == slot.value.as_bytes() => return None,
				Some(bytes) => hex_word(&bytes),
				None => format!("{:?}", H256::zero()),
			};
			let expected = format!("{:?}", slot.value);
			Some(Mismatch::of_account(who, "storage", expected, found).at_slot(slot.key))
		})
		.collect())
}

/// A value as it stands in storage, which should be a word.
pub(super) fn hex_word(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}
