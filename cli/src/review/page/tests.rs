//! The page of small bundles.

use std::collections::{BTreeMap, BTreeSet};

use migration_primitives::{
	manifest::{BalancePolicy, Deadlines, EvmSpec},
	map::Target,
	snapshot::Finality,
	H256, U256,
};
use sp_core::crypto::AccountId32;
use tempfile::TempDir;

use super::*;
use crate::{
	bundle::{pack, Bundle, BundleError, ChunkLimits, PackOptions, SnapshotFacts},
	plan::{resolve, References},
	review::{
		authority::{Authority, Power},
		facts::{arrivals, Kind, Occupied, Proposal, SourceSays, TargetSays},
		fixture::Fixture,
		html::html,
		index::SnapshotIndex,
		markdown::markdown,
		names::Names,
		outside::Mention,
	},
};

const TOKEN: H160 = H160::repeat_byte(1);
const SAFE: H160 = H160::repeat_byte(2);
const PERSON: H160 = H160::repeat_byte(3);
const ABSENT: H160 = H160::repeat_byte(4);
const CODE: &[u8] = &[0x60, 0x00, 0x60, 0x00, 0xf3];
const STANDS_ALREADY: &str = "what stands there already; not the source's state";

/// A bundle, and what was found.
struct Made {
	_folder: TempDir,
	bundle: Bundle,
	index: SnapshotIndex,
	names: BTreeMap<H160, Name>,
	file_names: Names,
	authority: Authority,
	outside: BTreeMap<H160, (Mention, Kind)>,
	references: References,
	source: Option<SourceSays>,
	target: Option<TargetSays>,
}

impl Made {
	fn new(fixture: &Fixture, rules: &[(H160, Target<AccountId32>)]) -> Self {
		let folder = TempDir::new().expect("a folder");
		let (snapshot, path) = (fixture.write(), folder.path().join("bundle"));
		let options = PackOptions {
			balances: BalancePolicy::Mint { cap: 1_000_000 },
			limits: ChunkLimits { bytes: 1 << 16, accounts: 100, slots: 1_000 },
			map_run_log2: 2,
			deadlines: Deadlines { mapping: 1, importing: 2, review: 3 },
			evm_spec: EvmSpec::Osaka,
			calls: Vec::new(),
			reference: false,
		};
		let rules: BTreeMap<H160, Target<AccountId32>> = rules.iter().cloned().collect();
		let map = |facts: &SnapshotFacts| -> Result<_, BundleError> {
			Ok(resolve(facts.header.scope, &facts.accounts, &rules).expect("a map"))
		};
		pack(snapshot.path(), &path, options, map).expect("packed");
		let bundle = Bundle::load(&path).expect("a bundle");
		let index = SnapshotIndex::read(bundle.snapshot(), |_, _| {}).expect("a sound snapshot");
		Self {
			_folder: folder,
			bundle,
			index,
			names: BTreeMap::new(),
			file_names: Names::default(),
			authority: Authority::default(),
			outside: BTreeMap::new(),
			references: References::new(&BTreeSet::new(), &[]),
			source: None,
			target: None,
		}
	}

	fn facts(&self) -> Facts<'_> {
		Facts {
			bundle: &self.bundle,
			index: &self.index,
			arrivals: arrivals(&self.bundle),
			names: &self.names,
			file_names: &self.file_names,
			authority: &self.authority,
			outside: &self.outside,
			more_outside: false,
			references: &self.references,
			domains: &[],
			source: self.source,
			target: self.target.clone(),
			proposal: Proposal { call: Vec::new(), hash: H256::zero(), from_metadata: false },
		}
	}

	/// What becomes of the powers.
	fn fates(&self) -> Vec<(String, bool)> {
		let fate = |power| {
			let fate = after(&self.facts(), power);
			(fate.text, fate.lost)
		};
		self.authority.powers.iter().map(fate).collect()
	}

	fn fate_of(&mut self, holder: H160) -> (String, bool) {
		self.authority.powers = vec![power(TOKEN, "owner()", holder)];
		self.fates().remove(0)
	}

	fn warnings(&self) -> String {
		let lines: Vec<String> = warnings(&self.facts()).iter().map(Line::plain).collect();
		lines.join("\n")
	}

	fn markdown(&self) -> String {
		markdown(&page(&self.facts()))
	}
}

/// A token, a Safe and a person.
fn small() -> Fixture {
	let mut fixture = Fixture::default();
	fixture.contract(TOKEN, CODE, []);
	fixture.contract(SAFE, CODE, [(0, 1)]);
	fixture.account(PERSON, 5, &[], []);
	fixture
}

fn power(contract: H160, power: &str, holder: H160) -> Power {
	Power { contract, power: power.to_owned(), holder, how: "asked".to_owned() }
}

