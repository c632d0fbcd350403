//! Data that the chain proves by itself: what is the source's gets in, and nothing else does, in
//! whatever field it differs, even where governance approved it.

use alloy_trie::{proof::ProofRetainer, HashBuilder, Nibbles};
use frame_support::assert_ok;
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{AccountHead, Slot},
	manifest::{BalancePolicy, SourceBlock},
	proof::ProofKind,
	records::Checker,
	snapshot::{Finality, Scope, Totals, Trust},
	trie::{ProofError, TrieAccount},
};

use super::{import::GETTER, *};

/// The records of one account.
#[derive(Clone)]
struct Parts {
	head: AccountHead,
	code: Vec<u8>,
	slots: Vec<Slot>,
}

/// A block of a source chain, with the records of all of its accounts.
struct Chain {
	header: Vec<u8>,
	state_root: H256,
	parts: Vec<Parts>,
}

/// RLP of a string.
fn string(bytes: &[u8]) -> Vec<u8> {
	let mut item = vec![];
	alloy_rlp::Encodable::encode(bytes, &mut item);
	item
}

/// RLP of a list of items that are RLP already.
fn list(items: &[Vec<u8>]) -> Vec<u8> {
	let payload = items.concat();
	let mut bytes = vec![];
	alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut bytes);
	[bytes, payload].concat()
}

/// RLP of each field of a header with this state root.
fn header_items(state_root: H256, number: u8) -> Vec<Vec<u8>> {
	let (hash, bloom) = ([7u8; 32], [0u8; 256]);
	let fields: [&[u8]; 15] = [
		&hash,
		&hash,
		&[9; 20],
		state_root.as_bytes(),
		&hash,
		&hash,
		&bloom,
		&[1],
		&[number],
		&[5],
		&[6],
		&[7],
		b"extra",
		&hash,
		&[0; 8],
	];
	fields.iter().map(|field| string(field)).collect()
}

fn leaf(head: &AccountHead) -> Vec<u8> {
	let AccountHead { nonce, balance, storage_root, code_hash, .. } = *head;
	let mut leaf = vec![];
	TrieAccount { nonce, balance, storage_root, code_hash }.put(&mut leaf);
	leaf
}

impl Chain {
	fn new(accounts: &[Source]) -> Self {
		let accounts = in_order(accounts);
		let keys: Vec<Nibbles> = accounts
			.iter()
			.map(|account| Nibbles::unpack(keccak256(account.address.as_bytes()).0))
			.collect();
		let retainer = ProofRetainer::new(keys.clone());
		let mut builder = HashBuilder::default().with_proof_retainer(retainer);
		for (key, account) in keys.iter().zip(&accounts) {
			builder.add_leaf(*key, &leaf(&account.head()));
		}
		let state_root = H256(builder.root().0);
		let nodes = builder.take_proof_nodes();
		let parts = keys.iter().zip(&accounts).map(|(key, account)| {
			let proof = nodes.matching_nodes_sorted(key);
			let proof = proof.into_iter().map(|(_, node)| node.to_vec()).collect();
			let mut slots = account.slots.clone();
			slots.sort_by_key(|slot| keccak256(slot.key.as_bytes()));
			Parts {
				head: AccountHead { proof, ..account.head() },
				code: account.code.clone(),
				slots,
			}
		});
		let header = list(&header_items(state_root, 100));
		Self { header, state_root, parts: parts.collect() }
	}

	/// A bundle of these records, bound to this block.
	fn bundle(&self, scope: Scope, parts: &[Parts], chunk: usize) -> Bundle {
		let records: Vec<Vec<u8>> = parts
			.iter()
			.flat_map(|Parts { head, code, slots }| {
				let proof = if scope == Scope::Full { vec![] } else { head.proof.clone() };
				let mut records = vec![head_record(&AccountHead { proof, ..head.clone() })];
				if !code.is_empty() {
					records.push(code_record(code));
				}
				records.extend(slots.iter().map(slot_record));
				records
			})
			.collect();
		let accounts: Vec<Source> = self
			.parts
			.iter()
			.map(|Parts { head, code, slots }| Source {
				address: head.address,
				nonce: head.nonce,
				balance: head.balance,
				code: code.clone(),
				slots: slots.clone(),
			})
			.collect();
		let bundle = bundle(&accounts, []).with(|manifest| {
			manifest.scope = scope;
			manifest.trust = Trust::Proved;
			manifest.source = SourceBlock {
				hash: keccak256(&self.header),
				header: self.header.clone().try_into().expect("short"),
				finality: Finality::Finalized,
				..manifest.source.clone()
			};
		});
		bundle.cut(&records, chunk)
	}
}

