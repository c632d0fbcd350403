//! No call reads or writes more keys than its weight counts.

use std::collections::BTreeSet;

use codec::MaxEncodedLen;
use frame_support::{assert_ok, BoundedVec};
use migration_primitives::{
	manifest::{BalancePolicy, Manifest},
	map::{MapEntry, Target},
	snapshot::Scope,
	status::{Beneficiary, CollisionPolicy},
};
use sp_io::TestExternalities;

use super::{
	abort::{abort, clean_up},
	import::GETTER,
	*,
};
use crate::weights::{counts::MANIFEST_BYTES, ChunkWork, Counts};

/// What a run has taken.
#[derive(Debug)]
struct Taken {
	reads: u64,
	writes: u64,
	proof: u64,
}

/// Whether a key counts: not what `frame_system` keeps for every block and extrinsic.
fn counts(key: &[u8]) -> bool {
	let system = sp_io::hashing::twox_128(b"System");
	let accounts = frame_system::Account::<Test>::final_prefix();
	!key.starts_with(b":") && (!key.starts_with(&system) || key.starts_with(&accounts))
}

/// Runs something on storage that is in no cache.
fn take<R>(externalities: &mut TestExternalities, run: impl FnOnce() -> R) -> (R, Taken) {
	externalities.commit_all().expect("no transaction is open");
	KeysLookedFor::set(0);
	let recorder = Default::default();
	let result = externalities.execute_with_recorder(Clone::clone(&recorder), run);
	let read: BTreeSet<Vec<u8>> = recorder
		.recorded_keys()
		.values()
		.flat_map(|keys| keys.keys())
		.map(|k| k.to_vec())
		.collect();
	let reads = read.iter().filter(|key| counts(key)).count() as u64;
	let changes = externalities.overlayed_changes();
	let writes = changes.changes().filter(|(key, _)| counts(key)).count() as u64;
	let proof = recorder.estimate_encoded_size() as u64;
	(result, Taken { reads: reads + KeysLookedFor::get(), writes, proof })
}

/// What was taken is counted, and is not a small part of it: `slack` keys are for other ways.
#[track_caller]
fn assert_counted(name: &str, taken: &Taken, counted: Counts, slack: u64) {
	let covered = taken.reads <= counted.reads && taken.writes <= counted.writes;
	assert!(covered, "{name}: {taken:?}, counted {counted:?}");
	let proof = counted.weight::<Test>().proof_size();
	assert!(taken.proof <= proof, "{name}: a proof of {}, counted {proof}", taken.proof);
	let close = taken.reads.saturating_add(slack) >= counted.reads
		&& taken.writes.saturating_add(slack) >= counted.writes;
	assert!(close, "{name}: {taken:?}, counted {counted:?}, which is too much");
}

/// Dispatches a call as `origin` and holds what it takes against what is counted.
#[track_caller]
fn assert_call(
	externalities: &mut TestExternalities,
	name: &str,
	call: Call<Test>,
	origin: RuntimeOrigin,
	counted: Counts,
	slack: u64,
) {
	let (result, taken) = take(externalities, || dispatch(call, origin));
	assert_ok!(result);
	assert_counted(name, &taken, counted, slack);
}

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn authorized() -> RuntimeOrigin {
	frame_system::RawOrigin::Authorized.into()
}

fn fund() -> BalancePolicy<AccountId32> {
	BalancePolicy::Fund { account: account("Alice") }
}

/// Includes every chunk in a block, as a node does.
fn import_with(externalities: &mut TestExternalities, bundle: &Bundle) {
	externalities.execute_with(|| bundle.import());
}

/// Applies every chunk that is left, and holds each against what is counted.
#[track_caller]
fn assert_chunks(externalities: &mut TestExternalities, name: &str, bundle: &Bundle, slack: u64) {
	for index in 0..bundle.count() {
		let chunk = bundle.chunks[index as usize].clone();
		let name = format!("{name}, chunk {index}");
		let (authorised, taken) = take(externalities, || {
			RuntimeCall::from(bundle.chunk(index)).authorize(TransactionSource::InBlock)
		});
		assert!(matches!(authorised, Some(Ok(_))), "{name}: {authorised:?}");
		assert_counted(&name, &taken, Counts::authorize_chunk(chunk.len() as u32, 0), 0);
		let counted = Counts::submit_chunk(ChunkWork::of(&chunk));
		assert_call(externalities, &name, bundle.chunk(index), authorized(), counted, slack);
		externalities.execute_with(next_block);
	}
	externalities.execute_with(|| {
		assert_eq!(record(bundle.migration).stage, Stage::Imported, "{name}");
	});
}

