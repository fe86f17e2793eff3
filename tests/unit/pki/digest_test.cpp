#include "core/encoding.hpp"
#include "pki/digest.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4", "[unit][pki]")
{
    CHECK(pki::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(pki::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(pki::sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(pki::sha256("abc").size() == 32);
}

TEST_CASE("HMAC-SHA-256 gives the codes of RFC 4231, also for keys longer than a block", "[unit][pki]")
{
    CHECK(to_hex(pki::hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(to_hex(pki::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(
        to_hex(pki::hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("HKDF-SHA-256 without salt gives the bytes of RFC 5869 test case 3", "[unit][pki]")
{
    CHECK(to_hex(pki::hkdf_sha256(std::string(22, '\x0b'), "", 42)) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    CHECK(pki::hkdf_sha256("key", "one purpose") != pki::hkdf_sha256("key", "another"));
    CHECK(pki::hkdf_sha256("key", "purpose").size() == 32);
}
