//! What the target chain's node says of a bundle.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use codec::{DecodeAll, Encode};
use migration_primitives::{
	hash::KECCAK_EMPTY,
	item::is_delegation,
	status::{AccountRecord, AccountState, Course, MigrationRecord, Stage},
	H160, H256,
};
use sp_core::crypto::AccountId32;

use crate::{
	bundle::{Bundle, Manifest},
	commands::{
		occupied::{look_at_bundle, Findings, Standing},
		show,
		submit::{call_hash, connect, find, proposal},
		target::TargetFacts,
	},
	review::{arrivals, Authority, Occupied, Proposal, SnapshotIndex, TargetSays},
	substrate::{Chain, Keys},
};

/// The numbers of pallet and call in the reference runtime.
const REFERENCE_CALL: [u8; 2] = [12, 0];
/// Seconds that a node is tried for.
const PATIENCE: u64 = 30;
/// Codes of one question.
const CODES: usize = 64;

/// Asks the target's node for everything that the page says of the target, and for the numbers of the
/// proposal's call.
pub(super) async fn ask(
	url: &str,
	bundle: &Bundle,
	index: &SnapshotIndex,
	authority: &Authority,
) -> Result<(TargetSays, Proposal)> {
	let chain = connect(url, PATIENCE).await?;
	let at = chain.finalized().await?;
	let facts = TargetFacts::read(&chain, at.hash).await?;
	let migration = find(&chain, bundle.manifest_hash, at.hash).await?;
	// Of one that was aborted nothing is left.
	let migration = migration.filter(|(_, record)| record.stage != Stage::Aborted);
	let mut found = match &migration {
		Some((_, record)) if is_in(record) => Findings::default(),
		_ => look_at_bundle(&chain, bundle, &facts, at.hash).await?,
	};
	found.occupied = without_delegations(&chain, found.occupied, index, at.hash).await?;
	let done = match &migration {
		Some((number, record)) => done(&chain, *number, record, &found, at.hash).await?,
		None => Done::default(),
	};
	let holders = holders_elsewhere(bundle, index, authority);
	let (name, version) = chain.runtime();
	let says = TargetSays {
		name: name.to_owned(),
		version,
		genesis: chain.genesis(),
		block: at.number,
		chain_id: facts.chain_id,
		existential_deposit: facts.existential_deposit,
		issuance: chain.total_issuance(at.hash).await?,
		review_blocks: chain.constant("Migration", "MinReviewBlocks").ok(),
		migration: migration
			.map(|(number, record)| format!("migration {number}, {}", show::stage(&record.stage))),
		occupied: done.occupied(&found),
		taken_over: done.outstanding(&found.taken_over).map(ToString::to_string).collect(),
		refused_balance: found.below_deposit.as_ref().map(ToString::to_string),
		strangers: with_contracts(&chain, &holders, at.hash).await?,
	};
	let call = proposal(&chain, &bundle.manifest)?;
	let hash = call_hash(&call);
	Ok((says, Proposal { call, hash, from_metadata: true }))
}

/// The proposal as the reference runtime takes it.
pub(super) fn reference_proposal(manifest: &Manifest) -> Proposal {
	let mut call = REFERENCE_CALL.to_vec();
	manifest.encode_to(&mut call);
	Proposal { hash: call_hash(&call), call, from_metadata: false }
}

/// Whether all accounts have come, so that what stands at their targets is what was imported, but for
/// those that collided.
fn is_in(record: &MigrationRecord<u32>) -> bool {
	record.stage == Stage::Completed || record.stage.course() == Some(Course::Imported)
}

/// What a migration did already.
#[derive(Debug, Default)]
struct Done {
	/// Accounts that have come, among those at whose targets something stands.
	came: BTreeSet<H160>,
	/// What stood at the targets of those that were left out.
	collided: Vec<Standing>,
}

impl Done {
	/// Takes an account's record. `wanted` are the accounts at whose targets something stands.
	fn take(&mut self, source: H160, record: &AccountRecord<AccountId32>, wanted: &BTreeSet<H160>) {
		if record.state != AccountState::Mapped && wanted.contains(&source) {
			self.came.insert(source);
		}
		if let AccountState::Collided(stood) | AccountState::Settled(stood) = record.state {
			self.collided.push(Standing {
				source,
				target: record.address,
				code_hash: stood.code_hash,
				nonce: stood.nonce,
				balance: record.surplus,
				storage: stood.storage,
			});
		}
	}

	/// Those that are still to come.
	fn outstanding<'a>(&'a self, found: &'a [Standing]) -> impl Iterator<Item = &'a Standing> {
		found.iter().filter(move |standing| !self.came.contains(&standing.source))
	}

	/// What keeps accounts from their targets, now and when they came.
	fn occupied(&self, found: &Findings) -> BTreeMap<H160, Occupied> {
		let occupied = |standing: &Standing, collided| {
			let (source, words) = (standing.source, standing.to_string());
			(standing.target, Occupied { source, words, collided })
		};
		let now = self.outstanding(&found.occupied).map(|standing| occupied(standing, false));
		let then = self.collided.iter().map(|standing| occupied(standing, true));
		now.chain(then).collect()
	}
}

