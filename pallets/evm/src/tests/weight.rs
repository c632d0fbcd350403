//! What executions weigh.

use super::{
	assembler::{op, Code},
	delegation::authorization,
	*,
};
use crate::{Authorization, Call, ListSizes, WeightInfo};
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};

const ITEM: u64 = 2_000_000;
const RECOVERY: u64 = 150_000_000;

type AccessList = Vec<(H160, Vec<H256>)>;

/// The actual weight of a call of alice to `target`.
fn actual_weight(
	target: H160,
	input: Vec<u8>,
	gas_limit: u64,
	authorizations: Vec<Authorization>,
) -> Weight {
	let price = BaseFee::get().into();
	let result = EVM::call(
		RuntimeOrigin::root(),
		alice(),
		target,
		input,
		0.into(),
		gas_limit,
		price,
		None,
		None,
		vec![],
		authorizations,
	);
	match result {
		Ok(post) => post.actual_weight.unwrap(),
		Err(error) => error.post_info.actual_weight.unwrap(),
	}
}

#[test]
fn refund_does_not_lower_the_weight() {
	run(|| {
		let contract = install(0xc0, Code::new().sstore(1, 0));
		Pallet::<Test>::set_storage(&contract, word(1), word(7));
		let request = ExecuteRequest::call(alice(), contract, vec![], GAS);
		let info = Pallet::<Test>::execute(request, ExecuteMode::ReadOnly).unwrap();
		let spent = 21_000 + 3 + 3 + 5_000;
		assert_eq!((info.spent_gas, info.used_gas), (spent, spent - 4_800));
		let weight = actual_weight(contract, vec![], GAS, vec![]);
		assert_eq!(weight, EVM::execution_weight(spent));
		assert!(weight.ref_time() > EVM::execution_weight(spent - 4_800).ref_time());
	});
}

#[test]
fn refund_of_an_authorization_does_not_lower_the_weight() {
	run_with([(super::delegation::authority(), funded(1))], || {
		let weight = actual_weight(bob(), vec![], GAS, vec![authorization()]);
		// The authority exists: of 25,000 gas 12,500 are refunded, at most a fifth of all.
		let lists = Weight::from_parts(ITEM + RECOVERY, 0);
		assert_eq!(weight, EVM::execution_weight(46_000).saturating_add(lists));
		let used = 46_000 - 46_000 / 5;
		assert_eq!(balance(alice()), 100 * ETHER - used * GWEI);
	});
}

#[test]
fn floor_of_call_data_counts() {
	run(|| {
		let request = ExecuteRequest::call(alice(), bob(), vec![1; 1_000], GAS);
		let info = Pallet::<Test>::execute(request, ExecuteMode::ReadOnly).unwrap();
		assert_eq!((info.used_gas, info.spent_gas), (61_000, 61_000));
		let weight = actual_weight(bob(), vec![1; 1_000], GAS, vec![]);
		assert_eq!(weight, EVM::execution_weight(61_000));
	});
}

#[test]
fn halt_weighs_the_whole_limit() {
	run(|| {
		let contract = install(0xc0, [op::INVALID]);
		assert_eq!(actual_weight(contract, vec![], GAS, vec![]), EVM::execution_weight(GAS));
	});
}

#[test]
fn declared_weight_counts_the_items_of_lists() {
	let access_list: AccessList = vec![(bob(), vec![word(1), word(2)]), (alice(), vec![])];
	let call = |gas_limit, access_list, authorization_list| Call::<Test>::call {
		source: alice(),
		target: bob(),
		input: vec![],
		value: 0.into(),
		gas_limit,
		max_fee_per_gas: 0.into(),
		max_priority_fee_per_gas: None,
		nonce: None,
		access_list,
		authorization_list,
	};
	run(|| {
		let weight = |call: Call<Test>| call.get_dispatch_info().call_weight;
		let plain = |gas| EVM::execution_weight(gas).ref_time();
		assert_eq!(weight(call(GAS, vec![], vec![])).ref_time(), plain(GAS));
		let items = weight(call(GAS, access_list.clone(), vec![])).ref_time();
		assert_eq!(items, plain(GAS) + 4 * ITEM);
		let tuples = vec![authorization(); 3];
		// Recovered if the limit covers all of them, else not at all.
		let recovered = weight(call(75_000, access_list.clone(), tuples.clone())).ref_time();
		assert_eq!(recovered, plain(75_000) + 7 * ITEM + 3 * RECOVERY);
		let refused = weight(call(74_999, access_list.clone(), tuples)).ref_time();
		assert_eq!(refused, plain(74_999) + 7 * ITEM);

		let create = Call::<Test>::create {
			source: alice(),
			init: vec![],
			value: 0.into(),
			gas_limit: GAS,
			max_fee_per_gas: 0.into(),
			max_priority_fee_per_gas: None,
			nonce: None,
			access_list: access_list.clone(),
			authorization_list: vec![],
		};
		assert_eq!(weight(create).ref_time(), items);
		let create2 = Call::<Test>::create2 {
			source: alice(),
			init: vec![],
			salt: word(0),
			value: 0.into(),
			gas_limit: GAS,
			max_fee_per_gas: 0.into(),
			max_priority_fee_per_gas: None,
			nonce: None,
			access_list,
			authorization_list: vec![],
		};
		assert_eq!(weight(create2).ref_time(), items);
	});
}

#[test]
fn refusal_weighs_its_checks() {
	run(|| {
		let tuples = vec![authorization(); 10_000];
		let weight = actual_weight(bob(), vec![], 0, tuples);
		let lists = ListSizes { authorizations: 10_000, ..Default::default() };
		assert_eq!(lists.items(), 10_000);
		let checked = <() as WeightInfo>::lists(10_000, 0);
		assert_eq!(weight, EVM::execution_weight(0).saturating_add(checked));
		assert_eq!(checked.ref_time(), 10_000 * ITEM);
	});
}
