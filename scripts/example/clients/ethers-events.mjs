import { setTimeout } from 'node:timers/promises';
import { id, zeroPadValue } from 'ethers';
import { RECIPIENT } from './token.mjs';

/** Finds the same logs by range, topics, block hash and contract filter. */
export async function checkLogs(token, { account, deployment, transfer }, checks) {
	const { provider } = token.runner;
	const { address } = deployment;
	const first = deployment.receipt.blockNumber;
	const json = (logs) => logs.map((log) => log.toJSON());
	// Only logs that were searched for say whether they were removed.
	const standing = (log) => ({ ...log, removed: false });
	const constructed = json(deployment.receipt.logs).map(standing);
	const [transferred] = json(transfer.receipt.logs).map(standing);
	const find = async (filter) => json(await provider.getLogs(filter));

	const range = { address, fromBlock: first, toBlock: 'latest' };
	checks.equal('getLogs by range', await find(range), [...constructed, transferred]);
	const until = { address, fromBlock: first, toBlock: transfer.receipt.blockNumber - 1 };
	checks.equal('getLogs up to a block', await find(until), constructed);
	checks.equal('getLogs without range', await find({ address }), [transferred]);
	const blockHash = transfer.receipt.blockHash;
	checks.equal('getLogs by block hash', await find({ blockHash }), [transferred]);

	const topic = id('Transfer(address,address,uint256)');
	const sender = zeroPadValue(account, 32);
	const nobody = zeroPadValue('0x', 32);
	const by = (topics) => find({ ...range, topics });
	checks.equal('getLogs by a topic', await by([topic]), [constructed[1], transferred]);
	checks.equal('getLogs by two topics', await by([topic, sender]), [transferred]);
	checks.equal('getLogs by either topic', await by([topic, [sender, nobody]]), [
		constructed[1],
		transferred,
	]);
	checks.equal('getLogs by the second topic', await by([null, nobody]), constructed);
	checks.equal('getLogs by a topic that is not there', await by([id('None()')]), []);

	const events = await token.queryFilter(token.filters.Transfer(account), first);
	checks.equal('queryFilter', json(events), [transferred]);
	checks.equal(
		'queryFilter: arguments',
		[...events[0].args],
		[account, RECIPIENT, transfer.amount],
	);
}

/** Listens for the event of a method, as an application does. */
export async function checkEvents(token, how, checks) {
	const { provider, address } = token.runner;
	const seen = [];
	const both = new Promise((resolve) => {
		token.on('Transfer', (from, to, value, { log }) => {
			seen.push([from, to, value, log.transactionHash]);
			if (seen.length === 2) resolve();
		});
	});
	const block = new Promise((resolve) => provider.once('block', resolve));
	const hashes = [];
	for (const amount of [7n, 8n]) {
		const transaction = await token.transfer(RECIPIENT, amount);
		hashes.push(transaction.hash);
		await transaction.wait();
	}
	await checks.soon(`contract.on, ${how}`, withBlocks(token.runner, both));
	await token.off('Transfer');
	checks.equal(`contract.on, ${how}`, seen, [
		[address, RECIPIENT, 7n, hashes[0]],
		[address, RECIPIENT, 8n, hashes[1]],
	]);
	const number = await checks.soon(`provider.once('block'), ${how}`, block);
	checks.holds(`number of provider.once('block'), ${how}`, Number.isInteger(number), number);
}

/** Makes blocks until the promise resolves: ethers asks for events when it sees a new block. */
async function withBlocks(wallet, promise) {
	let done = false;
	const resolved = promise.then(() => {
		done = true;
	});
	while (!done) {
		await (await wallet.sendTransaction({ to: RECIPIENT, value: 1n })).wait();
		await Promise.race([resolved, setTimeout(200)]);
	}
}
