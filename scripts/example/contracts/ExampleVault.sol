// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Keeps ether and ERC-20 tokens of its depositors, behind a transparent proxy.
contract ExampleVault is Initializable {
    using SafeERC20 for IERC20;

    event Deposited(address indexed token, address indexed depositor, uint256 amount);
    event Withdrawn(address indexed token, address indexed depositor, uint256 amount);

    /// @notice The name that the vault was initialized with.
    string public title;

    /// @notice What `depositor` has in the vault, per token; the zero address stands for ether.
    mapping(address token => mapping(address depositor => uint256)) public deposits;

    /// @notice The sum of all deposits of a token.
    mapping(address token => uint256) public totalDeposits;

    constructor() {
        _disableInitializers();
    }

    function initialize(string calldata title_) external initializer {
        title = title_;
    }

    function depositEther() external payable {
        _credit(address(0), msg.value);
    }

    function depositToken(address token, uint256 amount) external {
        _credit(token, amount);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
    }

    function withdrawToken(address token, uint256 amount) external {
        deposits[token][msg.sender] -= amount;
        totalDeposits[token] -= amount;
        emit Withdrawn(token, msg.sender, amount);
        IERC20(token).safeTransfer(msg.sender, amount);
    }

    function _credit(address token, uint256 amount) private {
        deposits[token][msg.sender] += amount;
        totalDeposits[token] += amount;
        emit Deposited(token, msg.sender, amount);
    }
}