fn accounts() -> Vec<Source> {
	let mut accounts: Vec<Source> =
		(0x40..0x60).map(|byte| external(byte, byte.into(), u64::from(byte) << 40)).collect();
	accounts.push(contract(0x11, &GETTER, 9).with_balance(5));
	accounts.push(contract(0x12, &[&GETTER[..], &[0; 40]].concat(), 40));
	accounts.push(external(0x13, 0, 0));
	accounts
}

#[test]
fn import_of_proved_data_in_chunks_of_any_size_works() {
	let chain = Chain::new(&accounts());
	for scope in [Scope::Selected, Scope::Full] {
		for chunk in [1, 2, 7, 1_000] {
			new_test_ext().execute_and_check(|| {
				let bundle = chain.bundle(scope, &chain.parts, chunk);
				bundle.import();
				assert_eq!((record(0).stage, record(0).trust), (Stage::Imported, Trust::Proved));
				assert_eq!(record(0).state_root, chain.state_root);
				for account in accounts().iter().filter(|account| account.address != at(0x13)) {
					assert_imported(account, account.address);
				}
				assert_eq!(state_of(at(0x13)), AccountState::Empty);
				assert!(!crate::Open::<Test>::exists());
				bundle.activate();
			});
		}
	}
}

#[test]
fn state_between_chunks_is_small_works() {
	let slots = contract(0x19, &GETTER, 3_000);
	let chain = Chain::new(&[&accounts()[..], &[slots]].concat());
	let parts = &chain.parts;
	let mut checker = Checker::new(Scope::Full, Some(chain.state_root));
	let mut longest = 0;
	for Parts { head, code, slots } in parts {
		checker.end_account().expect("complete");
		checker.head(&AccountHead { proof: vec![], ..head.clone() }).expect("in order");
		if !code.is_empty() {
			checker.code(code).expect("its code");
		}
		for slot in slots {
			checker.slot(*slot).expect("its slot");
			longest = longest.max(codec::Encode::encode(&checker).len());
		}
	}
	assert!(longest > 0 && longest < 6_000, "{longest} bytes");
}

/// All records at once fault with this reason, in each of these scopes.
#[track_caller]
fn assert_tampering_faults(
	scopes: &[Scope],
	tamper: impl Fn(&mut Vec<Parts>),
	reason: impl Fn(&Chain) -> Fault,
) {
	let chain = Chain::new(&accounts());
	let most = Totals {
		accounts: u64::MAX,
		contracts: u64::MAX,
		slots: u64::MAX,
		code_bytes: u64::MAX,
		balance: U256::MAX,
	};
	for scope in scopes {
		let mut parts = chain.parts.clone();
		tamper(&mut parts);
		let bundle = chain
			.bundle(*scope, &parts, usize::MAX)
			.policy(BalancePolicy::Skip)
			.with(|manifest| manifest.totals = most);
		new_test_ext().execute_and_check(|| {
			bundle.load_map();
			assert_faults(bundle.chunk(0), reason(&chain));
			assert!(!EVM::has_code(&at(0x11)) && !EVM::has_storage(&at(0x12)));
		});
	}
}

const BOTH: [Scope; 2] = [Scope::Selected, Scope::Full];
const SELECTED: [Scope; 1] = [Scope::Selected];
const FULL: [Scope; 1] = [Scope::Full];

fn part(parts: &mut [Parts], byte: u8) -> &mut Parts {
	parts.iter_mut().find(|part| part.head.address == at(byte)).expect("it is there")
}

fn proof_of(byte: u8, reason: ProofError) -> Fault {
	Fault::AccountProof { source_address: at(byte), reason }
}

