#pragma once

#include "core/clock.hpp"
#include "core/model/order.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

/// How a provider is spoken to.
enum class ProviderKind { LocalPki, Acme, Digicert, Globalsign, Est, Manual };

template <> struct EnumNames<ProviderKind> {
    static constexpr std::pair<ProviderKind, std::string_view> table[] = {
        {ProviderKind::LocalPki, "local_pki"},    {ProviderKind::Acme, "acme"}, {ProviderKind::Digicert, "digicert"},
        {ProviderKind::Globalsign, "globalsign"}, {ProviderKind::Est, "est"},   {ProviderKind::Manual, "manual"}};
};

/// Which type of order goes to such a provider.
constexpr OrderType order_type_of(ProviderKind kind)
{
    return kind == ProviderKind::LocalPki ? OrderType::LocalPki
           : kind == ProviderKind::Acme   ? OrderType::Acme
                                          : OrderType::ExternalCa;
}

/// Who issues: the local PKI, an upstream ACME CA, or another CA outside (product: Providers).
struct Provider {
    std::string id{};
    std::string name{};
    OrderType type{};
    ProviderKind kind{};
    bool active = true;
    std::string configuration{"{}"}; ///< JSON object of what is no secret
    std::string sealed_secrets{};    ///< base64; issuance/providers/secrets opens it. Empty: there are none
    Time created_at{};
    Time updated_at{};
    long long revision = 1;
};

/// How far an order at a CA outside has come.
enum class ExternalState {
    New,        ///< accepted; the CA has not heard of it
    Submitting, ///< the CA may have heard of it; what it answered is not stored
    Pending,    ///< the CA works on it, under `handle`; or a person does
    Done
};

template <> struct EnumNames<ExternalState> {
    static constexpr std::pair<ExternalState, std::string_view> table[] = {{ExternalState::New, "new"},
                                                                           {ExternalState::Submitting, "submitting"},
                                                                           {ExternalState::Pending, "pending"},
                                                                           {ExternalState::Done, "done"}};
};

/// What the gate let through to a CA outside, and how far it has come there.
struct ExternalOrder {
    std::string order_id{};
    std::string provider_id{};
    std::optional<std::string> job_id{}; ///< the job that takes it further; nothing: a person does
    ExternalState state{};
    std::string csr{};   ///< DER; its names and key are what the certificate must have
    Time planned_from{}; ///< the validity that the policies judged
    Time planned_to{};
    std::vector<ExtendedKeyUsage> planned_usages{}; ///< and the usages
    std::string handle{};                           ///< the CA's name for it
    std::string received{};   ///< PEM of what the CA returned, kept also when it was not what was asked for
    long long tries = 0;      ///< failures in a row that may pass
    std::string last_words{}; ///< the CA's own, of the last failure
    Time created_at{};
    Time progressed_at{}; ///< when the CA was last heard to be at work
};

/// The platform's account at an upstream ACME CA.
struct UpstreamAccount {
    std::string provider_id{};
    std::string directory_url{};
    std::string account_url{}; ///< empty until the CA has answered
    std::string sealed_key{};  ///< base64
    Time created_at{};
};

/// A challenge of an upstream ACME CA that was prepared, so that the CA may look.
struct UpstreamChallenge {
    std::string order_id{};
    std::string authorization_url{};
    std::string type{};       ///< "http-01", "dns-01"
    std::string identifier{}; ///< without "*."
    std::string token{};
    std::string content{}; ///< http-01: the key authorization; dns-01: the TXT record
    Time prepared_at{};
};

/// A revocation that a CA outside has to carry out: recorded here, published there.
struct RevocationDispatch {
    std::string certificate_id{};
    std::string provider_id{};
    std::optional<std::string> job_id{}; ///< nothing: the CA cannot be told by machine
    RevocationReason reason{};
    Time recorded_at{};
    std::optional<Time> published_at{};
    std::optional<Time> failed_at{}; ///< given up
    long long tries = 0;
    std::string last_words{};
};

} // namespace chancery
