//! What the chain has and the snapshot has not.
//!
//! Sets of any size are compared in bounded memory by their number and a checksum; only where
//! those differ is the snapshot read again, to name what is too much.

use std::collections::HashSet;

use anyhow::Result;
use codec::{Decode, DecodeAll, Encode};
use migration_primitives::{
	hash::keccak256,
	item::Item,
	status::{AccountRecord, AccountState, SourceRecord},
	H160, H256, U256,
};
use sp_core::crypto::AccountId32;

use super::{
	findings::{Findings, Mismatch},
	slots::hex_word,
	AccountAnswer, Context,
};
use crate::substrate::{AccountData, Keys};

/// The number of a set's members and the sum of their hashes, which tells sets apart whatever the
/// order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Checksum {
	/// The number of members.
	pub(super) count: u64,
	sum: U256,
}

impl Checksum {
	/// Adds a member.
	pub(super) fn add(&mut self, member: &[u8]) {
		self.count = self.count.saturating_add(1);
		let hash = U256::from_big_endian(keccak256(member).as_bytes());
		self.sum = self.sum.overflowing_add(hash).0;
	}
}

/// Everything that the chain should have, and no more.
#[derive(Debug, Default)]
pub(super) struct Everything {
	sources: Checksum,
	targets: Checksum,
	/// Sources whose share waits.
	pub(super) waiting: Checksum,
	owed: u128,
	/// Accounts whose share was handed out.
	pub(super) released: u64,
	/// Contracts that were there before.
	pub(super) already_present: u64,
	/// Accounts at whose targets wei stood before they came.
	pub(super) surplus: u64,
	/// Those wei.
	pub(super) surplus_wei: U256,
	/// Accounts that were in use, whose delegation (EIP-7702) is not the source's.
	pub(super) delegations_not_written: u64,
}

impl Everything {
	/// Notes an account of the snapshot.
	pub(super) fn note(&mut self, answer: &AccountAnswer) {
		self.sources.add(answer.source.as_bytes());
		self.targets.add(answer.target.as_bytes());
		if answer.owed > 0 {
			self.waiting.add(answer.source.as_bytes());
			self.owed = self.owed.saturating_add(answer.owed);
		}
		if answer.surplus > 0 {
			self.surplus = self.surplus.saturating_add(1);
			self.surplus_wei = self.surplus_wei.saturating_add(answer.surplus.into());
		}
		let missing = u64::from(answer.delegation.is_some());
		self.delegations_not_written = self.delegations_not_written.saturating_add(missing);
		match answer.state {
			Some(AccountState::Released) => self.released = self.released.saturating_add(1),
			Some(AccountState::AlreadyPresent) => {
				self.already_present = self.already_present.saturating_add(1);
			}
			_ => {}
		}
	}

	/// Says what is no mismatch, and should be known.
	pub(super) fn sum_up(&self, findings: &mut Findings) {
		let (accounts, wei) = (self.surplus, self.surplus_wei);
		if accounts > 0 {
			findings.sum_up(format!(
				"{accounts} accounts have {wei} wei that stood at their targets before they came"
			));
		}
		let delegations = self.delegations_not_written;
		if delegations > 0 {
			findings.sum_up(format!(
				"{delegations} accounts in use do not have their delegation (EIP-7702) of the source: \
				 their owners can set it"
			));
		}
	}

	/// Looks for what is too much: accounts, targets, ledger entries; and too little: the escrow.
	pub(super) async fn check_extra(
		&self,
		context: &Context<'_>,
		findings: &mut Findings,
	) -> Result<()> {
		let chain_id = context.bundle.manifest.source.chain_id;
		let migration = context.migration;
		let sources = |bytes: &[u8]| -> Option<bool> {
			let record = AccountRecord::<AccountId32>::decode_all(&mut &*bytes).ok()?;
			Some(record.migration == migration)
		};
		let prefix = Keys::sources(chain_id);
		let found = members(context, &prefix, sources, None, findings).await?;
		if found != self.sources {
			let known = snapshot_sources(context)?;
			members(context, &prefix, sources, Some(("account", known)), findings).await?;
		}
		let targets = |bytes: &[u8]| -> Option<bool> {
			let record = SourceRecord::decode_all(&mut &*bytes).ok()?;
			Some(record.migration == migration)
		};
		let prefix = Keys::targets();
		let found = members(context, &prefix, targets, None, findings).await?;
		if found != self.targets {
			let known: HashSet<H160> = snapshot_sources(context)?
				.into_iter()
				.map(|source| context.bundle.target(source).1)
				.collect();
			members(context, &prefix, targets, Some(("target", known)), findings).await?;
		}
		self.check_ledger(context, findings).await
	}

	async fn check_ledger(&self, context: &Context<'_>, findings: &mut Findings) -> Result<()> {
		let any = |_: &[u8]| Some(true);
		let prefix = Keys::ledger(context.migration);
		let found = members(context, &prefix, any, None, findings).await?;
		if found != self.waiting {
			let (expected, found) = (self.waiting.count, found.count);
			findings.add(Mismatch::of_migration("ledger", expected, found));
		}
		let id: [u8; 8] = context.chain.constant("Migration", "PalletId")?;
		let key = Keys::account(&escrow(id, context.migration));
		let value = context.chain.value(&key, context.hash()).await?;
		let account = value.map(|bytes| AccountData::decode(&bytes)).transpose()?;
		let found = account.unwrap_or_default().free;
		if found < self.owed {
			let expected = format!("at least {}", self.owed);
			findings.add(Mismatch::of_migration("escrow", expected, found));
		}
		Ok(())
	}
}

