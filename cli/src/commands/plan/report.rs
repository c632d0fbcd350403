//! What `plan` says.

use std::fmt::Write as _;

use codec::Encode;
use migration_primitives::{manifest::BalancePolicy, snapshot::Scope, H160, U256};
use serde_json::{json, Value};

use super::Survey;
use crate::{
	args::PlanArgs,
	bundle::{MapEntry, PolicyChoice},
	commands::{
		occupied::{Findings, Standing},
		target::TargetFacts,
	},
	parse,
	plan::{References, Searched},
	snapshot::or_more,
};

/// Most accounts that the text lists of one kind; the JSON lists all.
const LISTED: usize = 20;

/// Everything that the report is made of.
pub(super) struct Report<'a> {
	/// What one reading of the snapshot gave.
	pub(super) survey: &'a Survey,
	/// The map.
	pub(super) entries: &'a [MapEntry],
	/// What still names addresses that change.
	pub(super) references: &'a References,
	/// What is known of the target chain.
	pub(super) target: TargetFacts,
	/// What must be said of the target's chain id.
	pub(super) same_chain: Option<String>,
	/// Contracts that go to a reserved address: source and target.
	pub(super) reserved: &'a [(H160, H160)],
	/// What stands at the targets, where a node was asked.
	pub(super) found: Option<&'a Findings>,
}

