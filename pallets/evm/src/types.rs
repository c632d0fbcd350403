//! Types that cross a call, a storage item or a runtime API of this pallet.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::weights::Weight;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::{H160, H256, U256};

/// Size and Keccak-256 hash of an account's code, so that neither needs the code itself.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub struct CodeMetadata {
	/// Length of the code in bytes.
	pub size: u64,
	/// Keccak-256 of the code.
	pub hash: H256,
}

impl CodeMetadata {
	/// The metadata of `code`.
	pub fn from_code(code: &[u8]) -> Self {
		Self { size: code.len() as u64, hash: sp_io::hashing::keccak_256(code).into() }
	}
}

/// Nonce and balance of an account as the EVM sees them.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo,
)]
pub struct Account {
	/// Number of transactions sent, or of contracts created by a contract.
	pub nonce: U256,
	/// Balance in wei: everything the account can spend.
	pub balance: U256,
}

/// A log entry of the LOG0 to LOG4 instructions.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Log {
	/// The contract that wrote it.
	pub address: H160,
	/// At most four topics.
	pub topics: Vec<H256>,
	/// Opaque data.
	pub data: Vec<u8>,
}

/// One item of an EIP-7702 authorization list. Its SCALE encoding equals that of
/// `AuthorizationListItem` of the crate `ethereum` 0.18, whose signature is a nested struct.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Authorization {
	/// Chain on which it is valid; zero means every chain.
	pub chain_id: u64,
	/// Address whose code the authority runs; the zero address clears the delegation.
	pub address: H160,
	/// Nonce that the authority must have.
	pub nonce: U256,
	/// Parity of the y coordinate of the signature's point.
	pub y_parity: bool,
	/// First half of the signature.
	pub r: H256,
	/// Second half of the signature, at most half the order of the curve (EIP-2).
	pub s: H256,
}

/// What a transaction is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Target {
	/// A message call to this address.
	Call(H160),
	/// A creation at the address that follows from sender and nonce.
	Create,
	/// A creation at the address that follows from sender, salt and init code (EIP-1014).
	Create2 {
		/// The salt.
		salt: H256,
	},
}

impl Target {
	/// Whether a contract is to be created.
	pub fn is_create(&self) -> bool {
		!matches!(self, Self::Call(_))
	}
}

/// Everything that one execution needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ExecuteRequest {
	/// The sender.
	pub source: H160,
	/// The recipient, or how the created contract's address is derived.
	pub target: Target,
	/// Call data or init code.
	pub input: Vec<u8>,
	/// Wei sent along.
	pub value: U256,
	/// Largest amount of gas to use.
	pub gas_limit: u64,
	/// Largest price per gas in wei. A legacy transaction gives its gas price here and below.
	pub max_fee_per_gas: Option<U256>,
	/// Largest part of the price that goes to the block's author; none is zero.
	pub max_priority_fee_per_gas: Option<U256>,
	/// The nonce that the sender must have; none is not checked.
	pub nonce: Option<u64>,
	/// Addresses and slots that are warm from the start (EIP-2930).
	pub access_list: Vec<(H160, Vec<H256>)>,
	/// Delegations to set first (EIP-7702).
	pub authorization_list: Vec<Authorization>,
}

impl ExecuteRequest {
	/// A message call without value, fee and lists.
	pub fn call(source: H160, target: H160, input: Vec<u8>, gas_limit: u64) -> Self {
		Self {
			source,
			target: Target::Call(target),
			input,
			value: U256::zero(),
			gas_limit,
			max_fee_per_gas: None,
			max_priority_fee_per_gas: None,
			nonce: None,
			access_list: Vec::new(),
			authorization_list: Vec::new(),
		}
	}

	/// A creation without value, fee and lists.
	pub fn create(source: H160, init_code: Vec<u8>, gas_limit: u64) -> Self {
		Self { target: Target::Create, ..Self::call(source, H160::zero(), init_code, gas_limit) }
	}
}

/// Which rules an execution follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum ExecuteMode {
	/// A transaction signed by an Ethereum key: every check of the protocol, nonce and fee.
	Transaction,
	/// A call of this pallet by an origin that controls the sender; the rules of `Transaction`.
	Dispatch,
	/// `eth_call`: nothing persists, locks do not apply, no fee, no nonce. If a price is given, the
	/// sender must be able to pay it.
	ReadOnly,
	/// A call by the runtime itself: no fee, no nonce for a message call, the sender may be a
	/// contract, locks do not apply.
	System,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum ExitReason {
	/// Stopped, returned or destroyed itself.
	Succeed,
	/// The REVERT instruction: state undone, unused gas returned.
	Revert,
	/// An exceptional halt: state undone, all gas consumed.
	Error(ExitError),
	/// The engine itself failed.
	Fatal,
}

impl ExitReason {
	/// Whether the execution's changes were kept.
	pub fn is_succeed(&self) -> bool {
		matches!(self, Self::Succeed)
	}

	/// Whether the REVERT instruction ended it.
	pub fn is_revert(&self) -> bool {
		matches!(self, Self::Revert)
	}
}

