//! `snapshot`: accounts of a live Ethereum node, proved against one block, in one file.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use futures::{stream, StreamExt, TryStreamExt};
use indicatif::ProgressBar;
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::AccountHead,
	limits::MAX_CODE_BYTES,
	snapshot::{Finality, Scope, SnapshotHeader, Trust},
	H160, H256,
};
use serde_json::json;

use crate::{
	args::SnapshotArgs,
	console::{Console, Outcome},
	parse,
	snapshot::{
		hashed_reference_nodes, storage_root, storage_root_with_zeros, verify_account_proof,
		SnapshotWriter,
	},
	source::{AnvilDump, BlockSelector, EthereumNode, ProvedAccount, SourceError, SourceHead},
};

/// Accounts that are asked for at once.
const PARALLEL: usize = 16;

/// Takes a snapshot.
pub(super) async fn run(args: SnapshotArgs, console: &Console) -> Result<Outcome> {
	let chosen = chosen_accounts(&args)?;
	let node = EthereumNode::new(&args.rpc)?;
	let chain_id = node.chain_id(args.expect_chain_id).await?;
	let head = pin(&node, &args).await?;
	let number = head.header.number;
	console.say(format!(
		"chain {chain_id}, block {number} ({:?}), {:?}",
		head.header.hash, head.finality
	));
	let dump = node.anvil_dump(number).await.context(
		"the slots of contracts are read through anvil_dumpState, so the node must be an anvil",
	)?;
	let addresses = sorted(chosen.unwrap_or_else(|| dump.addresses().collect()));
	let scope = if args.all_accounts { Scope::Full } else { Scope::Selected };
	let header = SnapshotHeader {
		chain_id,
		block_number: number,
		block_hash: head.header.hash,
		block_header: head.preimage.clone(),
		confirmations: head.confirmations,
		finality: head.finality,
		scope,
		trust: Trust::Attested,
	};
	let mut writer = SnapshotWriter::create(&args.output, &header)?;
	let bar = console.progress(addresses.len() as u64, "accounts");
	write_accounts(&node, &head, &dump, scope, &addresses, &mut writer, &bar).await?;
	bar.finish_and_clear();
	check_block_again(&node, &head).await?;
	let written = writer.finish()?;
	let totals = written.totals;
	let text = format!(
		"{}: {} accounts ({} contracts, {} slots, {} bytes of code), {} wei, {} bytes, digest {:?}",
		args.output.display(),
		totals.accounts,
		totals.contracts,
		totals.slots,
		totals.code_bytes,
		totals.balance,
		written.length,
		written.digest,
	);
	let data = json!({
		"snapshot": args.output,
		"chain_id": chain_id,
		"block": number,
		"block_hash": head.header.hash,
		"state_root": head.header.state_root,
		"finality": head.finality,
		"confirmations": head.confirmations,
		"scope": scope,
		"trust": Trust::Attested,
		"accounts": totals.accounts,
		"contracts": totals.contracts,
		"slots": totals.slots,
		"code_bytes": totals.code_bytes,
		"balance": totals.balance.to_string(),
		"bytes": written.length,
		"digest": written.digest,
	});
	Ok(Outcome::done(data, text))
}

/// The accounts that the arguments name; `None` for all.
fn chosen_accounts(args: &SnapshotArgs) -> Result<Option<Vec<H160>>> {
	if args.all_accounts {
		return Ok(None);
	}
	let mut accounts = args.account.clone();
	if let Some(path) = &args.accounts_file {
		accounts.extend(read_accounts(path)?);
	}
	anyhow::ensure!(!accounts.is_empty(), "no account is named");
	Ok(Some(accounts))
}

/// Reads a JSON array of addresses, or one address per line.
fn read_accounts(path: &Path) -> Result<Vec<H160>> {
	let text = fs::read_to_string(path)
		.with_context(|| format!("the accounts in {} cannot be read", path.display()))?;
	let lines: Vec<String> = match text.trim_start().starts_with('[') {
		true => serde_json::from_str(&text)
			.with_context(|| format!("{} is no JSON array of addresses", path.display()))?,
		false => text
			.lines()
			.map(|line| line.split('#').next().unwrap_or_default().trim().to_owned())
			.filter(|line| !line.is_empty())
			.collect(),
	};
	lines
		.iter()
		.map(|line| parse::address(line))
		.collect::<Result<_, _>>()
		.with_context(|| format!("in {}", path.display()))
}

/// In ascending order of their hashes, each once.
fn sorted(accounts: Vec<H160>) -> Vec<H160> {
	let by_hash: BTreeMap<H256, H160> =
		accounts.into_iter().map(|address| (keccak256(address.as_bytes()), address)).collect();
	by_hash.into_values().collect()
}

/// Pins the block, which must be final unless the operator said otherwise, and the last one, since
/// anvil gives proofs and its dump for no other.
async fn pin(node: &EthereumNode, args: &SnapshotArgs) -> Result<SourceHead> {
	let head = node.pin(args.block).await?;
	let number = head.header.number;
	if head.finality == Finality::Unfinalized && !args.allow_unfinalized {
		let finalized = node.finalized_number().await?;
		return Err(SourceError::Unfinalized { number, finalized }.into());
	}
	let latest = node.latest_number().await?;
	if number != latest && args.block != BlockSelector::Latest {
		let tag = args.block.to_string();
		return Err(SourceError::NotLatest { number, tag, latest }.into());
	}
	Ok(head)
}

