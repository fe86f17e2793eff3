#include "acme/validation/address_policy.hpp"

#include <catch2/catch.hpp>

using chancery::acme::AddressPolicy;

TEST_CASE("reserved addresses are refused unless they are listed", "[acme-083]")
{
    const AddressPolicy policy({});
    const auto* address = GENERATE(
        "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "169.254.0.1", "100.64.0.1", "100.127.255.255", "0.0.0.0", "192.0.2.1", "198.51.100.7", "203.0.113.9",
        "198.18.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.0.8", "::", "::1",
        "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "2001:db8::1",
        "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1");
    CAPTURE(address);
    CHECK_FALSE(policy.allows(address));
}

TEST_CASE("public addresses are allowed")
{
    const AddressPolicy policy({});
    const auto* address =
        GENERATE("8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
                 "169.253.255.255", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1");
    CAPTURE(address);
    CHECK(policy.allows(address));
}

TEST_CASE("what is no canonical address is not allowed")
{
    const AddressPolicy policy({"0.0.0.0/0", "::/0"});
    const auto* address = GENERATE("", "localhost", "127.1", "0x7f000001", "2130706433", "010.0.0.1", "::0001",
                                   "1.2.3.4 ", "FE80::1", "[::1]", "fe80::1%eth0");
    CAPTURE(address);
    CHECK_FALSE(policy.allows(address));
}

TEST_CASE("a listed network opens itself and nothing else", "[acme-083]")
{
    const AddressPolicy policy({"10.20.0.0/16", "::1/128"});
    CHECK(policy.allows("10.20.3.4"));
    CHECK(policy.allows("::1"));
    CHECK_FALSE(policy.allows("10.21.0.1"));
    CHECK_FALSE(policy.allows("127.0.0.1"));
    CHECK_FALSE(policy.allows("::ffff:10.20.3.4"));
}

TEST_CASE("a setting that is no network is refused by name")
{
    CHECK_THROWS_WITH(AddressPolicy({"10.0.0.0/33"}), Catch::Contains("10.0.0.0/33"));
}
