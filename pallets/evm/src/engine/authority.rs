//! Who signed the tuples of an authorization list (EIP-7702).

use super::convert::{to_address, to_word};
use crate::Authorization;
use alloc::vec::Vec;
use revm::{
	context::TxEnv,
	context_interface::{
		either::Either,
		transaction::{
			Authorization as Delegation, RecoveredAuthority, RecoveredAuthorization,
			SignedAuthorization,
		},
	},
	primitives::U256 as Word,
};
use sp_core::{H160, U256};
use sp_io::hashing::keccak_256;

/// Half the order of the curve secp256k1, the largest `s` of a signature (EIP-2).
const MAX_SIGNATURE_S: Word = Word::from_limbs([
	0xdfe9_2f46_681b_20a0,
	0x5d57_6e73_57a4_501d,
	0xffff_ffff_ffff_ffff,
	0x7fff_ffff_ffff_ffff,
]);

/// A tuple as the engine's transaction carries it.
type Tuple = Either<SignedAuthorization, RecoveredAuthorization>;

/// The tuple with its signature, which [`recover_all`] looks at.
pub(super) fn signed(item: &Authorization) -> Tuple {
	let delegation = Delegation {
		chain_id: Word::from(item.chain_id),
		address: to_address(item.address),
		// The engine skips this nonce, which is the largest that fits.
		nonce: u64::try_from(item.nonce).unwrap_or(u64::MAX),
	};
	let [r, s] = [item.r, item.s].map(|half| to_word(U256::from_big_endian(half.as_bytes())));
	Either::Left(SignedAuthorization::new_unchecked(delegation, item.y_parity.into(), r, s))
}

/// Recovers the signers of all tuples.
///
/// This is the dearest work before execution, so it is done when everything else has been checked
/// and the sender has paid. The engine would recover them in Wasm; the host is faster.
pub(super) fn recover_all(tx: &mut TxEnv, chain_id: u64) {
	let tuples = core::mem::take(&mut tx.authorization_list);
	tx.authorization_list = tuples
		.into_iter()
		.map(|tuple| match tuple {
			Either::Left(signed) => Either::Right(recover(signed, chain_id)),
			recovered => recovered,
		})
		.collect::<Vec<Tuple>>();
}

/// A tuple that is not valid is skipped by the engine, so it is passed on as such.
fn recover(signed: SignedAuthorization, chain_id: u64) -> RecoveredAuthorization {
	// The engine skips these whoever signed them.
	let skipped = signed.nonce() == u64::MAX
		|| !(signed.chain_id().is_zero() || *signed.chain_id() == Word::from(chain_id));
	let authority = if skipped { None } else { authority(&signed) };
	let authority = authority.map_or(RecoveredAuthority::Invalid, |address| {
		RecoveredAuthority::Valid(to_address(address))
	});
	RecoveredAuthorization::new_unchecked(signed.strip_signature(), authority)
}

fn authority(signed: &SignedAuthorization) -> Option<H160> {
	if signed.s() > MAX_SIGNATURE_S {
		return None;
	}
	#[cfg(test)]
	crate::mock::Recoveries::mutate(|count| *count += 1);
	let mut signature = [0u8; 65];
	signature[..32].copy_from_slice(&signed.r().to_be_bytes::<32>());
	signature[32..64].copy_from_slice(&signed.s().to_be_bytes::<32>());
	signature[64] = signed.y_parity();
	let message = signed.signature_hash();
	let public = sp_io::crypto::secp256k1_ecdsa_recover(&signature, &message.0).ok()?;
	Some(H160::from_slice(&keccak_256(&public)[12..]))
}
