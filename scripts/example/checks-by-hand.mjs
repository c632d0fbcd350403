#!/usr/bin/env node
import { ApiPromise, WsProvider } from '@polkadot/api';
import { keccak256 } from 'ethers';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { binary } from './lib/binaries.mjs';
import { run } from './lib/flags.mjs';

const USAGE = `Helps with the checks by hand of the page that evm-migrate review writes.

usage: node checks-by-hand.mjs --page FILE --commands FILE
       node checks-by-hand.mjs --page FILE --proposal FILE --node URL
       node checks-by-hand.mjs --print-cast

  --page FILE      the page in Markdown (review.md)
  --commands FILE  where the page's commands go, one a line: what must come out, a tab, the command
  --proposal FILE  the proposal's call (proposal.hex); polkadot.js decodes it, and every field must
                   be what the page says
  --node URL       the target chain's node, ws://HOST:PORT
  --print-cast     print the path of cast

Exit code: 0 if everything is equal, 1 if anything differs, 2 if the flags are wrong.`;

const START_TIMEOUT_MS = 60_000;

/** The page's checks: what each command must print. There are three of them. */
const COMMANDS = [/^cast keccak 0x\$\(xxd/, /^cast block [0-9]+ --field hash/, /^cast keccak 0xf/];

/** Rows of the page's table that are no field of the proposal, but follow from it. */
const DERIVED = {
	manifest_hash: ({ argument }) => keccak256(argument.toHex()),
	'map.chunks': ({ fields }) => {
		const run = 1n << BigInt(fields['map.run_log2']);
		return String((BigInt(fields['map.count']) + run - 1n) / run);
	},
};

/** Where the page has another name for a field than the proposal. */
const NAMES = {
	'source.number': 'source.block',
	// polkadot.js has a `hash` of its own in every value.
	'source.hash_': 'source.block_hash',
	'source.header': 'source.block_header',
	map_run_log2: 'map.run_log2',
};

/** The section "Checks by hand". */
function section(page) {
	const [, behind] = page.split('\n## Checks by hand\n');
	if (behind === undefined) throw new Error('the page has no section "Checks by hand"');
	return behind.split('\n## ')[0];
}

/** The page's commands with what each must print. */
function commandsOf(page) {
	const text = section(page);
	const found = [...text.matchAll(/```\n(.*)\n```\n+(?:must print `(0x[0-9a-f]{64})`)?/g)];
	const blockHash = fieldsOf(page)['source.block_hash'];
	const commands = found.map(([, command, expected]) => ({ command, expected: expected ?? blockHash }));
	const asExpected = commands.length === COMMANDS.length
		&& COMMANDS.every((pattern, i) => pattern.test(commands[i].command));
	if (!asExpected) {
		throw new Error(`the page has other commands than expected: ${JSON.stringify(commands)}`);
	}
	return commands;
}

/** The table of the manifest's fields: value by name. */
function fieldsOf(page) {
	const [, table] = section(page).split('\n| field | value |\n|---|---|\n');
	if (table === undefined) throw new Error('the page has no table of fields');
	const rows = table.split('\n\n')[0].split('\n');
	const row = (line) => line.match(/^\| (.*) \| `(.*)` \|$/)?.slice(1);
	return Object.fromEntries(
		rows.map((line) => {
			const [name, value] = row(line) ?? [];
			if (name === undefined) throw new Error(`the page has a row of another form: ${line}`);
			return [name.replaceAll('\\_', '_'), value];
		}),
	);
}

/** What polkadot.js decoded, by the page's names and in the page's words. */
function decodedFields(manifest, path = '') {
	return Object.fromEntries(
		[...manifest.entries()].flatMap(([name, value]) => {
			const full = path === '' ? snake(name) : `${path}.${snake(name)}`;
			if (full === 'balances') return [[full, policyText(value)]];
			const isStruct = value instanceof Map;
			if (isStruct) return Object.entries(decodedFields(value, full));
			return [[NAMES[full] ?? full, text(value)]];
		}),
	);
}

function snake(name) {
	return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A number in decimal digits, bytes in hexadecimal ones, an enum by its name, a list as JSON. */
function text(value) {
	if (value.bitLength !== undefined && value.toBigInt !== undefined) return String(value.toBigInt());
	if (value.isBasic !== undefined) return value.type;
	const json = value.toJSON();
	return typeof json === 'string' ? json : JSON.stringify(json);
}

/** A balance policy as `evm-migrate pack --policy` takes it. */
function policyText(policy) {
	if (policy.isSkip) return 'skip';
	if (policy.isMint) return `mint:${policy.asMint.get('cap').toBigInt()}`;
	if (policy.isFund) return `fund:${policy.asFund.get('account').toHex()}`;
	throw new Error(`polkadot.js decoded the policy ${policy.toString()}`);
}

/** Decodes the proposal against the node's metadata, and gives the differences to the page. */
async function compare(page, proposal, node) {
	// It tries for ever otherwise.
	const provider = new WsProvider(node, false);
	const api = new ApiPromise({ provider, noInitWarn: true });
	const timer = setTimeout(() => {
		console.error(`error: the node at ${node} cannot be reached`);
		process.exit(1);
	}, START_TIMEOUT_MS);
	await provider.connect();
	await api.isReadyOrError;
	clearTimeout(timer);
	try {
		const call = api.createType('Call', proposal);
		const named = `${call.section}.${call.method}`;
		if (named !== 'migration.propose') throw new Error(`the proposal is a call of ${named}`);
		if (call.toHex() !== proposal) throw new Error('the proposal has bytes behind the call');
		const argument = call.args[0];
		const fields = decodedFields(argument);
		for (const [name, derive] of Object.entries(DERIVED)) fields[name] = derive({ argument, fields });
		const expected = fieldsOf(page);
		const names = [...new Set([...Object.keys(expected), ...Object.keys(fields)])].sort();
		const differences = names
			.filter((name) => expected[name] !== fields[name])
			.map((name) => ({ name, expected: expected[name], found: fields[name] }));
		const hash = call.hash.toHex();
		if (!section(page).includes(`\`${hash}\``)) {
			differences.push({ name: 'hash of the call', expected: 'what the page says', found: hash });
		}
		return { count: names.length, differences };
	} finally {
		await api.disconnect();
	}
}

async function main() {
	const { values } = parseArgs({
		options: {
			page: { type: 'string' },
			commands: { type: 'string' },
			proposal: { type: 'string' },
			node: { type: 'string' },
			'print-cast': { type: 'boolean' },
			help: { type: 'boolean' },
		},
	});
	if (values.help) return console.log(USAGE);
	if (values['print-cast']) return console.log(binary('cast'));
	if (values.page === undefined || (values.commands === undefined && !(values.proposal && values.node))) {
		console.error(USAGE);
		process.exit(2);
	}
	const page = readFileSync(values.page, 'utf8');
	if (values.commands !== undefined) {
		const lines = commandsOf(page).map(({ command, expected }) => `${expected}\t${command}\n`);
		return writeFileSync(values.commands, lines.join(''));
	}
	const proposal = readFileSync(values.proposal, 'utf8').trim();
	const { count, differences } = await compare(page, proposal, values.node);
	for (const { name, expected, found } of differences) {
		console.log(`difference: ${name}\n  page: ${expected}\n  proposal: ${found}`);
	}
	if (differences.length > 0) {
		throw new Error(`polkadot.js decodes ${differences.length} of ${count} fields to other values`);
	}
	console.log(`${count} fields and the hash of the call are what the page says`);
}

run(main);
