//! The sums over the records of a snapshot, which the checks of the runtime find sound.

use migration_primitives::{
	fault::Fault,
	item::{AccountHead, Item},
	records,
	snapshot::{Scope, Totals},
	H160, H256, U256,
};

/// Why a record contradicts those before it, or the source block.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
	/// What the target chain would say of it.
	#[error(transparent)]
	Fault(#[from] Fault),
	/// A number of accounts, slots or bytes that does not fit.
	#[error("the sums overflow at account {address:?}")]
	Overflow {
		/// The account.
		address: H160,
	},
}

/// Takes the records one after another, refuses the first that is wrong, and adds up.
pub struct Checker {
	records: records::Checker,
	totals: Totals,
}

impl Checker {
	/// A checker for records of this scope. Without a state root (a source that has none) the
	/// accounts' proofs and the state root are not checked.
	pub fn new(scope: Scope, state_root: Option<H256>) -> Self {
		Self { records: records::Checker::new(scope, state_root), totals: Totals::default() }
	}

	/// Takes the next record.
	pub fn take(&mut self, item: &Item<'_>) -> Result<(), RecordError> {
		match item {
			Item::Account(head) => {
				self.records.end_account()?;
				self.records.head(head)?;
				let address = head.address;
				self.totals = add(self.totals, head).ok_or(RecordError::Overflow { address })?;
			}
			Item::Code(code) => {
				self.records.code(code)?;
			}
			Item::Slot(slot) => {
				self.records.slot(*slot)?;
			}
		}
		Ok(())
	}

	/// Ends the last account and gives the sums.
	pub fn finish(&mut self) -> Result<Totals, RecordError> {
		self.records.end_account()?;
		self.records.finish()?;
		Ok(self.totals)
	}
}

/// What stands behind a sum of balances and its unit: the largest number means as much or more.
pub fn or_more(sum: U256) -> &'static str {
	match sum == U256::MAX {
		true => " or more",
		false => "",
	}
}

fn add(totals: Totals, head: &AccountHead) -> Option<Totals> {
	let contract = u64::from(head.code_length > 0);
	Some(Totals {
		accounts: totals.accounts.checked_add(1)?,
		contracts: totals.contracts.checked_add(contract)?,
		slots: totals.slots.checked_add(head.slot_count)?,
		code_bytes: totals.code_bytes.checked_add(head.code_length.into())?,
		// The most stands for itself and more: a genesis may hold more than 256 bits.
		balance: totals.balance.saturating_add(head.balance),
	})
}
