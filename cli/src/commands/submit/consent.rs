//! The consent of the account that funds a migration: the chain takes nothing from who has not agreed
//! to the very manifest.

use anyhow::Result;
use codec::{DecodeAll, Encode};
use migration_primitives::{manifest::BalancePolicy, H256};
use sp_core::crypto::AccountId32;

use super::SubmitError;
use crate::{
	args::{ProposeWith, SubmitArgs},
	bundle::Bundle,
	console::Console,
	parse,
	substrate::{Chain, Keys, Signer, SubstrateError},
};

/// The account whose consent is needed, if any is.
fn funder(bundle: &Bundle) -> Option<&AccountId32> {
	match &bundle.manifest.balances {
		BalancePolicy::Fund { account } if !bundle.manifest.totals.balance.is_zero() => {
			Some(account)
		}
		_ => None,
	}
}

/// `Migration.consent` to a manifest.
fn consent(chain: &Chain, manifest: H256) -> Result<Vec<u8>, SubstrateError> {
	let mut call = chain.call_index("Migration", "consent")?.to_vec();
	Some(manifest).encode_to(&mut call);
	Ok(call)
}

/// Agrees, if the account that funds the migration signs what this command sends. Refuses to propose
/// without its consent; who does not propose is told what is needed.
pub(super) async fn ensure_agreed(
	chain: &Chain,
	bundle: &Bundle,
	args: &SubmitArgs,
	at: H256,
	console: &Console,
) -> Result<()> {
	let Some(account) = funder(bundle) else { return Ok(()) };
	let manifest = bundle.manifest_hash;
	let agreed = match chain.value(&Keys::consent(account), at).await? {
		Some(bytes) => Some(H256::decode_all(&mut bytes.as_slice())?),
		None => None,
	};
	if agreed == Some(manifest) {
		return Ok(());
	}
	let call = consent(chain, manifest)?;
	let missing = SubmitError::FundingNotAgreed {
		account: parse::account_text(account),
		call: format!("0x{}", hex::encode(&call)),
	};
	match args.propose_with {
		ProposeWith::Print | ProposeWith::Wait => {
			console.say(missing.to_string());
			Ok(())
		}
		ProposeWith::Sudo | ProposeWith::Council => {
			let signer = Signer::from_args(&args.signer)?;
			if signer.account() != *account {
				return Err(missing.into());
			}
			console.say(format!("agreeing that {} funds {manifest:?}", signer.ss58()));
			chain.execute(&signer, "Migration.consent", &call).await?;
			Ok(())
		}
	}
}