/// The state root of a chain whose accounts are these.
fn root_of(parts: &[Parts]) -> H256 {
	let mut builder = HashBuilder::default();
	for Parts { head, .. } in parts {
		let key = Nibbles::unpack(keccak256(head.address.as_bytes()).0);
		builder.add_leaf(key, &leaf(head));
	}
	H256(builder.root().0)
}

/// An account that agrees with itself and is not the source's: its own proof shows it in `Selected`
/// scope, the state root over all accounts in `Full` scope.
#[track_caller]
fn assert_other_account_faults(byte: u8, tamper: impl Fn(&mut Vec<Parts>)) {
	assert_tampering_faults(&SELECTED, &tamper, |_| proof_of(byte, ProofError::Differs));
	assert_tampering_faults(&FULL, &tamper, |chain| {
		let mut parts = chain.parts.clone();
		tamper(&mut parts);
		Fault::StateRoot { expected: chain.state_root, found: root_of(&parts) }
	});
}

/// A field of a head that the slots and the code do not bind.
#[track_caller]
fn assert_changed_account_faults(change: impl Fn(&mut AccountHead)) {
	assert_other_account_faults(0x45, |parts| change(&mut part(parts, 0x45).head));
}

#[test]
fn another_balance_faults_works() {
	assert_changed_account_faults(|head| head.balance += U256::one());
	assert_changed_account_faults(|head| head.balance = U256::zero());
}

#[test]
fn another_nonce_faults_works() {
	assert_changed_account_faults(|head| head.nonce += 1);
	assert_changed_account_faults(|head| head.nonce = u64::MAX - 1);
}

#[test]
fn code_given_to_an_account_without_faults_works() {
	assert_other_account_faults(0x45, |parts| {
		let part = part(parts, 0x45);
		part.code = GETTER.to_vec();
		part.head.code_length = GETTER.len() as u32;
		part.head.code_hash = keccak256(&GETTER);
	});
}

#[test]
fn another_code_byte_faults_works() {
	let mut code = GETTER.to_vec();
	code[0] ^= 1;
	let found = keccak256(&code);
	let fault = Fault::CodeHash { source_address: at(0x11), expected: keccak256(&GETTER), found };
	assert_tampering_faults(&BOTH, |parts| part(parts, 0x11).code = code.clone(), |_| fault);
	// With a head that agrees with the code, it is the account that differs.
	assert_other_account_faults(0x11, |parts| {
		part(parts, 0x11).code = code.clone();
		part(parts, 0x11).head.code_hash = found;
	});
}

#[test]
fn code_left_out_faults_works() {
	let gone = |parts: &mut Vec<Parts>| part(parts, 0x11).code.clear();
	let fault = Fault::Unexpected { source_address: at(0x11) };
	assert_tampering_faults(&BOTH, gone, |_| fault);
	assert_other_account_faults(0x11, |parts| {
		let part = part(parts, 0x11);
		part.code.clear();
		part.head.code_length = 0;
		part.head.code_hash = KECCAK_EMPTY;
	});
}

/// A change of a contract's slots faults, whether its head claims the true storage root or the one
/// of the changed slots.
#[track_caller]
fn assert_changed_slots_fault(change: impl Fn(&mut Vec<Slot>)) {
	let chain = Chain::new(&accounts());
	let mut slots = part(&mut chain.parts.clone(), 0x12).slots.clone();
	let expected = storage_root(&slots);
	change(&mut slots);
	slots.sort_by_key(|slot| keccak256(slot.key.as_bytes()));
	let found = storage_root(&slots);
	let with_true_root = |parts: &mut Vec<Parts>| {
		let part = part(parts, 0x12);
		part.head.slot_count = slots.len() as u64;
		part.slots = slots.clone();
	};
	let fault = Fault::StorageRootDiffers { source_address: at(0x12), expected, found };
	assert_tampering_faults(&BOTH, with_true_root, |_| fault);
	assert_other_account_faults(0x12, |parts| {
		with_true_root(parts);
		part(parts, 0x12).head.storage_root = found;
	});
}

#[test]
fn another_slot_value_faults_works() {
	for number in [0, 17, 39] {
		assert_changed_slots_fault(|slots| slots[number].value.0[31] ^= 1);
	}
}

