// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice An OpenZeppelin ERC-20 with EIP-2612 permits and an owner who hands out the first holdings.
contract ExampleToken is ERC20, ERC20Permit, Ownable {
    constructor(string memory name_, string memory symbol_, uint256 supply)
        ERC20(name_, symbol_)
        ERC20Permit(name_)
        Ownable(msg.sender)
    {
        _mint(msg.sender, supply);
    }

    /// @notice Sends `amounts[i]` of the owner's tokens to `holders[i]`.
    function distribute(address[] calldata holders, uint256[] calldata amounts) external onlyOwner {
        require(holders.length == amounts.length, "ExampleToken: one amount per holder");
        for (uint256 i = 0; i < holders.length; i++) {
            _transfer(msg.sender, holders[i], amounts[i]);
        }
    }
}
