import { MaxUint256, ZeroAddress, getCreateAddress, parseEther } from 'ethers';
import { contractAt } from '../lib/chain.mjs';
import { activeHolders, byRole } from './accounts.mjs';

/** Deploys a vault behind a transparent proxy with ProxyAdmin, and staking behind a UUPS one. */
export async function deployProxies(chain, accounts, artifacts, { alder, birch }) {
	const deployer = byRole(accounts, 'deployer');
	const owner = byRole(accounts, 'proxy owner').address;
	const vaultV1 = await chain.deploy(deployer, artifacts.ExampleVault, {
		name: 'VaultImplementationV1',
		kind: 'implementation that was replaced',
	});
	const vaultV2 = await chain.deploy(deployer, artifacts.ExampleVaultV2, {
		name: 'VaultImplementationV2',
		kind: 'implementation',
	});
	const initializeVault = vaultV1.interface.encodeFunctionData('initialize', ['Example Vault']);
	const vault = await chain.deploy(deployer, artifacts.TransparentUpgradeableProxy, {
		name: 'Vault',
		kind: 'EIP-1967 transparent proxy',
		args: [vaultV1.address, owner, initializeVault],
		abi: artifacts.ExampleVaultV2.abi,
	});
	const proxyAdmin = contractAt({
		name: 'VaultProxyAdmin',
		kind: 'proxy admin',
		address: getCreateAddress({ from: vault.address, nonce: 1 }),
		deployer: vault.address,
		deployerNonce: 1,
		abi: artifacts.ProxyAdmin.abi,
	});
	const stakingImplementation = await chain.deploy(deployer, artifacts.ExampleStaking, {
		name: 'StakingImplementation',
		kind: 'implementation',
	});
	const initializeStaking = stakingImplementation.interface.encodeFunctionData('initialize', [
		owner,
		alder.address,
		birch.address,
	]);
	const staking = await chain.deploy(deployer, artifacts.ERC1967Proxy, {
		name: 'Staking',
		kind: 'EIP-1967 UUPS proxy',
		args: [stakingImplementation.address, initializeStaking],
		abi: artifacts.ExampleStaking.abi,
	});
	return { vaultV1, vaultV2, vault, proxyAdmin, stakingImplementation, staking };
}

/** Makes holders use both proxies, and upgrades the vault in between. */
export async function exerciseProxies(chain, accounts, { tokens, proxies }) {
	const { alder, birch } = tokens;
	const { vault, vaultV2, proxyAdmin, staking } = proxies;
	const depositors = activeHolders(accounts).slice(5, 20);
	for (const [i, holder] of depositors.entries()) {
		await chain.execute(holder, vault, 'depositEther', [], parseEther(`0.${i + 1}`));
		await chain.execute(holder, alder, 'approve', [vault.address, MaxUint256]);
		const amount = parseEther(`${i + 3}`);
		await chain.execute(holder, vault, 'depositToken', [alder.address, amount]);
	}
	await chain.execute(byRole(accounts, 'proxy owner'), proxyAdmin, 'upgradeAndCall', [
		vault.address,
		vaultV2.address,
		'0x',
	]);
	for (const [i, holder] of depositors.slice(0, 8).entries()) {
		const note = `left by depositor ${i + 1}${' with a longer text'.repeat(i % 3)}`;
		await chain.execute(holder, vault, 'leaveNote', [note]);
	}
	await chain.execute(depositors[0], vault, 'withdrawToken', [alder.address, parseEther('1')]);
	const stored = await chain.read(vault, 'deposits', [ZeroAddress, depositors[0].address]);
	if (stored !== parseEther('0.1')) {
		throw new Error(`the vault lost a deposit in its upgrade: ${stored} wei are left`);
	}

	const treasurer = byRole(accounts, 'treasurer');
	await chain.execute(treasurer, birch, 'approve', [staking.address, MaxUint256]);
	for (const [i, holder] of activeHolders(accounts).slice(8, 24).entries()) {
		await chain.execute(holder, alder, 'approve', [staking.address, parseEther('500')]);
		await chain.execute(holder, staking, 'stake', [parseEther(`${20 + i}`)]);
		if (i % 5 === 4) await chain.execute(treasurer, staking, 'reward', [parseEther('42')]);
	}
}
