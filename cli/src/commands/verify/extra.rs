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
	status::{AccountRecord, AccountState, Course, MigrationRecord, SourceRecord, Stage, Undo},
	H160, H256, U256,
};
use sp_core::crypto::AccountId32;

use super::{
	findings::{Findings, Mismatch},
	slots::hex_word,
	unknown::Unknowns,
	AccountAnswer, Context, OwnCode,
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
	/// Accounts that were in use, with a delegation that the source has not.
	pub(super) own_delegations: u64,
	/// Accounts that were in use, where a contract was created since.
	pub(super) own_contracts: u64,
	/// Slots of accounts that were in use.
	pub(super) slots_in_use: u64,
	accounts_with_slots: u64,
	/// Balances that cannot be compared.
	pub(super) unknowns: Unknowns,
	/// Wei that were credited by the policy, and wei that may have been.
	credited: U256,
	perhaps_credited: U256,
}

/// Slots that the chain has and the snapshot has not.
#[derive(Debug, Default)]
pub(super) struct ExtraSlots {
	/// Those that none but the import can have written.
	pub(super) mismatches: Vec<Mismatch>,
	/// The first of those of an account that is in use.
	pub(super) notes: Vec<Mismatch>,
	/// All of those.
	pub(super) in_use: u64,
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
		let count = match answer.own_code {
			Some(OwnCode::DelegationNotWritten) => Some(&mut self.delegations_not_written),
			Some(OwnCode::Delegation) => Some(&mut self.own_delegations),
			Some(OwnCode::Contract) => Some(&mut self.own_contracts),
			None => None,
		};
		if let Some(count) = count {
			*count = count.saturating_add(1);
		}
		if let Some(unknown) = answer.unknown {
			self.unknowns.add(unknown);
		}
		self.credited = self.credited.saturating_add(answer.credited);
		self.perhaps_credited = self.perhaps_credited.saturating_add(answer.perhaps_credited);
		match answer.state {
			Some(AccountState::Released) => self.released = self.released.saturating_add(1),
			Some(AccountState::AlreadyPresent) => {
				self.already_present = self.already_present.saturating_add(1);
			}
			_ => {}
		}
	}

	/// Notes the slots of an account that is in use.
	pub(super) fn note_slots(&mut self, slots: u64) {
		self.slots_in_use = self.slots_in_use.saturating_add(slots);
		self.accounts_with_slots = self.accounts_with_slots.saturating_add(u64::from(slots > 0));
	}

	/// Compares what the pallet has counted with the sum of what each account should have got. What
	/// became of some settled collisions may not be known: then the sum may be less.
	pub(super) fn check_credited(&self, record: &MigrationRecord<u32>, findings: &mut Findings) {
		let imported = record.stage.course() == Some(Course::Imported);
		if !imported && record.stage != Stage::Completed {
			return;
		}
		let found = U256::from(record.progress.credited);
		let most = self.credited.saturating_add(self.perhaps_credited);
		if found < self.credited || found > most {
			findings.add(Mismatch::of_migration("credited", self.credited, found));
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
		let delegations = self.own_delegations;
		if delegations > 0 {
			findings.sum_up(format!(
				"{delegations} accounts in use have a delegation (EIP-7702), and on the source none"
			));
		}
		let contracts = self.own_contracts;
		if contracts > 0 {
			findings.sum_up(format!(
				"{contracts} accounts in use have become contracts since the activation"
			));
		}
		let (accounts, slots) = (self.accounts_with_slots, self.slots_in_use);
		if accounts > 0 {
			findings.sum_up(format!(
				"{accounts} accounts in use have {slots} slots of their own, which the source has not"
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
		let key = Keys::account(&context.escrow);
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
pub(super) fn escrow(id: [u8; 8], migration: u32) -> AccountId32 {
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

/// Compares the set of an account's slots with the chain's.
pub(super) async fn check_slot_count(
	context: &Context<'_>,
	source: H160,
	target: H160,
	expected: &Checksum,
) -> Result<ExtraSlots> {
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
		return Ok(ExtraSlots::default());
	}
	if expected.count == 0 && is_in_use(context, source, target).await? {
		let notes = slots_in_use(context, source, target).await?;
		return Ok(ExtraSlots { notes, in_use: found.count, ..ExtraSlots::default() });
	}
	let mismatches = extra_slots(context, source, target).await?;
	Ok(ExtraSlots { mismatches, ..ExtraSlots::default() })
}

/// Whether an account is open to its users since before it came: nothing of it was written but its
/// nonce. What is stored there, for instance through a delegation (EIP-7702), is its own.
async fn is_in_use(context: &Context<'_>, source: H160, target: H160) -> Result<bool> {
	let chain_id = context.bundle.manifest.source.chain_id;
	let keys = [Keys::source(chain_id, source), Keys::target(target)];
	let values = context.chain.values(&keys, context.hash()).await?;
	let [Some(record), Some(reverse)] = values.as_slice() else { return Ok(false) };
	let record: AccountRecord<AccountId32> = decode("an account record", record)?;
	let reverse: SourceRecord = decode("a source record", reverse)?;
	let open = matches!(
		record.state,
		AccountState::Imported
			| AccountState::Empty
			| AccountState::Waiting
			| AccountState::Released
			| AccountState::AlreadyPresent
	);
	let written = matches!(record.undo, Undo::Account { .. });
	Ok(open && !written && !reverse.locked && record.migration == context.migration)
}

/// The first slots of an account that is in use.
async fn slots_in_use(context: &Context<'_>, source: H160, target: H160) -> Result<Vec<Mismatch>> {
	let (prefix, hash) = (Keys::slots(target), context.hash());
	let keys = context.chain.some_keys_after(&prefix, None, context.list, hash).await?;
	let values = context.chain.values(&keys, hash).await?;
	Ok(keys.iter().zip(values).map(|(key, value)| extra((source, target), key, value)).collect())
}

fn extra(who: (H160, H160), key: &[u8], value: Option<Vec<u8>>) -> Mismatch {
	let slot = Keys::hash_in(key).unwrap_or_default();
	let expected = format!("{:?}", H256::zero());
	let found = hex_word(&value.unwrap_or_default());
	Mismatch::of_account(who, "extra storage", expected, found).at_slot(slot)
}

/// Names the slots that the chain has and the snapshot has not.
async fn extra_slots(context: &Context<'_>, source: H160, target: H160) -> Result<Vec<Mismatch>> {
	let known = snapshot_slots(context, source)?;
	let prefix = Keys::slots(target);
	let mut mismatches = Vec::new();
	let mut start: Option<Vec<u8>> = None;
	loop {
		let keys = context.chain.keys_after(&prefix, start.as_deref(), context.hash()).await?;
		let unknown: Vec<Vec<u8>> = keys
			.iter()
			.filter(|key| Keys::hash_in(key).is_none_or(|key| !known.contains(&key)))
			.cloned()
			.collect();
		let values = context.chain.values(&unknown, context.hash()).await?;
		let found = unknown.iter().zip(values);
		mismatches.extend(found.map(|(key, value)| extra((source, target), key, value)));
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
