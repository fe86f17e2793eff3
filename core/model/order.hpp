#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

enum class OrderType { LocalPki, Acme, ExternalCa };

template <> struct EnumNames<OrderType> {
    static constexpr std::pair<OrderType, std::string_view> table[] = {
        {OrderType::LocalPki, "local_pki"}, {OrderType::Acme, "acme"}, {OrderType::ExternalCa, "external_ca"}};
};

enum class OrderKind { Issue, Renewal };

template <> struct EnumNames<OrderKind> {
    static constexpr std::pair<OrderKind, std::string_view> table[] = {{OrderKind::Issue, "issue"},
                                                                       {OrderKind::Renewal, "renewal"}};
};

enum class OrderStatus { Pending, Processing, Issued, Deploying, Complete, Failed };

template <> struct EnumNames<OrderStatus> {
    static constexpr std::pair<OrderStatus, std::string_view> table[] = {
        {OrderStatus::Pending, "pending"},   {OrderStatus::Processing, "processing"},
        {OrderStatus::Issued, "issued"},     {OrderStatus::Deploying, "deploying"},
        {OrderStatus::Complete, "complete"}, {OrderStatus::Failed, "failed"}};
};

/// Which of the ways to a certificate (product: Issuance pathways) an order took.
enum class Pathway { Automated, Csr, Acme };

template <> struct EnumNames<Pathway> {
    static constexpr std::pair<Pathway, std::string_view> table[] = {
        {Pathway::Automated, "automated"}, {Pathway::Csr, "csr"}, {Pathway::Acme, "acme"}};
};

enum class ActorType { User, Courier, ServiceAccount, AcmeClient, System };

template <> struct EnumNames<ActorType> {
    static constexpr std::pair<ActorType, std::string_view> table[] = {{ActorType::User, "user"},
                                                                       {ActorType::Courier, "courier"},
                                                                       {ActorType::ServiceAccount, "service_account"},
                                                                       {ActorType::AcmeClient, "acme_client"},
                                                                       {ActorType::System, "system"}};
};

/// Who did something: in orders and in the audit log.
struct Actor {
    ActorType type = ActorType::System;
    std::string id{};
    std::string name{};
    bool operator==(const Actor&) const = default;
};

/// Every request for a certificate, kept for ever (product: Orders).
struct Order {
    std::string id{};
    std::string common_name{};
    OrderType type{};
    OrderKind kind{};
    Pathway pathway{};
    OrderStatus status{};
    Actor requested_by{};
    std::string provider_id{};
    std::optional<std::string> authority_id{};
    std::string request{"{}"}; ///< the original parameters as JSON
    std::optional<std::string> certificate_id{};
    std::optional<std::string> error{}; ///< problem as JSON, when failed
    std::string decision{};             ///< policy decision as JSON; empty until decided
    std::optional<std::string> decision_id{};
    std::string policy_warnings{"[]"}; ///< JSON array of findings
    std::optional<std::string> resubmission_of{};
    std::optional<std::string> renews_certificate{};
    std::optional<std::string> belongs_to_type{}; ///< whose certificate it renews, when it is not the requester's own
    std::optional<std::string> belongs_to_id{};
    std::optional<std::string> acme_account_id{};
    std::optional<std::string> key_id{}; ///< key the platform generated for it
    Time submitted_at{};
    std::optional<Time> completed_at{}; ///< completion or failure
    long long revision = 1;

    /// Submission to completion or failure; nothing while under way.
    std::optional<long long> duration_ms() const
    {
        return completed_at ? std::optional((*completed_at - submitted_at).count()) : std::nullopt;
    }
};

/// What is stored durably before a signature is made, so that a crash cannot lose or repeat it.
struct IssuanceIntent {
    std::string order_id{};
    std::string authority_id{};
    std::string serial_number{}; ///< hex
    std::string tbs{};           ///< DER of the TBSCertificate
    Digest digest{};
    Time created_at{};
};

} // namespace chancery
