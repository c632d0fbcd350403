//! How far a block has gone in the clean-up of an aborted migration.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use codec::DecodeAll;
use evm_migrate::substrate::Keys;
use migration_primitives::{H160, H256};
use migration_tests::{
	rpc::{from_hex, to_hex, Rpc},
	state,
};
use serde_json::json;

/// Keys of one question.
const PAGE: usize = 1_000;
/// What the pallet counts for an account. A slot counts as one, and so does an account of another
/// migration.
const STEPS_PER_ACCOUNT: u64 = 16;

/// The steps that a block took, counted from what is gone after it.
pub(super) async fn steps(rpc: &Rpc, chain_id: u64, block: u32) -> Result<u64> {
	let before = Standing::at(rpc, chain_id, block.saturating_sub(1)).await?;
	let after = Standing::at(rpc, chain_id, block).await?;
	Ok(before.steps_to(&after))
}

/// How far a clean-up is.
#[derive(Debug)]
struct Standing {
	/// Keys of all accounts of the source chain.
	accounts: BTreeSet<String>,
	/// Slots of all contracts.
	slots: u64,
	/// Where it stands; none before it began and after it ended.
	place: Option<Place>,
}

#[derive(Debug)]
struct Place {
	/// Key of the last account that was looked at.
	last: Option<String>,
	/// Whether some slots of the account after it are gone and some are not.
	within: bool,
}

impl Standing {
	async fn at(rpc: &Rpc, chain_id: u64, block: u32) -> Result<Self> {
		let at = rpc.block_hash(block).await?.context("a block of the past")?;
		let accounts = keys(rpc, &Keys::sources(chain_id), &at).await?.into_iter().collect();
		let slots = keys(rpc, &state::item("EVM", "AccountStorages"), &at).await?.len() as u64;
		let key = to_hex(&state::item("Migration", "Cleaned"));
		let value: Option<String> = rpc.request("state_getStorage", json!([key, at])).await?;
		let place = match value {
			Some(value) => {
				let bytes = from_hex(&value)?;
				let (last, slot, _missing) =
					<(Option<H160>, Option<H256>, u128)>::decode_all(&mut bytes.as_slice())?;
				let last = last.map(|last| to_hex(&Keys::source(chain_id, last)));
				Some(Place { last, within: slot.is_some() })
			}
			None => None,
		};
		Ok(Self { accounts, slots, place })
	}

	fn steps_to(&self, after: &Self) -> u64 {
		let begun = self.place.as_ref().and_then(|place| place.last.as_ref());
		let looked_at = |key: &&String| {
			let ended = match &after.place {
				Some(place) => place.last.as_ref().is_some_and(|last| *key <= last),
				None => true,
			};
			ended && begun.is_none_or(|begun| *key > begun)
		};
		let looked_at = self.accounts.iter().filter(looked_at).count() as u64;
		let removed = self.accounts.difference(&after.accounts).count() as u64;
		let within = after.place.as_ref().is_some_and(|place| place.within);
		let of_accounts = removed.saturating_add(within.into()).saturating_mul(STEPS_PER_ACCOUNT);
		let of_others = looked_at.saturating_sub(removed);
		let of_slots = self.slots.saturating_sub(after.slots);
		of_accounts.saturating_add(of_others).saturating_add(of_slots)
	}
}

async fn keys(rpc: &Rpc, prefix: &[u8], at: &str) -> Result<Vec<String>> {
	let mut keys: Vec<String> = Vec::new();
	loop {
		let params = json!([to_hex(prefix), PAGE, keys.last(), at]);
		let page: Vec<String> = rpc.request("state_getKeysPaged", params).await?;
		let last = page.len() < PAGE;
		keys.extend(page);
		if last {
			return Ok(keys);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn standing(accounts: &[&str], slots: u64, place: Option<(Option<&str>, bool)>) -> Standing {
		Standing {
			accounts: accounts.iter().map(|key| key.to_string()).collect(),
			slots,
			place: place.map(|(last, within)| Place { last: last.map(str::to_string), within }),
		}
	}

	#[test]
	fn steps_to_the_middle_of_an_account_count_it() {
		let before = standing(&["1", "3", "5", "7"], 100, None);
		// 1 is gone, 3 is another migration's, 5 has lost some of its slots.
		let after = standing(&["3", "5", "7"], 40, Some((Some("3"), true)));
		assert_eq!(before.steps_to(&after), 60 + 2 * 16 + 1);
		let end = standing(&["3"], 30, None);
		assert_eq!(after.steps_to(&end), 10 + 2 * 16);
	}

	#[test]
	fn steps_to_a_clean_up_that_has_not_begun_are_none() {
		let before = standing(&["1", "3"], 100, None);
		let after = standing(&["1", "3"], 100, Some((None, false)));
		assert_eq!(before.steps_to(&after), 0);
	}
}