/// A target chain where something stands at these addresses.
fn target(occupied: &[H160], collided: bool) -> TargetSays {
	let occupied = occupied.iter().map(|address| {
		let words = format!("{address:?} -> {address:?}: code");
		(*address, Occupied { source: *address, words, collided })
	});
	TargetSays {
		name: "target".to_owned(),
		version: 1,
		genesis: H256::zero(),
		block: 9,
		chain_id: Some(7),
		existential_deposit: Some(1),
		issuance: Some(1_000),
		review_blocks: Some(2),
		migration: None,
		occupied: occupied.collect(),
		taken_over: Vec::new(),
		refused_balance: None,
		strangers: BTreeSet::new(),
	}
}

fn told(text: &str, lost: bool) -> (String, bool) {
	(text.to_owned(), lost)
}

/// Who has reset a delegation has the key still, and is brought with what was stored through it.
#[test]
fn after_of_an_owner_whose_delegation_was_reset_works() {
	let mut fixture = small();
	fixture.account(ABSENT, 5, &[], [(H256::zero(), H256::repeat_byte(1))]);
	let mut made = Made::new(&fixture, &[]);
	assert_eq!(made.fate_of(ABSENT), told("the same key", false));
	let warnings = made.warnings();
	assert!(warnings.contains("People's accounts are brought as contracts: 1 "), "{warnings}");
}

#[test]
fn page_of_balances_beyond_256_bits_works() {
	let mut made = Made::new(&small(), &[]);
	made.bundle.manifest.balances = BalancePolicy::Skip;
	made.bundle.manifest.totals.balance = U256::MAX;
	let found = made.markdown();
	assert!(found.contains("The 2^256 - 1 wei or more of the source stay there"), "{found}");
}

/// A stranger has deployed the Safe on the target with the owners that it had in the beginning.
#[test]
fn after_of_an_occupied_safe_works() {
	let mut made = Made::new(&small(), &[]);
	made.authority.powers =
		vec![power(TOKEN, "owner()", SAFE), power(SAFE, "Safe owner, 1 of 1 must sign", PERSON)];
	assert_eq!(made.fates(), [told("the same contract", false), told("the same key", false)]);
	let found = made.markdown();
	assert!(found.contains("Whether something does is not known: no node of the target was asked"));

	made.target = Some(target(&[SAFE], false));
	let left_out = format!("the contract is not imported: its target is {STANDS_ALREADY}");
	assert_eq!(made.fates(), [told(STANDS_ALREADY, true), told(&left_out, true)]);
	let found = made.markdown();
	assert!(found.contains(&format!("| **{STANDS_ALREADY}** |")), "{found}");
	assert!(found.contains(&format!("| **{left_out}** |")), "{found}");
	assert!(found.contains("| the same, **occupied: not imported** |"), "{found}");
	assert_eq!(found.matches("- **Authority may be lost**").count(), 2, "{found}");
	assert!(found.contains("The target has no migration of this manifest."), "{found}");
}

#[test]
fn after_of_a_collision_works() {
	let mut made = Made::new(&small(), &[]);
	let migration = Some("migration 3, Imported".to_owned());
	made.target = Some(TargetSays { migration, ..target(&[PERSON, SAFE], true) });
	assert_eq!(made.fate_of(SAFE), told(STANDS_ALREADY, true));
	assert_eq!(made.fate_of(PERSON), told(STANDS_ALREADY, true));
	let warnings = made.warnings();
	let words = format!(
		"A target was occupied: {SAFE:?} -> {SAFE:?}: code. What stands there stays, and the account \
		 was not imported."
	);
	assert!(warnings.contains(&words), "{warnings}");
	let found = made.markdown();
	assert!(found.contains("The target has this proposal already: migration 3, Imported."));
	let gets = "5 wei | the same address, **occupied: nothing unless governance settles it** |";
	assert!(found.contains(gets), "{found}");
}

/// Something stands where the map would bring an account, or where nobody of the source comes.
#[test]
fn after_of_strangers_works() {
	let mut made = Made::new(&small(), &[(PERSON, Target::Explicit(ABSENT))]);
	let newcomer = format!("another account, which the map brings there: {PERSON:?}");
	assert_eq!(made.fate_of(ABSENT), told(&newcomer, true));
	let old_key = format!("the old key, not the account that takes over ({ABSENT:?})");
	assert_eq!(made.fate_of(PERSON), told(&old_key, true));
	let strangers = BTreeSet::from([PERSON]);
	made.target = Some(TargetSays { strangers, ..target(&[ABSENT], false) });
	assert_eq!(made.fate_of(ABSENT), told(STANDS_ALREADY, true));
	assert_eq!(made.fate_of(PERSON), told(STANDS_ALREADY, true));
}

