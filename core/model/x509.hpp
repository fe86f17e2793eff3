#pragma once

#include "core/enum_names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

enum class KeyAlgorithm { Rsa2048, Rsa3072, Rsa4096, Ec256, Ec384, Ec521, Ed25519 };

template <> struct EnumNames<KeyAlgorithm> {
    static constexpr std::pair<KeyAlgorithm, std::string_view> table[] = {
        {KeyAlgorithm::Rsa2048, "rsa-2048"}, {KeyAlgorithm::Rsa3072, "rsa-3072"}, {KeyAlgorithm::Rsa4096, "rsa-4096"},
        {KeyAlgorithm::Ec256, "ec-256"},     {KeyAlgorithm::Ec384, "ec-384"},     {KeyAlgorithm::Ec521, "ec-521"},
        {KeyAlgorithm::Ed25519, "ed25519"}};
};

enum class KeyFamily { Rsa, Ecdsa, Ed25519 };

template <> struct EnumNames<KeyFamily> {
    static constexpr std::pair<KeyFamily, std::string_view> table[] = {
        {KeyFamily::Rsa, "rsa"}, {KeyFamily::Ecdsa, "ecdsa"}, {KeyFamily::Ed25519, "ed25519"}};
};

/// What a public key is, also where it is none of `KeyAlgorithm` (an RSA key of 2056 bits).
struct KeyType {
    KeyFamily family{};
    int bits = 0;

    /// "rsa-2048", "ec-256", "ed25519".
    std::string name() const;
    bool operator==(const KeyType&) const = default;
};

KeyType key_type_of(KeyAlgorithm algorithm);

enum class Digest { Sha256, Sha384, Sha512, None };

template <> struct EnumNames<Digest> {
    static constexpr std::pair<Digest, std::string_view> table[] = {
        {Digest::Sha256, "sha256"}, {Digest::Sha384, "sha384"}, {Digest::Sha512, "sha512"}, {Digest::None, "none"}};
};

enum class NameType { Dns, Ip, Email, Uri };

template <> struct EnumNames<NameType> {
    static constexpr std::pair<NameType, std::string_view> table[] = {
        {NameType::Dns, "dns"}, {NameType::Ip, "ip"}, {NameType::Email, "email"}, {NameType::Uri, "uri"}};
};

/// One subject alternative name. DNS: lower case A-labels, no trailing dot. IP: canonical text (RFC 5952).
struct Name {
    NameType type{};
    std::string value;
    auto operator<=>(const Name&) const = default;
};

/// Bits of keyUsage (RFC 5280 section 4.2.1.3).
enum class KeyUsage {
    DigitalSignature,
    NonRepudiation,
    KeyEncipherment,
    DataEncipherment,
    KeyAgreement,
    KeyCertSign,
    CrlSign,
    EncipherOnly,
    DecipherOnly
};

template <> struct EnumNames<KeyUsage> {
    static constexpr std::pair<KeyUsage, std::string_view> table[] = {{KeyUsage::DigitalSignature, "digitalSignature"},
                                                                      {KeyUsage::NonRepudiation, "nonRepudiation"},
                                                                      {KeyUsage::KeyEncipherment, "keyEncipherment"},
                                                                      {KeyUsage::DataEncipherment, "dataEncipherment"},
                                                                      {KeyUsage::KeyAgreement, "keyAgreement"},
                                                                      {KeyUsage::KeyCertSign, "keyCertSign"},
                                                                      {KeyUsage::CrlSign, "cRLSign"},
                                                                      {KeyUsage::EncipherOnly, "encipherOnly"},
                                                                      {KeyUsage::DecipherOnly, "decipherOnly"}};
};

enum class ExtendedKeyUsage { ServerAuth, ClientAuth, CodeSigning, EmailProtection, TimeStamping, OcspSigning };

template <> struct EnumNames<ExtendedKeyUsage> {
    static constexpr std::pair<ExtendedKeyUsage, std::string_view> table[] = {
        {ExtendedKeyUsage::ServerAuth, "serverAuth"},     {ExtendedKeyUsage::ClientAuth, "clientAuth"},
        {ExtendedKeyUsage::CodeSigning, "codeSigning"},   {ExtendedKeyUsage::EmailProtection, "emailProtection"},
        {ExtendedKeyUsage::TimeStamping, "timeStamping"}, {ExtendedKeyUsage::OcspSigning, "OCSPSigning"}};
};

/// The subject's attributes that Chancery fills in or checks. Empty means absent.
struct Subject {
    std::string common_name{};
    std::string organization{};
    std::string organizational_unit{};
    std::string country{}; ///< two letters
    std::string state{};
    std::string locality{};
    bool operator==(const Subject&) const = default;
};

/// RFC 5280 section 5.3.1, those that a caller may give.
enum class RevocationReason {
    Unspecified,
    KeyCompromise,
    CaCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation
};

template <> struct EnumNames<RevocationReason> {
    static constexpr std::pair<RevocationReason, std::string_view> table[] = {
        {RevocationReason::Unspecified, "unspecified"},
        {RevocationReason::KeyCompromise, "keyCompromise"},
        {RevocationReason::CaCompromise, "cACompromise"},
        {RevocationReason::AffiliationChanged, "affiliationChanged"},
        {RevocationReason::Superseded, "superseded"},
        {RevocationReason::CessationOfOperation, "cessationOfOperation"}};
};

/// The CRLReason number, and back (nothing for those a caller may not give).
int crl_reason_code(RevocationReason reason);
std::optional<RevocationReason> revocation_reason_from_code(long long code);

} // namespace chancery
