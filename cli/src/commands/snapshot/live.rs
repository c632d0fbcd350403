//! A snapshot of a live node, at one block.

use std::{
	collections::{BTreeMap, BTreeSet},
	ffi::OsString,
	fs,
	path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use codec::Decode;
use futures::{stream, StreamExt, TryStreamExt};
use migration_primitives::{
	hash::{keccak256, KECCAK_EMPTY},
	item::AccountHead,
	snapshot::{Finality, Scope, SnapshotHeader},
	H160, H256,
};
use serde_json::{json, Map, Value};

use super::{
	accounts, check_block_hash,
	finder::{Finder, Note},
	lists, outcome,
};
use crate::{
	args::SnapshotArgs,
	console::{Console, Outcome},
	snapshot::{
		directory, hashed_reference_nodes, verify_account_proof, Choice, Claim, Journal,
		JournalError, Resumed, SnapshotWriter,
	},
	source::{
		account_range,
		slots::{collect_traces, KeyBook, Means, StorageRange},
		AnvilDump, BlockSelector, EthereumNode, ProvedAccount, RpcSettings, SourceError,
		SourceHead,
	},
};

/// Batches of accounts that are asked for at once.
const PARALLEL: usize = 4;

pub(super) async fn run(url: &str, args: &SnapshotArgs, console: &Console) -> Result<Outcome> {
	let chosen = accounts::chosen(args)?;
	let settings = RpcSettings { batch: args.batch, rate: args.rate, retries: args.retries };
	let node = EthereumNode::new(url, settings)?;
	let chain_id = node.chain_id(args.chain_id).await?;
	let (path, arguments) = (work_path(&args.output), arguments(args, chain_id, &chosen));
	let begun = Journal::begun(&path, arguments)?;
	let anvil = match node.client_version().await {
		Ok(version) => version.starts_with("anvil"),
		Err(SourceError::Refused { .. }) => false,
		Err(error) => return Err(error.into()),
	};
	let head = match &begun {
		Some(header) => again(&node, header).await?,
		None => pin(&node, args, anvil).await?,
	};
	check_block_hash(args, head.header.hash)?;
	let number = head.header.number;
	let hash = head.header.hash;
	console.say(format!("chain {chain_id}, block {number} ({hash:?}), {:?}", head.finality));
	let order = order(args);
	let folder = directory(&args.output);
	let dump = match anvil && order.contains(&Means::Anvil) {
		true => Some(node.anvil_dump(number, folder).await?),
		false => None,
	};
	let addresses = match (chosen, &dump) {
		(Some(chosen), _) => chosen,
		(None, Some(dump)) => accounts::sorted(dump.addresses().collect()),
		(None, None) => match account_range(&node, &head.header).await? {
			Some(addresses) => accounts::sorted(addresses),
			None => return Err(SourceError::NoAccounts.into()),
		},
	};
	let header = header(args, chain_id, &head);
	let (journal, resumed) = Journal::open(&path, arguments, &header, folder)?;
	let mut finder = Finder {
		node: &node,
		number,
		range: match order.contains(&Means::Debug) && !anvil {
			true => StorageRange::of_block(&node, number).await?,
			false => None,
		},
		order,
		dump: dump.as_ref(),
		book: KeyBook::new(folder),
		layouts: BTreeMap::new(),
	};
	let wanted: BTreeSet<H160> = addresses.iter().copied().collect();
	fill_book(args, &mut finder, &wanted, console).await?;
	let bar = console.progress(addresses.len() as u64, "accounts");
	let mut run =
		Run { head: &head, scope: header.scope, finder, journal, found: Found::default() };
	run.resume(&path, &addresses, &resumed, console)?;
	bar.set_position(resumed.ended.len() as u64);
	let left = addresses.get(resumed.ended.len()..).unwrap_or_default();
	run.accounts(left, resumed.cursor, || bar.inc(1)).await?;
	let Run { journal, found, .. } = run;
	check_block_again(&node, &head, dump.as_ref()).await?;
	let (stage, path) = journal.finish();
	let staged = stage.finish(&[])?;
	bar.reset();
	let mut writer = SnapshotWriter::create(&args.output, &header)?;
	let choice = if header.scope == Scope::Full { Choice::Full } else { Choice::Given };
	staged.write(choice, &mut writer, || bar.inc(1))?;
	bar.finish_and_clear();
	let written = writer.finish()?;
	fs::remove_file(&path)
		.with_context(|| format!("the work file {} cannot be removed", path.display()))?;
	console.say(found.text());
	let mut outcome = outcome(args, &header, &written);
	if let Some(data) = outcome.data.as_object_mut() {
		data.insert("slots_from".to_owned(), found.data());
	}
	Ok(outcome)
}

/// The file beside the output that keeps what was read so far.
fn work_path(output: &Path) -> PathBuf {
	let mut name = OsString::from(output);
	name.push(".work");
	name.into()
}

/// What a run must have in common with the one that it goes on with.
fn arguments(args: &SnapshotArgs, chain_id: u64, chosen: &Option<Vec<H160>>) -> H256 {
	let SnapshotArgs { block, allow_unfinalized, confirmations, trust, .. } = args;
	let text = format!(
		"{chain_id} {chosen:?} {block} {allow_unfinalized} {confirmations} {trust:?} {:?}",
		args.expect_block_hash
	);
	keccak256(text.as_bytes())
}

/// The means in the order in which they are tried.
fn order(args: &SnapshotArgs) -> Vec<Means> {
	if !args.slots_from.is_empty() {
		return args.slots_from.clone();
	}
	let mut order = vec![Means::Debug, Means::Anvil];
	order.extend((!args.layout.is_empty()).then_some(Means::Layout));
	order.extend(args.slots_file.is_some().then_some(Means::List));
	order
}

/// What the snapshot says of its block: `confirmations` and `finality` are what was asked for, so
/// that they do not depend on the moment.
fn header(args: &SnapshotArgs, chain_id: u64, head: &SourceHead) -> SnapshotHeader {
	SnapshotHeader {
		chain_id,
		block_number: head.header.number,
		block_hash: head.header.hash,
		block_header: head.preimage.clone(),
		confirmations: args.confirmations,
		finality: match args.allow_unfinalized {
			true => Finality::Unfinalized,
			false => Finality::Finalized,
		},
		scope: if args.all_accounts { Scope::Full } else { Scope::Selected },
		trust: args.trust.into(),
	}
}

/// Pins the block, which must be as final as the operator asks. Anvil gives proofs and its dump for
/// the last one only.
async fn pin(node: &EthereumNode, args: &SnapshotArgs, anvil: bool) -> Result<SourceHead> {
	let head = node.pin(args.block).await?;
	let number = head.header.number;
	if head.finality == Finality::Unfinalized && !args.allow_unfinalized {
		let finalized = node.finalized_number().await?;
		return Err(SourceError::Unfinalized { number, finalized }.into());
	}
	if head.confirmations < args.confirmations {
		let (expected, found) = (args.confirmations, head.confirmations);
		return Err(SourceError::Unconfirmed { number, expected, found }.into());
	}
	let latest = node.latest_number().await?;
	if anvil && number != latest && args.block != BlockSelector::Latest {
		let tag = args.block.to_string();
		return Err(SourceError::NotLatest { number, tag, latest }.into());
	}
	Ok(head)
}

/// The block that an interrupted run pinned.
async fn again(node: &EthereumNode, header: &SnapshotHeader) -> Result<SourceHead, SourceError> {
	let (number, expected) = (header.block_number, header.block_hash);
	let head = node.pin(BlockSelector::Number(number)).await?;
	match head.header.hash == expected {
		true => Ok(head),
		false => {
			let found = Some(head.header.hash);
			Err(SourceError::Reorganised { number, expected, found })
		}
	}
}

/// The block must still be part of the chain; with a dump, which is of the last block, also that.
async fn check_block_again(
	node: &EthereumNode,
	head: &SourceHead,
	dump: Option<&AnvilDump>,
) -> Result<(), SourceError> {
	let (number, expected) = (head.header.number, head.header.hash);
	let found = node.block_hash(number).await?;
	if found != Some(expected) {
		return Err(SourceError::Reorganised { number, expected, found });
	}
	let latest = node.latest_number().await?;
	if dump.is_some() && latest != number {
		return Err(SourceError::WentOn { expected: number, found: latest });
	}
	Ok(())
}

/// Keys that do not depend on the accounts' own state.
async fn fill_book(
	args: &SnapshotArgs,
	finder: &mut Finder<'_>,
	wanted: &BTreeSet<H160>,
	console: &Console,
) -> Result<()> {
	if let Some(path) = args.slots_file.as_ref().filter(|_| finder.order.contains(&Means::List)) {
		lists::read_keys(path, wanted, &mut finder.book)?;
	}
	for (address, path) in &args.layout {
		finder.layouts.insert(*address, lists::read_layout(*address, path)?);
	}
	if finder.order.contains(&Means::Traces) {
		let (first, last) = (args.traces_from, finder.number);
		let bar = console.progress(last.saturating_sub(first).saturating_add(1), "blocks traced");
		let progress = || bar.inc(1);
		collect_traces(finder.node, first, last, wanted, &mut finder.book, progress).await?;
		bar.finish_and_clear();
	}
	Ok(())
}

/// Slots by the means that found them.
#[derive(Default)]
struct Found(BTreeMap<Means, u64>);

impl Found {
	fn add(&mut self, note: &Note) {
		for (means, slots) in note.found() {
			let sum = self.0.entry(means).or_default();
			*sum = sum.saturating_add(slots);
		}
	}

	fn text(&self) -> String {
		let found: Vec<String> =
			self.0.iter().map(|(means, slots)| format!("{slots} by {means}")).collect();
		match found.is_empty() {
			true => "no account has slots".to_owned(),
			false => format!("slots found: {}", found.join(", ")),
		}
	}

	fn data(&self) -> Value {
		let found: Map<String, Value> =
			self.0.iter().map(|(means, slots)| (means.name().to_owned(), json!(slots))).collect();
		Value::Object(found)
	}
}

struct Run<'a> {
	head: &'a SourceHead,
	scope: Scope,
	finder: Finder<'a>,
	journal: Journal,
	found: Found,
}

