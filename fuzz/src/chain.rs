//! The pallet's side: the case as a chain's state and its transactions.

use alloy_primitives::{Address, Bytes, U256};
use frame_support::traits::fungible::Mutate;
use pallet_evm::{
	create_address, Authorization, Event, EvmSpec, ExecuteMode, ExecuteRequest, ExecutionInfo,
	ExitReason, RunnerError, Target,
};
use sp_core::{H160, H256};

use crate::{
	case::{Account, Case, Transaction},
	outcome::{Exit, Log, Outcome, State, Step},
	runtime::{
		Balances, BaseFee, Coinbase, GasCap, Now, Runtime, RuntimeEvent, RuntimeOrigin, Spec,
		System, EVM,
	},
};

/// Called after each transaction with its number and outcome, inside the chain's storage, so that a
/// test can falsify either.
pub type Tamper<'a> = &'a dyn Fn(usize, &mut Outcome);

/// Executes all transactions of a case through the pallet.
///
/// # Panics
/// If the accounts cannot be written, or an invariant of the pallet does not hold after a transaction.
pub fn run(case: &Case, tamper: Tamper<'_>) -> Vec<Step> {
	sp_io::TestExternalities::new_empty().execute_with(|| {
		begin(case);
		let steps = case.transactions.iter().enumerate().map(|(index, transaction)| {
			System::reset_events();
			let mut outcome = execute(transaction);
			tamper(index, &mut outcome);
			check_invariants();
			Step { outcome, state: state() }
		});
		steps.collect()
	})
}

fn begin(case: &Case) {
	System::set_block_number(case.block.number);
	System::set_parent_hash(H256(case.block.parent_hash.0));
	Spec::set(&case.fork);
	if case.uncapped {
		GasCap::set(&None);
	}
	BaseFee::set(&case.block.base_fee);
	Coinbase::set(&h160(case.block.coinbase));
	Now::set(&(case.block.timestamp * 1000));
	for (address, account) in &case.accounts {
		let address = h160(*address);
		EVM::set_nonce(&address, account.nonce).expect("nonces have 64 bits");
		EVM::set_code(&address, account.code.to_vec()).expect("the code is below the limit");
		for (key, value) in &account.storage {
			EVM::set_storage(&address, H256(key.to_be_bytes()), H256(value.to_be_bytes()));
		}
		if !account.storage.is_empty() {
			EVM::mark_bare_storage(&address);
		}
		let balance = u128::try_from(account.balance).expect("balances are below 2^128");
		if balance > 0 {
			Balances::mint_into(&address, balance).expect("all balances are below 2^128");
		}
		if case.fork < EvmSpec::SpuriousDragon && account.is_empty() {
			pallet_evm::EmptyAccounts::<Runtime>::insert(address, ());
		}
	}
}

fn execute(transaction: &Transaction) -> Outcome {
	if transaction.dispatch {
		return dispatch(transaction);
	}
	match EVM::execute(request(transaction), ExecuteMode::Transaction) {
		Ok(info) => executed(info),
		Err(error) => Outcome::refused(refusal(&error)),
	}
}

fn executed(info: ExecutionInfo) -> Outcome {
	let logs: Vec<Log> = info.logs.into_iter().map(log).collect();
	assert_eq!(logs, deposited_logs(), "the events hold the logs");
	Outcome {
		exit: match info.exit {
			ExitReason::Succeed => Exit::Success,
			ExitReason::Revert => Exit::Revert,
			ExitReason::Error(error) => Exit::Halt(error),
			ExitReason::Fatal => panic!("the engine failed"),
		},
		exit_is_exact: true,
		gas_used: Some(info.used_gas),
		gas_spent: Some(info.spent_gas),
		price: Some(u128::try_from(info.effective_gas_price).expect("prices have 128 bits")),
		output: Some(info.value.into()),
		created: Some(info.created.map(address)),
		logs,
	}
}

fn request(transaction: &Transaction) -> ExecuteRequest {
	ExecuteRequest {
		source: h160(transaction.sender),
		target: transaction.to.map_or(Target::Create, |to| Target::Call(h160(to))),
		input: transaction.input.to_vec(),
		value: word(transaction.value),
		gas_limit: transaction.gas_limit,
		max_fee_per_gas: Some(transaction.max_fee.into()),
		max_priority_fee_per_gas: Some(priority_fee(transaction).into()),
		nonce: transaction.nonce,
		access_list: access_list(transaction),
		authorization_list: authorizations(transaction),
	}
}

/// A transaction with one price gives all above the base fee to the author.
fn priority_fee(transaction: &Transaction) -> u128 {
	transaction.max_priority_fee.unwrap_or(transaction.max_fee)
}

fn access_list(transaction: &Transaction) -> Vec<(H160, Vec<H256>)> {
	let slots = |slots: &Vec<alloy_primitives::B256>| slots.iter().map(|s| H256(s.0)).collect();
	transaction.access_list.iter().map(|(address, keys)| (h160(*address), slots(keys))).collect()
}

fn authorizations(transaction: &Transaction) -> Vec<Authorization> {
	let item = |item: &crate::case::Authorization| Authorization {
		chain_id: item.chain_id,
		address: h160(item.delegate),
		nonce: item.nonce.into(),
		y_parity: item.odd_y,
		r: H256(item.r.to_be_bytes()),
		s: H256(item.s.to_be_bytes()),
	};
	transaction.authorizations.iter().map(item).collect()
}

