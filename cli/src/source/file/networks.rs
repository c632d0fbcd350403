//! Block 0 of public networks.

use hex_literal::hex;
use migration_primitives::H256;

use super::config::{AURA, AVALANCHE, XDC, ZKTRIE};

/// Chain ids and the hashes of block 0, as the sources of the networks' own nodes have them. Some
/// networks begin with the same block.
const NETWORKS: [(u64, [u8; 32]); 29] = [
	// Ethereum, and its test networks: Ropsten, Rinkeby, Goerli, Kiln, Sepolia, Holesky, Hoodi.
	(1, hex!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3")),
	(3, hex!("41941023680923e0fe4d74a34bdac8141f2540e3ae90623718e47d66d1ca4a2d")),
	(4, hex!("6341fd3daf94b748c72ced5a5b26028f2474f5f00d824504e4fa37a75767e177")),
	(5, hex!("bf7e331f7f7c1dd2e05159666b3bf8bc7a8a3a9eb1d518969eab529dd9b88c1a")),
	(1_337_802, hex!("51c7fe41be669f69c45c33a56982cbde405313342d9e2b00d7c91a7b284dd4f8")),
	(11_155_111, hex!("25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9")),
	(17_000, hex!("b5f7f912443c940f21fd611f12828d75b534364ed9e95ca4e307729a4661bde4")),
	(560_048, hex!("bbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b")),
	// Ethereum Classic and Mordor.
	(61, hex!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3")),
	(63, hex!("a68ebde7932eccb177d38d55dcc6461a019dd795a681e59b5a3e4f3a7259a3f1")),
	// Polygon, Mumbai and Amoy.
	(137, hex!("a9c28ce2141b56c474f1dc504bee9b01eb1bd7d1a507580d5519d4437a97de1b")),
	(80_001, hex!("7b66506a9ebdbf30d32b43c5f15a3b1216269a1ec3a75aa3182b86176a2b1ca7")),
	(80_002, hex!("7202b2b53c5a0836e773e319d18922cc756dd67432f9a1f65352b61f4406c697")),
	// BNB Smart Chain and Chapel.
	(56, hex!("0d21840abff46b96c84b2ac9e10e4f5cdaeb5693cb665db62a2f3b02d2d57b5b")),
	(97, hex!("6d3c66c5357ec91d5c43af47e234a939b22557cbb552dc45bebbceeed90fbe34")),
	// OP Mainnet and Sepolia, Base and its Sepolia.
	(10, hex!("7ca38a1916c42007829c55e69d3e9a73265554b586a499015373241b8a3fa48b")),
	(11_155_420, hex!("102de6ffb001480cc9b8b548fd05c34cd4f46ae4aa91759393db90ea0409887d")),
	(8_453, hex!("f712aa9241cc24369b143cf6dce85f0902a9731e70d66818a3a5845b296c73dd")),
	(84_532, hex!("0dcc9e089e30b90ddfc55be9a37dd15bc551aeee999d2e2b51414c54eaf934e4")),
	// Gnosis and Chiado.
	(100, hex!("4f1dd23188aab3a76b463e4af801b52b1248ef073c648cbdc4c9333d3da79756")),
	(10_200, hex!("ada44fd8d2ecab8b08f256af07ad3e777f17fb434f8f8e678b312f576212ba9a")),
	// Avalanche's C-chain, Fuji and Songbird.
	(43_114, hex!("31ced5b9beb7f8782b014660da0cb18cc409f121f408186886e1ca3e8eeca96b")),
	(43_113, hex!("31ced5b9beb7f8782b014660da0cb18cc409f121f408186886e1ca3e8eeca96b")),
	(19, hex!("31ced5b9beb7f8782b014660da0cb18cc409f121f408186886e1ca3e8eeca96b")),
	// XDC and Apothem.
	(50, hex!("4a9d748bd78a8d0385b67788c2435dcdb914f98a96250b68863a1f8b7642d6b1")),
	(51, hex!("bdea512b4f12ff1135ec92c00dc047ffb93890c2ea1aa0eefe9b013d80640075")),
	// Scroll and its test networks.
	(534_352, hex!("bbc05efd412b7cd47a2ed0e5ddfcf87af251e414ea4c801d78b6784513180a80")),
	(534_351, hex!("aa62d1a8b2bffa9e5d2368b63aae0d98d54928bd713125e3fd9e5c896c68592c")),
	(534_353, hex!("a4fc62b9b0643e345bdcebe457b3ae898bef59c7203c3db269200055e037afda")),
];

/// The hash of block 0 of a public network.
pub(super) fn genesis_hash(chain_id: u64) -> Option<H256> {
	NETWORKS.iter().find(|(id, _)| *id == chain_id).map(|(_, hash)| H256(*hash))
}

/// Why block 0 of a network is not made as Ethereum's.
pub(super) fn foreign(chain_id: u64) -> Option<&'static str> {
	match chain_id {
		100 | 10_200 => Some(AURA),
		// The second is that of its local networks, which are not public.
		19 | 43_112 | 43_113 | 43_114 => Some(AVALANCHE),
		50 | 51 => Some(XDC),
		534_351..=534_353 => Some(ZKTRIE),
		_ => None,
	}
}

/// The public network whose block 0 has this hash: the `expected` one, if it is among them.
pub(super) fn chain_of(hash: H256, expected: Option<u64>) -> Option<u64> {
	let same = || NETWORKS.iter().filter(|(_, known)| *known == hash.0).map(|(id, _)| *id);
	same().find(|id| Some(*id) == expected).or_else(|| same().next())
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::BTreeSet;

	#[test]
	fn chain_of_a_shared_block_works() {
		let mainnet = genesis_hash(1).expect("Ethereum");
		assert_eq!(genesis_hash(61), Some(mainnet));
		assert_eq!(chain_of(mainnet, None), Some(1));
		assert_eq!(chain_of(mainnet, Some(61)), Some(61));
		assert_eq!(chain_of(mainnet, Some(7)), Some(1));
		assert_eq!(chain_of(H256::zero(), Some(1)), None);
		assert_eq!(genesis_hash(1_337), None);
	}

	#[test]
	fn chain_ids_are_there_once_works() {
		let ids: BTreeSet<u64> = NETWORKS.iter().map(|(id, _)| *id).collect();
		assert_eq!(ids.len(), NETWORKS.len());
		let foreign = ids.iter().filter(|id| foreign(**id).is_some());
		assert_eq!(foreign.count(), 10);
	}
}
