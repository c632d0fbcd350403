// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// A ray tracer in signed fixed-point arithmetic with six decimals: three spheres on a floor, one
/// light, shadows, mirrors. A measure of ordinary compiled code: signed multiplications and
/// divisions, branches, internal calls, structs in memory.
contract RayTracer {
    int256 private constant ONE = 1_000_000;
    uint256 private constant BOUNCES = 3;

    struct Vector {
        int256 x;
        int256 y;
        int256 z;
    }

    struct Sphere {
        Vector centre;
        int256 radius;
        int256 mirror;
        Vector colour;
    }

    struct Hit {
        int256 distance;
        Vector point;
        Vector normal;
        int256 mirror;
        Vector colour;
    }

    /// Renders a picture of so many pixels each way and gives the hash of its colours.
    function render(uint256 side) external pure returns (bytes32 digest) {
        Sphere[3] memory spheres = scene();
        for (uint256 row = 0; row < side; row++) {
            for (uint256 column = 0; column < side; column++) {
                // Nothing of a pixel is needed after it, and memory is paid for by the square.
                uint256 free;
                assembly ("memory-safe") {
                    free := mload(0x40)
                }
                Vector memory colour = pixel(spheres, column, row, side);
                digest = keccak256(abi.encode(digest, colour.x, colour.y, colour.z));
                assembly {
                    mstore(0x40, free)
                }
            }
        }
    }

    function scene() private pure returns (Sphere[3] memory spheres) {
        spheres[0] = Sphere(Vector(0, 0, 4 * ONE), ONE, 300_000, Vector(900_000, 200_000, 200_000));
        spheres[1] = Sphere(
            Vector(1_800_000, -300_000, 5 * ONE), 700_000, 600_000, Vector(200_000, 800_000, 300_000)
        );
        spheres[2] = Sphere(
            Vector(-1_700_000, -500_000, 3_500_000), 500_000, 0, Vector(250_000, 350_000, 950_000)
        );
    }

    function pixel(Sphere[3] memory spheres, uint256 column, uint256 row, uint256 side)
        private
        pure
        returns (Vector memory colour)
    {
        int256 width = int256(side);
        Vector memory direction = normalise(
            Vector(
                (int256(column) * 2 - width) * ONE / width, (width - int256(row) * 2) * ONE / width, 2 * ONE
            )
        );
        Vector memory origin = Vector(0, 0, 0);
        int256 weight = ONE;
        colour = Vector(0, 0, 0);
        for (uint256 bounce = 0; bounce < BOUNCES && weight > 10_000; bounce++) {
            Hit memory hit = nearest(spheres, origin, direction);
            if (hit.distance == 0) {
                int256 sky = (direction.y + ONE) * weight / (2 * ONE);
                return add(colour, Vector(sky / 2, sky * 7 / 10, sky));
            }
            int256 light = lightAt(spheres, hit);
            int256 share = weight * (ONE - hit.mirror) / ONE * light / ONE;
            colour = add(colour, scale(hit.colour, share));
            weight = weight * hit.mirror / ONE;
            int256 along = 2 * dot(direction, hit.normal);
            direction = normalise(subtract(direction, scale(hit.normal, along)));
            origin = add(hit.point, scale(hit.normal, 1_000));
        }
    }

    function nearest(Sphere[3] memory spheres, Vector memory origin, Vector memory direction)
        private
        pure
        returns (Hit memory hit)
    {
        for (uint256 i = 0; i < 3; i++) {
            int256 distance = intersect(spheres[i], origin, direction);
            if (distance > 0 && (hit.distance == 0 || distance < hit.distance)) {
                hit.distance = distance;
                hit.point = add(origin, scale(direction, distance));
                hit.normal = normalise(subtract(hit.point, spheres[i].centre));
                hit.mirror = spheres[i].mirror;
                hit.colour = spheres[i].colour;
            }
        }
        // The floor.
        if (direction.y < -1_000) {
            int256 distance = (-ONE - origin.y) * ONE / direction.y;
            if (distance > 1_000 && (hit.distance == 0 || distance < hit.distance)) {
                hit.distance = distance;
                hit.point = add(origin, scale(direction, distance));
                hit.normal = Vector(0, ONE, 0);
                hit.mirror = 100_000;
                bool dark = ((hit.point.x + 100 * ONE) / ONE + (hit.point.z + 100 * ONE) / ONE) % 2 == 0;
                hit.colour = dark ? Vector(150_000, 150_000, 150_000) : Vector(ONE, ONE, ONE);
            }
        }
    }

    function intersect(Sphere memory sphere, Vector memory origin, Vector memory direction)
        private
        pure
        returns (int256)
    {
        Vector memory offset = subtract(sphere.centre, origin);
        int256 along = dot(offset, direction);
        if (along <= 0) return 0;
        int256 rest = sphere.radius * sphere.radius / ONE - (dot(offset, offset) - along * along / ONE);
        if (rest <= 0) return 0;
        int256 distance = along - root(rest);
        return distance > 1_000 ? distance : int256(0);
    }

    function lightAt(Sphere[3] memory spheres, Hit memory hit) private pure returns (int256) {
        Vector memory towards = normalise(subtract(Vector(5 * ONE, 8 * ONE, -3 * ONE), hit.point));
        int256 slope = dot(towards, hit.normal);
        if (slope <= 0) return 100_000;
        Vector memory start = add(hit.point, scale(hit.normal, 1_000));
        for (uint256 i = 0; i < 3; i++) {
            if (intersect(spheres[i], start, towards) > 0) return 100_000;
        }
        return 100_000 + slope * 9 / 10;
    }

    function add(Vector memory a, Vector memory b) private pure returns (Vector memory) {
        return Vector(a.x + b.x, a.y + b.y, a.z + b.z);
    }

    function subtract(Vector memory a, Vector memory b) private pure returns (Vector memory) {
        return Vector(a.x - b.x, a.y - b.y, a.z - b.z);
    }

    function scale(Vector memory a, int256 by) private pure returns (Vector memory) {
        return Vector(a.x * by / ONE, a.y * by / ONE, a.z * by / ONE);
    }

    function dot(Vector memory a, Vector memory b) private pure returns (int256) {
        return (a.x * b.x + a.y * b.y + a.z * b.z) / ONE;
    }

    function normalise(Vector memory a) private pure returns (Vector memory) {
        int256 length = root(dot(a, a));
        return Vector(a.x * ONE / length, a.y * ONE / length, a.z * ONE / length);
    }

    /// The square root of a fixed-point number, by Newton's method.
    function root(int256 value) private pure returns (int256 result) {
        int256 target = value * ONE;
        result = target;
        int256 next = (target + 1) / 2;
        while (next < result) {
            result = next;
            next = (target / next + next) / 2;
        }
    }
}
