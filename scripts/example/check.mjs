#!/usr/bin/env node
import { parseFlags, run } from './lib/flags.mjs';
import { readJson } from './lib/inputs.mjs';
import { dumpAccounts, rpc } from './lib/rpc.mjs';

const USAGE = `Counts what is on the example's anvil, and checks that it is enough.

usage: node check.mjs --rpc URL --contracts FILE

  --rpc URL         the JSON-RPC endpoint of the anvil
  --contracts FILE  the description that deploy.mjs wrote (contracts.json)`;

/** The contract that can be migrated to another address, as nothing refers to it. */
const UNREFERENCED = 'Counter';

/** The counts and conditions of the example: what, how many, and whether that is enough. */
function measure(state, description) {
	const accounts = Object.entries(state).map(([address, account]) => ({ address, ...account }));
	const contracts = accounts.filter(({ code }) => code !== '0x');
	const keyed = new Set(
		description.accounts.filter(({ index }) => index !== undefined).map(addressOf),
	);
	const external = accounts.filter(({ address, nonce, balance }) => {
		return keyed.has(address) && (nonce > 0 || BigInt(balance) > 0n);
	});
	const slots = contracts.flatMap(({ storage }) => Object.values(storage).filter(isSet));
	const nonces = external.map(({ nonce }) => Number(nonce));
	const balances = accounts.map(({ balance }) => BigInt(balance));
	const largest = balances.reduce((a, b) => (a > b ? a : b));
	const references = contracts.filter((account) => refersTo(account, unreferenced(description)));
	const live = new Set(contracts.map(addressOf));
	const missing = description.contracts.filter((each) => !live.has(addressOf(each)));
	return [
		['contracts', contracts.length, contracts.length >= 12],
		['described contracts that are missing', missing.length, missing.length === 0],
		['storage slots that are not zero', slots.length, slots.length >= 1000],
		['externally owned accounts', external.length, external.length >= 30],
		['highest nonce of one', Math.max(...nonces), Math.max(...nonces) > 100],
		['largest balance in wei', largest, largest > 2n ** 64n],
		[`contracts that refer to ${UNREFERENCED}`, references.length, references.length === 0],
	];
}

function unreferenced({ contracts }) {
	return addressOf(contracts.find(({ name }) => name === UNREFERENCED)).slice(2);
}

/** Whether the code or a storage value of the account has the address `hex`. */
function refersTo({ code, storage }, hex) {
	return [code, ...Object.values(storage)].some((bytes) => bytes.toLowerCase().includes(hex));
}

function isSet(value) {
	return BigInt(value) !== 0n;
}

function addressOf({ address }) {
	return address.toLowerCase();
}

async function main() {
	const { rpc: url, contracts } = parseFlags(USAGE, ['rpc', 'contracts']);
	const description = readJson(contracts);
	const block = await rpc(url, 'eth_getBlockByNumber', ['latest', false]);
	const rows = measure(await dumpAccounts(url), description);
	rows.push(['last block', BigInt(block.number), block.hash === description.blockHash]);
	rows.push(['state root', block.stateRoot, block.stateRoot === description.stateRoot]);
	for (const [what, value, enough] of rows) {
		console.log(`${enough ? 'ok' : 'WRONG'}: ${what}: ${value}`);
	}
	const wrong = rows.filter(([, , enough]) => !enough).length;
	if (wrong > 0) throw new Error(`${wrong} of ${rows.length} conditions do not hold`);
}

run(main);