#[test]
fn another_slot_key_faults_works() {
	for number in [0, 17, 39] {
		assert_changed_slots_fault(|slots| slots[number].key.0[0] ^= 0x80);
	}
}

#[test]
fn missing_slot_faults_works() {
	for number in [0, 17, 39] {
		assert_changed_slots_fault(|slots| {
			slots.remove(number);
		});
	}
}

#[test]
fn extra_slot_faults_works() {
	for number in 1_000..1_005 {
		assert_changed_slots_fault(|slots| slots.push(Slot { key: word(number), value: word(1) }));
	}
}

#[test]
fn values_of_two_slots_swapped_fault_works() {
	assert_changed_slots_fault(|slots| {
		let first = slots[3].value;
		slots[3].value = slots[4].value;
		slots[4].value = first;
	});
}

#[test]
fn slots_out_of_order_or_twice_fault_works() {
	let chain = Chain::new(&accounts());
	let slots = part(&mut chain.parts.clone(), 0x12).slots.clone();
	let fault = |slot: Slot| Fault::SlotOrder { source_address: at(0x12), key: slot.key };
	let swap = |parts: &mut Vec<Parts>| part(parts, 0x12).slots.swap(3, 4);
	assert_tampering_faults(&BOTH, swap, |_| fault(slots[3]));
	let twice = |parts: &mut Vec<Parts>| part(parts, 0x12).slots[4] = slots[3];
	assert_tampering_faults(&BOTH, twice, |_| fault(slots[3]));
}

#[test]
fn slots_cut_off_fault_works() {
	let cut = |parts: &mut Vec<Parts>| {
		part(parts, 0x12).slots.pop();
	};
	let fault = Fault::Incomplete { source_address: at(0x12), slots: 1, code: false };
	assert_tampering_faults(&BOTH, cut, |_| fault);
}

#[test]
fn storage_denied_faults_works() {
	assert_other_account_faults(0x12, |parts| {
		let part = part(parts, 0x12);
		part.slots.clear();
		part.head.slot_count = 0;
		part.head.storage_root = EMPTY_TRIE_ROOT;
	});
}

#[test]
fn accounts_out_of_order_or_twice_fault_works() {
	let chain = Chain::new(&accounts());
	let address = |number: usize| chain.parts[number].head.address;
	let fault = |number| Fault::AccountOrder { source_address: address(number) };
	assert_tampering_faults(&BOTH, |parts| parts.swap(0, 1), |_| fault(0));
	let twice = |parts: &mut Vec<Parts>| parts.insert(1, parts[0].clone());
	assert_tampering_faults(&BOTH, twice, |_| fault(0));
}

#[test]
fn account_left_out_or_made_up_in_full_scope_faults_works() {
	let left_out = |parts: &mut Vec<Parts>| {
		parts.remove(5);
	};
	let made_up = |parts: &mut Vec<Parts>| {
		let mut new = part(parts, 0x45).clone();
		new.head.address = at(0x99);
		parts.push(new);
		parts.sort_by_key(|part| keccak256(part.head.address.as_bytes()));
	};
	let changes: [&dyn Fn(&mut Vec<Parts>); 2] = [&left_out, &made_up];
	for change in changes {
		assert_tampering_faults(&FULL, change, |chain| {
			let mut parts = chain.parts.clone();
			change(&mut parts);
			Fault::StateRoot { expected: chain.state_root, found: root_of(&parts) }
		});
	}
}

#[test]
fn proof_of_another_account_faults_works() {
	let chain = Chain::new(&accounts());
	let own = part(&mut chain.parts.clone(), 0x45).head.proof.clone();
	let foreign = part(&mut chain.parts.clone(), 0x46).head.proof.clone();
	// Both begin at the root: the first node that is the other's own is the wrong one.
	let index = own.iter().zip(&foreign).take_while(|(own, foreign)| own == foreign).count();
	let fault = ProofError::WrongNode {
		index: index as u8,
		expected: keccak256(&own[index]),
		found: keccak256(&foreign[index]),
	};
	let swap = |parts: &mut Vec<Parts>| part(parts, 0x45).head.proof = foreign.clone();
	assert_tampering_faults(&SELECTED, swap, |_| proof_of(0x45, fault));
}

