//! The chains the node knows by name.

use migration_runtime::WASM_BINARY;
use sc_service::{ChainType, Properties};

/// A chain specification of the reference runtime.
pub(crate) type ChainSpec = sc_service::GenericChainSpec;

/// The runtime's genesis preset with one validator, Alice.
const DEVELOPMENT_PRESET: &str = "development";

/// The runtime's genesis preset with the validators Alice, Bob, Charlie and Dave.
const LOCAL_TESTNET_PRESET: &str = "local_testnet";

/// Loads the chain called `id`: `dev`, `local` (also the empty name), or the path of a JSON file.
pub(crate) fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" => Ok(ChainSpec::builder(runtime_code()?, None)
			.with_name("Migration Development")
			.with_id("migration_dev")
			.with_chain_type(ChainType::Development)
			.with_genesis_config_preset_name(DEVELOPMENT_PRESET)
			.with_properties(properties())
			.build()),
		"" | "local" => Ok(ChainSpec::builder(runtime_code()?, None)
			.with_name("Migration Local Testnet")
			.with_id("migration_local")
			.with_chain_type(ChainType::Local)
			.with_genesis_config_preset_name(LOCAL_TESTNET_PRESET)
			.with_properties(properties())
			.build()),
		path => ChainSpec::from_json_file(path.into()),
	}
}

/// The Wasm runtime, which a build with `SKIP_WASM_BUILD` lacks.
fn runtime_code() -> Result<&'static [u8], String> {
	WASM_BINARY.ok_or_else(|| {
		"this binary was built without the Wasm runtime (SKIP_WASM_BUILD was set); build it again, \
		 or give the path of a raw chain specification"
			.into()
	})
}

/// What wallets read: 18 decimals as on Ethereum, and the generic SS58 prefix.
fn properties() -> Properties {
	[("tokenSymbol", "UNIT".into()), ("tokenDecimals", 18.into()), ("ss58Format", 42.into())]
		.into_iter()
		.map(|(key, value): (&str, serde_json::Value)| (key.into(), value))
		.collect()
}
