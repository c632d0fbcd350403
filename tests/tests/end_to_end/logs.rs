//! What accounts of the chain do in the EVM, as wallets and indexers see it in Ethereum's JSON-RPC.

use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_primitives::{logs_bloom, Address, Log, Signature, TxKind, B256, U256 as AlloyU256};
use anyhow::{bail, Context, Result};
use evm_migrate::substrate::Keys;
use migration_primitives::{
	address::{create_address, truncated},
	hash::keccak256,
	H160, H256, U256,
};
use migration_tests::{
	account::Account,
	node::Node,
	rpc::to_hex,
	session::{Included, Session},
	synthetic::made_up,
	wait::INCLUSION,
	wallet::{nonce, receipt, send_raw, Action, Wallet, GAS_PRICE},
};
use serde_json::{json, Value};

const ETHER: u128 = 1_000_000_000_000_000_000;
const GAS: u64 = 200_000;
const BASE_FEE: u128 = 1_000_000_000;
/// Milliseconds between blocks, so that something waits in the pool.
const BLOCK_TIME: &str = "6000";

/// A contract that logs its caller under the topic 42: `CALLER PUSH0 MSTORE PUSH1 42 PUSH1 32 PUSH0
/// LOG1 STOP`.
const LOGGER: [u8; 10] = [0x33, 0x5f, 0x52, 0x60, 0x2a, 0x60, 0x20, 0x5f, 0xa1, 0x00];

/// An account of the chain with a contract of its own in the EVM.
struct Scene {
	session: Session,
	account: Account,
	/// The address as which the account acts.
	address: H160,
	contract: H160,
}

impl Scene {
	/// Has the account create a [`LOGGER`]. Gives the transaction as well.
	async fn new(node: &Node) -> Result<(Self, Included)> {
		let (session, account) = (node.session().await?, Account::bob());
		let address = truncated(account.id().as_ref());
		let deposit = session.transfer(&Keys::hashed_account(address), ETHER)?;
		session.execute(&account, &deposit).await?.succeeded()?;
		// PUSH10, and a return of the last ten bytes of the word.
		let code = [[0x69].as_slice(), &LOGGER, &[0x5f, 0x52, 0x60, 0x0a, 0x60, 0x16, 0xf3]];
		let create = session.call("EVM", "create", (address, code.concat(), prices_and_lists()))?;
		let created = session.execute(&account, &create).await?.succeeded()?;
		let contract = create_address(address, 0);
		Ok((Self { session, account, address, contract }, created))
	}

	async fn call_contract(&self) -> Result<Included> {
		let arguments = (self.address, self.contract, Vec::<u8>::new(), prices_and_lists());
		let call = self.session.call("EVM", "call", arguments)?;
		self.session.execute(&self.account, &call).await?.succeeded()
	}

	/// The block of an extrinsic in full, and its only Ethereum transaction.
	async fn block_and_transaction(&self, included: &Included) -> Result<(Value, Value)> {
		let params = json!([format!("{:#x}", included.block), true]);
		let block: Value = self.session.rpc.request("eth_getBlockByNumber", params).await?;
		assert_eq!(block["hash"], json!(included.hash));
		let transactions = block["transactions"].as_array().context("a list")?;
		let [transaction] = transactions.as_slice() else { bail!("{transactions:?}") };
		Ok((block.clone(), transaction.clone()))
	}
}

/// The arguments of a call or a creation behind its data: value, gas limit, prices, nonce and lists.
type PricesAndLists =
	(U256, u64, U256, Option<U256>, Option<U256>, Vec<(H160, Vec<H256>)>, Vec<u8>);

fn prices_and_lists() -> PricesAndLists {
	(U256::zero(), GAS, U256::from(GAS_PRICE), None, None, Vec::new(), Vec::new())
}

fn topic() -> H256 {
	H256::from_low_u64_be(42)
}

