// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721Enumerable} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Enumerable.sol";
import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";

/// @notice An OpenZeppelin ERC-721 whose token URIs are strings in storage, minted by accounts with a role.
contract ExampleCollectible is ERC721, ERC721Enumerable, ERC721URIStorage, AccessControl {
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    /// @notice The id of the next token to be minted; ids start at 1.
    uint256 public nextTokenId = 1;

    constructor(address minter) ERC721("Example Collectible", "EXC") {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(MINTER_ROLE, minter);
    }

    /// @notice Mints one token to each of `owners`, with `uris[i]` as its URI.
    function mintBatch(address[] calldata owners, string[] calldata uris) external onlyRole(MINTER_ROLE) {
        require(owners.length == uris.length, "ExampleCollectible: one URI per owner");
        for (uint256 i = 0; i < owners.length; i++) {
            uint256 tokenId = nextTokenId++;
            _mint(owners[i], tokenId);
            _setTokenURI(tokenId, uris[i]);
        }
    }

    function tokenURI(uint256 tokenId) public view override(ERC721, ERC721URIStorage) returns (string memory) {
        return super.tokenURI(tokenId);
    }

    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC721, ERC721Enumerable, ERC721URIStorage, AccessControl)
        returns (bool)
    {
        return super.supportsInterface(interfaceId);
    }

    function _update(address to, uint256 tokenId, address auth)
        internal
        override(ERC721, ERC721Enumerable)
        returns (address)
    {
        return super._update(to, tokenId, auth);
    }

    function _increaseBalance(address account, uint128 value) internal override(ERC721, ERC721Enumerable) {
        super._increaseBalance(account, value);
    }
}