#[test]
fn truncated_missing_and_longer_proof_fault_works() {
	let chain = Chain::new(&accounts());
	let own = part(&mut chain.parts.clone(), 0x45).head.proof.clone();
	let nodes = own.len() as u8;
	let cases = [
		(own[..own.len() - 1].to_vec(), ProofError::Truncated { nodes: nodes - 1 }),
		(vec![], ProofError::Missing),
		([&own[..], &own[..1]].concat(), ProofError::TooLong { leaf: nodes - 1 }),
	];
	for (proof, reason) in cases {
		let change = |parts: &mut Vec<Parts>| part(parts, 0x45).head.proof = proof.clone();
		assert_tampering_faults(&SELECTED, change, |_| proof_of(0x45, reason));
	}
}

#[test]
fn proof_of_another_block_faults_works() {
	let other = Chain::new(&[&accounts()[..], &[external(0x77, 1, 1)]].concat());
	let proof = part(&mut other.parts.clone(), 0x45).head.proof.clone();
	let change = |parts: &mut Vec<Parts>| part(parts, 0x45).head.proof = proof.clone();
	assert_tampering_faults(&SELECTED, change, |chain| {
		let (expected, found) = (chain.state_root, other.state_root);
		proof_of(0x45, ProofError::WrongNode { index: 0, expected, found })
	});
}

#[test]
fn account_that_is_not_in_the_state_faults_works() {
	let chain = Chain::new(&accounts());
	let place = |address: H160| keccak256(address.as_bytes());
	let made_up = |fits: &dyn Fn(&H256) -> bool| {
		let mut addresses = (1..).map(H160::from_low_u64_be);
		addresses.find(|address| fits(&place(*address))).expect("there is one")
	};
	let assert_absent = |address: H160, proof: &[Vec<u8>], index: u8| {
		let insert = |parts: &mut Vec<Parts>| {
			let mut new = part(parts, 0x45).clone();
			new.head.address = address;
			new.head.proof = proof.to_vec();
			parts.push(new);
			parts.sort_by_key(|part| place(part.head.address));
		};
		let reason = ProofError::Absent { index };
		let fault = Fault::AccountProof { source_address: address, reason };
		assert_tampering_faults(&SELECTED, insert, |_| fault);
	};
	// Its way ends at the leaf of an account with the same first three nibbles, which no two of the
	// state have.
	let nibbles = |hash: H256| (hash.0[0], hash.0[1] >> 4);
	let neighbour = |hash: &H256| {
		chain.parts.iter().find(|part| nibbles(place(part.head.address)) == nibbles(*hash))
	};
	let address = made_up(&|hash: &H256| neighbour(hash).is_some());
	let proof = &neighbour(&place(address)).expect("it was looked for").head.proof;
	assert_absent(address, proof, proof.len() as u8 - 1);
	// The root has no child where its way begins.
	let begins = |hash: H256| hash.0[0] >> 4;
	let is_alone = |hash: &H256| {
		chain.parts.iter().all(|part| begins(place(part.head.address)) != begins(*hash))
	};
	assert_absent(made_up(&is_alone), &proof[..1], 0);
}

#[test]
fn proof_where_none_belongs_faults_works() {
	let chain = Chain::new(&accounts());
	let records: Vec<Vec<u8>> = vec![head_record(&chain.parts[0].head)];
	let bundle = chain.bundle(Scope::Full, &chain.parts, 1).cut(&records, 1);
	new_test_ext().execute_and_check(|| {
		bundle.load_map();
		let source_address = chain.parts[0].head.address;
		assert_faults(bundle.chunk(0), Fault::NeedlessProof { source_address });
	});
}

#[test]
fn every_changed_byte_of_the_header_is_refused_works() {
	let chain = Chain::new(&accounts());
	let bundle = chain.bundle(Scope::Full, &chain.parts, usize::MAX);
	new_test_ext().execute_and_check(|| {
		for at in 0..chain.header.len() {
			let mut header = chain.header.clone();
			header[at] ^= 1;
			let header = header.try_into().expect("short");
			let changed = bundle.clone().with(|manifest| manifest.source.header = header);
			let call = Call::propose { manifest: Box::new(changed.manifest) };
			frame_support::assert_noop!(
				dispatch(call, RuntimeOrigin::root()),
				crate::Error::<Test>::InvalidHeader
			);
		}
	});
}

