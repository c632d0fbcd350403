//! The key that signs proposals and activations.

use std::{env, fs, io, path::PathBuf, str::FromStr};

use sp_core::crypto::{AccountId32, Ss58Codec};
use subxt_signer::{sr25519, SecretUri};

use crate::args::SignerArgs;

/// Holds the secret where no argument names another.
const VARIABLE: &str = "EVM_MIGRATE_SURI";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
	/// None is named.
	#[error(
		"a key is needed to sign: --signer-file FILE, the environment variable {VARIABLE}, or \
		 --dev-signer NAME on a development chain"
	)]
	Missing,
	/// The file cannot be read.
	#[error("the secret in {} cannot be read", path.display())]
	File {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// Not a well-known name.
	#[error("`{name}` is no key of development chains")]
	Name {
		/// The name.
		name: String,
	},
	/// Not a secret. The text is not repeated.
	#[error("the secret is no phrase and no seed of 0x and 64 digits")]
	Secret,
}

/// A key.
#[derive(Clone, Debug)]
pub struct Signer {
	pair: sr25519::Keypair,
}

impl Signer {
	/// The key that the arguments or the environment name.
	pub fn from_args(args: &SignerArgs) -> Result<Self, SignerError> {
		if let Some(path) = &args.signer_file {
			let text = fs::read_to_string(path)
				.map_err(|source| SignerError::File { path: path.clone(), source })?;
			return Self::from_secret(text.trim());
		}
		if let Some(name) = &args.dev_signer {
			return Self::well_known(name);
		}
		match env::var(VARIABLE) {
			Ok(text) => Self::from_secret(text.trim()),
			Err(_) => Err(SignerError::Missing),
		}
	}

	/// The account.
	pub fn account(&self) -> AccountId32 {
		AccountId32::new(self.pair.public_key().0)
	}

	/// The account in SS58, with the prefix of no chain in particular.
	pub fn ss58(&self) -> String {
		self.account().to_ss58check()
	}

	/// Signs.
	pub fn sign(&self, message: &[u8]) -> [u8; 64] {
		self.pair.sign(message).0
	}

	fn from_secret(text: &str) -> Result<Self, SignerError> {
		let uri = SecretUri::from_str(text).map_err(|_| SignerError::Secret)?;
		let pair = sr25519::Keypair::from_uri(&uri).map_err(|_| SignerError::Secret)?;
		Ok(Self { pair })
	}

	fn well_known(name: &str) -> Result<Self, SignerError> {
		use sr25519::dev;
		let pair = match name.to_ascii_lowercase().as_str() {
			"alice" => dev::alice(),
			"bob" => dev::bob(),
			"charlie" => dev::charlie(),
			"dave" => dev::dave(),
			"eve" => dev::eve(),
			"ferdie" => dev::ferdie(),
			_ => return Err(SignerError::Name { name: name.to_owned() }),
		};
		Ok(Self { pair })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn from_secret_of_a_derivation_is_the_well_known_key_works() {
		let alice = Signer::from_secret("//Alice").expect("a key");
		assert_eq!(alice.ss58(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
		assert_eq!(alice.account(), Signer::well_known("alice").expect("a key").account());
	}

	#[test]
	fn from_secret_of_other_text_fails() {
		assert!(matches!(Signer::from_secret("hello"), Err(SignerError::Secret)));
		assert!(matches!(Signer::well_known("mallory"), Err(SignerError::Name { .. })));
	}
}
