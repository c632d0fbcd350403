//! The other side: revm's own handler on its database in memory. Its maps are this workspace's, whose hash
//! no result depends on.

use alloy_primitives::{keccak256, Address, U256};
use pallet_evm::{EvmSpec, ExitError};
use revm::{
	bytecode::Bytecode,
	context::{
		result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, Output},
		transaction::{AccessList, AccessListItem},
		BlockEnv, Context, TransactionType, TxEnv,
	},
	context_interface::{
		either::Either,
		transaction::{Authorization as Delegation, SignedAuthorization},
	},
	database::{AccountState, InMemoryDB},
	handler::MainnetContext,
	primitives::{eip4844::BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE, hardfork::SpecId, TxKind},
	state::AccountInfo,
	InspectCommitEvm, MainBuilder, MainContext, MainnetEvm,
};

use crate::{
	case::{Account, Authorization, Case, Transaction, BLOCK_GAS_LIMIT, CHAIN_ID},
	coverage::{Coverage, Recorder},
	outcome::{Exit, Log, Outcome, State, Step},
};

type Machine = MainnetEvm<MainnetContext<InMemoryDB>, Recorder>;

/// Executes all transactions of a case, and gives what they covered.
///
/// # Panics
/// If revm fails, or a precompile of the host disagrees with revm's own.
pub fn run(case: &Case) -> (Vec<Step>, Coverage) {
	let mut machine = machine(case);
	let mut steps = Vec::new();
	for transaction in &case.transactions {
		let outcome = execute(&mut machine, case.fork, transaction);
		machine.inspector.coverage.transaction(case.fork, transaction, &outcome.exit);
		steps.push(Step { outcome, state: state(database(&mut machine), case.fork) });
	}
	(steps, machine.inspector.coverage)
}

fn machine(case: &Case) -> Machine {
	let mut database = InMemoryDB::default();
	for (address, account) in &case.accounts {
		if case.fork < EvmSpec::SpuriousDragon || !account.is_nothing() {
			insert(&mut database, *address, account);
		}
	}
	let mut block = BlockEnv {
		number: U256::from(case.block.number),
		beneficiary: case.block.coinbase,
		timestamp: U256::from(case.block.timestamp),
		gas_limit: BLOCK_GAS_LIMIT,
		basefee: if case.fork >= EvmSpec::London { case.block.base_fee } else { 0 },
		difficulty: U256::ZERO,
		prevrandao: Some(keccak256(case.block.parent_hash)),
		..Default::default()
	};
	block.set_blob_excess_gas_and_price(0, BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE);
	Context::mainnet()
		.with_db(database)
		.modify_cfg_chained(|cfg| {
			cfg.set_spec_and_mainnet_gas_params(spec_id(case.fork));
			cfg.chain_id = CHAIN_ID;
			if case.uncapped {
				cfg.tx_gas_limit_cap = Some(u64::MAX);
			}
		})
		.with_block(block)
		.build_mainnet_with_inspector(Recorder::new(case.fork))
}

fn database(machine: &mut Machine) -> &mut InMemoryDB {
	&mut machine.ctx.journaled_state.database
}

fn insert(database: &mut InMemoryDB, address: Address, account: &Account) {
	let code = account.code.clone();
	let code = Bytecode::new_raw_checked(code.clone()).unwrap_or(Bytecode::new_legacy(code));
	let info = AccountInfo {
		nonce: account.nonce,
		balance: account.balance,
		code_hash: code.hash_slow(),
		code: Some(code),
		..Default::default()
	};
	database.insert_account_info(address, info);
	for (key, value) in &account.storage {
		let Ok(()) = database.insert_account_storage(address, *key, *value);
	}
}

