//! Where the programs under test are.

use std::{env, path::PathBuf};

/// The node; the environment variable `MIGRATION_NODE` may name it.
pub fn node() -> PathBuf {
	find("MIGRATION_NODE", "migration-node")
}

/// The command line; the environment variable `EVM_MIGRATE` may name it.
pub fn evm_migrate() -> PathBuf {
	find("EVM_MIGRATE", "evm-migrate")
}

/// The program that the variable names, or the one that was built beside this test.
fn find(variable: &str, name: &str) -> PathBuf {
	let path = match env::var_os(variable) {
		Some(path) => PathBuf::from(path),
		None => {
			let test = env::current_exe().expect("the path of this test is known");
			// target/release/deps/TEST
			let directory = test.parent().and_then(|deps| deps.parent());
			directory.expect("tests stand in a folder of the target folder").join(name)
		}
	};
	assert!(
		path.is_file(),
		"{} is needed and is not there: build it with `cargo build --release -p {name}`, or name it \
		 by the environment variable {variable}",
		path.display(),
	);
	path
}
