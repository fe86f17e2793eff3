#include "pki/aead.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

const Secret kKey(std::string(32, 'k'));

} // namespace

TEST_CASE("sealed bytes that were changed anywhere do not open", "[unit][pki]")
{
    const auto sealed = pki::seal(kKey, "attack at dawn", "a context");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK_FALSE(pki::open(kKey, changed, "a context"));
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        CHECK_FALSE(pki::open(kKey, sealed.substr(0, size), "a context"));
    }
}

TEST_CASE("sealed bytes do not open under another key or context", "[unit][pki]")
{
    const auto sealed = pki::seal(kKey, "attack at dawn", "a context");
    CHECK_FALSE(pki::open(Secret(std::string(32, 'K')), sealed, "a context"));
    CHECK_FALSE(pki::open(kKey, sealed, "another context"));
    CHECK_FALSE(pki::open(kKey, sealed, ""));
}

TEST_CASE("a key of another length than 32 bytes is a bug, not a refusal", "[unit][pki]")
{
    CHECK_THROWS(pki::seal(Secret("short"), "text", ""));
    CHECK_THROWS(pki::open(Secret("short"), std::string(40, 'x'), ""));
}

TEST_CASE("sealing gives back what was sealed, and never the same bytes twice", "[unit][pki]")
{
    for (const auto* text : {"", "a", "attack at dawn"}) {
        const auto sealed = pki::seal(kKey, text, "a context");
        const auto opened = pki::open(kKey, sealed, "a context");
        REQUIRE(opened);
        CHECK(opened->reveal() == text);
        CHECK(sealed != pki::seal(kKey, text, "a context"));
    }
}