/// An entry that no account comes for.
fn unused(source: H160, target: H160) -> MapEntry<AccountId32> {
	MapEntry { source, target: Target::Explicit(target), address: target }
}

/// Completes migration 0, whose map holds these entries, for which no account came.
fn leave_unused(externalities: &mut TestExternalities, entries: &[MapEntry<AccountId32>]) {
	let bundle = bundle(&[external(0xff, 1, 0)], []).with_map(|map| {
		map.extend(entries.iter().cloned());
		map.sort_by_key(|entry| entry.source);
	});
	externalities.execute_with(|| {
		bundle.import();
		bundle.activate();
	});
}

#[test]
fn proposal_takes_what_is_counted_works() {
	for policy in [BalancePolicy::Mint { cap: u128::MAX }, fund(), BalancePolicy::Skip] {
		let mut with = new_test_ext();
		let bundle = bundle(&[external(0x12, 1, 7)], []).policy(policy);
		with.execute_with(|| bundle.agree());
		let call = Call::propose { manifest: Box::new(bundle.manifest.clone()) };
		assert_call(&mut with, "propose", call, root(), Counts::propose(), 4);
		with.execute_and_check(|| ());
	}
}

#[test]
fn map_chunk_of_entries_that_displace_two_each_takes_what_is_counted_works() {
	const ENTRIES: u8 = 8;
	let mut with = new_test_ext();
	let of = |kind: u8, number: u8| at(kind + number);
	let entries: Vec<_> = (0..ENTRIES)
		.flat_map(|n| [unused(of(0x10, n), of(0x30, n)), unused(of(0x20, n), of(0x40, n))])
		.collect();
	leave_unused(&mut with, &entries);
	let accounts: Vec<_> = (0..ENTRIES).map(|n| external(0x10 + n, 1, 1)).collect();
	let targets = (0..ENTRIES).map(|n| (of(0x10, n), Target::Explicit(of(0x40, n))));
	let mut bundle =
		bundle(&accounts, targets).with(|manifest| manifest.map_run_log2 = 3).with_map(|_| ());
	bundle.migration = 1;
	with.execute_with(|| bundle.propose());
	let call = bundle.map_chunk(0);
	let (authorised, taken) =
		take(&mut with, || RuntimeCall::from(call.clone()).authorize(TransactionSource::InBlock));
	assert!(matches!(authorised, Some(Ok(_))), "{authorised:?}");
	assert_counted("authorisation", &taken, Counts::authorize_map_chunk(200, 0), 0);
	let counted = Counts::submit_map_chunk(ENTRIES.into());
	assert_call(&mut with, "map chunk", call, authorized(), counted, 2);
	with.execute_and_check(|| assert_eq!(record(1).stage, Stage::Importing));
}

#[test]
fn chunk_of_heads_that_are_alive_takes_what_is_counted_works() {
	for policy in [BalancePolicy::Mint { cap: u128::MAX }, fund()] {
		let mut with = new_test_ext();
		let accounts: Vec<_> = (0x11..0x21).map(|byte| external(byte, 5, 7)).collect();
		with.execute_with(|| {
			for account in &accounts {
				let to = evm_account(account.address);
				assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), to, 1));
			}
		});
		let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
		let bundle = bundle(&accounts, []).policy(policy).cut(&records, 8);
		with.execute_with(|| bundle.load_map());
		assert_chunks(&mut with, "alive", &bundle, 27);
		with.execute_and_check(|| ());
	}
}

#[test]
fn chunk_of_heads_without_entries_that_displace_others_takes_what_is_counted_works() {
	const HEADS: u8 = 8;
	let mut with = new_test_ext();
	// Both the account's own entry, to somewhere else, and its target's are of an earlier map.
	let entries: Vec<_> = (0..HEADS)
		.flat_map(|n| [unused(at(0x10 + n), at(0x30 + n)), unused(at(0x20 + n), at(0x10 + n))])
		.collect();
	leave_unused(&mut with, &entries);
	let accounts: Vec<_> = (0..HEADS).map(|n| external(0x10 + n, 5, 7)).collect();
	let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
	let mut bundle = bundle(&accounts, [])
		.cut(&records, 4)
		.with_map(|map| map.clear())
		.with(|manifest| manifest.scope = Scope::Full);
	bundle.manifest.map.root = H256::zero();
	bundle.migration = 1;
	with.execute_with(|| {
		for account in &accounts {
			let to = evm_account(account.address);
			assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), to, 1));
		}
		bundle.propose();
	});
	assert_chunks(&mut with, "displacing", &bundle, 13);
	with.execute_and_check(|| ());
}