/// Reads what a migration did with its accounts, as far as that bears on what was found.
async fn done(
	chain: &Chain,
	migration: u32,
	record: &MigrationRecord<u32>,
	found: &Findings,
	at: H256,
) -> Result<Done> {
	let standings = found.occupied.iter().chain(&found.taken_over);
	let wanted: BTreeSet<H160> = standings.map(|standing| standing.source).collect();
	let mut done = Done::default();
	if wanted.is_empty() && record.progress.collisions == 0 {
		return Ok(done);
	}
	let prefix = Keys::sources(record.source_chain_id);
	let mut after = None::<Vec<u8>>;
	loop {
		let keys = chain.keys_after(&prefix, after.as_deref(), at).await?;
		let Some(last) = keys.last().cloned() else { return Ok(done) };
		for (key, value) in keys.iter().zip(chain.values(&keys, at).await?) {
			let (Some(source), Some(bytes)) = (Keys::address_in(key), value) else { continue };
			let account = AccountRecord::<AccountId32>::decode_all(&mut bytes.as_slice())?;
			if account.migration == migration {
				done.take(source, &account, &wanted);
			}
		}
		after = Some(last);
	}
}

/// Without people at whose targets a delegation (EIP-7702) stands: that is theirs, and no collision.
async fn without_delegations(
	chain: &Chain,
	mut occupied: Vec<Standing>,
	index: &SnapshotIndex,
	at: H256,
) -> Result<Vec<Standing>> {
	let is_person = |standing: &Standing| {
		let place = index.accounts().get(&standing.source);
		place.is_some_and(|place| !place.info.is_contract())
	};
	let people = occupied.iter().filter(|standing| is_person(standing));
	let targets: Vec<H160> = people.map(|standing| standing.target).collect();
	let contracts = with_contracts(chain, &targets, at).await?;
	occupied.retain(|standing| {
		let no_code = standing.code_hash == KECCAK_EMPTY;
		!is_person(standing) || no_code || contracts.contains(&standing.target)
	});
	Ok(occupied)
}

/// Those who have powers and at whose addresses no account of the source arrives.
fn holders_elsewhere(bundle: &Bundle, index: &SnapshotIndex, authority: &Authority) -> Vec<H160> {
	let arrivals = arrivals(bundle);
	let stays = |address: &H160| {
		index.accounts().contains_key(address) && bundle.target(*address).1 == *address
	};
	let holders: BTreeSet<H160> = authority.powers.iter().map(|power| power.holder).collect();
	holders.into_iter().filter(|holder| !arrivals.contains_key(holder) && !stays(holder)).collect()
}

/// The addresses at which code stands that is no delegation (EIP-7702).
async fn with_contracts(chain: &Chain, addresses: &[H160], at: H256) -> Result<BTreeSet<H160>> {
	let mut found = BTreeSet::new();
	for batch in addresses.chunks(CODES) {
		let keys: Vec<Vec<u8>> = batch.iter().map(|address| Keys::code(*address)).collect();
		for (address, value) in batch.iter().zip(chain.values(&keys, at).await?) {
			let Some(bytes) = value else { continue };
			let code = Vec::<u8>::decode_all(&mut bytes.as_slice())?;
			if !code.is_empty() && !is_delegation(&code) {
				found.insert(*address);
			}
		}
	}
	Ok(found)
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{
		hash::EMPTY_TRIE_ROOT,
		map::Target,
		status::{Collision, Undo},
		U256,
	};

	fn standing(byte: u8) -> Standing {
		let address = H160::repeat_byte(byte);
		Standing {
			source: address,
			target: address,
			code_hash: H256::repeat_byte(9),
			nonce: 1,
			balance: 0,
			storage: true,
		}
	}

	fn record(byte: u8, state: AccountState) -> AccountRecord<AccountId32> {
		AccountRecord {
			migration: 0,
			target: Target::Preserve,
			address: H160::repeat_byte(byte),
			state,
			nonce: 1,
			balance: U256::zero(),
			code_hash: H256::repeat_byte(8),
			storage_root: EMPTY_TRIE_ROOT,
			slots: 0,
			surplus: 5,
			undo: Undo::Nothing,
		}
	}

	/// In the middle of an import, what stands at a target may be what was imported.
	#[test]
	fn occupied_of_a_migration_in_course_works() {
		let found = Findings {
			occupied: (1..5).map(standing).collect(),
			taken_over: vec![standing(6), standing(7)],
			..Findings::default()
		};
		let wanted: BTreeSet<H160> = (1..8).map(H160::repeat_byte).collect();
		let stood = Collision { code_hash: H256::repeat_byte(7), nonce: 2, storage: false };
		let mut done = Done::default();
		for (byte, state) in [
			(1, AccountState::Imported),
			(2, AccountState::Collided(stood)),
			(3, AccountState::Mapped),
			(5, AccountState::Settled(stood)),
			(6, AccountState::Imported),
		] {
			done.take(H160::repeat_byte(byte), &record(byte, state), &wanted);
		}
		let occupied = done.occupied(&found);
		let collided: Vec<(u8, bool)> =
			occupied.iter().map(|(target, occupied)| (target.0[0], occupied.collided)).collect();
		assert_eq!(collided, [(2, true), (3, false), (4, false), (5, true)]);
		let words = &occupied[&H160::repeat_byte(2)].words;
		let code = H256::repeat_byte(7);
		let expected = format!("code {code:?}, nonce 2, no storage, 5 wei");
		assert!(words.ends_with(&expected), "{words}");
		let taken_over: Vec<H160> =
			done.outstanding(&found.taken_over).map(|standing| standing.target).collect();
		assert_eq!(taken_over, [H160::repeat_byte(7)]);
	}

	#[test]
	fn occupied_before_the_proposal_works() {
		let found = Findings { occupied: vec![standing(1)], ..Findings::default() };
		let occupied = Done::default().occupied(&found);
		let occupied: Vec<(H160, bool)> =
			occupied.values().map(|occupied| (occupied.source, occupied.collided)).collect();
		assert_eq!(occupied, [(H160::repeat_byte(1), false)]);
	}
}
