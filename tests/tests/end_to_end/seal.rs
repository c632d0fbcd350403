//! The development node's instant seal: whatever the pool takes is soon in a block.

use std::time::Duration;

use anyhow::{ensure, Result};
use migration_tests::{account::Account, node::Node};

/// Bursts, and transactions in each.
const BURSTS: usize = 20;
const TRANSACTIONS: usize = 7;
/// Until all of a burst is in blocks.
const SEALED: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn burst_of_one_sender_is_sealed_to_its_last_transaction_works() -> Result<()> {
	let node = Node::start().await?;
	let session = node.session().await?;
	let (alice, bob) = (Account::alice(), Account::bob());
	let call = session.transfer(&bob.id(), 1)?;
	for burst in 0..BURSTS {
		let from = session.rpc.best_number().await?;
		let first = session.nonce(&alice.id()).await?;
		let mut transactions = Vec::new();
		for nonce in (first..).take(TRANSACTIONS) {
			let transaction = session.signed(&alice, nonce, &call);
			let answer = session.rpc.submit(&transaction).await?;
			ensure!(answer.is_ok(), "burst {burst}: the pool refuses nonce {nonce}: {answer:?}");
			transactions.push(transaction);
		}
		for transaction in transactions {
			session.find(&transaction, from, SEALED).await?.succeeded()?;
		}
	}
	Ok(())
}
