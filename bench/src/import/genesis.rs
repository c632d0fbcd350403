//! The source as files: a genesis of Geth, from which the command line takes the snapshot.

use std::{
	fs::{self, File},
	io::{BufWriter, Write},
	path::Path,
};

use anyhow::{Context, Result};
use migration_primitives::H160;
use migration_tests::synthetic::{Synthetic, SyntheticAccount};

/// Writes all accounts, one after another.
pub(super) fn write(chain: &Synthetic, path: &Path) -> Result<()> {
	let unwritable = || format!("{} cannot be written", path.display());
	let mut file = BufWriter::new(File::create(path).with_context(unwritable)?);
	write!(
		file,
		r#"{{"config":{{"chainId":{}}},"difficulty":"0x1","gasLimit":"0x1c9c380","alloc":{{"#,
		chain.chain_id
	)?;
	let mut separator = "";
	for (address, account) in &chain.accounts {
		write!(file, "{separator}")?;
		write_account(*address, account, &mut file)?;
		separator = ",";
	}
	file.write_all(b"}}")?;
	file.flush().with_context(unwritable)
}

fn write_account(address: H160, account: &SyntheticAccount, file: &mut impl Write) -> Result<()> {
	let SyntheticAccount { nonce, balance, code, slots } = account;
	let code = hex::encode(code);
	write!(
		file,
		r#""{address:?}":{{"balance":"{balance}","nonce":"{nonce}","code":"0x{code}","storage":{{"#
	)?;
	let mut separator = "";
	for (key, value) in slots {
		write!(file, r#"{separator}"{key:?}":"{value:?}""#)?;
		separator = ",";
	}
	Ok(file.write_all(b"}}")?)
}

/// Writes the addresses of all accounts, one on a line: a snapshot that names them has the proof of
/// each.
pub(super) fn write_addresses(chain: &Synthetic, path: &Path) -> Result<()> {
	let lines: String = chain.accounts.keys().map(|address| format!("{address:?}\n")).collect();
	fs::write(path, lines).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{snapshot::Scope, H256};
	use serde_json::{json, Value};

	#[test]
	fn write_of_two_accounts_works() -> Result<()> {
		let folder = tempfile::tempdir()?;
		let mut chain = Synthetic::new(77, Scope::Selected);
		let (contract, person) = (H160::repeat_byte(1), H160::repeat_byte(2));
		chain.contract(contract, 5, 0);
		chain.external(person, 3, 1 << 70);
		let path = folder.path().join("genesis.json");
		write(&chain, &path)?;
		let file: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
		assert_eq!(file["config"]["chainId"], json!(77));
		let code = format!("0x{}", hex::encode(&chain.accounts[&contract].code));
		let word = H256::from_low_u64_be;
		let expected = json!({
			format!("{contract:?}"): {
				"balance": "5", "nonce": "1", "code": code,
				"storage": { format!("{:?}", word(0)): word(41), format!("{:?}", word(1)): word(7) },
			},
			format!("{person:?}"): {
				"balance": "1180591620717411303424", "nonce": "3", "code": "0x", "storage": {},
			},
		});
		assert_eq!(file["alloc"], expected);

		write_addresses(&chain, &path)?;
		let lines = fs::read_to_string(&path)?;
		assert_eq!(lines, format!("{contract:?}\n{person:?}\n"));
		Ok(())
	}
}
