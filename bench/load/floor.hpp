#pragma once

namespace chancery::bench {

/// What the cryptography of one certificate costs on this machine with nothing around it, in microseconds: keys are
/// imported and contexts made beforehand.
struct Floor {
    double verify = 0; ///< one ECDSA P-256 verification of a SHA-256 digest of some 500 bytes, hashing included
    double sign = 0;

    /// Seven JWS, one CSR, one signature by the CA.
    double certificate() const { return 8 * verify + sign; }
};

/// Measures for about half a second of CPU time on this thread.
Floor measure_floor();

} // namespace chancery::bench
