//! Cryptography of the precompiles that the host does faster than Wasm.

use revm::precompile::{Crypto, PrecompileHalt};

/// Hands SHA-256 and the recovery of signatures to host functions; the rest is revm's default.
#[derive(Debug)]
struct HostCrypto;

impl Crypto for HostCrypto {
	fn sha256(&self, input: &[u8]) -> [u8; 32] {
		sp_io::hashing::sha2_256(input)
	}

	/// ECRECOVER accepts every signature that a curve point can be recovered from, whether `s` is in
	/// the lower half or not, and so does the host function.
	fn secp256k1_ecrecover(
		&self,
		signature: &[u8; 64],
		recovery_id: u8,
		message: &[u8; 32],
	) -> Result<[u8; 32], PrecompileHalt> {
		let mut full = [0u8; 65];
		full[..64].copy_from_slice(signature);
		full[64] = recovery_id;
		let public = sp_io::crypto::secp256k1_ecdsa_recover(&full, message)
			.map_err(|_| PrecompileHalt::Secp256k1RecoverFailed)?;
		let mut word = sp_io::hashing::keccak_256(&public);
		word[..12].fill(0);
		Ok(word)
	}
}

/// Makes the precompiles use the host. Once is enough for an instance of the runtime; the engine
/// ignores further calls.
pub(super) fn install() {
	let _ = revm::install_crypto(HostCrypto);
}
