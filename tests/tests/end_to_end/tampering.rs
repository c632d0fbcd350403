//! Data of a source block that differs from it in one field, approved by governance all the same: the running
//! chain refuses each with the reason that fits, and after the abort nothing of it is left.
//!
//! The pallet's own tests do the same for every position of a record; here it is the node, its Wasm runtime, its
//! transaction pool, and one of each kind.

use std::mem;

use anyhow::{Context, Result};
use evm_migrate::bundle::{Bundle, Manifest};
use migration_primitives::{
	fault::Fault,
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{self, put_account, put_code, put_slot, AccountHead, Item, Slot},
	manifest::BalancePolicy,
	snapshot::{Scope, Totals},
	trie::ProofError,
	H160, H256, U256,
};
use migration_tests::{
	account::Account,
	bundle::{pack, MINT},
	fault::{abort, fault},
	node::Node,
	session::Session,
	state::State,
	synthetic::{made_up, storage_root as root_of_slots, Synthetic, COUNTER},
};

/// The records of one account.
#[derive(Clone)]
struct Parts {
	head: AccountHead,
	code: Vec<u8>,
	slots: Vec<Slot>,
}

/// What is changed in the records, and the faults that it may end in.
struct Tampering {
	what: &'static str,
	scopes: &'static [Scope],
	change: Box<dyn Fn(&mut Vec<Parts>)>,
	fits: fn(&Fault) -> bool,
}

const BOTH: &[Scope] = &[Scope::Selected, Scope::Full];
const SELECTED: &[Scope] = &[Scope::Selected];
const FULL: &[Scope] = &[Scope::Full];

/// The chain of all of these tests: two contracts of eight slots, and externally owned accounts.
fn chain(scope: Scope) -> Synthetic {
	Synthetic::large(1, scope, 2, 6, 8)
}

fn contract() -> H160 {
	made_up(b"contract", 1)
}

fn person() -> H160 {
	made_up(b"external", 3)
}

/// Packs this chain, and reads the records of the bundle.
async fn packed(chain: &Synthetic) -> Result<(Bundle, Vec<Parts>)> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	chain.write(&snapshot)?;
	let bundle = Bundle::load(&pack(folder.path(), &snapshot, &[], &MINT).await?)?;
	let mut parts: Vec<Parts> = Vec::new();
	for index in 0..bundle.chunk_count() {
		let (bytes, _) = bundle.chunk(index)?;
		let mut rest = bytes.as_slice();
		while !rest.is_empty() {
			let item = item::next(&mut rest)?;
			if let Item::Account(head) = item {
				parts.push(Parts { head, code: Vec::new(), slots: Vec::new() });
				continue;
			}
			let last = parts.last_mut().context("a chunk begins with an account")?;
			match item {
				Item::Code(code) => last.code = code.to_vec(),
				Item::Slot(slot) => last.slots.push(slot),
				Item::Account(_) => unreachable!("it is the case above"),
			}
		}
	}
	Ok((bundle, parts))
}

fn bytes(parts: &[Parts]) -> Vec<u8> {
	let mut bytes = Vec::new();
	for Parts { head, code, slots } in parts {
		put_account(head, &mut bytes);
		if !code.is_empty() {
			put_code(code, &mut bytes);
		}
		slots.iter().for_each(|slot| put_slot(slot, &mut bytes));
	}
	bytes
}

/// The manifest of these records, whatever their sums are: only the source's block binds them.
fn unbounded(bundle: &Bundle) -> Manifest {
	let most = u64::MAX;
	let totals = Totals {
		accounts: most,
		contracts: most,
		slots: most,
		code_bytes: most,
		balance: U256::MAX,
	};
	Manifest { totals, balances: BalancePolicy::Skip, ..bundle.manifest.clone() }
}

fn of(parts: &mut [Parts], address: H160) -> &mut Parts {
	parts.iter_mut().find(|parts| parts.head.address == address).expect("it is in the chain")
}

/// A tampering of one account's head, which its proof, or the whole state root, does not allow.
fn head(what: &'static str, change: impl Fn(&mut AccountHead) + 'static) -> [Tampering; 2] {
	let change = std::rc::Rc::new(change);
	[(SELECTED, differs as fn(&Fault) -> bool), (FULL, state_root)].map(|(scopes, fits)| {
		let change = change.clone();
		let change = move |parts: &mut Vec<Parts>| change(&mut of(parts, person()).head);
		Tampering { what, scopes, change: Box::new(change), fits }
	})
}

