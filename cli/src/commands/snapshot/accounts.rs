//! Which accounts the arguments name.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use migration_primitives::{hash::keccak256, H160, H256};

use crate::{args::SnapshotArgs, parse};

/// The accounts that the arguments name; `None` for all.
pub(super) fn chosen(args: &SnapshotArgs) -> Result<Option<Vec<H160>>> {
	if args.all_accounts || (args.account.is_empty() && args.accounts_file.is_none()) {
		return Ok(None);
	}
	let mut accounts = args.account.clone();
	if let Some(path) = &args.accounts_file {
		accounts.extend(read_accounts(path)?);
	}
	anyhow::ensure!(!accounts.is_empty(), "no account is named");
	Ok(Some(sorted(accounts)))
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
pub(super) fn sorted(accounts: Vec<H160>) -> Vec<H160> {
	let by_hash: BTreeMap<H256, H160> =
		accounts.into_iter().map(|address| (keccak256(address.as_bytes()), address)).collect();
	by_hash.into_values().collect()
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
