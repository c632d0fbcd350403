//! One account: its record, its reverse record, its ledger entry, its code and its nonce.

use anyhow::Result;
use codec::{Decode, Encode};
use migration_primitives::{
	hash::KECCAK_EMPTY,
	item::{is_delegation, AccountHead},
	map::Target,
	status::{AccountRecord, AccountState, Beneficiary, Owed, SourceRecord},
	H160, H256, U256,
};
use sp_core::crypto::AccountId32;

use super::{
	extra::decode, findings::Mismatch, history::Release, table::Row, AccountAnswer, Context,
	OwnCode,
};
use crate::{
	commands::show,
	parse,
	plan::AccountInfo,
	substrate::{AccountData, Keys},
};

/// An account of the snapshot with its code.
pub(super) struct AccountJob {
	/// The head of its records.
	pub(super) head: AccountHead,
	/// Its code.
	pub(super) code: Vec<u8>,
}

/// What the chain has of an account.
pub(super) struct OnChain<'a> {
	record: Option<AccountRecord<AccountId32>>,
	pub(super) reverse: Option<SourceRecord>,
	owed: Option<Owed<AccountId32>>,
	pub(super) code: Vec<u8>,
	/// Size and hash of the code, as SCALE.
	code_metadata: Option<Vec<u8>>,
	/// Who holds what the account brings.
	pub(super) holder: AccountId32,
	/// What that account has.
	pub(super) account: AccountData,
	/// What was handed out to it.
	pub(super) release: Option<&'a Release>,
	/// What it had before; none where the node does not have that state.
	pub(super) before: Option<AccountData>,
}

/// Compares an account with the chain's.
pub(super) async fn check_account(context: &Context<'_>, job: AccountJob) -> Result<AccountAnswer> {
	let source = job.head.address;
	let (rule, target) = context.bundle.target(source);
	let found = read(context, source, &rule, target).await?;
	let mut check = Check {
		context,
		job: &job,
		rule: &rule,
		found: &found,
		answer: AccountAnswer { source, target, ..AccountAnswer::default() },
	};
	check.record();
	check.answer.row = Some(Row::new(&job, target, &found.code));
	Ok(check.answer)
}

async fn read<'a>(
	context: &'a Context<'_>,
	source: H160,
	rule: &Target<AccountId32>,
	target: H160,
) -> Result<OnChain<'a>> {
	let chain_id = context.bundle.manifest.source.chain_id;
	let holder = match rule {
		Target::Account(account) => account.clone(),
		_ => context.account_id(target).await?,
	};
	let keys = [
		Keys::source(chain_id, source),
		Keys::target(target),
		Keys::owed(context.migration, source),
		Keys::code(target),
		Keys::code_metadata(target),
		Keys::account(&holder),
	];
	let mut values = context.chain.values(&keys, context.hash()).await?.into_iter();
	let mut next = || values.next().flatten();
	let record = next().map(|bytes| decode("an account record", &bytes)).transpose()?;
	let reverse = next().map(|bytes| decode("a source record", &bytes)).transpose()?;
	let owed = next().map(|bytes| decode("a ledger entry", &bytes)).transpose()?;
	let code = next().map(|bytes| decode::<Vec<u8>>("a code", &bytes)).transpose()?;
	let code_metadata = next();
	let account = next().map(|bytes| AccountData::decode(&bytes)).transpose()?;
	let release = context.history.release(source);
	let before = match release {
		Some(release) => context.history.before(context.chain, release, &holder).await?,
		None => None,
	};
	Ok(OnChain {
		record,
		reverse,
		owed,
		code: code.unwrap_or_default(),
		code_metadata,
		holder,
		account: account.unwrap_or_default(),
		release,
		before,
	})
}

/// A comparison on its way.
pub(super) struct Check<'a> {
	pub(super) context: &'a Context<'a>,
	pub(super) job: &'a AccountJob,
	pub(super) rule: &'a Target<AccountId32>,
	pub(super) found: &'a OnChain<'a>,
	pub(super) answer: AccountAnswer,
}

