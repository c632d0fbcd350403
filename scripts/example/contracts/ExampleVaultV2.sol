// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {ExampleVault} from "./ExampleVault.sol";

/// @notice The vault after its upgrade: depositors can leave a note.
contract ExampleVaultV2 is ExampleVault {
    event NoteLeft(address indexed depositor, string note);

    /// @notice The last note that each depositor left.
    mapping(address depositor => string) public notes;

    function version() external pure returns (uint256) {
        return 2;
    }

    function leaveNote(string calldata note) external {
        notes[msg.sender] = note;
        emit NoteLeft(msg.sender, note);
    }
}
