#include "core/encoding.hpp"
#include "pki/key_checks.hpp"
#include "pki/spki.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

// Moduli made for these tests; only their weakness matters.
constexpr std::string_view kClosePrimes =
    "cec3afb8e41c64bd2a7d7c4611b600491c2829b11f3f9742af8128378ee1f4696c8815fef25b94d84cb2066a1dea1e1fc3285175"
    "381f838a0b5d9df24b6e0350032a62eee7c6ed49334ec9590f1888264d47cd805fe5bd36d765fa63062700b150007791c76dd7ce"
    "5920515e66b21ef9941f3397f247604d1d4aa2a0bcc0ae94232beff9c568b5c76cea8af01e6c84311887ec4e6e1a845ca9ab8555"
    "ac3117712eb3e71a94f19ea687943810084065e8c86eb78f50d5abba21d5198fc76bff82ce1ae4119878d0fcc76cf0c1b2970a04"
    "2738bd2ea2887eb6a2050a1937e02815170152a8665baef160f825b0648b6bb8042ff57dbbf29abb9e31a0c1942d5b49";
constexpr std::string_view kSquare =
    "e6f72430236a2c6db2a4a071e1c6a7a75c82308851911ce6a2d2a4fa415fc25b3f310c94fb39db81f796acd9da44aa6db0a68b89"
    "c44fdedf12066cf18d9a7c773a792a8f964d3c0a8e706decd0c63d8248426872aee1f03315acdaf7789d5f595dfb6d919c2b191e"
    "0cdd1c12fff5615abc33d03b4dbc58054fdff0c58d082f1a3d7305e9cc4a72c76c7010c3cfc5b40593a778f744c36c0dbcd42b6e"
    "38c10c06b3a1e7064d082cbb6bf8c64a1c2001230b22021b9ebcbbe48c43fbbe4251fa5da0c6694e1e3be7b495451ac8190f1662"
    "44ec7b86432e682cd8abde12dc25c9272e1f0010cf0395b695c2dbfd40c4bf19e9692ad9c0825f6e1f42897ad5b88bd9";
constexpr std::string_view kSmallFactor =
    "a7a18c247470cb1fc0f7aefb68697326fef6934829e0d5c4ee50bf4d41db21ee504af95055ba9e57a5c90efc84dc00098a799cc9"
    "4dea9cb7d91a281fe69d35795d5c5b409b16040939f59e581a0a244ba049e09d51facff42736a8e578f6bbbc6fb013a5b1eba7f3"
    "1f3df250696914575e71ec50ba6af4b22ded9715ddf933ebe2de82ef52dd34199fa9de8103bcdd388f247066eca3c1ae94d005fe"
    "33c5e09d9b8fd4f987028acde43e8a6b321e8cd391b6b73381b9a9181b955b112f3c2c38f93d490bfe4a516cd9d388e1af224708"
    "90bf3c955509594b608b8945370e4200b0f5e5c76b19fd008dcba2618e4dc64edcc201b503a985a37152c5fc521e4a47";
constexpr std::string_view kRoca =
    "c293eef79796774b60c2f9c03a2a0160ff00b6b1e37e8a1f3738a7e184485ad9173f2011c89ed8f1b1e14c7c930b599542630e36"
    "54c272ab1818699be5f32a90ad5b40ffe4eb8a14c213f614896fbbf1f5ad98627714b7611f59f8b38e983b29c2c2353f29c095f4"
    "8ba66dcfd8adb60ea23e8df345e1f8cdd8b515fd45402b088a7639bf8f62ed471ed75a06dc46e07d5322915e31fc430c21394158"
    "1780e64097f6587536969d648e6211214c6f668514aa759ddae32b8aa0826d5978d58f93dc35b5a16628e7a377e871b3208c342f"
    "4b03f5ed5c9dca81f8b0959a2660861e8469278d1eb25149fc245caab4c47ac47bb342b7b4f62246f6c068a15a06b86f";
constexpr std::string_view kSound =
    "e656884ea2052328ad1a30d9626607d269829204e8c4225452d4a6f06696089ac6bd6a902f9f1b2d03cb9496f3cdabc38ba0fc11"
    "f7982f3589379a881394f22facaf4a86a178cf0ec225abb83f7c84ad120d2715aab8c9b1c7a701bcea406964e42749414d538de5"
    "3ef51a745741e0da1dc3b7efdeb6427900a3492d6b495586594395216a5e2d8059387b77704066a8edd2170b09d0e9967f5bda1e"
    "1e3e134ebc5b2bbd7c0115f4df9c2a73b90739880ebf6e4e1d54bc59e74e92637486310549e8d1c2024888fdf6150e82aa19a634"
    "7ddc21a35d055111c3d0925027a9e232337ac19946100e680bf0d2ff83472dc6cb6b01bc359d2071c53e403015e5e48b";
