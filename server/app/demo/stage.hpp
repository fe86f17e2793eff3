#pragma once

#include "acme/door.hpp"
#include "issuance/orders.hpp"
#include "server/app/commands/common.hpp"
#include "server/app/demo/agenda.hpp"
#include "server/app/demo/chance.hpp"
#include "server/app/demo/no_network.hpp"
#include "server/app/demo/played_jobs.hpp"
#include "server/app/outbound.hpp"
#include "server/app/run_sync.hpp"
#include "server/app/services.hpp"
#include "server/http/router.hpp"

#include <optional>
#include <string>
#include <utility>

namespace chancery::app::demo {

/// What became of a request for a certificate.
struct Outcome {
    std::optional<Order> order{};
    std::optional<Certificate> certificate{};
    std::optional<Problem> refusal{};
};

/// A whole server without sockets whose clock the play moves: the same core, jobs and ACME door as one that serves.
class Stage {
public:
    /// Opens, or makes, database and keys. Time begins at `begin`.
    Stage(const Config& config, Time begin);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// The value of a unit of work that nothing can be wrong with; throws with the problem's sentence.
    template <class Work> auto must(Work work) { return commands::value_or_throw(core.store.write_now(work)); }

    template <class Work> auto read(Work work) { return core.store.read_now(work); }

    template <class T> T run(boost::asio::awaitable<T> work) { return run_sync(runtime, std::move(work)); }

    /// That user or account with its rights as they are now, at a desk or in a rack of its own. Throws when it may do
    /// nothing any more.
    issuance::Caller caller(const Actor& actor);

    /// Through the gate and, unless a job or a CA outside has it from here, to the signed certificate.
    Outcome submit(const issuance::Caller& caller, const issuance::CertificateRequest& request);
    /// The same for a request as the REST door would read it.
    Outcome submit(const issuance::Caller& caller, const std::string& request);

    Services services;
    MovedClock clock;
    net::Runtime runtime{1};
    PlayedJobs jobs;
    NoNetwork network{};
    GuardedOutbound outbound;
    issuance::Core core;
    acme::Door door;
    http::Router router{};
    Agenda agenda{};
    Chance chance{};

private:
    void add_handlers();
};

} // namespace chancery::app::demo