/// A tampering of the slots of a contract, whose head says the true storage root or the one that the
/// slots make.
fn slots(what: &'static str, change: impl Fn(&mut Vec<Slot>) + 'static) -> [Tampering; 3] {
	let change = std::rc::Rc::new(change);
	let with = |own_root: bool| {
		let change = change.clone();
		move |parts: &mut Vec<Parts>| {
			let parts = of(parts, contract());
			change(&mut parts.slots);
			parts.slots.sort_by_key(|slot| keccak256(slot.key.as_bytes()));
			parts.head.slot_count = parts.slots.len() as u64;
			if own_root {
				let pairs = parts.slots.iter().map(|slot| (slot.key, slot.value)).collect();
				parts.head.storage_root = root_of_slots(&pairs);
			}
		}
	};
	let true_root: Box<dyn Fn(&mut Vec<Parts>)> = Box::new(with(false));
	[
		Tampering { what, scopes: BOTH, change: true_root, fits: storage_root },
		Tampering { what, scopes: SELECTED, change: Box::new(with(true)), fits: contract_differs },
		Tampering { what, scopes: FULL, change: Box::new(with(true)), fits: state_root },
	]
}

/// A tampering of a contract's head alone, whose code and slots stay: the faults in `Selected` and in
/// `Full` scope.
fn contract_head(
	what: &'static str,
	change: impl Fn(&mut AccountHead) + 'static,
	fits: [fn(&Fault) -> bool; 2],
) -> [Tampering; 2] {
	let change = std::rc::Rc::new(change);
	let [selected, full] = fits;
	[(SELECTED, selected), (FULL, full)].map(|(scopes, fits)| {
		let change = change.clone();
		let change = move |parts: &mut Vec<Parts>| change(&mut of(parts, contract()).head);
		Tampering { what, scopes, change: Box::new(change), fits }
	})
}

fn proof(what: &'static str, change: fn(&mut Vec<Parts>), fits: fn(&Fault) -> bool) -> Tampering {
	Tampering { what, scopes: SELECTED, change: Box::new(change), fits }
}

fn not_proved(fault: &Fault, address: H160) -> Option<ProofError> {
	match fault {
		Fault::AccountProof { source_address, reason } if *source_address == address => {
			Some(*reason)
		}
		_ => None,
	}
}

fn differs(fault: &Fault) -> bool {
	not_proved(fault, person()) == Some(ProofError::Differs)
}

fn contract_differs(fault: &Fault) -> bool {
	not_proved(fault, contract()) == Some(ProofError::Differs)
}

fn wrong_node(fault: &Fault) -> bool {
	matches!(not_proved(fault, person()), Some(ProofError::WrongNode { .. }))
}

fn state_root(fault: &Fault) -> bool {
	matches!(fault, Fault::StateRoot { .. })
}

fn storage_root(fault: &Fault) -> bool {
	matches!(fault, Fault::StorageRootDiffers { source_address, .. } if *source_address == contract())
}

fn code_hash(fault: &Fault) -> bool {
	matches!(fault, Fault::CodeHash { source_address, .. } if *source_address == contract())
}

fn storage_root_of_nothing(fault: &Fault) -> bool {
	matches!(fault, Fault::StorageRoot { source_address, .. } if *source_address == contract())
}

fn code_length(fault: &Fault) -> bool {
	matches!(fault, Fault::CodeLength { source_address, .. } if *source_address == contract())
}

fn slot_missing(fault: &Fault) -> bool {
	matches!(
		fault,
		Fault::Incomplete { source_address, slots: 1, code: false } if *source_address == contract()
	)
}

fn slot_too_many(fault: &Fault) -> bool {
	matches!(fault, Fault::Unexpected { source_address } if *source_address == contract())
}

/// One field of a contract's head after the other.
fn heads_of_a_contract() -> Vec<Tampering> {
	let mut all = Vec::new();
	all.extend(contract_head(
		"storage root",
		|head| head.storage_root.0[31] ^= 1,
		[contract_differs, storage_root],
	));
	all.extend(contract_head(
		"storage root of no slots",
		|head| head.storage_root = EMPTY_TRIE_ROOT,
		[storage_root_of_nothing; 2],
	));
	all.extend(contract_head(
		"code hash",
		|head| head.code_hash.0[31] ^= 1,
		[contract_differs, code_hash],
	));
	all.extend(contract_head(
		"code hash of no code",
		|head| head.code_hash = KECCAK_EMPTY,
		[code_hash; 2],
	));
	// Neither length nor number is in the source's trie: code and slots must have them.
	all.extend(contract_head(
		"code length, one more",
		|head| head.code_length += 1,
		[code_length; 2],
	));
	all.extend(contract_head(
		"code length, one less",
		|head| head.code_length -= 1,
		[code_length; 2],
	));
	all.extend(contract_head(
		"code length of no code",
		|head| head.code_length = 0,
		[code_hash; 2],
	));
	all.extend(contract_head(
		"slot count, one more",
		|head| head.slot_count += 1,
		[slot_missing; 2],
	));
	all.extend(contract_head(
		"slot count, one less",
		|head| head.slot_count -= 1,
		[slot_too_many; 2],
	));
	all.extend(contract_head(
		"slot count of no slots",
		|head| head.slot_count = 0,
		[storage_root_of_nothing; 2],
	));
	all
}

