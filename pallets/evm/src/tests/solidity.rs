//! Contracts compiled by solc from `scripts/example/contracts`.

use super::*;
use crate::ExitReason;
use hex_literal::hex;

const COUNTER: &str = include_str!("fixtures/Counter.hex");
const TOKEN: &str = include_str!("fixtures/ExampleToken.hex");

fn decode(code: &str) -> Vec<u8> {
	hex::decode(code.trim()).expect("the fixture is hexadecimal")
}

fn text(value: &str) -> Vec<u8> {
	let mut bytes = value.as_bytes().to_vec();
	bytes.resize(32, 0);
	[word(value.len() as u64).0.to_vec(), bytes].concat()
}

fn ask(target: H160, selector: [u8; 4], arguments: &[[u8; 32]]) -> U256 {
	let input = [&selector[..], &arguments.concat()].concat();
	U256::from_big_endian(&view(target, input))
}

#[test]
fn counter_counts() {
	run(|| {
		let info = succeed(ExecuteRequest::create(alice(), decode(COUNTER), 2_000_000));
		let counter = info.created.unwrap();
		let input = [&hex!("0dc641e6")[..], &word(32).0, &text("first")].concat();
		for total in 1..=3u64 {
			let info = succeed(ExecuteRequest::call(alice(), counter, input.clone(), GAS));
			let event = hex!("6d5ac8cb8937b5a656fc2cba7f07defd379bc116df48f519cfaf883f29438236");
			assert_eq!(info.logs[0].topics[0], H256(event));
			assert_eq!(info.logs[0].topics[1].0, address_word(alice()));
			assert_eq!(info.logs[0].data, word(total).0);
		}
		assert_eq!(ask(counter, hex!("2ddbd13a"), &[]), 3.into());
		assert_eq!(ask(counter, hex!("0568e65e"), &[address_word(alice())]), 3.into());
		assert_eq!(ask(counter, hex!("0568e65e"), &[address_word(bob())]), 0.into());
	});
}

#[test]
fn token_is_transferred() {
	run(|| {
		let arguments = [
			word(96).0.to_vec(),
			word(160).0.to_vec(),
			word(1_000).0.to_vec(),
			text("Example"),
			text("EXM"),
		]
		.concat();
		let init = [decode(TOKEN), arguments].concat();
		let token = succeed(ExecuteRequest::create(alice(), init, 5_000_000)).created.unwrap();
		let balance_of = |who| ask(token, hex!("70a08231"), &[address_word(who)]);
		assert_eq!(ask(token, hex!("18160ddd"), &[]), 1_000.into());
		assert_eq!(ask(token, hex!("313ce567"), &[]), 18.into());

		let transfer =
			|to, amount: u64| [&hex!("a9059cbb")[..], &address_word(to), &word(amount).0].concat();
		let info = succeed(ExecuteRequest::call(alice(), token, transfer(bob(), 400), GAS));
		let event = hex!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
		assert_eq!(info.logs[0].topics[0], H256(event));
		assert_eq!((balance_of(alice()), balance_of(bob())), (600.into(), 400.into()));

		let info =
			transact(ExecuteRequest::call(alice(), token, transfer(bob(), 601), GAS)).unwrap();
		assert_eq!(info.exit, ExitReason::Revert);
		// ERC20InsufficientBalance(address,uint256,uint256)
		assert_eq!(info.value[..4], hex!("e450d38c"));
		assert_eq!(balance_of(bob()), 400.into());
	});
}
