use super::*;
use codec::Encode;
use migration_primitives::hash::keccak256;

const ESCROW: AccountId32 = AccountId32::new([0xee; 32]);

fn span() -> Span {
	Span {
		migration: 3,
		escrow: ESCROW,
		proposal: Some(10),
		since: 12,
		activation: None,
		head: 20,
		limit: 0,
	}
}

fn event(phase: u32, pallet: &str, name: &str, fields: impl Encode) -> Event {
	Event {
		phase: Phase::ApplyExtrinsic(phase),
		pallet: pallet.to_owned(),
		name: name.to_owned(),
		fields: fields.encode(),
	}
}

fn taken(blocks: &[(u32, Vec<Event>)]) -> History {
	taken_in(&span(), blocks)
}

fn taken_in(span: &Span, blocks: &[(u32, Vec<Event>)]) -> History {
	let mut history = History { first: 10, last: 20, ..History::default() };
	for (number, events) in blocks {
		let parent = H256::from_low_u64_be(u64::from(number - 1));
		history.take(span, *number, parent, events).expect("events as they are written");
	}
	history
}

#[test]
fn take_of_writes_keeps_the_first_and_the_last_works() {
	let who = AccountId32::new([1; 32]);
	let set = |free: u128| event(0, "Balances", "BalanceSet", (&who, free));
	let history = taken(&[(14, vec![set(7)]), (12, vec![set(5), set(6)])]);
	assert_eq!(history.write(&who, 0), Some(Write { first: 12, last: 14, free: 7 }));
	assert_eq!(history.write(&who, 13), Some(Write { first: 14, last: 14, free: 7 }));
	assert_eq!(history.write(&who, 15), None);
	let history = taken(&[(12, vec![set(5), set(6)])]);
	assert_eq!(history.write(&who, 12), Some(Write { first: 12, last: 12, free: 6 }));
	assert_eq!(history.write(&ESCROW, 0), None);
}

#[test]
fn take_of_releases_names_who_got_them_works() {
	let (source, heir) = (H160::repeat_byte(1), AccountId32::new([2; 32]));
	let transfer =
		|phase, from: &AccountId32| event(phase, "Balances", "Transfer", (from, &heir, 9u128));
	let released = |migration: u32, source: H160| {
		event(5, "Migration", "Released", (migration, source, 9u128))
	};
	let history = taken(&[(15, vec![transfer(5, &ESCROW), released(3, source)])]);
	let expected = Release { block: 15, balance: 9, beneficiary: Some(heir.clone()) };
	assert_eq!(history.release(source), Some(&expected));
	assert_eq!(history.parents.get(&15), Some(&H256::from_low_u64_be(14)));
	// A transfer of somebody else's, or of another transaction, is not the release's.
	for transfer in [transfer(5, &heir), transfer(4, &ESCROW)] {
		let history = taken(&[(15, vec![transfer, released(3, source)])]);
		let found = history.release(source).map(|release| release.beneficiary.clone());
		assert_eq!(found, Some(None));
	}
	assert_eq!(taken(&[(15, vec![released(4, source)])]).release(source), None);
	// What is handed out twice is too much.
	let twice = taken(&[(16, vec![released(3, source)]), (15, vec![released(3, source)])]);
	let found = twice.release(source).map(|release| (release.block, release.balance));
	assert_eq!(found, Some((15, 18)));
}

#[test]
fn take_of_what_governance_did_works() {
	let (left, credited) = (H160::repeat_byte(1), H160::repeat_byte(2));
	let settled = |source: H160, policy: CollisionPolicy<AccountId32>| {
		event(0, "Migration", "CollisionSettled", (3u32, source, policy))
	};
	let forced = |old: u128, new: u128| event(0, "Balances", "TotalIssuanceForced", (old, new));
	let history = taken(&[
		(
			12,
			vec![
				settled(left, CollisionPolicy::Leave),
				settled(credited, CollisionPolicy::CreditTarget),
			],
		),
		(11, vec![forced(10, 17), forced(17, 15)]),
		(10, vec![event(0, "Migration", "Proposed", (3u32, H256::zero()))]),
	]);
	assert_eq!(history.settled(left), Some(false));
	assert_eq!(history.settled(credited), Some(true));
	assert_eq!(history.settled(H160::zero()), None);
	assert_eq!(history.issuance_raised(), 5);
	assert_eq!(history.not_proposed(), None);
	assert_eq!(taken(&[(10, Vec::new())]).not_proposed(), Some(10));
	assert_eq!(taken(&[(11, Vec::new())]).not_proposed(), None);
}

#[test]
fn take_of_imports_tells_where_each_began_works() {
	let mut sources: Vec<H160> = (1..=3).map(H160::repeat_byte).collect();
	sources.sort_by_key(|source| keccak256(source.as_bytes()));
	let imported = |migration: u32, source: H160| {
		event(1, "Migration", "AccountImported", (migration, source))
	};
	let history = taken(&[
		(15, vec![imported(3, sources[1]), imported(3, sources[2])]),
		(14, vec![imported(2, sources[0])]),
		(13, vec![imported(3, sources[0])]),
		(12, vec![event(0, "Migration", "Mapped", 3u32)]),
	]);
	let found: Vec<u32> = sources.iter().map(|source| history.not_before(*source)).collect();
	assert_eq!(found, [12, 13, 15]);
}

#[test]
fn take_of_spending_begins_with_the_activation_works() {
	let who = AccountId32::new([1; 32]);
	let burned = || event(0, "Balances", "Burned", (&who, 5u128));
	let blocks = [(16, vec![burned()]), (15, vec![burned()]), (14, vec![burned()])];
	assert_eq!(taken(&blocks).spending(&who), Spending::default());
	let history = taken_in(&Span { activation: Some(15), ..span() }, &blocks);
	assert_eq!(history.spending(&who), Spending { last: Some(16), wei: 10, signed: None });
}

#[test]
fn take_of_other_fields_fails() {
	let mut history = History::default();
	let short = event(0, "Balances", "BalanceSet", 7u8);
	assert!(history.take(&span(), 12, H256::zero(), &[short]).is_err());
	assert_eq!(history.read, 0);
}

#[test]
fn warnings_of_what_was_not_read_works() {
	let mut history = taken(&[(20, Vec::new())]);
	assert!(history.covers(0) && history.warnings().is_empty());
	history.unread.skip(Why::NotKept, (14, 14), "discarded".to_owned());
	history.unread.skip(Why::NotKept, (10, 13), "another".to_owned());
	let warnings = history.warnings();
	assert_eq!(warnings.len(), 1);
	assert!(warnings[0].starts_with("the events of 5 blocks, of those from 10 to 14,"));
	assert!(warnings[0].contains("(discarded)"), "{}", warnings[0]);
	assert_eq!((history.covers(14), history.covers(15)), (false, true));
	assert_eq!(history.data()["blocks_not_read"], json!(5));
	assert!(history.ensure_known(&span()).is_err());
	assert!(taken(&[]).ensure_known(&span()).is_ok());
	assert!(taken(&[]).ensure_known(&Span { proposal: None, ..span() }).is_err());
}
