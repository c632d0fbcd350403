import { MaxUint256, Signature, TypedDataEncoder, parseEther } from 'ethers';
import { activeHolders, byRole, holdersOf } from './accounts.mjs';

const TOKEN_SUPPLY = parseEther('10000000');
const TOKENS_MINTED = 80;
const PERMITS = 6;

/** The fields of an EIP-2612 permit, in the order in which they are hashed. */
const PERMIT_FIELDS = [
	{ name: 'owner', type: 'address' },
	{ name: 'spender', type: 'address' },
	{ name: 'value', type: 'uint256' },
	{ name: 'nonce', type: 'uint256' },
	{ name: 'deadline', type: 'uint256' },
];

/** Deploys wrapped ether, two ERC-20 tokens with permits and one ERC-721. */
export async function deployTokens(chain, accounts, artifacts) {
	const deployer = byRole(accounts, 'deployer');
	const token = (name, title, symbol) =>
		chain.deploy(deployer, artifacts.ExampleToken, {
			name,
			kind: 'OpenZeppelin ERC-20 with permit',
			args: [title, symbol, TOKEN_SUPPLY],
		});
	return {
		weth: await chain.deploy(deployer, artifacts.WETH9, { kind: 'wrapped ether' }),
		alder: await token('AlderToken', 'Alder Token', 'ALD'),
		birch: await token('BirchToken', 'Birch Token', 'BIR'),
		collectible: await chain.deploy(deployer, artifacts.ExampleCollectible, {
			kind: 'OpenZeppelin ERC-721 with stored URIs',
			args: [byRole(accounts, 'minter').address],
		}),
	};
}

/** Hands out both tokens; holders transfer, approve each other and permit by signature. */
export async function exerciseTokens(chain, accounts, { weth, alder, birch }) {
	const deployer = byRole(accounts, 'deployer');
	const everyone = accounts.map(({ wallet }) => wallet.address);
	for (const [token, unit] of [
		[alder, '1000'],
		[birch, '250.5'],
	]) {
		const amounts = everyone.map((_, i) => parseEther(unit) * BigInt(i + 1));
		await chain.execute(deployer, token, 'distribute', [everyone, amounts]);
	}
	const holders = activeHolders(accounts);
	for (const [i, holder] of holders.entries()) {
		const next = holders[(i + 1) % holders.length].address;
		const afterNext = holders[(i + 2) % holders.length].address;
		await chain.execute(holder, alder, 'transfer', [next, parseEther(`${i + 1}.25`)]);
		await chain.execute(holder, alder, 'approve', [next, parseEther(`${10 * (i + 1)}`)]);
		await chain.execute(holder, birch, 'approve', [afterNext, MaxUint256]);
		await chain.execute(holder, weth, 'deposit', [], parseEther(`0.${i + 11}`));
		await chain.execute(holder, weth, 'approve', [next, parseEther(`${i + 1}`)]);
	}
	for (const [i, holder] of holders.entries()) {
		if (i % 3 !== 0) continue;
		const next = holders[(i + 1) % holders.length];
		const args = [holder.address, next.address, parseEther('1.5')];
		await chain.execute(next, alder, 'transferFrom', args);
	}
	for (const holder of holders.slice(0, PERMITS)) {
		await permit(chain, deployer, { token: alder, owner: holder, value: parseEther('77') });
	}
}

/** Gives `spender` an allowance that `owner` only signed, in a transaction of the spender. */
async function permit(chain, spender, { token, owner, value }) {
	const domain = {
		name: await chain.read(token, 'name'),
		version: '1',
		chainId: chain.chainId,
		verifyingContract: token.address,
	};
	const message = {
		owner: owner.address,
		spender: spender.address,
		value,
		nonce: await chain.read(token, 'nonces', [owner.address]),
		deadline: MaxUint256,
	};
	const digest = TypedDataEncoder.hash(domain, { Permit: PERMIT_FIELDS }, message);
	const { v, r, s } = Signature.from(owner.signingKey.sign(digest));
	const args = [message.owner, message.spender, value, message.deadline, v, r, s];
	await chain.execute(spender, token, 'permit', args);
}

/** Mints collectibles with short and long URIs, and transfers and approves some. */
export async function exerciseCollectible(chain, accounts, collectible) {
	const minter = byRole(accounts, 'minter');
	const holders = holdersOf(accounts);
	for (let first = 1; first <= TOKENS_MINTED; first += 10) {
		const ids = Array.from({ length: 10 }, (_, i) => first + i);
		const owners = ids.map((id) => holders[(id * 7) % 30].address);
		await chain.execute(minter, collectible, 'mintBatch', [owners, ids.map(uriOf)]);
	}
	const active = activeHolders(accounts);
	for (const [i, holder] of active.entries()) {
		const balance = await chain.read(collectible, 'balanceOf', [holder.address]);
		if (balance === 0n) continue;
		const id = await chain.read(collectible, 'tokenOfOwnerByIndex', [holder.address, 0]);
		const next = active[(i + 1) % active.length].address;
		if (i % 4 === 0) {
			const args = [holder.address, next, id];
			await chain.execute(holder, collectible, 'transferFrom', args);
		} else if (i % 4 === 1) {
			await chain.execute(holder, collectible, 'approve', [next, id]);
		} else if (i % 4 === 2) {
			await chain.execute(holder, collectible, 'setApprovalForAll', [next, true]);
		}
	}
}

/** Every fourth URI fits in one slot; the others take three or four. */
function uriOf(id) {
	if (id % 4 === 0) return `ipfs://example/${id}`;
	const title = 'a collectible of the example, number';
	return `https://collectibles.example/metadata/${id}.json?title=${encodeURIComponent(title)}`;
}
