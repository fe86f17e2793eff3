#pragma once

#include "server/app/demo/acme_client.hpp"
#include "server/app/demo/stage.hpp"

#include <memory>
#include <string>
#include <vector>

/// Who is in the demonstration: domains, people, machines, ACME servers and their clients.
namespace chancery::app::demo {

/// Somebody who asks for certificates, and where.
struct Requester {
    Actor actor{};
    std::vector<std::string> bases{}; ///< DNS names below which they ask
};

/// An ACME client with the name that is bound to its account.
struct AcmeSeat {
    std::shared_ptr<AcmeClient> client{};
    std::string base{};
    std::vector<std::string> profiles{}; ///< that it orders, empty for none
};

struct Cast {
    Actor administrator{}; ///< made by the first start
    Actor pki{};
    Actor policies{};
    Actor deployment{};
    Actor second_deployment{};
    Actor report{};
    std::vector<Requester> requesters{};
    std::vector<AcmeSeat> seats{};
};

/// Makes all of them. The people have passwords that nobody was told.
Cast make_cast(Stage& stage, const std::string& administrator_email);

} // namespace chancery::app::demo
