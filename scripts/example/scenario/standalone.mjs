import { activeHolders, byRole } from './accounts.mjs';

/** Deploys the counter that nothing refers to, and the multicall that has no storage. */
export async function deployStandalone(chain, accounts, artifacts) {
	const counter = await chain.deploy(byRole(accounts, 'counter deployer'), artifacts.Counter, {
		kind: 'standalone contract that nothing refers to',
	});
	const multicall = await chain.deploy(byRole(accounts, 'deployer'), artifacts.Multicall, {
		kind: 'contract without storage',
	});
	return { counter, multicall };
}

/** Makes holders count, with short and long entries, and calls some tokens in one transaction. */
export async function exerciseStandalone(chain, accounts, { tokens, standalone }) {
	const holders = activeHolders(accounts);
	for (const [i, holder] of holders.slice(0, 10).entries()) {
		const entry = `entry ${i}${' and more of it'.repeat(i)}`;
		await chain.execute(holder, standalone.counter, 'count', [entry]);
	}
	const symbol = tokens.alder.interface.encodeFunctionData('symbol');
	const calls = [tokens.alder, tokens.birch].map(({ address }) => [address, false, symbol]);
	await chain.execute(holders[0], standalone.multicall, 'aggregate', [calls]);
}
