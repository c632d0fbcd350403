//! Slots written by EVM transactions, as a deployer's script would write them.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{ensure, Context, Result};
use codec::Encode;
use evm_migrate::substrate::Keys;
use migration_primitives::{hash::keccak256, H160, H256};
use migration_tests::{
	account::Account,
	rpc::{to_hex, Rpc},
	session::Session,
	synthetic::made_up,
	wallet::{receipt, send_raw, Action, Wallet},
};
use serde_json::json;

/// The most gas of a transaction (EIP-7825).
const MOST_GAS: u64 = 1 << 24;
/// Wei of each sender.
const FUNDS: u128 = 10_000_000_000_000_000_000;
/// Transactions of one sender that wait together: the chain takes nonces up to 64 ahead.
const OF_ONE_SENDER: u64 = 64;
/// Until a transaction is in a block.
const INCLUSION: Duration = Duration::from_secs(120);

/// A contract that stores the words of its input in pairs of key and value:
/// `for (i = 0; i < calldatasize; i += 64) sstore(calldataload(i), calldataload(i + 32))`.
const SETTER: [u8; 25] = [
	0x5f, 0x5b, 0x80, 0x36, 0x11, 0x15, 0x60, 0x17, 0x57, 0x80, 0x60, 0x20, 0x01, 0x35, 0x81, 0x35,
	0x55, 0x60, 0x40, 0x01, 0x60, 0x01, 0x56, 0x5b, 0x00,
];

/// The contract, and senders who call it.
pub(super) struct Setter {
	session: Session,
	chain_id: u64,
	address: H160,
	next_sender: u64,
	next_slot: u64,
}

/// Transactions in blocks.
#[derive(Debug)]
pub(super) struct Written {
	/// Slots of one transaction.
	pub(super) slots_each: u64,
	/// The slots that each block wrote.
	pub(super) slots: BTreeMap<u32, u64>,
}

impl Setter {
	/// Puts the contract onto the chain.
	pub(super) async fn new(session: &Session) -> Result<Self> {
		let rpc = &session.rpc;
		let address = made_up(b"setter", 0);
		session.set_storage(&Keys::code(address), Some(&SETTER.to_vec().encode())).await?;
		let metadata = (SETTER.len() as u64, keccak256(&SETTER)).encode();
		session.set_storage(&Keys::code_metadata(address), Some(&metadata)).await?;
		let chain_id = u64::try_from(rpc.quantity("eth_chainId", json!([])).await?)?;
		let session = session.clone();
		Ok(Self { session, chain_id, address, next_sender: 0, next_slot: 0 })
	}

	/// Transactions with as many slots as the gas of one holds.
	pub(super) async fn bulk(&mut self, transactions: u64) -> Result<Written> {
		let slots_each = self.most_slots().await?;
		self.write(transactions, slots_each, MOST_GAS).await
	}

	/// Transactions of one slot.
	pub(super) async fn single(&mut self, transactions: u64) -> Result<Written> {
		/// 21,000, about 700 for the input, 22,100 for the slot and a few for the loop.
		const GAS: u64 = 45_000;
		self.write(transactions, 1, GAS).await
	}

	/// The slots that fit into the gas of one transaction, by two estimates. Inputs differ by a few
	/// zero bytes, for which one slot is left out.
	async fn most_slots(&self) -> Result<u64> {
		const FEW: u64 = 100;
		const MORE: u64 = 300;
		let (few, more) = (self.estimate(FEW).await?, self.estimate(MORE).await?);
		let each = more.saturating_sub(few).div_ceil(MORE - FEW).max(1);
		let fixed = few.saturating_sub(each.saturating_mul(FEW));
		Ok((MOST_GAS.saturating_sub(fixed) / each).saturating_sub(1))
	}

	async fn estimate(&self, slots: u64) -> Result<u64> {
		let call = json!({
			"from": Wallet::new(0)?.address(),
			"to": self.address,
			"data": to_hex(&self.input(self.next_slot, slots)),
		});
		Ok(u64::try_from(self.session.rpc.quantity("eth_estimateGas", json!([call])).await?)?)
	}

	/// Sends transactions whose slots nobody wrote before. The first one of each sender comes last, so
	/// that many are ready at the same time and fill blocks.
	async fn write(&mut self, transactions: u64, slots_each: u64, gas: u64) -> Result<Written> {
		let rpc = self.session.rpc.clone();
		let (mut first, mut later) = (Vec::new(), Vec::new());
		let mut sender = Wallet::new(self.next_sender)?;
		for number in 0..transactions {
			let nonce = number % OF_ONE_SENDER;
			if nonce == 0 {
				sender = self.sender().await?;
			}
			let input = self.input(self.next_slot, slots_each);
			let action = Action { to: self.address, value: 0, input, gas };
			let raw = sender.eip1559(self.chain_id, nonce, &action)?;
			self.next_slot = self.next_slot.saturating_add(slots_each);
			match nonce {
				0 => first.push(raw),
				_ => later.push(raw),
			}
		}
		let mut hashes = Vec::new();
		for bytes in later.iter().chain(&first) {
			let sent = send_raw(&rpc, bytes).await?;
			hashes.push(sent.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?);
		}
		let mut slots = BTreeMap::new();
		for hash in &hashes {
			let block = block_of(&rpc, hash).await?;
			let written: &mut u64 = slots.entry(block).or_default();
			*written = written.saturating_add(slots_each);
		}
		Ok(Written { slots_each, slots })
	}

	/// A sender with wei who sent nothing yet.
	async fn sender(&mut self) -> Result<Wallet> {
		let sender = Wallet::new(self.next_sender)?;
		self.next_sender = self.next_sender.saturating_add(1);
		let funds = self.session.transfer(&Keys::hashed_account(sender.address()), FUNDS)?;
		self.session.execute(&Account::bob(), &funds).await?.succeeded()?;
		Ok(sender)
	}

	/// Keys and values as they are in snapshots made up for a test: small keys, values of 32 bytes.
	fn input(&self, first: u64, count: u64) -> Vec<u8> {
		let mut input = Vec::new();
		for number in first..first.saturating_add(count) {
			input.extend_from_slice(H256::from_low_u64_be(number).as_bytes());
			let value = keccak256(&[self.address.as_bytes(), &number.to_be_bytes()].concat());
			input.extend_from_slice(value.as_bytes());
		}
		input
	}
}

/// The number of the block of a transaction, which must have succeeded.
async fn block_of(rpc: &Rpc, hash: &str) -> Result<u32> {
	let receipt = receipt(rpc, hash, INCLUSION).await?;
	ensure!(receipt["status"] == json!("0x1"), "a transaction failed: {receipt}");
	let number = receipt["blockNumber"].as_str().context("a receipt has a block")?;
	Ok(u32::from_str_radix(number.trim_start_matches("0x"), 16)?)
}