#[test]
fn chunk_of_created_contracts_takes_what_is_counted_works() {
	for policy in [BalancePolicy::Mint { cap: u128::MAX }, fund()] {
		let mut with = new_test_ext();
		let contracts: Vec<_> =
			(0x11..0x19).map(|byte| contract(byte, &GETTER, 3).with_balance(7)).collect();
		let deployers: Vec<_> = (0x21..0x29).map(|byte| external(byte, 5, 7)).collect();
		let targets = (0..8).map(|n| {
			let target = Target::Create { deployer: at(0x21 + n), nonce: u64::from(n) };
			(at(0x11 + n), target)
		});
		let accounts = [contracts, deployers].concat();
		let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
		let bundle = bundle(&accounts, targets).policy(policy).cut(&records, 25);
		with.execute_with(|| bundle.load_map());
		assert_chunks(&mut with, "contracts", &bundle, 41);
		with.execute_and_check(|| ());
	}
}

#[test]
fn chunk_of_slots_takes_what_is_counted_works() {
	let mut with = new_test_ext();
	let accounts = [contract(0x11, &[0x5b; 5_000], 300)];
	let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
	let bundle = bundle(&accounts, []).cut(&records, 100);
	with.execute_with(|| bundle.load_map());
	assert_chunks(&mut with, "slots", &bundle, 17);
	with.execute_and_check(|| ());
}

#[test]
fn calls_of_governance_take_what_is_counted_works() {
	let mut with = new_test_ext();
	let migration = 0;
	let calls = [post_import::point_to(6), post_import::point_to(7)];
	let bundle = post_import::with_calls(&post_import::accounts(), &calls);
	import_with(&mut with, &bundle);
	let pause = Counts::pause();
	assert_call(&mut with, "pause", Call::pause { migration }, root(), pause, 1);
	assert_call(&mut with, "resume", Call::resume { migration }, root(), pause, 1);
	assert_call(&mut with, "extend", Call::extend { migration, blocks: 9 }, root(), pause, 0);
	let skip = Call::skip_call { migration, index: 0 };
	assert_call(&mut with, "skip", skip, root(), pause, 0);
	with.execute_with(|| {
		Migrations::<Test>::mutate(0, |record| {
			record.as_mut().expect("it exists").progress.call_failed = true;
		})
	});
	let retry = Call::retry_call { migration, index: 1 };
	assert_call(&mut with, "retry", retry, root(), pause, 1);
	let hash = bundle.manifest.hash();
	for manifest in [Some(hash), None] {
		let consent = Call::consent { manifest };
		assert_call(&mut with, "consent", consent, signed_by("Bob"), Counts::consent(), 1);
	}
	assert_call(&mut with, "abort", abort(&bundle), root(), Counts::abort(), 2);
	with.execute_and_check(|| ());

	let mut with = new_test_ext();
	import_with(&mut with, &bundle);
	with.execute_with(|| (0..11).for_each(|_| next_block()));
	let expire = Call::expire { migration };
	assert_call(&mut with, "expire", expire, signed_by("Bob"), Counts::abort(), 1);
	with.execute_and_check(|| ());
}

#[test]
fn settling_takes_what_is_counted_works() {
	for policy in [BalancePolicy::Mint { cap: u128::MAX }, fund()] {
		let mut with = new_test_ext();
		let accounts: Vec<_> =
			(0x11..0x19).map(|byte| contract(byte, &GETTER, 1).with_balance(7)).collect();
		let bundle = bundle(&accounts, []).policy(policy);
		with.execute_with(|| {
			accounts.iter().for_each(|account| set_code(account.address, vec![1]));
			bundle.import();
		});
		let sources: Vec<_> = accounts.iter().map(|account| account.address).collect();
		let count = sources.len() as u32;
		let call = Call::resolve {
			migration: 0,
			sources: BoundedVec::truncate_from(sources),
			policy: CollisionPolicy::Credit(Beneficiary::Account(account("Carol"))),
		};
		assert_call(&mut with, "resolve", call, root(), Counts::resolve(count), 2);
		with.execute_and_check(|| ());
	}
}