#[test]
fn header_of_another_structure_with_its_own_hash_is_refused_works() {
	let chain = Chain::new(&accounts());
	let bundle = chain.bundle(Scope::Full, &chain.parts, usize::MAX);
	let items = header_items(chain.state_root, 100);
	let with = |index: usize, item: Vec<u8>| {
		let mut items = items.clone();
		items[index] = item;
		list(&items)
	};
	let headers = [
		// A state root of another length, or a list of 32 bytes.
		with(3, string(&[4; 31])),
		with(3, string(&[4; 33])),
		with(3, list(&[vec![4; 32]])),
		// A list where any bytes may stand; a number in more bytes than it needs; a short bloom.
		with(12, list(&[])),
		with(8, string(&[0, 100])),
		with(6, string(&[0; 255])),
		// A field too few, bytes behind the list, no list.
		list(&items[..14]),
		[list(&items), string(&[])].concat(),
		string(&items.concat()),
	];
	new_test_ext().execute_and_check(|| {
		for header in headers {
			let changed = bundle.clone().with(|manifest| {
				manifest.source.hash = keccak256(&header);
				manifest.source.header = header.try_into().expect("short");
			});
			let call = Call::propose { manifest: Box::new(changed.manifest) };
			frame_support::assert_noop!(
				dispatch(call, RuntimeOrigin::root()),
				crate::Error::<Test>::InvalidHeader
			);
		}
		bundle.propose();
	});
}

#[test]
fn header_of_another_block_binds_to_that_state_works() {
	let (chain, other) = (Chain::new(&accounts()), Chain::new(&[external(0x45, 1, 1)]));
	let foreign = Chain { header: other.header.clone(), parts: vec![], ..chain };
	let bundle = foreign.bundle(Scope::Full, &Chain::new(&accounts()).parts, usize::MAX);
	let bundle = bundle.policy(BalancePolicy::Skip).with(|manifest| {
		let most = u64::MAX;
		manifest.totals = Totals {
			accounts: most,
			contracts: most,
			slots: most,
			code_bytes: most,
			balance: U256::MAX,
		};
		manifest.map.count = 0;
	});
	new_test_ext().execute_and_check(|| {
		bundle.propose();
		let fault = Fault::StateRoot { expected: other.state_root, found: chain.state_root };
		assert_faults(bundle.chunk(0), fault);
	});
}

#[test]
fn delegated_account_is_externally_owned_works() {
	let delegation = [&[0xef, 0x01, 0x00][..], &[0x11; 20]].concat();
	let delegated = Source { code: delegation.clone(), ..external(0x21, 7, 50) };
	let alive = Source { code: delegation.clone(), ..external(0x22, 7, 50) };
	let moved = Source { code: delegation.clone(), ..external(0x23, 7, 50) };
	let accounts = [contract(0x11, &GETTER, 3), delegated.clone(), alive, moved];
	new_test_ext().execute_and_check(|| {
		// Somebody lives there already, and delegated here too.
		set_nonce(at(0x22), 3);
		set_code(at(0x22), [&[0xef, 0x01, 0x00][..], &[0x55; 20]].concat());
		let target = migration_primitives::map::Target::Account(account("bob"));
		let bundle = bundle(&accounts, [(at(0x23), target)]).with(|manifest| {
			manifest.remapped.accounts = 1;
			manifest.remapped.balance = 50.into();
		});
		bundle.import();
		assert_eq!(record(0).stage, Stage::Imported);
		assert_eq!(EVM::account_code(&at(0x21)), delegation);
		assert_eq!((EVM::nonce(&at(0x21)), balance(at(0x21))), (7, 50));
		assert_eq!(state_of(at(0x22)), AccountState::Waiting);
		assert_eq!(EVM::account_code(&at(0x22))[3..], [0x55; 20]);
		assert_eq!(state_of(at(0x23)), AccountState::Waiting);
	});
}

