#pragma once

#include "issuance/core.hpp"
#include "issuance/providers/acme_ca/session.hpp"
#include "issuance/providers/kinds.hpp"

#include <memory>

namespace chancery::issuance::providers::acme_ca {

/// A conversation with the provider's CA under the platform's account. The account's key is made and stored before the
/// CA hears of it, so that an answer which is lost costs no account: the CA answers the same key with the same account
/// (RFC 8555 section 7.3.1). Creating a provider is agreeing to its CA's terms of service.
boost::asio::awaitable<Answer<std::shared_ptr<Session>>> open_session(Core& core, Provider provider,
                                                                      const Secrets& secrets);

/// To be called when the CA says that it does not know the account any more: the next session registers again.
boost::asio::awaitable<void> forget_account(Core& core, std::string provider_id, std::string directory_url);

} // namespace chancery::issuance::providers::acme_ca