/// Chains keep contracts of their own at low numbers, which no precompile of Ethereum's has.
#[test]
fn after_of_low_addresses_works() {
	let low = H160::from_low_u64_be;
	let mut fixture = small();
	fixture.contract(low(0x1000), CODE, []);
	fixture.account(low(2), 5, &[], []);
	let mut made = Made::new(&fixture, &[(PERSON, Target::Explicit(low(0x2000)))]);
	let mention = Mention { by: TOKEN, times: 1, in_code: false };
	made.outside.insert(low(0x1010), (mention, Kind::Contract));
	assert_eq!(made.fate_of(low(0x1000)), told("the same contract", false));
	let stays_behind = "nobody: a contract of the source that is not migrated";
	assert_eq!(made.fate_of(low(0x1010)), told(stays_behind, true));
	let unknown = "not known: it is not migrated; nobody, if it is a contract";
	assert_eq!(made.fate_of(low(0x1001)), told(unknown, true));
	let newcomer = format!("another account, which the map brings there: {PERSON:?}");
	assert_eq!(made.fate_of(low(0x2000)), told(&newcomer, true));
	for number in [1, 2, 0x11, 0x100] {
		assert_eq!(made.fate_of(low(number)), told("a precompile, or nobody", false));
	}
	assert_eq!(made.fate_of(H160::zero()), told("nobody", false));
}

#[test]
fn page_says_that_no_list_of_powers_is_complete_works() {
	let mut made = Made::new(&small(), &[]);
	made.authority.powers = vec![power(TOKEN, "owner()", PERSON)];
	assert!(made.markdown().contains("No list of powers is complete: each contract"));
}

#[test]
fn warnings_about_finality_works() {
	let mut made = Made::new(&small(), &[]);
	let says = SourceSays {
		chain_id: 5,
		block_hash: Some(H256::repeat_byte(7)),
		finalized: Some(made.bundle.manifest.source.number),
	};
	let not_claimed = "The source block is not claimed to be final";
	let not_final = "A node of the source does not call the block finalised";
	assert!(made.warnings().contains(not_claimed));
	assert!(made.markdown().contains("the writer of the bundle does not claim that the block is"));
	// A node of another chain is no help.
	made.source = Some(SourceSays { chain_id: 6, ..says });
	assert!(made.warnings().contains(not_claimed));
	made.source = Some(says);
	let warnings = made.warnings();
	assert!(!warnings.contains(not_claimed) && !warnings.contains(not_final), "{warnings}");
	assert!(made.markdown().contains("the same hash; the block is finalised"));

	made.bundle.manifest.source.finality = Finality::Finalized;
	let claims =
		"the writer of the bundle claims that the block is final; the bundle cannot show it";
	assert!(made.markdown().contains(claims));
	let before = says.finalized.map(|number| number - 1);
	for (finalized, words) in [
		(before, "its last finalised block is 6, although the bundle's writer claims"),
		(None, "it names no finalised block, although the bundle's writer claims"),
	] {
		made.source = Some(SourceSays { finalized, ..says });
		let warnings = made.warnings();
		assert!(warnings.contains(&format!("{not_final}: {words}")), "{warnings}");
		assert!(made.markdown().contains("the same hash; the block is not finalised"));
	}
}

#[test]
fn page_counts_those_who_get_less_works() {
	let mut fixture = Fixture::default();
	for number in 1..=23u8 {
		fixture.account(H160::repeat_byte(number), number.into(), &[], []);
	}
	let made = Made::new(&fixture, &[]);
	let credits = credits(&made.facts());
	let balances: Vec<U256> = credits.iter().map(|credit| credit.balance).collect();
	let expected: Vec<U256> = (1..=23u8).rev().map(U256::from).collect();
	assert_eq!(balances, expected);
	let found = made.markdown();
	assert!(found.contains("And 3 more, together 6 wei, in the JSON of this command."), "{found}");
	assert!(found.contains("| 4 wei |") && !found.contains("| 3 wei |"), "{found}");
}

/// A name cannot end its quotation marks, and is neither a mark nor a link.
#[test]
fn page_of_a_contract_with_a_hostile_name_works() {
	let mut made = Made::new(&small(), &[]);
	let name = b"x\" (by its code) <b>me@evil.example</b>|".to_vec();
	made.names.insert(TOKEN, Name::Own { name, symbol: b"S\") \xff`".to_vec() });
	made.authority.powers = vec![power(TOKEN, "owner()", PERSON)];
	let found = made.markdown();
	let expected = "calls itself \"x\\\\u\\{22\\} (by its code) \\<b\\>me@<!-- -->evil.example\
		\\</b\\>\\|\", symbol \"S\\\\u\\{22\\}) \\\\u\\{fffd\\}\\`\"";
	assert_eq!(found.matches(expected).count(), 2, "{found}");
	assert!(found.is_ascii());
	let found = html(&page(&made.facts()));
	let expected =
		"calls itself &quot;x\\u{22} (by its code) &lt;b&gt;me@evil.example&lt;/b&gt;|&quot;, \
		symbol &quot;S\\u{22}) \\u{fffd}`&quot;";
	assert_eq!(found.matches(expected).count(), 2, "{found}");
	assert!(found.is_ascii());
}