#[test]
fn delegated_account_without_nonce_and_balance_keeps_its_delegation_works() {
	let delegation = [&[0xef, 0x01, 0x00][..], &[0x11; 20]].concat();
	let delegated = Source { code: delegation.clone(), ..external(0x21, 0, 0) };
	new_test_ext().execute_and_check(|| {
		bundle(&[delegated], []).import();
		assert_eq!(state_of(at(0x21)), AccountState::Imported);
		assert_eq!(EVM::account_code(&at(0x21)), delegation);
	});
}

#[test]
fn only_what_the_chain_checked_is_recorded_as_proved_works() {
	let chain = Chain::new(&accounts());
	for scope in BOTH {
		new_test_ext().execute_and_check(|| {
			// Of a file that the chain never sees.
			let snapshot = H256::repeat_byte(0xdd);
			let bundle = chain.bundle(scope, &chain.parts, 7);
			let bundle = bundle.with(|manifest| manifest.snapshot_digest = snapshot);
			bundle.import();
			let manifest = &bundle.manifest;
			for (digest, kind, trust) in [
				(manifest.hash(), ProofKind::Manifest, Trust::Proved),
				(manifest.chunks.root, ProofKind::Chunks, Trust::Proved),
				(snapshot, ProofKind::Snapshot, Trust::Attested),
				(manifest.map.root, ProofKind::AddressMap, Trust::Attested),
			] {
				let proof = crate::Proofs::<Test>::get(digest).expect("it is recorded");
				assert_eq!((proof.kind, proof.trust), (kind, trust));
			}
		});
	}
}

#[test]
fn abort_of_proved_data_leaves_the_storage_of_before_works() {
	let chain = Chain::new(&accounts());
	for scope in BOTH {
		let bundle = chain.bundle(scope, &chain.parts, 7);
		for taken in [0, 1, bundle.count() / 2, bundle.count()] {
			new_test_ext().execute_and_check(|| {
				let before = abort::world();
				bundle.load_map();
				(0..taken).for_each(|index| submit(bundle.chunk(index)));
				let all = taken == bundle.count();
				assert_eq!(record(0).stage, if all { Stage::Imported } else { Stage::Importing });
				assert_eq!(abort::world() == before, taken == 0);
				assert_ok!(dispatch(abort::abort(&bundle), RuntimeOrigin::root()));
				abort::clean_all(&bundle, 40);
				assert_eq!(abort::world(), before);
				abort::assert_nothing_is_left();
			});
		}
	}
}

#[test]
fn fault_at_the_last_of_many_chunks_and_its_abort_leave_nothing_works() {
	let chain = Chain::new(&accounts());
	let mut parts = chain.parts.clone();
	part(&mut parts, 0x45).head.nonce += 1;
	// Of accounts that are in use, one with a nonce: the whole of it would be out of use.
	part(&mut parts, 0x46).head.nonce = u64::MAX - 1;
	part(&mut parts, 0x47).head.nonce = u64::MAX - 1;
	let bundle = chain.bundle(Scope::Full, &parts, 5);
	new_test_ext().execute_and_check(|| {
		set_nonce(at(0x46), 2);
		let dust = Balances::transfer_allow_death(signed_by("Bob"), evm_account(at(0x47)), 1);
		assert_ok!(dust);
		let before = abort::world();
		bundle.load_map();
		let last = bundle.count() - 1;
		(0..last).for_each(|index| submit(bundle.chunk(index)));
		assert!(EVM::has_code(&at(0x11)) && EVM::has_storage(&at(0x12)));
		for address in [at(0x46), at(0x47)] {
			assert_eq!(EVM::nonce(&address), u64::MAX - 1);
		}
		submit(bundle.chunk(last));
		let found = root_of(&parts);
		let fault = Fault::StateRoot { expected: chain.state_root, found };
		assert_eq!(record(0).stage, Stage::Faulted(fault));
		assert_ok!(dispatch(Call::abort { migration: 0 }, RuntimeOrigin::root()));
		while record(0).stage != Stage::Aborted {
			next_block();
			let clean_up = Call::clean_up { migration: 0, limit: 40 };
			let _ = dispatch(clean_up, signed_by("Bob"));
		}
		assert_eq!(abort::world(), before);
		assert_eq!((EVM::nonce(&at(0x46)), EVM::nonce(&at(0x45))), (2, 0));
	});
}