/// The block must still be part of the chain, and the last one: else the dump was of another one.
async fn check_block_again(node: &EthereumNode, head: &SourceHead) -> Result<()> {
	let (number, expected) = (head.header.number, head.header.hash);
	let found = node.block_hash(number).await?;
	if found != Some(expected) {
		return Err(SourceError::Reorganised { number, expected, found }.into());
	}
	let latest = node.latest_number().await?;
	if latest != number {
		return Err(SourceError::WentOn { expected: number, found: latest }.into());
	}
	Ok(())
}

async fn write_accounts(
	node: &EthereumNode,
	head: &SourceHead,
	dump: &AnvilDump,
	scope: Scope,
	addresses: &[H160],
	writer: &mut SnapshotWriter,
	bar: &ProgressBar,
) -> Result<()> {
	let number = head.header.number;
	let mut answers = stream::iter(addresses.iter().copied())
		.map(|address| async move {
			let proved = node.proof(address, number).await?;
			let code = match proved.code_hash == KECCAK_EMPTY {
				true => Vec::new(),
				false => node.code(address, number).await?,
			};
			Ok::<_, SourceError>((address, proved, code))
		})
		.buffered(PARALLEL);
	while let Some((address, proved, code)) = answers.try_next().await? {
		write_account(head, dump, scope, writer, Account { address, proved, code })?;
		bar.inc(1);
	}
	Ok(())
}

struct Account {
	address: H160,
	proved: ProvedAccount,
	code: Vec<u8>,
}

fn write_account(
	head: &SourceHead,
	dump: &AnvilDump,
	scope: Scope,
	writer: &mut SnapshotWriter,
	account: Account,
) -> Result<()> {
	let Account { address, proved, code } = account;
	let number = head.header.number;
	if proved.code_hash.is_zero() || proved.storage_root.is_zero() {
		// Some nodes answer with zeros for what is not in the trie.
		return Err(SourceError::NoAccount { address, number }.into());
	}
	let found = keccak256(&code);
	if found != proved.code_hash {
		return Err(SourceError::CodeHash { address, expected: proved.code_hash, found }.into());
	}
	if code.len() > MAX_CODE_BYTES {
		let (found, limit) = (code.len(), MAX_CODE_BYTES);
		return Err(SourceError::CodeTooLong { address, found, limit }.into());
	}
	let slots = dump.slots(address);
	let found = storage_root(slots.iter().map(|(hashed, slot)| (*hashed, slot.value)))
		.unwrap_or(EMPTY_TRIE_ROOT);
	if found != proved.storage_root {
		let all = dump.all_slots(address);
		let with_zeros = all.iter().map(|(hashed, slot)| (*hashed, slot.value));
		if storage_root_with_zeros(with_zeros) == Some(proved.storage_root) {
			let zeros = all.len().saturating_sub(slots.len());
			return Err(SourceError::ZeroSlots { address, zeros }.into());
		}
		let (slots, expected) = (slots.len(), proved.storage_root);
		return Err(SourceError::StorageRoot { address, slots, expected, found }.into());
	}
	let mut record = AccountHead {
		address,
		nonce: proved.nonce,
		balance: proved.balance,
		code_hash: proved.code_hash,
		storage_root: proved.storage_root,
		// At most `MAX_CODE_BYTES`.
		code_length: code.len() as u32,
		slot_count: slots.len() as u64,
		proof: hashed_reference_nodes(proved.proof),
	};
	verify_account_proof(head.header.state_root, &record)
		.with_context(|| format!("account {address:?} is not in block {number}"))?;
	if scope == Scope::Full {
		// The accounts together reproduce the state root.
		record.proof = Vec::new();
	}
	writer.account(record)?;
	if !code.is_empty() {
		writer.code(&code)?;
	}
	for (_, slot) in slots {
		writer.slot(slot)?;
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::io::Write;

	#[test]
	fn read_accounts_of_both_forms_works() {
		let first = H160::repeat_byte(1);
		let mut lines = tempfile::NamedTempFile::new().expect("a file");
		writeln!(lines, "# two accounts\n{first:?}\n\n{:?} # the second", H160::zero())
			.expect("written");
		assert_eq!(read_accounts(lines.path()).expect("accounts"), [first, H160::zero()]);
		let mut array = tempfile::NamedTempFile::new().expect("a file");
		writeln!(array, "[\"{first:?}\"]").expect("written");
		assert_eq!(read_accounts(array.path()).expect("accounts"), [first]);
	}

	#[test]
	fn sorted_of_repeated_accounts_works() {
		let (a, b) = (H160::repeat_byte(1), H160::repeat_byte(2));
		let order = sorted(vec![a, b, a]);
		assert_eq!(order.len(), 2);
		assert!(keccak256(order[0].as_bytes()) < keccak256(order[1].as_bytes()));
	}
}
