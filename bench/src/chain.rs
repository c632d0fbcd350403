//! Transactions in one block of the reference runtime, in the Wasm executor with the limits that
//! the node gives it.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, time::Duration};

use anyhow::{anyhow, ensure, Context, Result};
use codec::{Decode, DecodeAll, Encode};
use frame_support::{
	dispatch::PerDispatchClass, weights::Weight, StorageHasher, Twox128, Twox64Concat,
};
use migration_runtime::{
	general_transaction, AuraConfig, EVMConfig, Hash, Header, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeGenesisConfig, UncheckedExtrinsic, MILLISECONDS_PER_SLOT, UNIT,
};
use migration_tests::wallet::{Action, Wallet};
use pallet_evm::{ExitReason, GenesisAccount};
use sc_executor::{with_externalities_safe, WasmExecutor, DEFAULT_HEAP_ALLOC_STRATEGY};
use sp_core::{
	traits::{RuntimeCode, WrappedRuntimeCode},
	Blake2Hasher, H160, U256,
};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	traits::Header as _, ApplyExtrinsicResult, BuildStorage, Digest, DigestItem, StateVersion,
};
use sp_state_machine::{Backend, Ext, InMemoryBackend, OverlayedChanges, TrieBackendBuilder};
use sp_trie::recorder::Recorder;

/// Bytes of memory that the node gives the runtime at most, beside what its code brings.
pub const HEAP_LIMIT: u32 = sc_executor::DEFAULT_HEAP_ALLOC_PAGES * 65_536;

/// The number of the block, high enough for every hash that BLOCKHASH gives.
const BLOCK: u32 = 1_000;
/// Hashes of blocks that BLOCKHASH gives.
const BLOCK_HASHES: u32 = 256;
/// The slot of the block.
const SLOT: u64 = 1_000_000;

/// The accounts of a chain before the block.
pub type Accounts = BTreeMap<H160, GenesisAccount>;

type State = InMemoryBackend<Blake2Hasher>;
type Overlay = OverlayedChanges<Blake2Hasher>;

/// The runtime, compiled.
pub struct Machine {
	executor: WasmExecutor<sp_io::SubstrateHostFunctions>,
	code: Vec<u8>,
	hash: Vec<u8>,
}

/// What the runtime answered to one call, and what that took.
#[derive(Debug)]
pub struct Answer {
	/// The SCALE bytes.
	pub output: Vec<u8>,
	/// The most bytes that the runtime had allocated at once.
	pub peak_bytes: u32,
	/// Time of the processor.
	pub time: Duration,
}

impl Machine {
	/// The runtime that is built into this program.
	pub fn new() -> Result<Self> {
		Self::with_code(migration_runtime::WASM_BINARY.context("the runtime has no Wasm")?.to_vec())
	}

	/// Another runtime.
	pub fn with_code(code: Vec<u8>) -> Result<Self> {
		let hash = sp_crypto_hashing::blake2_256(&code).to_vec();
		// As `sc_service::new_wasm_executor` does for the node.
		let executor = WasmExecutor::builder()
			.with_onchain_heap_alloc_strategy(DEFAULT_HEAP_ALLOC_STRATEGY)
			.with_offchain_heap_alloc_strategy(DEFAULT_HEAP_ALLOC_STRATEGY)
			.build();
		Ok(Self { executor, code, hash })
	}

	/// Calls the runtime. An error is a trap.
	pub fn call<B: Backend<Blake2Hasher>>(
		&self,
		overlay: &mut Overlay,
		state: &B,
		method: &str,
		data: &[u8],
	) -> Result<Answer> {
		let fetcher = WrappedRuntimeCode(self.code.as_slice().into());
		let code =
			RuntimeCode { code_fetcher: &fetcher, heap_pages: None, hash: self.hash.clone() };
		let mut ext = Ext::new(overlay, state, None);
		self.executor
			.with_instance(
				&code,
				&mut ext,
				DEFAULT_HEAP_ALLOC_STRATEGY,
				|_, mut instance, _, mut ext| {
					let call = AssertUnwindSafe(move || {
						let clock = Clock::start();
						let (output, statistics) =
							instance.call_with_allocation_stats(method, data);
						let time = clock.elapsed();
						let peak_bytes =
							statistics.map_or(0, |figures| figures.bytes_allocated_peak);
						output.map(|output| Answer { output, peak_bytes, time })
					});
					with_externalities_safe(&mut **ext, call)
				},
			)
			.map_err(|error| anyhow!("{method}: {error}"))
	}
}

/// A block in which the inherents are executed and a transaction is to be.
pub struct Prepared {
	state: State,
	overlay: Overlay,
	extrinsic: Vec<u8>,
}

/// The execution of a transaction.
#[derive(Debug)]
pub struct Execution {
	/// How the EVM ended it.
	pub exit: ExitReason,
	/// Gas that the receipt names.
	pub gas_used: u64,
	/// Weight that the chain charged for the whole transaction, refunds for unused gas taken off.
	pub weight: Weight,
	/// The most bytes that the runtime had allocated at once.
	pub peak_bytes: u32,
	/// Time of the processor.
	pub time: Duration,
	/// Keys of the state that were read.
	pub reads: usize,
	/// Keys of the state that were written.
	pub writes: usize,
	/// Bytes of the storage proof.
	pub proof_bytes: usize,
}