constexpr std::string_view k2056 =
    "cac20c632b7b35eb44e98bd5afe28c437211f5f495776d0c4d5b2697f2c6bd2f8b36aff174a18533f7036110c63db96d8b1ef343"
    "72190b8086cf3f88fb151ec05559d9c3b4a7c0a06810f17987ebcfb2a647c3f32cd25dc98c561a0bf0978725fbaf8da8e3a7895d"
    "dcdd911c0748f8e706cf7582d4cdc9e78fdfbf60791095dfaf0aba5d6871ae9b75c98ee28e87cdcd667a7601383f46896407894e"
    "ed0c2104da82be3167018aea59d48a1e05e217376596dcc826b5394748c9c6e635c600f626f235c34f355ac28ff83e08cee368e6"
    "ce0d6e044f295d7d9e925905d9eca94e280243be2f905a3637263ecf10219f219d263c12462fb89e2be27436a306e0c74b";
constexpr std::string_view k2050 =
    "02adecef95184ca039186ca99a450aa8c9bdaa12d15905cb0a30bf90070d647d329d93804d3d306f09558df831d3911e7013882a"
    "c0ed6500a05f9aab102d33e4bb60774f90923d99a4113b2447dfb4cc8d782a2debfb15b539f0652f99a2dbea434b226147e2c31f"
    "638fad00e919a766103303dc4326eec484927747836586de4582a626f2c56a387c36527081ec62e21c5e41376267a26f4682b27e"
    "06619c6039bb34897a8bd1f7b3e40398982bdd565e25195108d2f6a4157257a7f498aea4c34b1dd6796730cf745cb30119cbc067"
    "02f5c802412262aee5508d83a6c433452a0ae9e473c716414512e06a557876d711d1d44ee8f01b27eba1e0addc4f481775";
constexpr std::string_view k1024 =
    "b0e16c508023764aeac4505171f75745fa0f4a5872931e9e151e1df7a4ad09d0a5d1dba586a9c02d5785471f468c2371def7af0a"
    "94e523aa319b704b6e1c67b04e118b54a3d6da622a7c426b84e93f6be05a4f99a3283f42e57d8d10f74fd0f6496483f33421bcb4"
    "4ab11ac9d4cf6d7a5018510ad2ad0220f964a5588676a3ab";
constexpr std::string_view k4100 =
    "0c62535a98aa3824fe5aca7473f3ae2eb95a603a166157128d0e839fb6722178d30ba31b6ecdf903651e1a6589973a4e0bb7db5f"
    "67ad8637ef79ddcab35e4544f15fca5fb18429c0441142ab9acd1625d663d94d2ef77a0d509db0748bdb321c62ca9270f8a83ae4"
    "15530a3ae7e63c3af25537a1e3fdec1bd7ceff4316f265452247f1f016a6ef8f00b1418cc67959817502c80e3582be8bd330eb8f"
    "c90c92b5132c83df5e53a42fca1244df782da8703d4a5f8dccf4d04dc4e7d765068cc325372096c322a2adbe1089e9047d9c5816"
    "03ac9204fe786ed03dfbc010c0abcfea119a1efd8e2e771dcb816abd0ea6832615ae0e27145277d0152ef0b3e7f24d56216e0c10"
    "0c4703c39718c8e16ac9f03f4a8c5936d7a5e24aa7652f3ec92a998dedfd85b75d50e3264a039941d44f5b0f3dd5b146263c37b0"
    "59448dc9448a57878b8fa1a056594d1c7d3321482ad266bff9bb4c6a09645f98737a38915fd70a3cff84cd66d2fdceb130acb052"
    "b6f208722588126b9766953e3f7dc1a8b3975dc4ab1f27f879fb74b0a7dd6f4d65ca5c4c8b1e5574609a41c27d464e73fd68e183"
    "9cd8da93cd6ea39b36501e32d7c39f835c77a0aa1da977eefa75d36d4d3d3e8217d2b2fe498fe607fdd080607b59a3a913bb9d94"
    "8dfcace6eaaf337109927d5a4ac7d2eb75b31b5abcb2a4acedc4ec7589337263b0325add3a9d0168d624d084c7";

/// 2^257 + 3
constexpr std::string_view kLongExponent = "020000000000000000000000000000000000000000000000000000000000000003";

pki::PublicKey rsa_key(std::string_view modulus_hex, std::string_view exponent_hex = "010001")
{
    return pki::PublicKey::from_spki(pki::rsa_spki(*from_hex(modulus_hex), *from_hex(exponent_hex))).value();
}

} // namespace

