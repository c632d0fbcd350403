//! Names and explorers of well-known chains, by chain id (EIP-155).

use migration_primitives::{H160, H256};

/// A chain that this table knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownChain {
	/// Its chain id.
	pub chain_id: u64,
	/// Its name.
	pub name: &'static str,
	/// Its explorer, without the slash at the end; none for local chains.
	pub explorer: Option<&'static str>,
}

const CHAINS: [KnownChain; 18] = [
	known(1, "Ethereum", "https://etherscan.io"),
	known(10, "OP Mainnet", "https://optimistic.etherscan.io"),
	known(25, "Cronos", "https://cronoscan.com"),
	known(56, "BNB Smart Chain", "https://bscscan.com"),
	known(100, "Gnosis", "https://gnosisscan.io"),
	known(137, "Polygon", "https://polygonscan.com"),
	known(250, "Fantom", "https://ftmscan.com"),
	known(1_284, "Moonbeam", "https://moonscan.io"),
	known(1_285, "Moonriver", "https://moonriver.moonscan.io"),
	local(1_337, "a development chain (ganache, geth --dev)"),
	known(8_453, "Base", "https://basescan.org"),
	local(31_337, "a development chain (anvil, hardhat)"),
	known(42_161, "Arbitrum One", "https://arbiscan.io"),
	known(42_220, "Celo", "https://celoscan.io"),
	known(43_114, "Avalanche C-Chain", "https://snowtrace.io"),
	known(59_144, "Linea", "https://lineascan.build"),
	known(560_048, "Hoodi", "https://hoodi.etherscan.io"),
	known(11_155_111, "Sepolia", "https://sepolia.etherscan.io"),
];

const fn known(chain_id: u64, name: &'static str, explorer: &'static str) -> KnownChain {
	KnownChain { chain_id, name, explorer: Some(explorer) }
}

const fn local(chain_id: u64, name: &'static str) -> KnownChain {
	KnownChain { chain_id, name, explorer: None }
}

/// The chain of this id, if it is well known.
pub fn chain(chain_id: u64) -> Option<KnownChain> {
	CHAINS.into_iter().find(|chain| chain.chain_id == chain_id)
}

impl KnownChain {
	/// Where the explorer shows a block. By its number: an explorer that shows another hash for the
	/// number contradicts the snapshot.
	pub fn block(&self, number: u64) -> Option<String> {
		self.explorer.map(|explorer| format!("{explorer}/block/{number}"))
	}

	/// Where the explorer looks for a block hash.
	pub fn block_hash(&self, hash: H256) -> Option<String> {
		self.explorer.map(|explorer| format!("{explorer}/search?q={hash:?}"))
	}

	/// Where the explorer shows an account.
	pub fn account(&self, address: H160) -> Option<String> {
		self.explorer.map(|explorer| format!("{explorer}/address/{address:?}"))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn chain_of_each_kind_works() {
		let ethereum = chain(1).expect("Ethereum");
		assert_eq!(ethereum.block(7).as_deref(), Some("https://etherscan.io/block/7"));
		assert_eq!(chain(31_337).expect("anvil").block(7), None);
		assert_eq!(chain(4_242_424_242), None);
	}

	#[test]
	fn chains_are_in_order_and_end_without_a_slash_works() {
		assert!(CHAINS.is_sorted_by(|one, other| one.chain_id < other.chain_id));
		for explorer in CHAINS.iter().filter_map(|chain| chain.explorer) {
			assert!(explorer.starts_with("https://") && !explorer.ends_with('/'));
		}
	}
}