impl Check<'_> {
	pub(super) fn differs(&mut self, field: &'static str, expected: String, found: String) {
		let who = (self.answer.source, self.answer.target);
		self.answer.mismatches.push(Mismatch::of_account(who, field, expected, found));
	}

	pub(super) fn equal<T: PartialEq + ToString>(
		&mut self,
		field: &'static str,
		expected: T,
		found: T,
	) {
		if expected != found {
			self.differs(field, expected.to_string(), found.to_string());
		}
	}

	fn equal_hash(&mut self, field: &'static str, expected: H256, found: H256) {
		if expected != found {
			self.differs(field, format!("{expected:?}"), format!("{found:?}"));
		}
	}

	fn record(&mut self) {
		let head = &self.job.head;
		let Some(record) = &self.found.record else {
			self.answer.credited = self.share();
			self.differs("account record", "an entry".to_owned(), "nothing".to_owned());
			return;
		};
		self.answer.state = Some(record.state);
		self.equal("account record's migration", self.context.migration, record.migration);
		let (expected, found) = (parse::target_text(self.rule), parse::target_text(&record.target));
		self.equal("account record's rule", expected, found);
		let (expected, found) = (self.answer.target, record.address);
		self.equal("account record's target", format!("{expected:?}"), format!("{found:?}"));
		self.equal("account record's nonce", head.nonce, record.nonce);
		self.equal("account record's balance", head.balance, record.balance);
		self.equal_hash("account record's code hash", head.code_hash, record.code_hash);
		self.equal_hash("account record's storage root", head.storage_root, record.storage_root);
		self.equal("account record's slots", head.slot_count, record.slots);
		self.reverse();
		self.credited(record.state, self.found.owed.is_some());
		self.state(record);
	}

	fn reverse(&mut self) {
		let chain_id = self.context.bundle.manifest.source.chain_id;
		let expected = (self.context.migration, chain_id, self.answer.source);
		let found = self.found.reverse.map(|found| (found.migration, found.chain_id, found.source));
		if found != Some(expected) {
			self.differs("source of the target", format!("{expected:?}"), format!("{found:?}"));
		}
	}

	fn state(&mut self, record: &AccountRecord<AccountId32>) {
		let info = AccountInfo::new(&self.job.head, &self.job.code);
		let contract = info.is_contract();
		// Who has stored something may have a key of the chain all the same, and then waits.
		let may_wait = info.code_length == 0 || info.delegated;
		match record.state {
			AccountState::Imported if contract => {
				self.code();
				self.nonce_and_balance(record.surplus);
			}
			AccountState::Imported => self.external(record),
			AccountState::AlreadyPresent if contract => {
				self.code();
				self.at_least_nonce();
				match (self.share().is_zero(), &self.found.owed) {
					(false, None) if self.context.completed => self.handed_out(),
					(true, None) => self.no_write(),
					_ => {
						self.ledger_entry();
						self.no_write();
					}
				}
			}
			AccountState::Empty
				if self.job.head.nonce == 0 && info.balance.is_zero() && !contract =>
			{
				self.no_write();
				self.own_code();
			}
			AccountState::Waiting if may_wait => self.waiting(),
			AccountState::Released if may_wait => self.released(),
			other => {
				// A collision that governance settled: its balance may wait for somebody else.
				self.answer.owed = self.found.owed.as_ref().map_or(0, |owed| owed.balance);
				let expected = match contract {
					true => "Imported or AlreadyPresent",
					false => "Imported, Waiting, Released or Empty",
				};
				self.differs("state", expected.to_owned(), show::state(&other).to_owned());
			}
		}
	}

	fn code(&mut self) {
		let expected = &self.job.code;
		if *expected != self.found.code {
			let differing = first_difference(expected, &self.found.code);
			let text = |code: &[u8]| {
				let byte = code.get(differing).map(|byte| format!("{byte:#04x}"));
				let byte = byte.unwrap_or_else(|| "the end".to_owned());
				format!("{} bytes with {byte} at {differing}", code.len())
			};
			let (expected, found) = (text(expected), text(&self.found.code));
			self.differs("code", expected, found);
		}
		// Size and hash; an account without code has none.
		let head = &self.job.head;
		let expected = (head.code_hash != KECCAK_EMPTY)
			.then(|| (u64::from(head.code_length), head.code_hash).encode());
		if expected != self.found.code_metadata {
			let text = |bytes: &Option<Vec<u8>>| {
				let decoded = bytes.as_ref().map(|bytes| <(u64, H256)>::decode(&mut &bytes[..]));
				match decoded {
					Some(Ok((size, hash))) => format!("{size} bytes, {hash:?}"),
					Some(Err(_)) => "unreadable bytes".to_owned(),
					None => "nothing".to_owned(),
				}
			};
			let (expected, found) = (text(&expected), text(&self.found.code_metadata));
			self.differs("code metadata", expected, found);
		}
	}

	/// An account without code that was imported: written where nothing was, or alive and owed
	/// nothing.
	///
	/// What was written is locked, except at the zero address and at precompiles, from where nobody can
	/// take anything.
	fn external(&mut self, record: &AccountRecord<AccountId32>) {
		let locked = self.found.reverse.is_some_and(|reverse| reverse.locked);
		let share = self.share();
		match self.rule {
			Target::Account(_) => self.equal("share that should wait", U256::zero(), share),
			_ if locked || !share.is_zero() => {
				self.code();
				self.nonce_and_balance(record.surplus);
			}
			_ => {
				self.in_use();
				self.no_write();
			}
		}
	}

	fn waiting(&mut self) {
		self.ledger_entry();
		// The balance waits, the nonce does not.
		if !self.is_native() {
			self.in_use();
		}
		self.no_write();
	}

	fn ledger_entry(&mut self) {
		let head = &self.job.head;
		let beneficiary = match self.rule {
			Target::Account(account) => Beneficiary::Account(account.clone()),
			_ => Beneficiary::Evm(self.answer.target),
		};
		// A balance above 2^128 is refused at the proposal.
		let balance = u128::try_from(self.share()).unwrap_or(u128::MAX);
		self.answer.owed = balance;
		let expected = Owed { beneficiary, balance, nonce: head.nonce };
		if self.found.owed.as_ref() != Some(&expected) {
			let found = format!("{:?}", self.found.owed);
			self.differs("ledger entry", format!("{expected:?}"), found);
		}
		if let Some(release) = self.found.release {
			let found = format!("{} wei in block {}", release.balance, release.block);
			self.differs("release", "none, since the share waits".to_owned(), found);
		}
	}

	fn released(&mut self) {
		if let Some(owed) = &self.found.owed {
			let found = format!("{owed:?}");
			self.differs("ledger entry", "nothing".to_owned(), found);
		}
		if !self.is_native() {
			self.in_use();
		}
		self.handed_out();
	}

	/// Nonce and code of an account that was in use, or whose balance waits.
	///
	/// What is locked has the source's code until the activation. Else nothing was written: its owner can
	/// set the delegation (EIP-7702) of the source here, or another one. Code of a contract was not there
	/// when the account came, and cannot be created before the activation.
	fn in_use(&mut self) {
		self.at_least_nonce();
		if !self.context.completed && self.found.reverse.is_some_and(|reverse| reverse.locked) {
			self.code();
			return;
		}
		let (expected, found) = (&self.job.code, &self.found.code);
		if expected == found {
			return;
		}
		let (field, own) = match (found.is_empty() || is_delegation(found), expected.is_empty()) {
			(true, true) => ("delegation", OwnCode::Delegation),
			(true, false) => ("delegation", OwnCode::DelegationNotWritten),
			(false, _) if self.can_be_created() => ("code", OwnCode::Contract),
			(false, _) => {
				let (expected, found) = (code_text(expected), code_text(found));
				self.differs("code", expected, found);
				return;
			}
		};
		let who = (self.answer.source, self.answer.target);
		let (expected, found) = (code_text(expected), code_text(found));
		self.answer.notes.push(Mismatch::of_account(who, field, expected, found));
		self.answer.own_code = Some(own);
	}

	/// Notes what stands at the target of an empty account, of which nothing was brought: it may have stood there
	/// before.
	fn own_code(&mut self) {
		let found = &self.found.code;
		if self.is_native() || found.is_empty() {
			return;
		}
		let (field, own) = match is_delegation(found) {
			true => ("delegation", OwnCode::Delegation),
			false => ("code", OwnCode::Contract),
		};
		let who = (self.answer.source, self.answer.target);
		let note = Mismatch::of_account(who, field, code_text(&[]), code_text(found));
		self.answer.notes.push(note);
		self.answer.own_code = Some(own);
	}

	/// Whether somebody can have created a contract where this account is: after the activation, where no
	/// nonce was (EIP-684), as far as the source and the block before a release tell, and where one is since
	/// (EIP-161).
	fn can_be_created(&self) -> bool {
		let had_nonce = self.found.before.is_some_and(|before| before.nonce > 0);
		let was_fresh = self.job.head.nonce == 0 && self.job.code.is_empty() && !had_nonce;
		self.context.completed && was_fresh && self.found.account.nonce > 0
	}

	fn at_least_nonce(&mut self) {
		let (expected, found) = (self.job.head.nonce, self.found.account.nonce);
		if found < expected {
			self.differs("nonce", format!("at least {expected}"), found.to_string());
		}
	}
}

/// A delegation in its digits, other code by its length.
fn code_text(code: &[u8]) -> String {
	match code.is_empty() || is_delegation(code) {
		true => format!("0x{}", hex::encode(code)),
		false => format!("{} bytes", code.len()),
	}
}

fn first_difference(one: &[u8], other: &[u8]) -> usize {
	let equal = one.iter().zip(other).take_while(|(one, other)| one == other).count();
	equal
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn first_difference_of_longer_and_other_code_works() {
		assert_eq!(first_difference(&[1, 2, 3], &[1, 2, 3, 4]), 3);
		assert_eq!(first_difference(&[1, 2, 3], &[1, 5, 3]), 1);
		assert_eq!(first_difference(&[], &[1]), 0);
	}
}
