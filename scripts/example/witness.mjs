#!/usr/bin/env node
import { planCalls } from './lib/calls.mjs';
import { cast, inParallel } from './lib/cast.mjs';
import { readMentions } from './lib/events.mjs';
import { parseFlags, run } from './lib/flags.mjs';
import { readJson, readMapping } from './lib/inputs.mjs';
import { dumpSlots, rpc } from './lib/rpc.mjs';

const USAGE = `Asks the source and the target the same questions with cast, and compares the answers.

usage: node witness.mjs --source URL --target URL --contracts FILE [--slots FILE] [--map FILE]

  --source URL      the JSON-RPC endpoint of the chain that the contracts come from
  --target URL      the JSON-RPC endpoint of the chain that they were migrated to
  --contracts FILE  the description of the contracts (contracts.json)
  --slots FILE      the storage slots to compare: {"address": ["slot", ...]}
                    (default: all slots that the source, an anvil, dumps)
  --map FILE        where contracts have another address on the target: {"source": "target"}

Exit code: 0 if all answers are equal, 1 if any differs, 2 if the flags are wrong.`;

/**
 * A run with fewer answers of a kind than this proves too little. Calls that fail alike on both
 * sides are compared, but not counted here.
 */
const LEAST_ANSWERS = {
	'chain id': 1,
	codes: 20,
	'absent codes': 40,
	'storage slots': 1200,
	balances: 60,
	nonces: 60,
	views: 85,
	getters: 2500,
};

/** Longer values are cut in the report of a difference. */
const SHOWN_LENGTH = 400;

/** How nodes word the failures of a call; a halt (an invalid opcode, say) has no data. */
const REVERT = /revert/i;
const REVERT_DATA = /data: "?(0x[0-9a-fA-F]*)/;
const HALT = /evm error|invalid ?(fe)? ?(op)?code|out ?of ?gas|stack ?(under|over)flow/i;

const ADDRESS = /0x[0-9a-fA-F]{40}\b/g;

/** Plans the comparisons: what is compared, and the arguments of cast on each side. */
function plan({ contracts, accounts, slots, mentions, targetOf }) {
	const comparisons = [
		{ kind: 'chain id', what: 'chain id', source: ['chain-id'], target: ['chain-id'] },
	];
	const add = (kind, what, command, address, rest = []) =>
		comparisons.push({
			kind,
			what: `${what} ${[address, ...rest].join(' ')}`,
			source: [command, address, ...rest],
			target: [command, targetOf(address), ...rest.map(targetOf)],
		});
	for (const { address } of [...contracts, ...accounts]) {
		add('balances', 'balance of', 'balance', address);
		add('nonces', 'nonce of', 'nonce', address);
	}
	for (const { address } of contracts) add('codes', 'code of', 'code', address);
	for (const { address } of accounts) add('absent codes', 'code of', 'code', address);
	for (const [address, list] of Object.entries(slots)) {
		for (const slot of list) add('storage slots', 'slot of', 'storage', address, [slot]);
	}
	const excluded = [];
	for (const contract of contracts) {
		const planned = planCalls(contract, mentions);
		for (const { name, reason } of planned.excluded) {
			excluded.push(`${contract.name}.${name} ${reason}`);
		}
		for (const { signature, args } of planned.calls) {
			const kind = args.length === 0 ? 'views' : 'getters';
			add(kind, `${contract.name} at`, 'call', contract.address, [signature, ...args]);
		}
	}
	return { comparisons, excluded };
}

/** What cast answers; for a call, that it reverts or halts is an answer too. */
async function ask(args, url) {
	try {
		return { value: await cast([...args, '--rpc-url', url]) };
	} catch ({ output }) {
		if (args[0] !== 'call') return { value: output, broken: true };
		if (REVERT.test(output)) {
			return { value: `reverts with ${output.match(REVERT_DATA)?.[1] ?? '0x'}`, failed: true };
		}
		if (HALT.test(output)) return { value: 'halts', failed: true };
		return { value: output, broken: true };
	}
}

/** Compares both answers; addresses in the source's answer to a call are mapped first. */
async function compare({ kind, what, source, target }, urls, targetOf) {
	const asked = await ask(source, urls.source);
	const found = await ask(target, urls.target);
	const expected = source[0] === 'call' ? asked.value.replace(ADDRESS, targetOf) : asked.value;
	const equal = expected === found.value && !asked.broken && !found.broken;
	return { kind, what, expected, found: found.value, failed: asked.failed, equal };
}

/** Prints one line per kind, every difference, and the sums; gives whether the test passed. */
function report(results, excluded) {
	const groups = Object.entries(byKind(results)).map(([kind, group]) => {
		const failed = group.filter((result) => result.failed).length;
		return { kind, count: group.length, failed, least: LEAST_ANSWERS[kind] };
	});
	for (const { kind, count, failed } of groups) {
		const note = failed > 0 ? `, of which ${failed} fail on the source and must fail alike` : '';
		console.log(`${kind}: ${count} comparisons${note}`);
	}
	for (const line of excluded) console.log(`not compared: ${line}`);
	const differences = results.filter((result) => !result.equal);
	for (const { what, expected, found } of differences) {
		console.log(`difference: ${what}\n  source: ${cut(expected)}\n  target: ${cut(found)}`);
	}
	console.log(`${results.length} comparisons, ${differences.length} differences`);
	const few = groups.filter(({ count, failed, least }) => count - failed < least);
	for (const { kind, count, failed, least } of few) {
		console.error(`error: ${kind}: ${count - failed} answers, expected at least ${least}`);
	}
	return differences.length === 0 && few.length === 0;
}

/** The results by kind, with all kinds that must be there. */
function byKind(results) {
	const groups = Object.fromEntries(Object.keys(LEAST_ANSWERS).map((kind) => [kind, []]));
	for (const result of results) groups[result.kind].push(result);
	return groups;
}

function cut(value) {
	if (value.length <= SHOWN_LENGTH) return value;
	return `${value.slice(0, SHOWN_LENGTH)}... (${value.length} characters)`;
}

async function main() {
	const flags = parseFlags(USAGE, ['source', 'target', 'contracts', 'slots?', 'map?']);
	for (const url of [flags.source, flags.target]) await rpc(url, 'eth_chainId');
	const { contracts, accounts } = readJson(flags.contracts);
	const slots = flags.slots ? readJson(flags.slots) : await dumpSlots(flags.source);
	const mentions = await readMentions(flags.source, contracts);
	const targetOf = readMapping(flags.map);
	const { comparisons, excluded } = plan({ contracts, accounts, slots, mentions, targetOf });
	const results = await inParallel(comparisons, (each) => compare(each, flags, targetOf));
	process.exitCode = report(results, excluded) ? 0 : 1;
}

run(main);
