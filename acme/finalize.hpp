#pragma once

#include "acme/context.hpp"
#include "pki/csr.hpp"

namespace chancery::acme {

/// finalize (RFC 8555 section 7.4). The first unit of work checks that the order is ready and that the CSR asks for the
/// order's names, and has the core accept it; then the core signs and stores. The answer is the order, valid already.
///
/// What a refusal does to the order: nothing. A CSR at fault (badCSR) and a policy against the certificate
/// (rejectedIdentifier when it names names, badCSR otherwise) leave it ready, so that another CSR may follow. An order
/// that was accepted and then fails becomes invalid with its error.
http::Awaitable<Outcome<http::Response>> finalize(Context& context, Call call);

/// The DER CSR of a finalize payload, its own signature verified.
Outcome<pki::Csr> read_finalize(std::string_view payload, std::size_t max_csr);

/// The CN as the name it stands for.
std::optional<Name> name_of_cn(const std::string& common_name);

/// The CSR's names and the order's are equal as sets. The CN counts as one of them, so that a CSR may have nothing but
/// a CN; it must be one of the order's names. E-mail addresses, URIs and other names are refused, as is CA:TRUE.
Outcome<void> check_csr(const pki::Csr& csr, const std::vector<Name>& identifiers);

} // namespace chancery::acme
