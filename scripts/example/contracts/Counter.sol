// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// @notice Counts per account; no other contract knows its address, and it does not store its own.
contract Counter {
    event Counted(address indexed account, uint256 indexed entryId, uint256 total);

    string public constant TITLE = "Counter";
    uint256 public total;
    mapping(address account => uint256) public counts;
    string[] public entries;

    function count(string calldata entry) external {
        counts[msg.sender] += 1;
        total += 1;
        entries.push(entry);
        emit Counted(msg.sender, entries.length - 1, total);
    }

    function entryCount() external view returns (uint256) {
        return entries.length;
    }
}