fn execute(machine: &mut Machine, fork: EvmSpec, transaction: &Transaction) -> Outcome {
	if transaction.to.is_none() && !transaction.authorizations.is_empty() {
		// The encoding of EIP-7702 has no such transaction, so revm leaves this to who decodes.
		return Outcome::refused("unsupported");
	}
	let next = database(machine).cache.accounts.get(&transaction.sender);
	let next = next.map_or(0, |account| account.info.nonce);
	let tx = environment(transaction, next);
	let price = {
		use revm::context_interface::Transaction as _;
		let base_fee = machine.ctx.block.basefee;
		tx.effective_gas_price(base_fee.into())
	};
	match machine.inspect_tx_commit(tx) {
		Ok(result) => outcome(result, price),
		Err(EVMError::Transaction(error)) => Outcome::refused(refusal(&error)),
		Err(error) => panic!("plain revm failed under {fork:?}: {error:?}"),
	}
}

fn environment(transaction: &Transaction, next: u64) -> TxEnv {
	let kind = if !transaction.authorizations.is_empty() {
		TransactionType::Eip7702
	} else if transaction.max_priority_fee.is_some() {
		TransactionType::Eip1559
	} else if !transaction.access_list.is_empty() {
		TransactionType::Eip2930
	} else {
		TransactionType::Legacy
	};
	let list = transaction.access_list.iter();
	TxEnv {
		tx_type: kind as u8,
		caller: transaction.sender,
		gas_limit: transaction.gas_limit,
		gas_price: transaction.max_fee,
		gas_priority_fee: match kind {
			TransactionType::Eip7702 | TransactionType::Eip1559 => {
				Some(transaction.max_priority_fee.unwrap_or(transaction.max_fee))
			}
			_ => None,
		},
		kind: transaction.to.map_or(TxKind::Create, TxKind::Call),
		value: transaction.value,
		data: transaction.input.clone(),
		nonce: transaction.nonce.unwrap_or(next),
		chain_id: Some(CHAIN_ID),
		access_list: AccessList(
			list.map(|(address, slots)| AccessListItem {
				address: *address,
				storage_keys: slots.clone(),
			})
			.collect(),
		),
		authorization_list: transaction.authorizations.iter().map(signed).collect(),
		..Default::default()
	}
}

fn signed<R>(item: &Authorization) -> Either<SignedAuthorization, R> {
	let delegation = Delegation {
		chain_id: U256::from(item.chain_id),
		address: item.delegate,
		nonce: item.nonce,
	};
	let odd = u8::from(item.odd_y);
	Either::Left(SignedAuthorization::new_unchecked(delegation, odd, item.r, item.s))
}

fn outcome(result: ExecutionResult, price: u128) -> Outcome {
	let gas = result.gas();
	let (used, spent) = (gas.tx_gas_used(), gas.total_gas_spent());
	let (exit, output, created, logs) = match result {
		ExecutionResult::Success { output, logs, .. } => match output {
			Output::Call(bytes) => (Exit::Success, bytes, None, logs),
			Output::Create(code, address) => (Exit::Success, code, address, logs),
		},
		ExecutionResult::Revert { output, .. } => (Exit::Revert, output, None, Vec::new()),
		ExecutionResult::Halt { reason, .. } => {
			(Exit::Halt(exit_error(reason)), Default::default(), None, Vec::new())
		}
	};
	let logs = logs.into_iter().map(|log| Log {
		address: log.address,
		topics: log.data.topics().to_vec(),
		data: log.data.data,
	});
	Outcome {
		exit,
		exit_is_exact: true,
		gas_used: Some(used),
		gas_spent: Some(spent.max(used)),
		price: Some(price),
		output: Some(output),
		created: Some(created),
		logs: logs.collect(),
	}
}

/// The reason of a halt in Frontier's terms, which the pallet uses.
fn exit_error(reason: HaltReason) -> ExitError {
	match reason {
		HaltReason::OutOfGas(_) => ExitError::OutOfGas,
		HaltReason::InvalidFEOpcode => ExitError::DesignatedInvalid,
		HaltReason::InvalidJump => ExitError::InvalidJump,
		HaltReason::StackUnderflow => ExitError::StackUnderflow,
		HaltReason::StackOverflow => ExitError::StackOverflow,
		HaltReason::OutOfOffset => ExitError::OutOfOffset,
		HaltReason::CreateCollision => ExitError::CreateCollision,
		HaltReason::CreateContractSizeLimit | HaltReason::CreateInitCodeSizeLimit => {
			ExitError::CreateContractLimit
		}
		HaltReason::CreateContractStartingWithEF => ExitError::InvalidCode(0xef),
		HaltReason::OpcodeNotFound
		| HaltReason::NotActivated
		| HaltReason::PrecompileError
		| HaltReason::PrecompileErrorWithContext(_) => ExitError::Other(reason.to_string()),
		other => panic!("a transaction cannot halt by {other:?}"),
	}
}