impl Prepared {
	/// A chain with these accounts, and a transaction that calls one of them.
	pub fn new(machine: &Machine, accounts: Accounts, action: &Action) -> Result<Self> {
		Self::with_transaction(machine, accounts, signed(&Wallet::new(1)?, 0, action)?)
	}

	/// A chain with these accounts, and an Ethereum transaction in its bytes that one of them signed.
	pub fn with_transaction(
		machine: &Machine,
		accounts: Accounts,
		transaction: Vec<u8>,
	) -> Result<Self> {
		let Begun { state, overlay, .. } = Begun::new(machine, &Wallet::new(1)?, accounts)?;
		Ok(Self { state, overlay, extrinsic: extrinsic(transaction)? })
	}

	/// Executes the transaction.
	pub fn execute(&self, machine: &Machine) -> Result<Execution> {
		let mut overlay = self.overlay.clone();
		let answer = self.apply(machine, &mut overlay, &self.state)?;
		let recorder = Recorder::<Blake2Hasher>::default();
		self.execution(answer, &overlay, &recorder)
	}

	/// Executes the transaction, records what it reads, and ends the block.
	pub fn execute_and_record(&self, machine: &Machine) -> Result<Execution> {
		let mut overlay = self.overlay.clone();
		let recorder = Recorder::<Blake2Hasher>::default();
		let state = TrieBackendBuilder::wrap(&self.state).with_recorder(recorder.clone()).build();
		let answer = self.apply(machine, &mut overlay, &state)?;
		let execution = self.execution(answer, &overlay, &recorder)?;
		machine.call(&mut overlay, &self.state, "BlockBuilder_finalize_block", &[])?;
		Ok(execution)
	}

	fn apply<B: Backend<Blake2Hasher>>(
		&self,
		machine: &Machine,
		overlay: &mut Overlay,
		state: &B,
	) -> Result<Answer> {
		let answer =
			machine.call(overlay, state, "BlockBuilder_apply_extrinsic", &self.extrinsic)?;
		applied_well(&answer.output)?;
		Ok(answer)
	}

	fn execution(
		&self,
		answer: Answer,
		overlay: &Overlay,
		recorder: &Recorder<Blake2Hasher>,
	) -> Result<Execution> {
		let before = weight(&self.overlay)?;
		let after = weight(overlay)?;
		Ok(Execution {
			exit: exits(overlay)?.pop().context("no transaction was executed")?,
			gas_used: read(overlay, "Ethereum", "BlockGasUsed")?.context("no gas was counted")?,
			weight: after.saturating_sub(before),
			peak_bytes: answer.peak_bytes,
			time: answer.time,
			reads: recorder.recorded_keys().values().map(|keys| keys.len()).sum(),
			writes: overlay.changes().count().saturating_sub(self.overlay.changes().count()),
			proof_bytes: recorder.to_storage_proof().encoded_size(),
		})
	}
}

/// A block of several transactions, as its author made it.
pub struct Block {
	state: State,
	/// The SCALE bytes of header and extrinsics.
	bytes: Vec<u8>,
	/// How the EVM ended each transaction.
	pub exits: Vec<ExitReason>,
}

impl Block {
	/// On a chain with these accounts. Each transaction is applied in a call of the runtime of its own,
	/// as authors do.
	pub fn build(machine: &Machine, accounts: Accounts, actions: &[Action]) -> Result<Self> {
		let wallet = Wallet::new(1)?;
		let Begun { state, mut overlay, inherent } = Begun::new(machine, &wallet, accounts)?;
		let mut extrinsics = vec![inherent];
		for (nonce, action) in (0..).zip(actions) {
			let extrinsic = extrinsic(signed(&wallet, nonce, action)?)?;
			let applied =
				machine.call(&mut overlay, &state, "BlockBuilder_apply_extrinsic", &extrinsic)?;
			applied_well(&applied.output)?;
			extrinsics.push(extrinsic);
		}
		let exits = exits(&overlay)?;
		let end = machine.call(&mut overlay, &state, "BlockBuilder_finalize_block", &[])?;
		let mut bytes = end.output;
		codec::Compact(extrinsics.len() as u32).encode_to(&mut bytes);
		extrinsics.iter().for_each(|extrinsic| bytes.extend(extrinsic));
		Ok(Self { state, bytes, exits })
	}

	/// Executes the whole block in one call of the runtime, as every other node does.
	pub fn execute(&self, machine: &Machine) -> Result<Answer> {
		machine.call(&mut Overlay::default(), &self.state, "Core_execute_block", &self.bytes)
	}
}

/// A block with its inherents.
struct Begun {
	state: State,
	overlay: Overlay,
	/// The time.
	inherent: Vec<u8>,
}

