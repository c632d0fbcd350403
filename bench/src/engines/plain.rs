//! revm as it comes, natively, on its database in memory.

use anyhow::{anyhow, Result};
use revm::{
	bytecode::Bytecode,
	context::{result::ExecutionResult, BlockEnv, TxEnv},
	database::{CacheDB, EmptyDB},
	primitives::{hardfork::SpecId, Address, Bytes, TxKind, B256, U256 as Word},
	state::AccountInfo,
	Context, ExecuteCommitEvm, MainBuilder, MainContext,
};
use sp_core::H160;

use super::{environment, Engine, Outcome, Prepared, Run};
use crate::{
	chain::Clock,
	programs::{Call, Program, SENDER},
};

/// The engine.
pub struct PlainRevm;

struct OnDatabase {
	database: CacheDB<EmptyDB>,
	calls: Vec<Call>,
	gas_limit: u64,
}

impl Engine for PlainRevm {
	fn name(&self) -> &'static str {
		"revm, native"
	}

	fn prepare(&self, program: &Program) -> Result<Box<dyn Prepared + '_>> {
		let mut database = CacheDB::new(EmptyDB::default());
		for (address, account) in &program.accounts {
			let code = Bytecode::new_raw(Bytes::from(account.code.clone()));
			let info = AccountInfo::new(
				Word::from(account.balance),
				account.nonce,
				code.hash_slow(),
				code,
			);
			database.insert_account_info(to_address(*address), info);
			for (slot, value) in &account.storage {
				let (slot, value) = (Word::from_be_bytes(slot.0), Word::from_be_bytes(value.0));
				database.insert_account_storage(to_address(*address), slot, value)?;
			}
		}
		let (calls, gas_limit) = (program.calls.clone(), program.gas_limit);
		Ok(Box::new(OnDatabase { database, calls, gas_limit }))
	}
}

impl Prepared for OnDatabase {
	fn run(&mut self) -> Result<Run> {
		let database = self.database.clone();
		let environment = environment();
		let transactions = self.calls.iter().zip(0..).map(|(call, nonce)| TxEnv {
			tx_type: 2,
			caller: to_address(SENDER),
			gas_limit: self.gas_limit,
			gas_price: environment.base_fee.into(),
			gas_priority_fee: Some(0),
			kind: TxKind::Call(to_address(call.target)),
			data: Bytes::from(call.input.clone()),
			nonce,
			chain_id: Some(environment.chain_id),
			..Default::default()
		});
		let transactions: Vec<TxEnv> = transactions.collect();
		let block = BlockEnv {
			number: Word::from(environment.number),
			beneficiary: to_address(environment.coinbase),
			timestamp: Word::from(environment.timestamp),
			gas_limit: environment.gas_limit,
			basefee: environment.base_fee,
			prevrandao: Some(B256::ZERO),
			..Default::default()
		};
		let clock = Clock::start();
		let mut evm = Context::mainnet()
			.with_db(database)
			.modify_cfg_chained(|cfg| {
				cfg.set_spec_and_mainnet_gas_params(SpecId::CANCUN);
				cfg.chain_id = environment.chain_id;
			})
			.with_block(block)
			.build_mainnet();
		let mut outcomes = Vec::with_capacity(transactions.len());
		for transaction in transactions {
			let result = evm.transact_commit(transaction).map_err(|error| anyhow!("{error:?}"))?;
			outcomes.push(outcome(result));
		}
		Ok(Run { outcomes, time: clock.elapsed() })
	}
}

fn outcome(result: ExecutionResult) -> Outcome {
	Outcome {
		succeeded: result.is_success(),
		used_gas: result.gas().tx_gas_used(),
		output: result.into_output().unwrap_or_default().to_vec(),
	}
}

fn to_address(address: H160) -> Address {
	Address::new(address.0)
}