/// An address as a word.
fn word(address: H160) -> Vec<u8> {
	[[0; 12].as_slice(), address.as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_of_a_call_by_an_account_are_found_works() -> Result<()> {
	let node = Node::start().await?;
	let (scene, created) = Scene::new(&node).await?;
	check_creation(&scene, &created).await?;

	let included = scene.call_contract().await?;
	assert!(included.has("EVM.Log") && included.has("Ethereum.Recorded"), "{included:?}");
	let (block, transaction) = scene.block_and_transaction(&included).await?;
	let log = find_log(&scene, &included).await?;
	assert_eq!(log["transactionHash"], transaction["hash"]);
	check_receipt(&scene, &block, &transaction, &log).await?;
	check_transaction(&scene, &included, &transaction).await?;
	resend(&scene, &included, &transaction).await?;

	// What a wallet counts its nonces by is the state.
	assert_eq!(nonce(&scene.session.rpc, scene.address).await?, 2);
	Ok(())
}

async fn check_creation(scene: &Scene, created: &Included) -> Result<()> {
	let (_, transaction) = scene.block_and_transaction(created).await?;
	assert_eq!((&transaction["to"], &transaction["nonce"]), (&Value::Null, &json!("0x0")));
	let hash = transaction["hash"].as_str().context("a hash")?;
	let receipt = receipt(&scene.session.rpc, hash, INCLUSION).await?;
	assert_eq!(receipt["contractAddress"], json!(scene.contract));
	assert_eq!(receipt["to"], Value::Null);
	let code = scene.session.rpc.bytes("eth_getCode", json!([scene.contract, "latest"])).await?;
	assert_eq!(code, LOGGER);
	Ok(())
}

/// The only log, by every way to ask for it.
async fn find_log(scene: &Scene, included: &Included) -> Result<Value> {
	let rpc = &scene.session.rpc;
	let number = format!("{:#x}", included.block);
	let filters = [
		json!({ "fromBlock": number, "toBlock": number }),
		json!({ "fromBlock": "0x0", "toBlock": "latest", "address": scene.contract }),
		json!({ "blockHash": included.hash, "topics": [topic()] }),
	];
	let mut found = Vec::new();
	for filter in filters {
		let logs: Vec<Value> = rpc.request("eth_getLogs", json!([filter])).await?;
		let [log] = logs.as_slice() else { bail!("{filter}: {logs:?}") };
		found.push(log.clone());
	}
	let log = found.remove(0);
	assert!(found.iter().all(|other| *other == log), "{log}, {found:?}");
	assert_eq!(log["address"], json!(scene.contract));
	assert_eq!(log["topics"], json!([topic()]));
	assert_eq!(log["data"], json!(to_hex(&word(scene.address))));
	assert_eq!((&log["blockHash"], &log["logIndex"]), (&json!(included.hash), &json!("0x0")));
	Ok(log)
}

async fn check_receipt(
	scene: &Scene,
	block: &Value,
	transaction: &Value,
	log: &Value,
) -> Result<()> {
	let hash = transaction["hash"].as_str().context("a hash")?;
	let receipt = receipt(&scene.session.rpc, hash, INCLUSION).await?;
	assert_eq!((&receipt["type"], &receipt["status"]), (&json!("0x2"), &json!("0x1")));
	assert_eq!(receipt["from"], json!(scene.address));
	assert_eq!(receipt["to"], json!(scene.contract));
	assert_eq!(receipt["contractAddress"], Value::Null);
	assert_eq!(receipt["logs"], json!([log]));
	assert_eq!(receipt["blockHash"], block["hash"]);
	assert_eq!(receipt["gasUsed"], block["gasUsed"]);
	assert_eq!(receipt["cumulativeGasUsed"], block["gasUsed"]);
	assert_eq!(receipt["effectiveGasPrice"], json!(format!("{BASE_FEE:#x}")));

	let (address, topics) = (Address::from(scene.contract.0), vec![B256::from(topic().0)]);
	let bloom = logs_bloom([&Log::new_unchecked(address, topics, word(scene.address).into())]);
	assert_eq!(receipt["logsBloom"], json!(bloom));
	assert_eq!(block["logsBloom"], json!(bloom));
	Ok(())
}

async fn check_transaction(scene: &Scene, included: &Included, transaction: &Value) -> Result<()> {
	let params = json!([transaction["hash"]]);
	let by_hash: Value = scene.session.rpc.request("eth_getTransactionByHash", params).await?;
	assert_eq!(by_hash, *transaction);
	let expected = [
		("type", json!("0x2")),
		("nonce", json!("0x1")),
		("from", json!(scene.address)),
		("to", json!(scene.contract)),
		("input", json!("0x")),
		("value", json!("0x0")),
		("gas", json!(format!("{GAS:#x}"))),
		("maxFeePerGas", json!(format!("{GAS_PRICE:#x}"))),
		("maxPriorityFeePerGas", json!("0x0")),
		("transactionIndex", json!("0x0")),
		("r", json!(scene.address)),
		("s", json!(format!("{:#x}", place(included)))),
	];
	for (field, value) in expected {
		assert_eq!(transaction[field], value, "{field} of {transaction}");
	}
	Ok(())
}

/// Block and index of the record, plus one.
fn place(included: &Included) -> u64 {
	(u64::from(included.block) << 32) + 1
}

/// The transaction says all that its bytes consist of. Nobody can send them.
async fn resend(scene: &Scene, included: &Included, transaction: &Value) -> Result<()> {
	let rpc = &scene.session.rpc;
	let rebuilt = TxEip1559 {
		chain_id: u64::try_from(rpc.quantity("eth_chainId", json!([])).await?)?,
		nonce: 1,
		gas_limit: GAS,
		max_fee_per_gas: GAS_PRICE,
		to: TxKind::Call(Address::from(scene.contract.0)),
		..Default::default()
	};
	let r = AlloyU256::from_be_slice(scene.address.as_bytes());
	let signature = Signature::new(r, AlloyU256::from(place(included)), false);
	let mut raw = Vec::new();
	rebuilt.into_signed(signature).eip2718_encode(&mut raw);
	assert_eq!(transaction["hash"], json!(keccak256(&raw)));
	let refusal = send_raw(rpc, &raw).await?.expect_err("nobody signed it");
	assert!(refusal.message.contains("invalid sender"), "{refusal:?}");
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transaction_that_waits_in_another_extrinsic_is_known_works() -> Result<()> {
	let node = Node::start_with(&["--block-time", BLOCK_TIME]).await?;
	let (session, wallet) = (node.session().await?, Wallet::new(1)?);
	let rpc = &session.rpc;
	let deposit = session.transfer(&Keys::hashed_account(wallet.address()), ETHER)?;
	session.execute(&Account::bob(), &deposit).await?.succeeded()?;

	let chain_id = u64::try_from(rpc.quantity("eth_chainId", json!([])).await?)?;
	let transfer = |to: &[u8]| wallet.eip1559(chain_id, 0, &Action::transfer(made_up(to, 0), 1));
	let (raw, other) = (transfer(b"one")?, transfer(b"other")?);
	let extrinsic = session.general(&session.call("Ethereum", "transact", raw.clone())?, 7)?;
	assert!(rpc.submit(&extrinsic).await?.is_ok());
	let refusal = send_raw(rpc, &raw).await?.expect_err("it waits already");
	assert!(refusal.message.contains("already known"), "{refusal:?}");
	let refusal = send_raw(rpc, &other).await?.expect_err("its nonce is taken");
	assert!(refusal.message.contains("replacement transaction underpriced"), "{refusal:?}");
	let hash = format!("{:?}", keccak256(&raw));
	assert_eq!(receipt(rpc, &hash, INCLUSION).await?["status"], json!("0x1"));
	Ok(())
}