/// See the function of this name on the pallet's side.
fn refusal(error: &InvalidTransaction) -> &'static str {
	use InvalidTransaction as Invalid;
	match error {
		Invalid::PriorityFeeGreaterThanMaxFee => "priority fee above price",
		Invalid::GasPriceLessThanBasefee => "price below base fee",
		Invalid::CallerGasLimitMoreThanBlock => "gas limit above block",
		Invalid::TxGasLimitGreaterThanCap { .. } => "gas limit above cap",
		Invalid::CallGasCostMoreThanGasLimit { .. } | Invalid::GasFloorMoreThanGasLimit { .. } => {
			"gas limit too low"
		}
		Invalid::RejectCallerWithCode => "sender with code",
		Invalid::LackOfFundForMaxFee { .. } => "balance",
		Invalid::OverflowPaymentInTransaction => "payment range",
		Invalid::NonceOverflowInTransaction => "nonce overflow",
		Invalid::NonceTooHigh { .. } => "nonce too high",
		Invalid::NonceTooLow { .. } => "nonce too low",
		Invalid::CreateInitCodeSizeLimit => "init code too large",
		Invalid::InvalidChainId | Invalid::MissingChainId => "chain id",
		Invalid::AuthorizationListInvalidFields
		| Invalid::EmptyAuthorizationList
		| Invalid::AuthorizationListNotSupported
		| Invalid::AccessListNotSupported
		| Invalid::Eip2930NotSupported
		| Invalid::Eip1559NotSupported
		| Invalid::Eip7702NotSupported => "unsupported",
		other => panic!("no case has {other:?}"),
	}
}

/// The whole state of the database.
fn state(database: &InMemoryDB, fork: EvmSpec) -> State {
	let mut state = State::default();
	for (address, account) in &database.cache.accounts {
		let code = database.cache.contracts.get(&account.info.code_hash);
		let storage = account.storage.iter().filter(|(_, value)| !value.is_zero());
		let exists = account.account_state != AccountState::NotExisting;
		if fork < EvmSpec::SpuriousDragon && exists && account.info.is_empty() {
			state.empty.insert(*address);
		}
		let account = Account {
			nonce: account.info.nonce,
			balance: account.info.balance,
			code: code.map(|code| code.original_bytes()).unwrap_or_default(),
			storage: storage.map(|(key, value)| (*key, *value)).collect(),
		};
		if !account.is_nothing() {
			state.accounts.insert(*address, account);
		}
	}
	state
}

/// revm's name of a hard fork.
fn spec_id(fork: EvmSpec) -> SpecId {
	match fork {
		EvmSpec::Frontier => SpecId::FRONTIER,
		EvmSpec::Homestead => SpecId::HOMESTEAD,
		EvmSpec::TangerineWhistle => SpecId::TANGERINE,
		EvmSpec::SpuriousDragon => SpecId::SPURIOUS_DRAGON,
		EvmSpec::Byzantium => SpecId::BYZANTIUM,
		EvmSpec::Petersburg => SpecId::PETERSBURG,
		EvmSpec::Istanbul => SpecId::ISTANBUL,
		EvmSpec::Berlin => SpecId::BERLIN,
		EvmSpec::London => SpecId::LONDON,
		EvmSpec::Paris => SpecId::MERGE,
		EvmSpec::Shanghai => SpecId::SHANGHAI,
		EvmSpec::Cancun => SpecId::CANCUN,
		EvmSpec::Prague => SpecId::PRAGUE,
		EvmSpec::Osaka => SpecId::OSAKA,
	}
}
