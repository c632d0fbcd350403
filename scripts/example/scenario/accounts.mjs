import { parseEther } from 'ethers';
import { walletAt } from '../lib/chain.mjs';

/** What the first accounts of the mnemonic do; anvil gives them 10,000 ether each. */
const ROLES = [
	'deployer',
	'safe owner 1',
	'safe owner 2',
	'safe owner 3',
	'trader',
	'liquidity provider',
	'minter',
	'proxy owner',
	'treasurer',
	'counter deployer',
];

const HOLDERS = 36;

/** All accounts that have a key: `{wallet, index, role}`, the holders after the ten with a role. */
export function makeAccounts() {
	const roleAt = (index) => ROLES[index] ?? `holder ${index - ROLES.length + 1}`;
	return Array.from({ length: ROLES.length + HOLDERS }, (_, index) => {
		return { wallet: walletAt(index), index, role: roleAt(index) };
	});
}

/** The wallet of the account with `role`. */
export function byRole(accounts, role) {
	return accounts.find((account) => account.role === role).wallet;
}

/** The wallets of all holders, in order. */
export function holdersOf(accounts) {
	return accounts.slice(ROLES.length).map(({ wallet }) => wallet);
}

/** The treasurer gives every holder ether; the last three get little, and never send anything. */
export async function fundHolders(chain, accounts) {
	const treasurer = byRole(accounts, 'treasurer');
	const holders = holdersOf(accounts);
	const dust = [1n, 2n ** 64n, 10n ** 9n];
	for (const [i, { address }] of holders.entries()) {
		const fromEnd = holders.length - 1 - i;
		const value = fromEnd < dust.length ? dust[fromEnd] : parseEther(`${5 + i}.${i}1`);
		await chain.send(treasurer, { to: address, value });
	}
}

/** The holders that have ether enough for transactions. */
export function activeHolders(accounts) {
	return holdersOf(accounts).slice(0, -3);
}