TEST_CASE("weak RSA keys are refused with the reason", "[unit][pki]")
{
    struct Case {
        const char* name;
        std::string_view modulus;
        std::string_view exponent;
        const char* reason;
    };

    const auto item = GENERATE(values<Case>({{"1024 bits", k1024, "010001", "between 2048 and 4096"},
                                             {"4100 bits", k4100, "010001", "between 2048 and 4096"},
                                             {"2050 bits", k2050, "010001", "multiple of 8"},
                                             {"exponent 3", kSound, "03", "between 2^16"},
                                             {"exponent 65536", kSound, "010000", "even"},
                                             {"exponent 65535", kSound, "ffff", "between 2^16"},
                                             {"a small factor", kSmallFactor, "010001", "small factor"},
                                             {"ROCA", kRoca, "010001", "ROCA"},
                                             {"close primes", kClosePrimes, "010001", "close"},
                                             {"a square", kSquare, "010001", "close"}}));
    DYNAMIC_SECTION(item.name)
    {
        const auto checked = pki::check_public_key(rsa_key(item.modulus, item.exponent));
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == Code::BadKey);
        CHECK_THAT(checked.error().detail, Catch::Contains(item.reason));
    }
}

TEST_CASE("sound RSA keys pass, also of unusual sizes that are multiples of 8", "[unit][pki]")
{
    CHECK(pki::check_public_key(rsa_key(kSound)));
    CHECK(pki::check_public_key(rsa_key(kSound, "010003")));
    CHECK(pki::check_public_key(rsa_key(k2056)));
    CHECK(pki::check_public_key(pki::PrivateKey::generate(KeyAlgorithm::Rsa2048).public_key()));
}

TEST_CASE("keys on the NIST curves and Ed25519 pass, other curves and no key do not", "[unit][pki]")
{
    for (const auto algorithm :
         {KeyAlgorithm::Ec256, KeyAlgorithm::Ec384, KeyAlgorithm::Ec521, KeyAlgorithm::Ed25519}) {
        CHECK(pki::check_public_key(pki::PrivateKey::generate(algorithm).public_key()));
    }
    // secp256k1: also of 256 bits, so that only the curve's name tells.
    const auto other =
        pki::PublicKey::from_spki(*from_hex("3056301006072a8648ce3d020106052b8104000a034200"
                                            "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                                            "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"));
    REQUIRE(other);
    CHECK_FALSE(pki::check_public_key(*other));
    CHECK_FALSE(pki::check_public_key(pki::PublicKey()));
}

TEST_CASE("a key in use is weak for what makes it easier to break, not for what is not certified here", "[unit][pki]")
{
    struct Case {
        const char* name;
        std::string_view modulus;
        std::string_view exponent;
        const char* weakness; ///< empty: none
    };

    const auto item = GENERATE(values<Case>({{"a sound one", kSound, "010001", ""},
                                             {"4100 bits", k4100, "010001", ""},
                                             {"2050 bits", k2050, "010001", ""},
                                             {"a long exponent", kSound, kLongExponent, ""},
                                             {"1024 bits", k1024, "010001", "fewer than 2048 bits"},
                                             {"exponent 3", kSound, "03", "below 2^16"},
                                             {"exponent 65536", kSound, "010000", "even"},
                                             {"a small factor", kSmallFactor, "010001", "small factor"},
                                             {"ROCA", kRoca, "010001", "ROCA"},
                                             {"close primes", kClosePrimes, "010001", "close"}}));
    DYNAMIC_SECTION(item.name)
    {
        const auto weakness = pki::weakness_of(rsa_key(item.modulus, item.exponent));
        CHECK(weakness.has_value() == !std::string_view(item.weakness).empty());
        CHECK_THAT(weakness.value_or(""), Catch::Contains(item.weakness));
    }
}

TEST_CASE("a key on another curve is weak when the curve is small", "[unit][pki]")
{
    const auto on = [](std::string_view spki) { return pki::PublicKey::from_spki(*from_hex(spki)).value(); };
    const auto secp256k1 = on("3056301006072a8648ce3d020106052b8104000a034200"
                              "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                              "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
    CHECK_FALSE(pki::weakness_of(secp256k1));
    // P-192, its generator.
    const auto p192 =
        on("3049301306072a8648ce3d020106082a8648ce3d030101033200"
           "04188da80eb03090f67cbf20eb43a18800f4ff0afd82ff101207192b95ffc8da78631011ed6b24cdd573f977a11e794811");
    CHECK(pki::weakness_of(p192));
    for (const auto algorithm : {KeyAlgorithm::Ec256, KeyAlgorithm::Ed25519}) {
        CHECK_FALSE(pki::weakness_of(pki::PrivateKey::generate(algorithm).public_key()));
    }
    CHECK_FALSE(pki::weakness_of(pki::PublicKey()));
}
