import { MaxUint256, parseEther } from 'ethers';
import { contractAt } from '../lib/chain.mjs';
import { activeHolders, byRole } from './accounts.mjs';

const SWAPS = 108;

/** Deploys Uniswap V2, and creates the pairs ALD/WETH and ALD/BIR by adding liquidity. */
export async function deployUniswap(chain, accounts, artifacts, { weth, alder, birch }) {
	const deployer = byRole(accounts, 'deployer');
	const factory = await chain.deploy(deployer, artifacts.UniswapV2Factory, {
		kind: 'Uniswap V2 factory',
		args: [deployer.address],
	});
	const router = await chain.deploy(deployer, artifacts.UniswapV2Router02, {
		kind: 'Uniswap V2 router',
		args: [factory.address, weth.address],
	});
	const provider = byRole(accounts, 'liquidity provider');
	for (const token of [alder, birch]) {
		const total = await chain.read(token, 'balanceOf', [deployer.address]);
		await chain.execute(deployer, token, 'transfer', [provider.address, total / 2n]);
		await chain.execute(provider, token, 'approve', [router.address, MaxUint256]);
	}
	await chain.execute(
		provider,
		router,
		'addLiquidityETH',
		[alder.address, parseEther('900000'), 0, 0, provider.address, MaxUint256],
		parseEther('3000'),
	);
	await chain.execute(provider, router, 'addLiquidity', [
		alder.address,
		birch.address,
		parseEther('400000'),
		parseEther('200000'),
		0,
		0,
		provider.address,
		MaxUint256,
	]);
	const pairOf = async (name, a, b) => {
		const address = await chain.read(factory, 'getPair', [a.address, b.address]);
		const abi = artifacts.UniswapV2Pair.abi;
		return contractAt({ name, kind: 'Uniswap V2 pair', address, deployer: factory.address, abi });
	};
	return {
		factory,
		router,
		alderWeth: await pairOf('AlderWethPair', alder, weth),
		alderBirch: await pairOf('AlderBirchPair', alder, birch),
	};
}

/** Makes the trader swap often, some holders swap once, and some add and remove liquidity. */
export async function exerciseUniswap(chain, accounts, { tokens, uniswap }) {
	const { weth, alder, birch } = tokens;
	const { factory, router, alderBirch } = uniswap;
	await chain.execute(byRole(accounts, 'deployer'), factory, 'setFeeTo', [
		byRole(accounts, 'treasurer').address,
	]);
	const trader = byRole(accounts, 'trader');
	for (const token of [weth, alder, birch]) {
		await chain.execute(trader, token, 'approve', [router.address, MaxUint256]);
	}
	const tail = [trader.address, MaxUint256];
	for (let i = 0; i < SWAPS; i++) {
		const amount = parseEther(`${1 + (i % 7)}.${i}`);
		const path = [alder.address, i % 3 === 1 ? birch.address : weth.address];
		if (i % 3 === 0) {
			const buy = [0, path.toReversed(), ...tail];
			await chain.execute(trader, router, 'swapExactETHForTokens', buy, amount);
		} else if (i % 3 === 1) {
			const sell = [amount, 0, path, ...tail];
			await chain.execute(trader, router, 'swapExactTokensForTokens', sell);
		} else {
			const sell = [amount * 10n, 0, path, ...tail];
			await chain.execute(trader, router, 'swapExactTokensForETH', sell);
		}
	}
	for (const holder of activeHolders(accounts).slice(0, 12)) {
		const path = [weth.address, alder.address, birch.address];
		const buy = [0, path, holder.address, MaxUint256];
		await chain.execute(holder, router, 'swapExactETHForTokens', buy, parseEther('0.5'));
		for (const token of [alder, birch]) {
			await chain.execute(holder, token, 'approve', [router.address, MaxUint256]);
		}
		await chain.execute(holder, router, 'addLiquidity', [
			alder.address,
			birch.address,
			parseEther('200'),
			parseEther('100'),
			0,
			0,
			holder.address,
			MaxUint256,
		]);
	}
	const leaver = activeHolders(accounts)[0];
	const liquidity = await chain.read(alderBirch, 'balanceOf', [leaver.address]);
	await chain.execute(leaver, alderBirch, 'approve', [router.address, MaxUint256]);
	await chain.execute(leaver, router, 'removeLiquidity', [
		alder.address,
		birch.address,
		liquidity / 2n,
		0,
		0,
		leaver.address,
		MaxUint256,
	]);
}
