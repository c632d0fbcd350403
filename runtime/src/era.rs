//! How long transactions live.

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{traits::OriginTrait, weights::Weight};
use frame_system::RawOrigin;
use scale_info::{Type, TypeInfo};
use sp_runtime::{
	generic::Era,
	impl_tx_ext_default,
	traits::{DispatchInfoOf, Implication, TransactionExtension, ValidateResult},
	transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
};

use crate::{Hash, Runtime, RuntimeCall, RuntimeOrigin};

/// The code inside `InvalidTransaction::Custom` for a mortal transaction that nobody signed.
pub const MORTAL_WITHOUT_SIGNER: u8 = 128;

type Inner = frame_system::CheckEra<Runtime>;

/// [`frame_system::CheckEra`], with an end for signed transactions alone.
///
/// Whoever sees a call that is authorised by its content can bring it into the pools in a transaction
/// of their own, whose era nobody signed. One that soon ends would keep others with the same call out,
/// since they provide the same with the same priority, and then be gone.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, Debug, PartialEq, Eq)]
pub struct CheckEra(Inner);

impl From<Era> for CheckEra {
	fn from(era: Era) -> Self {
		Self(Inner::from(era))
	}
}

/// To clients it is the extension inside.
impl TypeInfo for CheckEra {
	type Identity = Inner;

	fn type_info() -> Type {
		Inner::type_info()
	}
}

impl TransactionExtension<RuntimeCall> for CheckEra {
	const IDENTIFIER: &'static str = <Inner as TransactionExtension<RuntimeCall>>::IDENTIFIER;
	type Implicit = Hash;
	type Val = ();
	type Pre = ();

	fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
		self.0.implicit()
	}

	fn weight(&self, call: &RuntimeCall) -> Weight {
		self.0.weight(call)
	}

	fn validate(
		&self,
		origin: RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
		self_implicit: Self::Implicit,
		inherited_implication: &impl Implication,
		source: TransactionSource,
	) -> ValidateResult<Self::Val, RuntimeCall> {
		let Self(inner) = self;
		let is_authorized = matches!(origin.as_system_ref(), Some(RawOrigin::Authorized));
		if is_authorized && !inner.0.is_immortal() {
			return Err(InvalidTransaction::Custom(MORTAL_WITHOUT_SIGNER).into());
		}
		inner.validate(origin, call, info, len, self_implicit, inherited_implication, source)
	}

	impl_tx_ext_default!(RuntimeCall; prepare);
}

#[cfg(test)]
mod tests {
	use frame_support::dispatch::GetDispatchInfo;
	use scale_info::meta_type;
	use sp_runtime::traits::DispatchTransaction;

	use super::*;
	use crate::{AccountId, System, TxExtension};

	/// The blocks, counted from block 1, for which a transaction with this era is valid.
	fn longevity(origin: RawOrigin<AccountId>, era: Era) -> Result<u64, TransactionValidityError> {
		let call = RuntimeCall::System(frame_system::Call::remark { remark: vec![] });
		sp_io::TestExternalities::default().execute_with(|| {
			System::initialize(&1, &Hash::default(), &Default::default());
			let (info, source) = (call.get_dispatch_info(), TransactionSource::External);
			let origin = RuntimeOrigin::from(origin);
			CheckEra::from(era)
				.validate_only(origin, &call, &info, 0, source, 0)
				.map(|(validity, ..)| validity.longevity)
		})
	}

	#[test]
	fn immortal_transaction_works() {
		for origin in [RawOrigin::Authorized, RawOrigin::Signed([7; 32].into())] {
			assert_eq!(longevity(origin, Era::Immortal), Ok(u64::MAX - 1));
		}
	}

	#[test]
	fn mortal_transaction_of_a_signer_works() {
		assert_eq!(longevity(RawOrigin::Signed([7; 32].into()), Era::mortal(4, 0)), Ok(3));
	}

	#[test]
	fn mortal_transaction_without_a_signer_fails() {
		let refused = InvalidTransaction::Custom(MORTAL_WITHOUT_SIGNER);
		assert_eq!(longevity(RawOrigin::Authorized, Era::mortal(4, 0)), Err(refused.into()));
	}

	#[test]
	fn clients_see_the_extension_inside_works() {
		let era = Era::mortal(64, 5);
		assert_eq!(CheckEra::from(era).encode(), Inner::from(era).encode());
		let all = <TxExtension as TransactionExtension<RuntimeCall>>::metadata();
		let extension = all.iter().find(|extension| extension.identifier == "CheckMortality");
		assert_eq!(extension.map(|extension| extension.ty), Some(meta_type::<Inner>()));
	}
}