/// The SDK's sub-account of a pallet: `"modl"`, the pallet's id, the number, then zeros.
fn escrow(id: [u8; 8], migration: u32) -> AccountId32 {
	let mut bytes = [0u8; 32];
	let parts = (*b"modl", id, migration).encode();
	for (to, from) in bytes.iter_mut().zip(parts) {
		*to = from;
	}
	AccountId32::new(bytes)
}

/// All addresses under a prefix whose value is of this migration. Those that are not `known` are
/// named.
async fn members(
	context: &Context<'_>,
	prefix: &[u8],
	is_member: impl Fn(&[u8]) -> Option<bool>,
	known: Option<(&'static str, HashSet<H160>)>,
	findings: &mut Findings,
) -> Result<Checksum> {
	let mut found = Checksum::default();
	let mut start: Option<Vec<u8>> = None;
	loop {
		let keys = context.chain.keys_after(prefix, start.as_deref(), context.hash()).await?;
		let values = context.chain.values(&keys, context.hash()).await?;
		for (key, value) in keys.iter().zip(values) {
			let address = Keys::address_in(key).unwrap_or_default();
			let member = value.as_deref().and_then(&is_member);
			if member == Some(false) {
				continue;
			}
			found.add(address.as_bytes());
			if let Some((field, _)) = known.as_ref().filter(|(_, known)| !known.contains(&address))
			{
				let who = (address, address);
				findings.add(Mismatch::of_account(who, field, "nothing", "an entry"));
			}
		}
		match keys.last() {
			Some(last) => start = Some(last.clone()),
			None => return Ok(found),
		}
	}
}

fn snapshot_sources(context: &Context<'_>) -> Result<HashSet<H160>> {
	let mut sources = HashSet::new();
	let mut reader = context.bundle.reader()?;
	while let Some(entry) = reader.next_record()? {
		if let Item::Account(head) = entry.item {
			sources.insert(head.address);
		}
	}
	// Deployers and others of the map, too.
	sources.extend(context.bundle.entries.iter().map(|entry| entry.source));
	Ok(sources)
}

/// Compares the set of a contract's slots with the chain's.
pub(super) async fn check_slot_count(
	context: &Context<'_>,
	source: H160,
	target: H160,
	expected: &Checksum,
) -> Result<Vec<Mismatch>> {
	let prefix = Keys::slots(target);
	let mut found = Checksum::default();
	let mut start: Option<Vec<u8>> = None;
	loop {
		let keys = context.chain.keys_after(&prefix, start.as_deref(), context.hash()).await?;
		for key in &keys {
			found.add(Keys::hash_in(key).unwrap_or_default().as_bytes());
		}
		match keys.last() {
			Some(last) => start = Some(last.clone()),
			None => break,
		}
	}
	if found == *expected {
		return Ok(Vec::new());
	}
	extra_slots(context, source, target).await
}

/// Names the slots that the chain has and the snapshot has not.
async fn extra_slots(context: &Context<'_>, source: H160, target: H160) -> Result<Vec<Mismatch>> {
	let known = snapshot_slots(context, source)?;
	let prefix = Keys::slots(target);
	let mut mismatches = Vec::new();
	let mut start: Option<Vec<u8>> = None;
	loop {
		let keys = context.chain.keys_after(&prefix, start.as_deref(), context.hash()).await?;
		let extra: Vec<Vec<u8>> = keys
			.iter()
			.filter(|key| Keys::hash_in(key).is_none_or(|key| !known.contains(&key)))
			.cloned()
			.collect();
		let values = context.chain.values(&extra, context.hash()).await?;
		for (key, value) in extra.iter().zip(values) {
			let slot = Keys::hash_in(key).unwrap_or_default();
			let expected = format!("{:?}", H256::zero());
			let found = hex_word(&value.unwrap_or_default());
			let mismatch = Mismatch::of_account((source, target), "extra storage", expected, found);
			mismatches.push(mismatch.at_slot(slot));
		}
		match keys.last() {
			Some(last) => start = Some(last.clone()),
			None => return Ok(mismatches),
		}
	}
}

fn snapshot_slots(context: &Context<'_>, source: H160) -> Result<HashSet<H256>> {
	let mut slots = HashSet::new();
	let mut reader = context.bundle.reader()?;
	let mut current = H160::zero();
	while let Some(entry) = reader.next_record()? {
		match entry.item {
			Item::Account(head) => current = head.address,
			Item::Slot(slot) if current == source => {
				slots.insert(slot.key);
			}
			_ => {}
		}
	}
	Ok(slots)
}

/// Decodes a value of the chain's storage.
pub(super) fn decode<T: Decode>(what: &str, bytes: &[u8]) -> Result<T> {
	T::decode_all(&mut &*bytes)
		.map_err(|error| anyhow::anyhow!("{what} in the chain's storage cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn checksum_of_the_same_members_in_another_order_works() {
		let sum = |members: &[&[u8]]| {
			let mut sum = Checksum::default();
			members.iter().for_each(|member| sum.add(member));
			sum
		};
		assert_eq!(sum(&[b"a", b"b"]), sum(&[b"b", b"a"]));
		assert_ne!(sum(&[b"a", b"b"]), sum(&[b"a", b"c"]));
		assert_ne!(sum(&[b"a"]), sum(&[b"a", b"b"]));
	}
}