fn tamperings() -> Vec<Tampering> {
	let mut all = heads_of_a_contract();
	all.extend(head("balance", |head| head.balance += U256::one()));
	all.extend(head("nonce", |head| head.nonce += 1));
	all.extend(head("nonce, by as much as there is", |head| head.nonce = u64::MAX - 1));
	all.extend(slots("slot value", |slots| slots[3].value.0[31] ^= 1));
	all.extend(slots("slot key", |slots| slots[3].key.0[0] ^= 0x80));
	all.extend(slots("missing slot", |slots| {
		slots.remove(3);
	}));
	all.extend(slots("extra slot", |slots| {
		slots.push(Slot { key: H256::repeat_byte(9), value: H256::from_low_u64_be(1) });
	}));
	all.extend(slots("values of two slots swapped", |slots| {
		let value = slots[3].value;
		slots[3].value = mem::replace(&mut slots[4].value, value);
	}));
	let change: fn(&mut Vec<Parts>) = |parts| of(parts, contract()).code[2] ^= 1;
	all.push(Tampering {
		what: "code byte",
		scopes: BOTH,
		change: Box::new(change),
		fits: code_hash,
	});
	let change: fn(&mut Vec<Parts>) = |parts| {
		let parts = of(parts, contract());
		parts.code[2] ^= 1;
		parts.head.code_hash = keccak256(&parts.code);
	};
	let what = "code byte, with the hash of the code";
	all.push(Tampering {
		what,
		scopes: SELECTED,
		change: Box::new(change),
		fits: contract_differs,
	});
	all.push(Tampering { what, scopes: FULL, change: Box::new(change), fits: state_root });
	let change: fn(&mut Vec<Parts>) = |parts| {
		let parts = of(parts, person());
		parts.code = COUNTER.to_vec();
		parts.head.code_length = parts.code.len() as u32;
		parts.head.code_hash = keccak256(&parts.code);
	};
	let what = "code of an account without";
	all.push(Tampering { what, scopes: SELECTED, change: Box::new(change), fits: differs });
	all.push(Tampering { what, scopes: FULL, change: Box::new(change), fits: state_root });
	let change: fn(&mut Vec<Parts>) = |parts| {
		let parts = of(parts, contract());
		(parts.code, parts.slots) = Default::default();
		parts.head.code_hash = KECCAK_EMPTY;
		parts.head.storage_root = EMPTY_TRIE_ROOT;
		(parts.head.code_length, parts.head.slot_count) = (0, 0);
	};
	let what = "code and storage denied";
	all.push(Tampering {
		what,
		scopes: SELECTED,
		change: Box::new(change),
		fits: contract_differs,
	});
	all.push(Tampering { what, scopes: FULL, change: Box::new(change), fits: state_root });

	let fits = |fault: &Fault| matches!(fault, Fault::AccountOrder { .. });
	let change: fn(&mut Vec<Parts>) = |parts| parts.swap(3, 4);
	all.push(Tampering { what: "order", scopes: BOTH, change: Box::new(change), fits });
	let change: fn(&mut Vec<Parts>) = |parts| parts.insert(1, parts[0].clone());
	all.push(Tampering { what: "account twice", scopes: BOTH, change: Box::new(change), fits });
	let change: fn(&mut Vec<Parts>) = |parts| of(parts, contract()).slots.swap(3, 4);
	let fits = |fault: &Fault| matches!(fault, Fault::SlotOrder { .. });
	all.push(Tampering { what: "order of slots", scopes: BOTH, change: Box::new(change), fits });
	let change: fn(&mut Vec<Parts>) = |parts| {
		parts.remove(3);
	};
	let what = "account left out";
	all.push(Tampering { what, scopes: FULL, change: Box::new(change), fits: state_root });
	let change: fn(&mut Vec<Parts>) = |parts| {
		let mut new = of(parts, person()).clone();
		new.head.address = H160::repeat_byte(0x99);
		parts.push(new);
		parts.sort_by_key(|parts| keccak256(parts.head.address.as_bytes()));
	};
	let what = "account made up";
	all.push(Tampering { what, scopes: FULL, change: Box::new(change), fits: state_root });

	all.push(proof(
		"proof of another account",
		|parts| {
			let foreign = of(parts, made_up(b"external", 5)).head.proof.clone();
			of(parts, person()).head.proof = foreign;
		},
		wrong_node,
	));
	all.push(proof(
		"truncated proof",
		|parts| {
			of(parts, person()).head.proof.pop();
		},
		|fault| matches!(not_proved(fault, person()), Some(ProofError::Truncated { .. })),
	));
	all.push(proof(
		"no proof",
		|parts| of(parts, person()).head.proof.clear(),
		|fault| not_proved(fault, person()) == Some(ProofError::Missing),
	));
	all.push(proof(
		"a node too many",
		|parts| {
			let proof = &mut of(parts, person()).head.proof;
			proof.push(proof[0].clone());
		},
		|fault| matches!(not_proved(fault, person()), Some(ProofError::TooLong { .. })),
	));
	all.push(proof(
		"a byte of a node",
		|parts| of(parts, person()).head.proof[0][40] ^= 1,
		|fault| matches!(fault, Fault::AccountProof { reason: ProofError::WrongNode { .. }, .. }),
	));
	all
}

