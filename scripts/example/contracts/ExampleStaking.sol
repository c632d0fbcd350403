// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Pays rewards to stakers in proportion to their stakes, behind a UUPS proxy.
contract ExampleStaking is Initializable, UUPSUpgradeable {
    using SafeERC20 for IERC20;

    struct Stake {
        uint128 amount;
        uint64 since;
        uint32 changes;
    }

    event Staked(address indexed staker, uint256 amount);
    event Rewarded(address indexed payer, uint256 amount);

    uint256 private constant PRECISION = 1e18;

    address public owner;
    IERC20 public stakingToken;
    IERC20 public rewardToken;
    uint256 public totalStaked;

    /// @notice Reward tokens paid so far per staked token, times 1e18.
    uint256 public rewardPerStake;

    /// @notice Each account's stake: amount, time of the first one, number of changes, in one slot.
    mapping(address staker => Stake) public stakes;

    /// @notice The part of `rewardPerStake` that came before the account's stake.
    mapping(address staker => uint256) public rewardDebt;

    /// @notice Every account that ever staked, in order.
    address[] public stakers;

    constructor() {
        _disableInitializers();
    }

    function initialize(address owner_, IERC20 stakingToken_, IERC20 rewardToken_) external initializer {
        owner = owner_;
        stakingToken = stakingToken_;
        rewardToken = rewardToken_;
    }

    function stake(uint128 amount) external {
        Stake storage own = stakes[msg.sender];
        if (own.since == 0) {
            own.since = uint64(block.timestamp);
            stakers.push(msg.sender);
        }
        own.amount += amount;
        own.changes += 1;
        totalStaked += amount;
        rewardDebt[msg.sender] += (amount * rewardPerStake) / PRECISION;
        emit Staked(msg.sender, amount);
        stakingToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    function reward(uint256 amount) external {
        rewardPerStake += (amount * PRECISION) / totalStaked;
        emit Rewarded(msg.sender, amount);
        rewardToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice The rewards that `staker` has earned.
    function earned(address staker) external view returns (uint256) {
        return (stakes[staker].amount * rewardPerStake) / PRECISION - rewardDebt[staker];
    }

    function _authorizeUpgrade(address) internal view override {
        require(msg.sender == owner, "ExampleStaking: only the owner upgrades");
    }
}
