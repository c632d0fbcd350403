//! How the EVM's addresses and the runtime's accounts and origins relate.

use core::marker::PhantomData;
use frame_support::traits::{EnsureOrigin, OriginTrait};
use frame_system::RawOrigin;
use sp_core::{crypto::AccountId32, Hasher, H160, H256};

/// Gives the account that holds an address's balance and nonce.
pub trait AddressMapping<AccountId> {
	/// The account of `address`.
	fn into_account_id(address: H160) -> AccountId;
}

/// For runtimes whose accounts are Ethereum addresses.
pub struct IdentityAddressMapping;

impl<AccountId: From<H160>> AddressMapping<AccountId> for IdentityAddressMapping {
	fn into_account_id(address: H160) -> AccountId {
		address.into()
	}
}

/// For runtimes with 32-byte accounts: the hash of `"evm:"` and the address.
pub struct HashedAddressMapping<H>(PhantomData<H>);

impl<H: Hasher<Out = H256>> AddressMapping<AccountId32> for HashedAddressMapping<H> {
	fn into_account_id(address: H160) -> AccountId32 {
		let mut data = [0u8; 24];
		data[..4].copy_from_slice(b"evm:");
		data[4..].copy_from_slice(&address[..]);
		AccountId32::from(<[u8; 32]>::from(H::hash(&data)))
	}
}

/// Decides which origin may act as an address.
pub trait EnsureAddressOrigin<OuterOrigin> {
	/// What a successful check gives.
	type Success;

	/// Checks the origin, or gives it back.
	fn try_address_origin(
		address: &H160,
		origin: OuterOrigin,
	) -> Result<Self::Success, OuterOrigin>;

	/// Checks the origin.
	fn ensure_address_origin(
		address: &H160,
		origin: OuterOrigin,
	) -> Result<Self::Success, sp_runtime::traits::BadOrigin> {
		Self::try_address_origin(address, origin).map_err(|_| sp_runtime::traits::BadOrigin)
	}
}

/// Root acts as every address.
pub struct EnsureAddressRoot<AccountId>(PhantomData<AccountId>);

impl<O, AccountId> EnsureAddressOrigin<O> for EnsureAddressRoot<AccountId>
where
	O: OriginTrait + From<RawOrigin<AccountId>> + Into<Result<RawOrigin<AccountId>, O>>,
{
	type Success = ();

	fn try_address_origin(_: &H160, origin: O) -> Result<(), O> {
		match origin.into()? {
			RawOrigin::Root => Ok(()),
			other => Err(O::from(other)),
		}
	}
}

/// Nobody acts as any address.
pub struct EnsureAddressNever<Success>(PhantomData<Success>);

impl<O, Success> EnsureAddressOrigin<O> for EnsureAddressNever<Success> {
	type Success = Success;

	fn try_address_origin(_: &H160, origin: O) -> Result<Success, O> {
		Err(origin)
	}
}

/// An account acts as the address that it is.
pub struct EnsureAddressSame;

impl<O> EnsureAddressOrigin<O> for EnsureAddressSame
where
	O: From<RawOrigin<H160>> + Into<Result<RawOrigin<H160>, O>>,
{
	type Success = H160;

	fn try_address_origin(address: &H160, origin: O) -> Result<H160, O> {
		match origin.into()? {
			RawOrigin::Signed(who) if who == *address => Ok(who),
			other => Err(O::from(other)),
		}
	}
}

/// A 32-byte account acts as the address of its first 20 bytes.
pub struct EnsureAddressTruncated;

impl<O> EnsureAddressOrigin<O> for EnsureAddressTruncated
where
	O: From<RawOrigin<AccountId32>> + Into<Result<RawOrigin<AccountId32>, O>>,
{
	type Success = AccountId32;

	fn try_address_origin(address: &H160, origin: O) -> Result<AccountId32, O> {
		match origin.into()? {
			RawOrigin::Signed(who) if truncate(&who) == *address => Ok(who),
			other => Err(O::from(other)),
		}
	}
}

/// Whatever `EnsureOrigin` accepts acts as every address.
pub struct EnsureAnyAddress<E>(PhantomData<E>);

impl<O, E: EnsureOrigin<O>> EnsureAddressOrigin<O> for EnsureAnyAddress<E> {
	type Success = E::Success;

	fn try_address_origin(_: &H160, origin: O) -> Result<E::Success, O> {
		E::try_origin(origin)
	}
}

/// The address as which a 32-byte account acts.
pub fn truncate(account: &AccountId32) -> H160 {
	let bytes: &[u8; 32] = account.as_ref();
	H160::from_slice(&bytes[..20])
}
