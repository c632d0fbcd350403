//! The programs that engines are measured on do what they are for, and alike on each.
#![allow(clippy::unwrap_used)]

use migration_bench::{
	engines::{Engine, KeyedRevm, PalletNative, PalletWasm},
	programs,
};
use sp_core::U256;

#[test]
fn programs_end_alike_on_all_engines() {
	let (revm, native, wasm) = (KeyedRevm, PalletNative, PalletWasm::new().unwrap());
	let engines: [&dyn Engine; 3] = [&revm, &native, &wasm];
	for program in programs::all().unwrap() {
		let mut outcomes = engines
			.iter()
			.map(|engine| engine.prepare(&program).unwrap().run().unwrap().outcomes)
			.collect::<Vec<_>>();
		let expected = outcomes.remove(0);
		assert_eq!(expected.len(), program.calls.len(), "{}", program.name);
		assert!(expected.iter().all(|outcome| outcome.succeeded), "{}", program.name);
		for found in outcomes {
			assert_eq!(found, expected, "{}", program.name);
		}
	}
}

#[test]
fn repeated_calls_succeed_every_time() {
	for program in programs::all().unwrap() {
		let times = match program.name {
			"ERC-20 transfers" => 200,
			"Uniswap V2 swaps" => 50,
			_ => continue,
		};
		let run = KeyedRevm.prepare(&program).unwrap().run().unwrap();
		assert_eq!(U256::from_big_endian(&run.outcomes[0].output), U256::from(times));
	}
}
