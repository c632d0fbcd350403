//! One case: one transaction under one hard fork.

use crate::fixture::{Accounts, Environment, Fixture, Post, Test};
use alloy_primitives::{Bytes, B256, U256};
use pallet_evm::EvmSpec;

/// The transaction type of blob transactions (EIP-4844).
pub const BLOB_TRANSACTION: u8 = 3;

/// The hard forks of mainnet by their names in files of tests, of which some have two.
const FORKS: [(&str, EvmSpec); 18] = [
	("Frontier", EvmSpec::Frontier),
	("Homestead", EvmSpec::Homestead),
	("EIP150", EvmSpec::TangerineWhistle),
	("TangerineWhistle", EvmSpec::TangerineWhistle),
	("EIP158", EvmSpec::SpuriousDragon),
	("SpuriousDragon", EvmSpec::SpuriousDragon),
	("Byzantium", EvmSpec::Byzantium),
	("ConstantinopleFix", EvmSpec::Petersburg),
	("Petersburg", EvmSpec::Petersburg),
	("Istanbul", EvmSpec::Istanbul),
	("Berlin", EvmSpec::Berlin),
	("London", EvmSpec::London),
	("Merge", EvmSpec::Paris),
	("Paris", EvmSpec::Paris),
	("Shanghai", EvmSpec::Shanghai),
	("Cancun", EvmSpec::Cancun),
	("Prague", EvmSpec::Prague),
	("Osaka", EvmSpec::Osaka),
];

/// The hard fork of a name, in capital letters or not.
pub fn fork_named(name: &str) -> Option<EvmSpec> {
	let found = FORKS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
	found.map(|(_, spec)| *spec)
}

/// All names of hard forks, with commas between them.
pub fn fork_names() -> String {
	FORKS.map(|(name, _)| name).join(", ")
}

/// One transaction under one hard fork, and what must follow.
#[derive(Clone, Debug)]
pub struct Case<'a> {
	/// The test's name, the fork and the indexes: the same wherever the file lies.
	pub id: String,
	/// The name of the hard fork in the file.
	pub fork: &'a str,
	/// The chain id.
	pub chain_id: U256,
	/// The block.
	pub env: &'a Environment,
	/// The accounts before.
	pub pre: &'a Accounts,
	/// The signed transaction.
	pub transaction: &'a Bytes,
	/// What must follow.
	pub expected: Expected<'a>,
}

/// What must follow.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
	/// The state root.
	pub state_root: B256,
	/// Keccak-256 of the RLP of the logs.
	pub logs_hash: B256,
	/// The accounts after, where the file has them.
	pub state: Option<&'a Accounts>,
	/// Names of exceptions, any of which the transaction is to be refused with.
	pub exception: Option<&'a str>,
}

impl<'a> Case<'a> {
	/// All cases of a file.
	pub fn all(file_stem: &str, fixture: &'a Fixture) -> Vec<Self> {
		let tests = fixture.iter();
		tests.flat_map(|(name, test)| Self::of_test(file_stem, name, test)).collect()
	}

	fn of_test(file_stem: &str, name: &str, test: &'a Test) -> Vec<Self> {
		// The names of older files are those of the files.
		let name =
			if name.contains("::") { name.to_owned() } else { format!("{file_stem}::{name}") };
		let mut cases = Vec::new();
		for (fork, posts) in &test.post {
			for post in posts {
				cases.push(Self::new(&name, fork, test, post));
			}
		}
		cases
	}

	fn new(name: &str, fork: &'a str, test: &'a Test, post: &'a Post) -> Self {
		let indexes = post.indexes;
		Self {
			id: format!("{name}/{fork}/{}-{}-{}", indexes.data, indexes.gas, indexes.value),
			fork,
			chain_id: test.config.chainid,
			env: &test.env,
			pre: &test.pre,
			transaction: &post.txbytes,
			expected: Expected {
				state_root: post.hash,
				logs_hash: post.logs,
				state: post.state.as_ref(),
				exception: post.expect_exception.as_deref(),
			},
		}
	}

	/// The hard fork, if it is one of mainnet's.
	pub fn spec(&self) -> Option<EvmSpec> {
		fork_named(self.fork)
	}

	/// Which part of `parts` the case belongs to, counted from zero.
	pub fn part(&self, parts: u64) -> u64 {
		let hash = sp_crypto_hashing::keccak_256(self.id.as_bytes());
		let mut first = [0u8; 8];
		first.copy_from_slice(&hash[..8]);
		u64::from_be_bytes(first).checked_rem(parts).unwrap_or(0)
	}
}

/// The test function in a case id: what stands before the parameters.
pub fn function_of(id: &str) -> &str {
	match id.find('[') {
		Some(end) => &id[..end],
		// Without parameters fork and indexes follow directly.
		None => id.rsplitn(3, '/').last().unwrap_or(id),
	}
}