impl Begun {
	/// On a chain with these accounts and a wealthy wallet.
	fn new(machine: &Machine, wallet: &Wallet, mut accounts: Accounts) -> Result<Self> {
		let funds = GenesisAccount { balance: U256::from(1_000 * UNIT), ..Default::default() };
		accounts.insert(wallet.address(), funds);
		let state = genesis(accounts)?;
		let mut overlay = Overlay::default();
		machine.call(&mut overlay, &state, "Core_initialize_block", &header().encode())?;
		let now = SLOT * MILLISECONDS_PER_SLOT;
		let timestamp = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now });
		let inherent = UncheckedExtrinsic::new_bare(timestamp).encode();
		let applied =
			machine.call(&mut overlay, &state, "BlockBuilder_apply_extrinsic", &inherent)?;
		applied_well(&applied.output).context("the time")?;
		Ok(Self { state, overlay, inherent })
	}
}

/// A transaction in its bytes.
fn signed(wallet: &Wallet, nonce: u64, action: &Action) -> Result<Vec<u8>> {
	wallet.eip1559(migration_runtime::genesis::DEFAULT_CHAIN_ID, nonce, action)
}

/// A transaction in an extrinsic.
fn extrinsic(transaction: Vec<u8>) -> Result<Vec<u8>> {
	let call = pallet_ethereum::Call::transact {
		transaction: transaction.try_into().map_err(|_| anyhow!("the transaction is too long"))?,
	};
	Ok(general_transaction(RuntimeCall::Ethereum(call)).encode())
}

fn genesis(accounts: Accounts) -> Result<State> {
	let config = RuntimeGenesisConfig {
		aura: AuraConfig { authorities: vec![Sr25519Keyring::Alice.public().into()] },
		evm: EVMConfig { accounts, ..Default::default() },
		..Default::default()
	};
	let mut storage = config.build_storage().map_err(|error| anyhow!("genesis: {error}"))?;
	storage.top.insert(storage_key("System", "Number"), (BLOCK - 1).encode());
	let prefix = storage_key("System", "BlockHash");
	for number in BLOCK - BLOCK_HASHES..BLOCK {
		let key = [prefix.clone(), Twox64Concat::hash(&number.encode())].concat();
		storage.top.insert(key, Hash::repeat_byte(number as u8).encode());
	}
	Ok(State::from((storage, StateVersion::V1)))
}

fn header() -> Header {
	let slot = DigestItem::PreRuntime(*b"aura", SLOT.encode());
	let parent = Hash::repeat_byte((BLOCK - 1) as u8);
	Header::new(BLOCK, Hash::default(), Hash::default(), parent, Digest { logs: vec![slot] })
}

fn applied_well(output: &[u8]) -> Result<()> {
	let result = ApplyExtrinsicResult::decode_all(&mut &*output)?;
	match result {
		Ok(Ok(())) => Ok(()),
		Ok(Err(error)) => Err(anyhow!("the dispatch failed: {error:?}")),
		Err(error) => Err(anyhow!("the transaction is not valid: {error:?}")),
	}
}

fn exits(overlay: &Overlay) -> Result<Vec<ExitReason>> {
	type Records = Vec<Box<frame_system::EventRecord<RuntimeEvent, Hash>>>;
	let events: Records = read(overlay, "System", "Events")?.unwrap_or_default();
	let exits = events.into_iter().filter_map(|record| match record.event {
		RuntimeEvent::Ethereum(pallet_ethereum::Event::<Runtime>::Executed {
			exit_reason, ..
		}) => Some(exit_reason),
		_ => None,
	});
	Ok(exits.collect())
}

fn weight(overlay: &Overlay) -> Result<Weight> {
	let weights: PerDispatchClass<Weight> =
		read(overlay, "System", "BlockWeight")?.context("no weight")?;
	Ok(weights.total())
}

fn storage_key(pallet: &str, item: &str) -> Vec<u8> {
	[Twox128::hash(pallet.as_bytes()), Twox128::hash(item.as_bytes())].concat()
}

/// A value that the block has written.
fn read<T: Decode>(overlay: &Overlay, pallet: &str, item: &str) -> Result<Option<T>> {
	let mut overlay = overlay.clone();
	let Some(Some(bytes)) = overlay.storage(&storage_key(pallet, item)) else { return Ok(None) };
	let value = T::decode(&mut &*bytes).with_context(|| format!("{pallet}.{item}"))?;
	ensure!(!bytes.is_empty(), "{pallet}.{item} is empty");
	Ok(Some(value))
}

/// Measures what this thread takes of the processor, which other work on the machine changes less than
/// the time by the clock.
#[derive(Debug)]
pub struct Clock(Duration);

impl Clock {
	/// Begins.
	pub fn start() -> Self {
		Self(processor_time())
	}

	/// What was taken since.
	pub fn elapsed(&self) -> Duration {
		processor_time().saturating_sub(self.0)
	}
}

/// The time that this thread has had of the processor.
fn processor_time() -> Duration {
	let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
	// Neither is negative.
	Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
