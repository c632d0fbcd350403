#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { parseFlags, run } from './lib/flags.mjs';
import { dumpState } from './lib/rpc.mjs';

const USAGE = `Saves the whole chain of an anvil, so that "anvil.mjs --load-state" can start from it.

anvil keeps slots that were set to zero and accounts that are empty in its tries, which no other
Ethereum node does. They are left out, so that the first block after loading has the state root that
Ethereum's rules give.

usage: node save-state.mjs --rpc URL --output FILE

  --rpc URL      the JSON-RPC endpoint of the anvil
  --output FILE  where to write the state, compressed with gzip`;

/** Sorts blocks and transactions, which anvil dumps in any order: equal chains give equal files. */
function sorted(state) {
	const number = ({ header }) => Number(header.number);
	const place = ({ block_number, info }) => block_number * 1e6 + info.transaction_index;
	return {
		...state,
		blocks: state.blocks.toSorted((a, b) => number(a) - number(b)),
		transactions: state.transactions.toSorted((a, b) => place(a) - place(b)),
	};
}

const isSet = (value) => BigInt(value) !== 0n;

/** Whether an account exists by EIP-161. */
function exists({ nonce, balance, code, storage }) {
	return isSet(nonce) || isSet(balance) || code !== '0x' || Object.values(storage).some(isSet);
}

/** The state without slots of value zero and without empty accounts. */
function withoutResidue(state) {
	const setSlots = (storage) =>
		Object.fromEntries(Object.entries(storage).filter(([, value]) => isSet(value)));
	const accounts = Object.entries(state.accounts)
		.filter(([, account]) => exists(account))
		.map(([address, account]) => [address, { ...account, storage: setSlots(account.storage) }]);
	return { ...state, accounts: Object.fromEntries(accounts) };
}

async function main() {
	const { rpc: url, output } = parseFlags(USAGE, ['rpc', 'output']);
	const state = JSON.stringify(sorted(withoutResidue(await dumpState(url))));
	const compressed = gzipSync(state, { level: 9 });
	writeFileSync(output, compressed);
	console.log(`${output}: ${compressed.length} bytes, ${state.length} uncompressed`);
}

run(main);
