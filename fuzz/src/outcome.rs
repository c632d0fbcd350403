//! What both sides are asked for, and where they differ.

use alloy_primitives::{Address, Bytes, B256, U256};
use pallet_evm::ExitError;
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt::Debug,
};

use crate::case::Account;

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
	/// It was not valid, for this reason, and did nothing.
	Refused(&'static str),
	/// It succeeded.
	Success,
	/// It reverted.
	Revert,
	/// It halted.
	Halt(ExitError),
}

impl Exit {
	/// The variant alone.
	pub fn kind(&self) -> &'static str {
		match self {
			Self::Refused(_) => "refused",
			Self::Success => "success",
			Self::Revert => "revert",
			Self::Halt(_) => "halt",
		}
	}
}

/// A log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
	/// Who wrote it.
	pub address: Address,
	/// Its topics.
	pub topics: Vec<B256>,
	/// Its data.
	pub data: Bytes,
}

/// What a transaction gave. What is none is not known on this side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
	/// How it ended.
	pub exit: Exit,
	/// Whether `exit` tells a revert from a halt and knows the reason of the latter.
	pub exit_is_exact: bool,
	/// Gas used, refunds taken off.
	pub gas_used: Option<u64>,
	/// Gas spent before refunds.
	pub gas_spent: Option<u64>,
	/// The price per gas.
	pub price: Option<u128>,
	/// Output, deployed code or revert data.
	pub output: Option<Bytes>,
	/// The created contract.
	pub created: Option<Option<Address>>,
	/// The logs.
	pub logs: Vec<Log>,
}

impl Outcome {
	/// Whether it needed more memory than the pallet gives.
	pub fn is_out_of_memory(&self) -> bool {
		self.exit == Exit::Halt(ExitError::OutOfMemory)
	}

	/// A transaction that was not valid.
	pub fn refused(reason: &'static str) -> Self {
		Self {
			exit: Exit::Refused(reason),
			exit_is_exact: true,
			gas_used: None,
			gas_spent: None,
			price: None,
			output: None,
			created: None,
			logs: Vec::new(),
		}
	}
}

/// All of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
	/// All accounts that are something, with all of their storage.
	pub accounts: BTreeMap<Address, Account>,
	/// Accounts that exist without nonce, balance and code, as they can before EIP-161.
	pub empty: BTreeSet<Address>,
}

/// The outcome of a transaction and the whole state after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
	/// The outcome.
	pub outcome: Outcome,
	/// The state.
	pub state: State,
}

/// What the pallet looks at before it copies anything of a request, so that it finds this first where
/// revm finds something else that is wrong as well.
const EARLY: [&str; 5] = [
	"gas limit above block",
	"gas limit above cap",
	"gas limit too low",
	"nonce overflow",
	"unsupported",
];

/// Everything in which the pallet differs from plain revm, in words. If `memory_may_end`, what comes from
/// a transaction on that the pallet halted for want of memory is not compared.
pub fn differences(memory_may_end: bool, plain: &[Step], pallet: &[Step]) -> Vec<String> {
	let mut found = Vec::new();
	if plain.len() != pallet.len() {
		found.push(format!("{} transactions: the pallet did {}", plain.len(), pallet.len()));
	}
	for (index, (plain, pallet)) in plain.iter().zip(pallet).enumerate() {
		if memory_may_end && pallet.outcome.is_out_of_memory() {
			break;
		}
		outcomes(index, &plain.outcome, &pallet.outcome, &mut found);
		states(index, &plain.state, &pallet.state, &mut found);
		if !found.is_empty() {
			// What follows from a difference is none of its own.
			break;
		}
	}
	found
}

fn outcomes(index: usize, plain: &Outcome, pallet: &Outcome, found: &mut Vec<String>) {
	let exact = plain.exit_is_exact && pallet.exit_is_exact;
	let same = if let (Exit::Refused(_), Exit::Refused(reason)) = (&plain.exit, &pallet.exit) {
		!exact || EARLY.contains(reason) || plain.exit == pallet.exit
	} else if exact {
		plain.exit == pallet.exit
	} else {
		matches!(plain.exit, Exit::Success) == matches!(pallet.exit, Exit::Success)
			&& matches!(plain.exit, Exit::Refused(_)) == matches!(pallet.exit, Exit::Refused(_))
	};
	if !same {
		found.push(text(index, "exit", &plain.exit, &pallet.exit));
	}
	known(index, "gas used", plain.gas_used, pallet.gas_used, found);
	known(index, "gas spent", plain.gas_spent, pallet.gas_spent, found);
	known(index, "price", plain.price, pallet.price, found);
	known(index, "output", plain.output.as_ref(), pallet.output.as_ref(), found);
	known(index, "created", plain.created, pallet.created, found);
	if plain.logs != pallet.logs {
		found.push(text(index, "logs", &plain.logs, &pallet.logs));
	}
}

fn known<T: Debug + PartialEq>(
	index: usize,
	name: &str,
	plain: Option<T>,
	pallet: Option<T>,
	found: &mut Vec<String>,
) {
	if let (Some(plain), Some(pallet)) = (plain, pallet) {
		if plain != pallet {
			found.push(text(index, name, &plain, &pallet));
		}
	}
}

fn states(index: usize, plain: &State, pallet: &State, found: &mut Vec<String>) {
	let nothing = Account::default();
	if plain.empty != pallet.empty {
		found.push(text(index, "empty accounts", &plain.empty, &pallet.empty));
	}
	let addresses: BTreeSet<&Address> =
		plain.accounts.keys().chain(pallet.accounts.keys()).collect();
	for address in addresses {
		let here = plain.accounts.get(address).unwrap_or(&nothing);
		let there = pallet.accounts.get(address).unwrap_or(&nothing);
		let mut differs = |name: &str, plain: &dyn Debug, pallet: &dyn Debug| {
			found.push(text(index, &format!("{name} of {address}"), plain, pallet));
		};
		if here.nonce != there.nonce {
			differs("nonce", &here.nonce, &there.nonce);
		}
		if here.balance != there.balance {
			differs("balance", &here.balance, &there.balance);
		}
		if here.code != there.code {
			differs("code", &here.code, &there.code);
		}
		let keys: BTreeSet<&U256> = here.storage.keys().chain(there.storage.keys()).collect();
		for key in keys {
			let plain = here.storage.get(key).copied().unwrap_or_default();
			let pallet = there.storage.get(key).copied().unwrap_or_default();
			if plain != pallet {
				differs(&format!("slot {key:#x}"), &plain, &pallet);
			}
		}
	}
}

fn text(
	index: usize,
	name: &str,
	plain: &(impl Debug + ?Sized),
	pallet: &(impl Debug + ?Sized),
) -> String {
	format!("transaction {index}: {name}: plain revm {plain:?}, pallet {pallet:?}")
}
