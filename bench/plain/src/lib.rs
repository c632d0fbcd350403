//! revm natively, on its own database in memory: programs, and what they take.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{anyhow, Context as _, Result};
use revm::{
	bytecode::Bytecode,
	context::{result::ExecutionResult, BlockEnv, TxEnv},
	database::{CacheDB, EmptyDB},
	primitives::{hardfork::SpecId, Address, Bytes, TxKind, B256, U256},
	state::AccountInfo,
	Context, ExecuteCommitEvm, MainBuilder, MainContext,
};
use serde::{Deserialize, Serialize};

/// Bytes as lower-case hexadecimal digits without a prefix.
pub type Hex = String;

/// A state, and calls of one sender in one block of Cancun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
	/// The accounts before the calls, by address.
	pub accounts: BTreeMap<Hex, Account>,
	/// Who sends every call; its nonce begins at zero.
	pub sender: Hex,
	/// The calls, each a transaction.
	pub calls: Vec<Call>,
	/// Gas of each call.
	pub gas_limit: u64,
	/// The block.
	pub block: Block,
}

/// An account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
	/// The nonce.
	pub nonce: u64,
	/// The balance in wei, 16 bytes.
	pub balance: Hex,
	/// The code.
	pub code: Hex,
	/// Keys and values, 32 bytes each.
	pub slots: BTreeMap<Hex, Hex>,
}

/// A message call without value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
	/// The contract.
	pub target: Hex,
	/// The data.
	pub input: Hex,
}

/// What a call sees of chain and block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
	/// The chain id (EIP-155).
	pub chain_id: u64,
	/// Who gets the tips.
	pub coinbase: Hex,
	/// The number.
	pub number: u64,
	/// Seconds since the epoch.
	pub timestamp: u64,
	/// The gas limit.
	pub gas_limit: u64,
	/// The base fee in wei, which is the price of every call.
	pub base_fee: u64,
}

/// All calls of a program, run once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
	/// How they ended.
	pub outcomes: Vec<Outcome>,
	/// The processor's time of all of them, to commit to the database included.
	pub nanoseconds: u64,
}

/// How a call ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
	/// Whether it succeeded.
	pub succeeded: bool,
	/// Gas used, refunds taken off.
	pub used_gas: u64,
	/// What it returned.
	pub output: Hex,
}

/// A program with its state in the database.
pub struct Prepared {
	database: CacheDB<EmptyDB>,
	transactions: Vec<TxEnv>,
	block: BlockEnv,
	chain_id: u64,
}

impl Program {
	/// Fills the database.
	///
	/// # Errors
	/// Digits that are none, or too many or too few of them.
	pub fn prepare(&self) -> Result<Prepared> {
		let mut database = CacheDB::new(EmptyDB::default());
		for (account_address, account) in &self.accounts {
			let account_address = address(account_address)?;
			let code = Bytecode::new_raw(Bytes::from(hex::decode(&account.code)?));
			let balance = U256::from_be_slice(&fixed::<16>(&account.balance)?);
			let info = AccountInfo::new(balance, account.nonce, code.hash_slow(), code);
			database.insert_account_info(account_address, info);
			for (key, value) in &account.slots {
				let [key, value] =
					[key, value].map(|word| fixed::<32>(word).map(U256::from_be_bytes));
				database.insert_account_storage(account_address, key?, value?)?;
			}
		}
		let Block { chain_id, number, timestamp, gas_limit, base_fee, .. } = self.block;
		let sender = address(&self.sender)?;
		let transactions = self.calls.iter().zip(0..).map(|(call, nonce)| {
			Ok(TxEnv {
				tx_type: 2,
				caller: sender,
				gas_limit: self.gas_limit,
				gas_price: base_fee.into(),
				gas_priority_fee: Some(0),
				kind: TxKind::Call(address(&call.target)?),
				data: Bytes::from(hex::decode(&call.input)?),
				nonce,
				chain_id: Some(chain_id),
				..Default::default()
			})
		});
		let transactions = transactions.collect::<Result<_>>()?;
		let block = BlockEnv {
			number: U256::from(number),
			beneficiary: address(&self.block.coinbase)?,
			timestamp: U256::from(timestamp),
			gas_limit,
			basefee: base_fee,
			prevrandao: Some(B256::ZERO),
			..Default::default()
		};
		Ok(Prepared { database, transactions, block, chain_id })
	}
}

impl Prepared {
	/// Runs all calls, from the same state every time.
	///
	/// # Errors
	/// A call that is no valid transaction.
	pub fn run(&self) -> Result<Run> {
		let (database, transactions) = (self.database.clone(), self.transactions.clone());
		let begin = processor_time();
		let mut evm = Context::mainnet()
			.with_db(database)
			.modify_cfg_chained(|cfg| {
				cfg.set_spec_and_mainnet_gas_params(SpecId::CANCUN);
				cfg.chain_id = self.chain_id;
			})
			.with_block(self.block.clone())
			.build_mainnet();
		let mut results = Vec::with_capacity(transactions.len());
		for transaction in transactions {
			let result = evm.transact_commit(transaction).map_err(|error| anyhow!("{error:?}"))?;
			results.push(result);
		}
		let time = processor_time().saturating_sub(begin);
		let outcomes = results.into_iter().map(outcome).collect();
		Ok(Run { outcomes, nanoseconds: u64::try_from(time.as_nanos())? })
	}
}

fn outcome(result: ExecutionResult) -> Outcome {
	Outcome {
		succeeded: result.is_success(),
		used_gas: result.gas().tx_gas_used(),
		output: hex::encode(result.into_output().unwrap_or_default()),
	}
}

fn address(digits: &str) -> Result<Address> {
	fixed(digits).map(Address::new)
}

fn fixed<const N: usize>(digits: &str) -> Result<[u8; N]> {
	let mut bytes = [0; N];
	hex::decode_to_slice(digits, &mut bytes).with_context(|| format!("{digits} of {N} bytes"))?;
	Ok(bytes)
}

/// The time that this thread has had of the processor.
fn processor_time() -> Duration {
	let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
	// Neither is negative.
	Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
