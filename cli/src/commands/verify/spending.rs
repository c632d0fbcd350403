//! What left accounts since the activation, as the events tell.
//!
//! Reserving and holding leave wei where they are.

use std::collections::HashMap;

use codec::{Decode, Error as CodecError};
use sp_core::crypto::AccountId32;

use crate::substrate::Event;

/// Bytes of an account and of wei.
const ACCOUNT: usize = 32;
const WEI: usize = 16;

/// What left one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spending {
	/// The last block in which wei left it.
	pub(super) last: Option<u32>,
	/// All those wei, or more.
	pub(super) wei: u128,
	/// The last block in which it paid the fee of a transaction that it had signed.
	pub(super) signed: Option<u32>,
}

/// What left all accounts.
#[derive(Debug, Default)]
pub(super) struct Spendings(HashMap<AccountId32, Spending>);

impl Spendings {
	/// Takes an event of a block. Those of `escrow` are no spending.
	pub(super) fn take(
		&mut self,
		block: u32,
		event: &Event,
		escrow: &AccountId32,
	) -> Result<(), CodecError> {
		if (event.pallet.as_str(), event.name.as_str())
			== ("TransactionPayment", "TransactionFeePaid")
		{
			let who = AccountId32::decode(&mut event.fields.as_slice())?;
			let spending = self.0.entry(who).or_default();
			spending.signed = spending.signed.max(Some(block));
			return Ok(());
		}
		let is_spending = |(who, wei): &(AccountId32, u128)| who != escrow && *wei > 0;
		let Some((who, wei)) = debit(event)?.filter(is_spending) else { return Ok(()) };
		let spending = self.0.entry(who).or_default();
		spending.last = spending.last.max(Some(block));
		spending.wei = spending.wei.saturating_add(wei);
		Ok(())
	}

	/// What left an account.
	pub(super) fn of(&self, who: &AccountId32) -> Spending {
		self.0.get(who).copied().unwrap_or_default()
	}
}

/// Whom an event debits, and by how much.
fn debit(event: &Event) -> Result<Option<(AccountId32, u128)>, CodecError> {
	if event.pallet != "Balances" {
		return Ok(None);
	}
	let fields = event.fields.as_slice();
	let debit: (AccountId32, u128) = match event.name.as_str() {
		"Withdraw" | "Burned" | "Slashed" | "Suspended" | "DustLost" => {
			Decode::decode(&mut &*fields)?
		}
		"Transfer" | "ReserveRepatriated" => moved(fields)?,
		// A reason, of the runtime's own type, stands before the account.
		"BurnedHeld" => Decode::decode(&mut tail(fields, ACCOUNT + WEI)?)?,
		"TransferOnHold" | "TransferAndHold" => moved(tail(fields, 2 * ACCOUNT + WEI)?)?,
		_ => return Ok(None),
	};
	Ok(Some(debit))
}

/// Who gave how much to somebody; nothing left who gave it to itself.
fn moved(mut fields: &[u8]) -> Result<(AccountId32, u128), CodecError> {
	let (from, to, wei): (AccountId32, AccountId32, u128) = Decode::decode(&mut fields)?;
	let wei = if from == to { 0 } else { wei };
	Ok((from, wei))
}

fn tail(fields: &[u8], length: usize) -> Result<&[u8], CodecError> {
	let start = fields.len().checked_sub(length);
	start.and_then(|start| fields.get(start..)).ok_or_else(|| "fields are missing".into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use subxt::events::Phase;

	const ESCROW: AccountId32 = AccountId32::new([0xee; 32]);

	fn event(pallet: &str, name: &str, fields: impl Encode) -> Event {
		Event {
			phase: Phase::ApplyExtrinsic(1),
			pallet: pallet.to_owned(),
			name: name.to_owned(),
			fields: fields.encode(),
		}
	}

	#[test]
	fn take_of_each_debit_works() {
		let (who, other) = (AccountId32::new([1; 32]), AccountId32::new([2; 32]));
		let (reason, balances) = ([7u8, 1], "Balances");
		let mut spendings = Spendings::default();
		let debits = [
			event(balances, "Transfer", (&who, &other, 1u128)),
			event(balances, "ReserveRepatriated", (&who, &other, 2u128, 0u8)),
			event(balances, "Withdraw", (&who, 4u128)),
			event(balances, "Burned", (&who, 8u128)),
			event(balances, "Slashed", (&who, 16u128)),
			event(balances, "Suspended", (&who, 32u128)),
			event(balances, "DustLost", (&who, 64u128)),
			event(balances, "BurnedHeld", (reason, &who, 128u128)),
			event(balances, "TransferOnHold", (reason, &who, &other, 256u128)),
			event(balances, "TransferAndHold", (reason, &who, &other, 512u128)),
		];
		let others = [
			event(balances, "Transfer", (&who, &who, 1u128)),
			event(balances, "Transfer", (&ESCROW, &who, 1u128)),
			event(balances, "Reserved", (&who, 1u128)),
			event(balances, "BalanceSet", (&who, 1u128)),
			event("Assets", "Burned", (&who, 1u128)),
		];
		for (block, event) in (20u32..).zip(debits.iter().rev()) {
			spendings.take(block, event, &ESCROW).expect("an event");
		}
		for event in &others {
			spendings.take(9, event, &ESCROW).expect("an event");
		}
		let expected = Spending { last: Some(29), wei: 1023, signed: None };
		assert_eq!(spendings.of(&who), expected);
		assert_eq!(spendings.of(&ESCROW), Spending::default());
		let paid = event("TransactionPayment", "TransactionFeePaid", (&other, 3u128, 0u128));
		spendings.take(21, &paid, &ESCROW).expect("an event");
		assert_eq!(spendings.of(&other), Spending { signed: Some(21), ..Spending::default() });
	}

	#[test]
	fn take_of_other_fields_fails() {
		for name in ["Withdraw", "BurnedHeld", "TransferOnHold"] {
			let short = event("Balances", name, 7u8);
			assert!(Spendings::default().take(1, &short, &ESCROW).is_err(), "{name}");
		}
	}
}
