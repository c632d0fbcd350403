import { Wallet } from 'ethers';
import { methods } from './json-rpc.mjs';
import { connect } from './provider.mjs';
import { RECIPIENT } from './token.mjs';

/** Polls filters by hand: what they report, and that they report it once. */
export async function checkFilters({ url, key, artifacts, checks }) {
	const { result, error } = methods(url);
	const provider = connect(url);
	try {
		const wallet = new Wallet(key, provider);
		const logs = await result('eth_newFilter', {});
		const others = await result('eth_newFilter', { address: RECIPIENT });
		const blocks = await result('eth_newBlockFilter');
		checks.equal('three filters', new Set([logs, others, blocks]).size, 3);
		checks.equal('changes before anything', await result('eth_getFilterChanges', logs), []);
		checks.equal('blocks before anything', await result('eth_getFilterChanges', blocks), []);

		const first = await sendLogs(wallet, { count: 2, bytes: 3 });
		const second = await sendLogs(wallet, { count: 1, bytes: 0 });
		const changes = await result('eth_getFilterChanges', logs);
		const expected = await Promise.all(
			[first, second].map(({ blockHash }) => result('eth_getLogs', { blockHash })),
		);
		checks.equal('changes of two blocks', changes, expected.flat());
		checks.equal('data of the first', changes[0].data, '0x000000');
		checks.equal('changes afterwards', await result('eth_getFilterChanges', logs), []);
		checks.equal('changes of another address', await result('eth_getFilterChanges', others), []);
		const hashes = [first.blockHash, second.blockHash];
		checks.equal('two blocks', await result('eth_getFilterChanges', blocks), hashes);
		checks.equal('blocks afterwards', await result('eth_getFilterChanges', blocks), []);

		const latest = await result('eth_getLogs', {});
		checks.equal('eth_getFilterLogs', await result('eth_getFilterLogs', logs), latest);
		const notLogs = await error('eth_getFilterLogs', blocks);
		checks.equal('eth_getFilterLogs of a filter of blocks', notLogs, [-32000, 'filter not found']);
		checks.equal('eth_uninstallFilter', await result('eth_uninstallFilter', logs), true);
		const gone = await error('eth_getFilterChanges', logs);
		checks.equal('changes of a filter that is gone', gone, [-32000, 'filter not found']);
		checks.equal('eth_uninstallFilter again', await result('eth_uninstallFilter', logs), false);
		for (const id of [others, blocks]) await result('eth_uninstallFilter', id);
		const ofBlock = await error('eth_newFilter', { blockHash: first.blockHash });
		checks.equal('filter of one block', ofBlock?.[0], -32602);
	} finally {
		provider.destroy();
	}
}

/** Emits `count` logs without topics, each with `bytes` zeros, in one transaction; its receipt. */
export async function sendLogs(wallet, { count, bytes }) {
	const transaction = await wallet.sendTransaction({ data: logCode({ count, bytes }) });
	return transaction.wait();
}

/** Creation code that emits logs and creates an account without code. */
function logCode({ count, bytes }) {
	const number = (value) => value.toString(16).padStart(6, '0');
	const code = [
		`62${number(count)}`, // PUSH3 count
		'5b', // JUMPDEST, at 4
		`62${number(bytes)}5fa0`, // PUSH3 bytes PUSH0 LOG0
		'60019003', // PUSH1 1 SWAP1 SUB
		'80600457', // DUP1 PUSH1 4 JUMPI
		'00', // STOP
	];
	return `0x${code.join('')}`;
}