#[test]
fn activation_release_and_return_take_what_is_counted_works() {
	let mut with = new_test_ext();
	let accounts: Vec<_> = (0x11..0x19).map(|byte| external(byte, 5, 70)).collect();
	let missing = contract(0x21, &GETTER, 1).with_balance(7);
	let all = [&accounts[..], &[missing.clone()]].concat();
	let targets = accounts.iter().map(|source| {
		(source.address, Target::Account(AccountId32::new([source.address.0[0]; 32])))
	});
	let bundle = bundle(&all, targets).policy(fund());
	with.execute_with(|| {
		set_code(missing.address, vec![1]);
		bundle.import();
		let call = Call::resolve {
			migration: 0,
			sources: BoundedVec::truncate_from(vec![missing.address]),
			policy: CollisionPolicy::Leave,
		};
		assert_ok!(dispatch(call, root()));
		(0..3).for_each(|_| next_block());
	});
	let counted = Counts::activate();
	assert_call(&mut with, "activate", bundle.activation(), root(), counted, 1);
	let sources: Vec<_> = accounts.iter().map(|account| account.address).collect();
	let counted = Counts::release(sources.len() as u32);
	let release = bundle.release(&sources);
	assert_call(&mut with, "release", release, signed_by("Bob"), counted, 1);
	with.execute_with(|| {
		let escrow = Migration::escrow(0);
		assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), escrow, 7));
		crate::Unreturned::<Test>::insert(0, 7);
	});
	let call = Call::return_funds { migration: 0 };
	assert_call(&mut with, "return", call, signed_by("Bob"), Counts::return_funds(), 0);
	with.execute_and_check(|| ());
}

#[test]
fn clean_up_takes_what_is_counted_works() {
	for policy in [BalancePolicy::Mint { cap: u128::MAX }, fund()] {
		for limit in [17, 40, 1_000] {
			let mut with = new_test_ext();
			let others: Vec<_> = (0x40..0x60).map(|byte| external(byte, 1, 1)).collect();
			let first = bundle(&others, []);
			let mut second = with.execute_with(|| {
				first.import();
				first.activate();
				abort::scene().policy(policy.clone())
			});
			second.migration = 1;
			with.execute_with(|| {
				second.import();
				assert_ok!(dispatch(abort(&second), root()));
			});
			loop {
				let looked_at = |with: &mut TestExternalities| {
					with.execute_with(|| Accounts::<Test>::iter().count() as u64)
				};
				let before = looked_at(&mut with);
				let call = RuntimeCall::from(clean_up(&second, limit));
				let (result, taken) = take(&mut with, || {
					sp_runtime::traits::Dispatchable::dispatch(call, signed_by("Bob"))
				});
				let weight = result.expect("it goes on").actual_weight.expect("it says its weight");
				let of = |steps| Counts::clean_up(steps).weight::<Test>();
				let steps =
					(0..=limit).find(|steps| of(*steps) == weight).expect("a weight of steps");
				// Each account is looked for by its key, which no recording shows.
				let passed = u64::from(steps);
				let keys = (before - looked_at(&mut with)).max(passed.min(before)) + 1;
				let taken = Taken { reads: taken.reads + keys, ..taken };
				assert_counted("clean-up", &taken, Counts::clean_up(steps), u64::MAX);
				if with.execute_with(|| record(1).stage) == Stage::Aborted {
					break;
				}
			}
			with.execute_and_check(|| ());
		}
	}
}

#[test]
fn call_after_the_import_takes_what_is_counted_beside_its_gas_works() {
	let mut with = new_test_ext();
	let call = post_import::point_to(6);
	let bundle = post_import::with_calls(&post_import::accounts(), &[call.clone()]);
	import_with(&mut with, &bundle);
	let (result, taken) =
		take(&mut with, || dispatch(post_import::execute(0, &call), signed_by("Bob")));
	assert_ok!(result);
	let counted = Counts::execute_call(call.input.len() as u32);
	// What the engine reads is in the gas: of the caller and the contract account, code and metadata,
	// the base fee, and two slots, of which it writes one.
	let engine = Counts { reads: 13, writes: 1, ..Default::default() };
	let both =
		Counts { reads: counted.reads + engine.reads, writes: counted.writes + 1, ..counted };
	assert_counted("call", &taken, both, 6);
	with.execute_and_check(|| ());
}

#[test]
fn bytes_of_a_manifest_cover_the_longest_works() {
	let longest = Manifest::<AccountId32>::max_encoded_len() as u64;
	assert!(longest <= MANIFEST_BYTES, "{longest}");
}
