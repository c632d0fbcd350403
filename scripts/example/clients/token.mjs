import { parseEther } from 'ethers';

/** The arguments that the example's token is deployed with. */
export const TOKEN = { name: 'Client Token', symbol: 'CLT', supply: parseEther('1000') };

/** Gets what is sent. */
export const RECIPIENT = '0x7e57000000000000000000000000000000C11e47';

/** What the token's `distribute` says of lists of different lengths. */
export const LENGTHS_DIFFER = 'ExampleToken: one amount per holder';

/** The storage slot of the token's total supply. */
export const SUPPLY_SLOT = 2;

/** The gas limit of a block. */
export const BLOCK_GAS = 60_000_000n;

/** What MetaMask gives a call as its gas: nearly all of a block. */
export const METAMASK_GAS = (BLOCK_GAS * 19n) / 20n;