impl Report<'_> {
	/// Contracts that hold ether.
	fn holders(&self) -> Vec<(H160, U256)> {
		self.survey
			.accounts
			.iter()
			.filter(|(_, info)| !info.has_key() && !info.balance.is_zero())
			.map(|(address, info)| (*address, info.balance))
			.collect()
	}

	/// People's accounts that the chain takes for contracts.
	fn taken_for_contracts(&self) -> Vec<H160> {
		let accounts = self.survey.accounts.iter();
		accounts.filter(|(_, info)| info.is_taken_for_contract()).map(|entry| *entry.0).collect()
	}

	/// Contracts of a whole chain that have no entry in the map.
	fn without_entry(&self) -> Vec<H160> {
		if self.survey.header.scope == Scope::Selected {
			return Vec::new();
		}
		// In ascending order of their sources.
		let unnamed = |address: &H160| {
			self.entries.binary_search_by_key(address, |entry| entry.source).is_err()
		};
		let accounts = self.survey.accounts.iter();
		let contracts = accounts.filter(|(_, info)| info.is_contract()).map(|entry| *entry.0);
		contracts.filter(unnamed).collect()
	}

	/// Accounts whose balance is below the target's existential deposit.
	fn below_deposit(&self) -> Vec<(H160, U256)> {
		let deposit = U256::from(self.target.existential_deposit.unwrap_or_default());
		self.survey
			.accounts
			.iter()
			.filter(|(_, info)| !info.balance.is_zero() && info.balance < deposit)
			.map(|(address, info)| (*address, info.balance))
			.collect()
	}

	fn changed(&self) -> impl Iterator<Item = &MapEntry> {
		self.entries.iter().filter(|entry| entry.address != entry.source)
	}

	fn map_bytes(&self) -> usize {
		self.entries.iter().map(Encode::encoded_size).sum()
	}

	fn chunk_bytes(&self) -> u64 {
		self.survey.chunks.iter().map(|span| u64::from(span.length)).sum()
	}

	fn searched(&self) -> &'static str {
		match self.references.searched {
			Searched::Nested => "nested",
			Searched::Single => "single",
			Searched::Nothing => "nothing",
		}
	}

	/// The report as JSON, whole.
	pub(super) fn data(&self, args: &PlanArgs) -> Value {
		let totals = &self.survey.summary.totals;
		let changed: Vec<Value> = self
			.changed()
			.map(|entry| {
				json!({
					"source": entry.source,
					"target": parse::target_text(&entry.target),
					"address": entry.address,
				})
			})
			.collect();
		let references: Vec<Value> = self
			.references
			.found
			.iter()
			.map(|(contract, found)| {
				json!({
					"contract": contract,
					"names": found.addresses,
					"values": found.values,
					"value_slots": found.value_slots,
					"keys": found.keys,
					"key_slots": found.key_slots,
					"code": found.code,
					"code_offsets": found.code_offsets,
				})
			})
			.collect();
		let balances = |accounts: Vec<(H160, U256)>, who: &str| -> Vec<Value> {
			let entry = |(address, balance): (H160, U256)| json!({ who: address, "balance": balance.to_string() });
			accounts.into_iter().map(entry).collect()
		};
		let holders = balances(self.holders(), "contract");
		let below_deposit = balances(self.below_deposit(), "account");
		let reserved: Vec<Value> = self
			.reserved
			.iter()
			.map(|(source, target)| json!({ "source": source, "target": target }))
			.collect();
		// Null where no node was asked.
		let found = |which: fn(&Findings) -> &Vec<Standing>| -> Option<Vec<Value>> {
			self.found.map(|found| which(found).iter().map(Standing::data).collect())
		};
		json!({
			"map": args.output,
			"snapshot_digest": self.survey.summary.digest,
			"chain_id": self.survey.header.chain_id,
			"block": self.survey.header.block_number,
			"scope": self.survey.header.scope,
			"accounts": totals.accounts,
			"contracts": totals.contracts,
			"slots": totals.slots,
			"code_bytes": totals.code_bytes,
			"balance": totals.balance.to_string(),
			"entries": self.entries.len(),
			"changed": changed,
			"references": references,
			"mapping_keys_searched": self.searched(),
			"contracts_with_balance": holders,
			"delegated_with_storage": self.taken_for_contracts(),
			"contracts_without_entry": self.without_entry(),
			"target_chain_id": self.target.chain_id,
			"target_existential_deposit":
				self.target.existential_deposit.map(|deposit| deposit.to_string()),
			"below_existential_deposit": below_deposit,
			"policy": args.policy.as_ref().map(ToString::to_string),
			"reserved_targets": reserved,
			"occupied_targets": found(|found| &found.occupied),
			"targets_with_balance": found(|found| &found.taken_over),
			"chunks": self.survey.chunks.len(),
			"chunk_bytes": self.chunk_bytes(),
			"map_bytes": self.map_bytes(),
		})
	}

	/// The report for people; long lists are cut off.
	pub(super) fn text(&self, args: &PlanArgs) -> String {
		let totals = &self.survey.summary.totals;
		let mut text = String::new();
		// Writing to a string does not fail.
		let mut line = |words: String| {
			let _ = writeln!(text, "{words}");
		};
		line(format!(
			"{}: {} entries for {} accounts ({} contracts, {} slots, {} bytes of code, {} wei{})",
			args.output.display(),
			self.entries.len(),
			totals.accounts,
			totals.contracts,
			totals.slots,
			totals.code_bytes,
			totals.balance,
			or_more(totals.balance),
		));
		line(format!(
			"about {} chunks of together {} bytes, and {} bytes of map",
			self.survey.chunks.len(),
			self.chunk_bytes(),
			self.map_bytes(),
		));
		if let Some(warning) = &self.same_chain {
			line(warning.clone());
		}
		let changed: Vec<&MapEntry> = self.changed().collect();
		line(format!("{} addresses change", changed.len()));
		for entry in changed.iter().take(LISTED) {
			let target = parse::target_text(&entry.target);
			line(format!("  {:?} -> {:?} ({target})", entry.source, entry.address));
		}
		for (contract, found) in self.references.found.iter().take(LISTED) {
			line(format!(
				"warning: {contract:?} still names addresses that change: {} slots by value, {} by \
				 key, {} places in its code",
				found.values, found.keys, found.code,
			));
		}
		if !changed.is_empty() && self.references.searched != Searched::Nested {
			line(format!(
				"warning: so many addresses change that mapping keys were searched only partly: {}",
				self.searched(),
			));
		}
		let (reserved, none) = (self.reserved, Vec::new());
		for (source, target) in reserved.iter().take(LISTED) {
			line(format!(
				"error: code or storage of {source:?} would stand at {target:?}, which is a precompile's \
				 address or zero: the import faults there. Choose another target, or leave it out"
			));
		}
		let (occupied, taken_over) = match self.found {
			Some(found) => (&found.occupied, &found.taken_over),
			None => (&none, &none),
		};
		for standing in occupied.iter().take(LISTED) {
			line(format!(
				"warning: occupied: {standing}; what stands there stays, and the account is not imported"
			));
		}
		for standing in taken_over.iter().take(LISTED) {
			line(format!(
				"warning: {standing}; whoever rules the contract gets what its target holds"
			));
		}
		let taken_for_contracts = self.taken_for_contracts();
		for account in taken_for_contracts.iter().take(LISTED) {
			line(format!(
				"warning: {account:?} is a person's account with storage, and with a delegation (EIP-7702) or \
				 one that was reset, which the chain brings as it does a contract: where its target has a \
				 nonce it collides"
			));
		}
		let without_entry = self.without_entry();
		if let Some(first) = without_entry.first() {
			line(format!(
				"warning: {} contracts have no entry in the map, of which the first is {first:?}: their \
				 targets are not reserved before they come, so that who has the key of a deployer on the \
				 target can deploy there while the import goes on, and the contract is not imported. \
				 --all-entries reserves them with the map",
				without_entry.len(),
			));
		}
		let mut unlisted = vec![changed.len(), self.references.found.len()];
		unlisted.extend([taken_for_contracts.len(), reserved.len()]);
		unlisted.extend([occupied.len(), taken_over.len()]);
		unlisted.extend(self.balances(args.policy.as_ref(), &mut line));
		let unlisted = unlisted
			.into_iter()
			.map(|count| count.saturating_sub(LISTED))
			.fold(0usize, usize::saturating_add);
		if unlisted > 0 {
			line(format!("and {unlisted} more, all in the JSON"));
		}
		text.trim_end().to_owned()
	}

	/// Warns of what the policy does to balances, or of what each would do where none is given. Gives
	/// the lengths of the lists.
	fn balances(&self, policy: Option<&PolicyChoice>, line: &mut impl FnMut(String)) -> [usize; 2] {
		let policy = policy.map(|policy| &policy.0);
		let (mut holders, mut below) = (self.holders(), self.below_deposit());
		let other = match policy {
			None => ", and mint and fund bring",
			Some(BalancePolicy::Skip) => {
				below.clear();
				""
			}
			Some(BalancePolicy::Mint { .. } | BalancePolicy::Fund { .. }) => {
				holders.clear();
				""
			}
		};
		for (contract, balance) in holders.iter().take(LISTED) {
			line(format!(
				"warning: contract {contract:?} holds {balance} wei, which the policy skip leaves \
				 behind{other}"
			));
		}
		let skip = if policy.is_none() { "skip leaves it behind; under mint or fund " } else { "" };
		for (account, balance) in below.iter().take(LISTED) {
			line(format!(
				"warning: {account:?} has {balance} wei, below the target's existential deposit of {}: \
				 {skip}the import faults there unless the target has funds of its own, and for an \
				 account of the target chain it waits in the ledger until that account has some",
				self.target.existential_deposit.unwrap_or_default(),
			));
		}
		[holders.len(), below.len()]
	}
}
