//! The heaviest transactions one after the other in a block, which every node executes in one call of
//! the runtime: what one of them took must serve the next.
#![allow(clippy::unwrap_used)]

use migration_bench::{
	attacks::{Attack, Class},
	chain::{Machine, HEAP_LIMIT},
};
use pallet_evm::MAX_TRANSACTION_GAS_LIMIT;

/// So many attacks that take most memory are taken of each class, and combined each with each in both
/// orders. Those that call many accounts need the same addresses, so that two of them do not combine.
const GREEDIEST: [(Class, usize); 4] =
	[(Class::Memory, 2), (Class::Calls, 1), (Class::Storage, 1), (Class::Logs, 1)];

/// What a block may take of the host: a quarter of the heap stays free.
const MEMORY_LIMIT: u32 = HEAP_LIMIT / 4 * 3;

/// The attacks of a class that take most memory alone, the greediest first.
fn greediest(machine: &Machine, class: Class, count: usize) -> Vec<Attack> {
	let mut attacks: Vec<_> = class
		.attacks()
		.unwrap()
		.into_iter()
		.map(|attack| {
			let prepared = attack.prepare(machine, MAX_TRANSACTION_GAS_LIMIT).unwrap();
			(prepared.execute(machine).unwrap().peak_bytes, attack)
		})
		.collect();
	attacks.sort_by_key(|(peak, attack)| (std::cmp::Reverse(*peak), attack.name.clone()));
	attacks.truncate(count);
	attacks.into_iter().map(|(_, attack)| attack).collect()
}

#[test]
fn heaviest_transactions_after_each_other_works() {
	let machine = Machine::new().unwrap();
	let attacks: Vec<Attack> = GREEDIEST
		.into_iter()
		.flat_map(|(class, count)| greediest(&machine, class, count))
		.collect();
	let mut failures = Vec::new();
	for first in &attacks {
		for second in &attacks {
			let names = format!("{}, then {}", first.name, second.name);
			let block = first.block_with(second, &machine, MAX_TRANSACTION_GAS_LIMIT).unwrap();
			assert_eq!(block.exits.len(), 2, "{names}");
			match block.execute(&machine) {
				Ok(answer) if answer.peak_bytes > MEMORY_LIMIT => {
					failures.push(format!("{names}: {} bytes", answer.peak_bytes))
				}
				Ok(answer) => println!("{names}: {} bytes", answer.peak_bytes),
				Err(error) => failures.push(format!("{names}: {error:#}")),
			}
		}
	}
	assert!(failures.is_empty(), "{}", failures.join("\n"));
}