impl Run<'_> {
	/// Counts what an interrupted run left, which must be the first of the accounts.
	fn resume(
		&mut self,
		path: &Path,
		addresses: &[H160],
		resumed: &Resumed,
		console: &Console,
	) -> Result<(), JournalError> {
		let damaged = || JournalError::Damaged { path: path.to_owned() };
		let ended = resumed.ended.len();
		for (index, (address, note)) in resumed.ended.iter().enumerate() {
			if addresses.get(index) != Some(address) {
				return Err(damaged());
			}
			self.found.add(&Note::decode(&mut note.as_slice()).map_err(|_| damaged())?);
		}
		if let Some((address, _)) = resumed.cursor {
			if addresses.get(ended) != Some(&address) {
				return Err(damaged());
			}
		}
		if ended > 0 || resumed.cursor.is_some() {
			console.say(format!("going on behind {ended} accounts of an interrupted run"));
		}
		Ok(())
	}

	async fn accounts(
		&mut self,
		addresses: &[H160],
		cursor: Option<(H160, H256)>,
		mut progress: impl FnMut(),
	) -> Result<()> {
		let (node, number) = (self.finder.node, self.head.header.number);
		let mut batches = stream::iter(addresses.chunks(node.settings().batch.max(1)))
			.map(|batch| accounts_of(node, batch, number))
			.buffered(PARALLEL);
		while let Some(batch) = batches.try_next().await? {
			for (address, proved, code) in batch {
				let from = cursor.filter(|(at, _)| *at == address).map(|(_, next)| next);
				let claim = self.claim(address, proved)?;
				let note = self.finder.account(&mut self.journal, &claim, &code, from).await?;
				self.found.add(&note);
				progress();
			}
		}
		Ok(())
	}

	/// What the account's proof proves.
	fn claim(&self, address: H160, proved: ProvedAccount) -> Result<Claim> {
		let number = self.head.header.number;
		if proved.code_hash.is_zero() || proved.storage_root.is_zero() {
			// Some nodes answer with zeros for what is not in the trie.
			return Err(SourceError::NoAccount { address, number }.into());
		}
		let head = AccountHead {
			address,
			nonce: proved.nonce,
			balance: proved.balance,
			code_hash: proved.code_hash,
			storage_root: proved.storage_root,
			code_length: 0,
			slot_count: 0,
			proof: hashed_reference_nodes(proved.proof),
		};
		verify_account_proof(self.head.header.state_root, &head)
			.with_context(|| format!("account {address:?} is not in block {number}"))?;
		Ok(Claim {
			address,
			nonce: head.nonce,
			balance: head.balance,
			code_hash: Some(head.code_hash),
			storage_root: Some(head.storage_root),
			// All accounts together reproduce the state root.
			proof: if self.scope == Scope::Full { Vec::new() } else { head.proof },
		})
	}
}

/// Accounts with their proofs and code.
async fn accounts_of(
	node: &EthereumNode,
	addresses: &[H160],
	number: u64,
) -> Result<Vec<(H160, ProvedAccount, Vec<u8>)>, SourceError> {
	let proved = node.proofs(addresses, number).await?;
	let contracts: Vec<H160> = addresses
		.iter()
		.zip(&proved)
		.filter(|(_, proved)| proved.code_hash != KECCAK_EMPTY)
		.map(|(address, _)| *address)
		.collect();
	let mut codes = node.codes(&contracts, number).await?.into_iter();
	Ok(addresses
		.iter()
		.zip(proved)
		.map(|(address, proved)| {
			let code = match proved.code_hash == KECCAK_EMPTY {
				true => Vec::new(),
				false => codes.next().unwrap_or_default(),
			};
			(*address, proved, code)
		})
		.collect())
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
