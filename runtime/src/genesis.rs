//! Genesis presets: `development` (one validator) and `local_testnet` (four).

use alloc::{string::ToString, vec, vec::Vec};

use serde_json::{json, Value};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_genesis_builder::PresetId;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

use crate::{AccountId, UNIT};

/// The EVM's chain id where genesis sets no other: that of a local development chain.
pub const DEFAULT_CHAIN_ID: u64 = 31_337;
/// Tokens of each development account.
const ENDOWMENT: u128 = 1_000_000;
/// The preset of a test network of four validators.
pub const LOCAL_TESTNET: &str = sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
/// The preset of a chain with one validator.
pub const DEVELOPMENT: &str = sp_genesis_builder::DEV_RUNTIME_PRESET;

/// Blocks of a review on a development chain, where nobody waits for a council to read.
const DEVELOPMENT_REVIEW_BLOCKS: u32 = 2;

/// The council of a development chain.
fn council() -> Vec<AccountId> {
	let members = [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie];
	members.iter().map(|key| key.to_account_id()).collect()
}

fn genesis(validators: Vec<(Sr25519Keyring, Ed25519Keyring)>) -> Value {
	let endowed: Vec<(AccountId, u128)> = Sr25519Keyring::well_known()
		.map(|key| (key.to_account_id(), ENDOWMENT.saturating_mul(UNIT)))
		.collect();
	let aura: Vec<AuraId> = validators.iter().map(|(key, _)| key.public().into()).collect();
	let grandpa: Vec<(GrandpaId, u64)> =
		validators.iter().map(|(_, key)| (key.public().into(), 1)).collect();
	json!({
		"balances": { "balances": endowed },
		"aura": { "authorities": aura },
		"grandpa": { "authorities": grandpa },
		"sudo": { "key": Some(Sr25519Keyring::Alice.to_account_id()) },
		"council": { "members": council() },
		"migration": { "minReviewBlocks": DEVELOPMENT_REVIEW_BLOCKS },
		"evm": { "chainId": DEFAULT_CHAIN_ID, "accounts": {} },
	})
}

/// The genesis of a preset.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let validators = match id.as_ref() {
		DEVELOPMENT => vec![(Sr25519Keyring::Alice, Ed25519Keyring::Alice)],
		LOCAL_TESTNET => vec![
			(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
			(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
			(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
			(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
		],
		_ => return None,
	};
	Some(genesis(validators).to_string().into_bytes())
}

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEVELOPMENT), PresetId::from(LOCAL_TESTNET)]
}
