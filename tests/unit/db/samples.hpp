#pragma once

#include "core/id.hpp"
#include "core/model/acme.hpp"
#include "core/model/audit.hpp"
#include "core/model/authority.hpp"
#include "core/model/certificate.hpp"
#include "core/model/order.hpp"

#include <catch2/catch.hpp>

#include <string>

/// Entities with every member set, for tests of their storage.
namespace chancery::test {

inline Time at(long long seconds)
{
    return from_millis(1'800'000'000'000 + seconds * 1000 + 7);
}

inline std::string fresh_id()
{
    return new_id(at(0));
}

inline AuditEvent sample_event(const std::string& action, const std::string& resource_id = "resource-1")
{
    AuditEvent event;
    event.id = fresh_id();
    event.at = at(1);
    event.actor = {.type = ActorType::User, .id = "user-1", .name = "Ada"};
    event.source_address = "192.0.2.1";
    event.action = action;
    event.resource_type = "order";
    event.resource_id = resource_id;
    event.request_id = "request-1";
    event.details = R"({"n":1})";
    return event;
}

inline Order sample_order()
{
    Order order;
    order.id = fresh_id();
    order.common_name = "www.example.com";
    order.type = OrderType::LocalPki;
    order.kind = OrderKind::Issue;
    order.pathway = Pathway::Csr;
    order.status = OrderStatus::Pending;
    order.requested_by = {.type = ActorType::User, .id = "user-1", .name = "Ada"};
    order.provider_id = "provider-1";
    order.request = R"({"cn":"www.example.com"})";
    order.resubmission_of = "order-0";
    order.submitted_at = at(10);
    return order;
}

inline Certificate sample_certificate(const std::string& common_name = "www.example.com")
{
    Certificate certificate;
    certificate.id = fresh_id();
    certificate.common_name = common_name;
    certificate.names = {{.type = NameType::Dns, .value = common_name}};
    certificate.issuer = "CN=Test CA";
    certificate.authority_id = "authority-1";
    certificate.provider_id = "provider-1";
    certificate.algorithm = "ec-256";
    certificate.digest = Digest::Sha256;
    certificate.valid_from = at(0);
    certificate.valid_to = at(1000);
    certificate.source = CertificateSource::Managed;
    certificate.fingerprint_sha256 = "fp-" + certificate.id;
    certificate.serial_number = "0a" + certificate.id;
    certificate.spki_sha256 = "spki-" + certificate.id;
    certificate.der = std::string("\x30\x03\x00\xff\x01", 5);
    certificate.requester_type = "user";
    certificate.requester_id = "user-1";
    certificate.created_at = at(5);
    return certificate;
}

inline std::vector<std::string> ids_of(const auto& rows)
{
    std::vector<std::string> ids;
    for (const auto& row : rows) {
        ids.push_back(row.id);
    }
    return ids;
}

} // namespace chancery::test
