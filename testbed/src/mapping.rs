//! Accounts that show their address.

use crate::AccountId;
use sp_core::H160;

/// The account of an address is its bytes followed by zeros.
pub struct PaddedAddressMapping;

impl pallet_evm::AddressMapping<AccountId> for PaddedAddressMapping {
	fn into_account_id(address: H160) -> AccountId {
		let mut account = [0u8; 32];
		account[..20].copy_from_slice(address.as_bytes());
		AccountId::new(account)
	}
}

impl PaddedAddressMapping {
	/// The address of an account; `None` if it is not the account of any.
	pub fn address(account: &AccountId) -> Option<H160> {
		let bytes: &[u8; 32] = account.as_ref();
		let (address, zeros) = bytes.split_at(20);
		zeros.iter().all(|byte| *byte == 0).then(|| H160::from_slice(address))
	}
}