/// Through the pallet's call, whose outcome only the events tell.
fn dispatch(transaction: &Transaction) -> Outcome {
	let source = h160(transaction.sender);
	let created = create_address(&source, EVM::nonce(&source));
	let (input, value) = (transaction.input.to_vec(), word(transaction.value));
	let (gas, price) = (transaction.gas_limit, transaction.max_fee.into());
	let priority = Some(priority_fee(transaction).into());
	let nonce = transaction.nonce.map(Into::into);
	let (slots, list) = (access_list(transaction), authorizations(transaction));
	let root = RuntimeOrigin::root();
	let result = match transaction.to {
		Some(to) => {
			let to = h160(to);
			EVM::call(root, source, to, input, value, gas, price, priority, nonce, slots, list)
		}
		None => EVM::create(root, source, input, value, gas, price, priority, nonce, slots, list),
	};
	if let Err(error) = result {
		let error: &'static str = error.error.into();
		return Outcome { exit_is_exact: false, ..Outcome::refused(error) };
	}
	let succeeded = System::events().into_iter().rev().find_map(|record| match record.event {
		RuntimeEvent::EVM(Event::Executed { .. }) => Some(true),
		RuntimeEvent::EVM(Event::Created { address }) => {
			assert_eq!(address, created, "the event names the created contract");
			Some(true)
		}
		RuntimeEvent::EVM(Event::ExecutedFailed { .. } | Event::CreatedFailed { .. }) => {
			Some(false)
		}
		_ => None,
	});
	let succeeded = succeeded.expect("an executed call deposits an event");
	let exit = if succeeded { Exit::Success } else { Exit::Revert };
	Outcome { exit, exit_is_exact: false, logs: deposited_logs(), ..Outcome::refused("") }
}

fn deposited_logs() -> Vec<Log> {
	let logs = System::events().into_iter().filter_map(|record| match record.event {
		RuntimeEvent::EVM(Event::Log { log }) => Some(log),
		_ => None,
	});
	logs.map(log).collect()
}

/// The whole state, read from storage and not through the pallet.
fn state() -> State {
	let mut state = State::default();
	let mut at = |address: H160, write: &mut dyn FnMut(&mut Account)| {
		write(state.accounts.entry(Address::new(address.0)).or_default());
	};
	for (address, info) in frame_system::Account::<Runtime>::iter() {
		at(address, &mut |account| {
			account.nonce = info.nonce;
			account.balance = U256::from(info.data.free) + U256::from(info.data.reserved);
		});
	}
	for (address, code) in pallet_evm::AccountCodes::<Runtime>::iter() {
		at(address, &mut |account| account.code = Bytes::copy_from_slice(&code));
	}
	for (address, key, value) in pallet_evm::AccountStorages::<Runtime>::iter() {
		at(address, &mut |account| {
			account.storage.insert(U256::from_be_bytes(key.0), U256::from_be_bytes(value.0));
		});
	}
	state.accounts.retain(|_, account| !account.is_nothing());
	state.empty = pallet_evm::EmptyAccounts::<Runtime>::iter_keys().map(self::address).collect();
	state
}

fn check_invariants() {
	EVM::do_try_state().expect("the pallet's invariants hold");
	EVM::check_own_state().unwrap_or_else(|fault| panic!("{fault}"));
	let total: u128 =
		frame_system::Account::<Runtime>::iter_values().map(|account| account.data.free).sum();
	assert_eq!(total, Balances::total_issuance(), "issuance equals the sum of the accounts");
}

/// The names that both sides use for what is wrong with a transaction.
fn refusal(error: &RunnerError) -> &'static str {
	match error {
		RunnerError::BalanceLow { .. } => "balance",
		RunnerError::FeeOverflow { .. } => "price range",
		RunnerError::PaymentOverflow => "payment range",
		RunnerError::GasPriceTooLow { .. } => "price below base fee",
		RunnerError::PriorityFeeTooHigh { .. } => "priority fee above price",
		RunnerError::NonceTooLow { .. } => "nonce too low",
		RunnerError::NonceTooHigh { .. } => "nonce too high",
		RunnerError::NonceOverflow { .. } => "nonce overflow",
		RunnerError::GasLimitTooLow { .. } => "gas limit too low",
		RunnerError::GasLimitExceedsBlockLimit { .. } => "gas limit above block",
		RunnerError::GasLimitExceedsCap { .. } => "gas limit above cap",
		RunnerError::InvalidChainId => "chain id",
		RunnerError::TransactionMustComeFromEOA { .. } => "sender with code",
		RunnerError::InitCodeTooLarge { .. } => "init code too large",
		RunnerError::UnsupportedTransaction(_) => "unsupported",
		RunnerError::SenderLocked { .. } => panic!("nothing is locked"),
		RunnerError::CommitFailed(error) => panic!("the outcome was not written: {error:?}"),
		RunnerError::Undefined(reason) => panic!("the engine failed: {reason}"),
	}
}

fn log(log: pallet_evm::Log) -> Log {
	Log {
		address: address(log.address),
		topics: log.topics.iter().map(|topic| topic.0.into()).collect(),
		data: log.data.into(),
	}
}

fn h160(address: Address) -> H160 {
	H160(address.into_array())
}

fn address(address: H160) -> Address {
	Address::new(address.0)
}

fn word(value: U256) -> sp_core::U256 {
	sp_core::U256(*value.as_limbs())
}