/// Causes of an exceptional halt. Indices up to 15 are those of the crate `evm` that Frontier uses.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum ExitError {
	/// Popped from an empty stack.
	#[codec(index = 0)]
	StackUnderflow,
	/// Pushed onto a full stack.
	#[codec(index = 1)]
	StackOverflow,
	/// Jumped to what is no destination.
	#[codec(index = 2)]
	InvalidJump,
	/// An invalid range of memory or code.
	#[codec(index = 3)]
	InvalidRange,
	/// The designated INVALID instruction (0xfe).
	#[codec(index = 4)]
	DesignatedInvalid,
	/// The stack of calls is full.
	#[codec(index = 5)]
	CallTooDeep,
	/// The created contract's address is taken or reserved.
	#[codec(index = 6)]
	CreateCollision,
	/// Code or init code above the limit.
	#[codec(index = 7)]
	CreateContractLimit,
	/// Deployed code starts with this byte, which is not allowed (EIP-3541).
	#[codec(index = 15)]
	InvalidCode(u8),
	/// Read beyond the end of the return data.
	#[codec(index = 8)]
	OutOfOffset,
	/// Out of gas.
	#[codec(index = 9)]
	OutOfGas,
	/// Not enough balance for the transfer.
	#[codec(index = 10)]
	OutOfFund,
	/// The program counter left the code.
	#[codec(index = 11)]
	PCUnderflow,
	/// A create without code.
	#[codec(index = 12)]
	CreateEmpty,
	/// Anything else, in words.
	#[codec(index = 13)]
	Other(String),
	/// The nonce is at its maximum.
	#[codec(index = 14)]
	MaxNonce,
	/// A locked account was touched.
	#[codec(index = 32)]
	AccountLocked(H160),
	/// The account would be left with less than the existential deposit, but more than nothing.
	#[codec(index = 33)]
	BelowExistentialDeposit(H160),
	/// The account that destroyed itself has more storage than one transaction may clear.
	#[codec(index = 34)]
	StorageTooLarge(H160),
	/// The changes could not be written to the account.
	#[codec(index = 35)]
	CommitFailed(H160),
	/// More code of contracts was read than one execution may, so that it fits the memory of the
	/// Wasm executor.
	#[codec(index = 36)]
	TooMuchCode {
		/// The limit in bytes, each code counted once.
		limit: u64,
	},
	/// More memory was needed than the Wasm executor can give one execution. The gas cap of EIP-7825
	/// keeps below that under the rules since Berlin; a chain without it, or with older rules, can get there.
	#[codec(index = 37)]
	OutOfMemory,
	/// A larger storage proof was needed than the gas limit pays for.
	#[codec(index = 38)]
	ProofTooLarge {
		/// The limit in bytes.
		limit: u64,
	},
}

/// The outcome of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ExecutionInfo {
	/// How it ended.
	pub exit: ExitReason,
	/// Gas used, refunds taken off, as in the receipt.
	pub used_gas: u64,
	/// Gas spent before refunds, which lower the price and not the work; at least `used_gas`.
	pub spent_gas: u64,
	/// What was taken beyond the weight of gas: picoseconds of precompiles, and bytes of storage
	/// proof where they are counted.
	pub surcharge: Weight,
	/// Output of a call, code of a created contract, or data of REVERT.
	pub value: Vec<u8>,
	/// The created contract, if one was.
	pub created: Option<H160>,
	/// Logs in order; none unless it succeeded.
	pub logs: Vec<Log>,
	/// Price per gas that was charged.
	pub effective_gas_price: U256,
}

/// Answer of the runtime API's `account`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct AccountView {
	/// Nonce.
	pub nonce: u64,
	/// Balance in wei.
	pub balance: U256,
	/// Keccak-256 of the code; of nothing, if there is none.
	pub code_hash: H256,
}

/// Answer of the runtime API's `estimate_gas`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct GasEstimate {
	/// The smallest gas limit with which the execution succeeds; the highest tried, if none does.
	pub gas: u64,
	/// The outcome with that limit.
	pub info: ExecutionInfo,
}

/// An account of the genesis configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenesisAccount {
	/// Nonce, below 2^64.
	pub nonce: U256,
	/// Balance in wei, below 2^128.
	pub balance: U256,
	/// Storage; zero values are not written.
	pub storage: BTreeMap<H256, H256>,
	/// Code.
	pub code: Vec<u8>,
}

/// What `remove_account` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
	/// Storage slots removed by this call.
	pub removed: u32,
	/// Whether nothing is left; if not, call again.
	pub done: bool,
}

/// What `remove_storage` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageRemoval {
	/// Storage slots removed by this call.
	pub removed: u32,
	/// The last of them: the next call begins after it.
	pub last: Option<H256>,
	/// Whether it came to the end; if not, call again.
	pub done: bool,
}

/// Why a part of an account cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum HostError {
	/// The code is longer than `MaxCodeSize`.
	CodeTooLarge {
		/// Length of the code in bytes.
		size: u64,
		/// The limit in bytes.
		limit: u64,
	},
	/// The runtime's nonce type cannot hold the nonce.
	NonceTooLarge {
		/// The account.
		address: H160,
		/// The nonce.
		nonce: u64,
	},
}

/// Hard forks of Ethereum whose rules can be followed.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
	Serialize,
	Deserialize,
)]
#[allow(missing_docs)] // The names are the hard forks' own.
pub enum EvmSpec {
	Frontier,
	Homestead,
	TangerineWhistle,
	SpuriousDragon,
	Byzantium,
	Petersburg,
	Istanbul,
	Berlin,
	London,
	Paris,
	Shanghai,
	Cancun,
	Prague,
	#[default]
	Osaka,
}