/// The records of this scope, each tampering of them in turn on one chain.
async fn assert_refused(scope: Scope) -> Result<()> {
	let (bundle, sound) = packed(&chain(scope)).await?;
	let manifest = unbounded(&bundle);
	// An account of another block, for which everything in it is right.
	let mut other = chain(scope);
	other.external(H160::repeat_byte(0x77), 1, 1);
	let (_, other) = packed(&other).await?;
	let mut all = tamperings();
	let from_another_block = move |parts: &mut Vec<Parts>| {
		let taken = of(&mut other.clone(), person()).head.proof.clone();
		of(parts, person()).head.proof = taken;
	};
	all.push(Tampering {
		what: "proof of another block",
		scopes: SELECTED,
		change: Box::new(from_another_block),
		fits: |fault| {
			let reason = not_proved(fault, person());
			matches!(reason, Some(ProofError::WrongNode { index: 0, .. }))
		},
	});

	let node = Node::start().await?;
	let session = node.session().await?;
	let before = untouched(&session).await?;
	all.retain(|tampering| tampering.scopes.contains(&scope));
	assert!(all.len() > 15, "{} tamperings", all.len());
	for (migration, Tampering { what, change, fits, .. }) in (0u32..).zip(&all) {
		let mut parts = sound.clone();
		change(&mut parts);
		let bytes = bytes(&parts);
		let reason = fault(&session, &bundle, &manifest, migration, &bytes).await.context(*what)?;
		assert!(fits(&reason), "{what} in {scope:?}: {reason}");
		abort(&session, migration).await.context(*what)?;
		let after = untouched(&session).await?;
		after.0.ensure_equal(&before.0).context(*what)?;
		after.1.ensure_equal(&before.1).context(*what)?;
	}

	// The same records without a change are what the block has.
	let accepted =
		fault(&session, &bundle, &bundle.manifest, all.len() as u32, &bytes(&sound)).await;
	let found = accepted.err().context("the untouched records have no fault")?.to_string();
	assert!(found.contains("ChunkApplied"), "{found}");
	Ok(())
}

/// The EVM's storage, and all accounts but that of the sudo key, which pays fees.
async fn untouched(session: &Session) -> Result<(State, State)> {
	let alice = Account::alice().id();
	let accounts = State::accounts_apart_from(&session.rpc, &alice).await?;
	Ok((State::of_evm(&session.rpc).await?, accounts))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_tampering_in_selected_scope_fails() -> Result<()> {
	assert_refused(Scope::Selected).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_tampering_in_full_scope_fails() -> Result<()> {
	assert_refused(Scope::Full).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn header_with_a_changed_field_is_refused() -> Result<()> {
	let (bundle, _) = packed(&chain(Scope::Selected)).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let before = State::read(&session.rpc).await?.without(&Account::alice().id());
	let header = bundle.manifest.source.header.to_vec();
	// A byte of every field: the short ones are at the end.
	for at in (0..header.len()).filter(|at| at % 20 == 0 || header.len() - at < 80) {
		let mut header = header.clone();
		header[at] ^= 1;
		let mut manifest = bundle.manifest.clone();
		manifest.source.header = header.try_into().expect("as long as before");
		let call = session.call("Migration", "propose", &manifest)?;
		let included = session.execute(&Account::alice(), &session.sudo(&call)?).await?;
		let refused = included.succeeded().err().context("the header is not the block's")?;
		assert!(format!("{refused:#}").contains("InvalidHeader"), "{refused:#}");
	}
	let after = State::read(&session.rpc).await?.without(&Account::alice().id());
	after.ensure_equal(&before)?;
	Ok(())
}
