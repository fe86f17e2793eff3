#pragma once

#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/external_order_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/revocation_dispatch_repository.hpp"
#include "issuance/providers/administration.hpp"
#include "issuance/providers/external_orders.hpp"
#include "issuance/providers/revocations.hpp"
#include "issuance/revocation/revocation.hpp"
#include "tests/support/est_server.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <string>

namespace chancery::test {

/// A core whose way outside ends at one server, with providers as an administrator makes them.
template <class Server> struct OutsideWorld {
    explicit OutsideWorld(db::Dialect dialect) : test(dialect), server(test.clock)
    {
        test.core.outbound = &server;
        caller = test.administrator();
    }

    Provider provider(ProviderKind kind, const std::string& configuration, const std::string& name = "Outside")
    {
        return test
            .write([&](db::UnitOfWork& work) {
                return issuance::providers::create_provider(
                    test.core, work, caller, {.name = name, .kind = kind, .configuration = configuration});
            })
            .value();
    }

    /// An order that must be accepted; nothing has been submitted yet.
    Order order(const Provider& at, issuance::CertificateRequest request)
    {
        request.provider_id = at.id;
        const auto accepted = test.accept(caller, request);
        if (!accepted) {
            throw std::runtime_error("a test's order was refused: " + accepted.error().detail);
        }
        return accepted->order;
    }

    /// One run of the order's job, if there is one.
    void work_on(const Order& order) { run(issuance::providers::execute_external(test.core, order.id)); }

    Order now(const Order& order)
    {
        return test.read(
            [&](db::Session& session) { return issuance::read_order(test.core, session, caller, order.id).value(); });
    }

    ExternalOrder external(const Order& order)
    {
        return test.read(
            [&](db::Session& session) { return db::ExternalOrderRepository(session).find(order.id).value(); });
    }

    /// The job that takes it further; nothing when there is none any more.
    std::optional<Job> job(const Order& order)
    {
        return test.read(
            [&](db::Session& session) { return db::JobRepository(session).find(external(order).job_id.value_or("")); });
    }

    /// Revokes as somebody who may, and runs what that left to do.
    void revoke(const Certificate& certificate, RevocationReason reason)
    {
        test.write([&](db::UnitOfWork& work) { return issuance::revoke(test.core, work, caller, certificate, reason); })
            .value();
    }

    RevocationDispatch dispatch(const Certificate& certificate)
    {
        return test.read([&](db::Session& session) {
            return db::RevocationDispatchRepository(session).find(certificate.id).value();
        });
    }

    void tell_the_ca(const Certificate& certificate)
    {
        run(issuance::providers::execute_revocation(
            test.core, Job{.id = dispatch(certificate).job_id.value_or(""), .subject_id = certificate.id}));
    }

    Certificate certificate(const Order& order)
    {
        return test.read([&](db::Session& session) {
            return db::CertificateRepository(session).find(now(order).certificate_id.value()).value();
        });
    }

    TestCore test;
    Server server;
    issuance::Caller caller;
};

inline std::string est_configuration(const std::string& more = {})
{
    return R"({"url":")" + std::string(EstServer::kUrl) +
           R"(","username":"chancery","password":"s3cret pass","validity_days":90)" + more + "}";
}

} // namespace chancery::test
