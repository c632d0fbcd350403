//! Accounts of the target chain with their keys.

use std::str::FromStr;

use anyhow::Result;
use sp_core::crypto::AccountId32;
use subxt_signer::{
	sr25519::{dev, Keypair},
	SecretUri,
};

/// A key and its account.
#[derive(Clone, Debug)]
pub struct Account {
	pair: Keypair,
}

impl Account {
	/// The sudo key of a development chain.
	pub fn alice() -> Self {
		Self { pair: dev::alice() }
	}

	/// An account with a balance on a development chain.
	pub fn bob() -> Self {
		Self { pair: dev::bob() }
	}

	/// The account of a secret such as `//Stranger`.
	pub fn new(secret: &str) -> Result<Self> {
		Ok(Self { pair: Keypair::from_uri(&SecretUri::from_str(secret)?)? })
	}

	/// The account.
	pub fn id(&self) -> AccountId32 {
		AccountId32::new(self.pair.public_key().0)
	}

	/// Signs.
	pub fn sign(&self, message: &[u8]) -> [u8; 64] {
		self.pair.sign(message).0
	}
}
