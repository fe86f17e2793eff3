#pragma once

#include "core/model/policy.hpp"
#include "core/model/x509.hpp"
#include "issuance/core.hpp"
#include "pki/key.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Every way on which a certificate can be asked for, as a test sees them: one interface, a class for each.
namespace chancery::test::matrix {

/// What is asked for. The names lie under example.org.
struct Ask {
    std::vector<std::string> names{"www.example.org"};
    std::vector<Name> other_names{}; ///< not DNS
    std::string organization{};
    pki::PrivateKey key{};   ///< of the CSR, on the paths that have one; a new one when empty
    bool for_a_ca = false;   ///< with a CSR for www.example.org that asks for a CA certificate
    bool with_a_csr = false; ///< on paths that go either way: with a CSR
};

/// What came of it.
struct Outcome {
    bool issued = false;
    std::string code{};     ///< of the refusal: "POLICY_HARD_FAIL", or ACME's "badCSR"
    std::string told_id{};  ///< the decision that the refusal names
    std::string decision{}; ///< the newest that is stored, JSON

    /// What the decision says of a rule: "pass", "warn", "fail"; empty when it does not name it.
    std::string said(const std::string& rule) const;
    std::string decision_id() const;
};

class Scene {
public:
    virtual ~Scene() = default;
    /// A certificate for this, before any policy: what others are compared with.
    virtual void issue_before(const Ask& ask) = 0;
    virtual Outcome attempt(const Ask& ask) = 0;

    /// Whether it would be issued if no policy objected.
    virtual bool can_issue(const Ask& ask) const { return !ask.for_a_ca; }

    /// The only policy from now on, over everything.
    void set_policy(std::vector<PolicyRule> rules);
    void clear_policies();
    /// Of the newest audit record of that action.
    std::string newest_resource(std::string_view action);
    /// The newest decision that is stored, JSON; empty when there is none.
    std::string newest_decision();

protected:
    virtual issuance::Core& core() = 0;
};

struct Path {
    std::string_view name;
    std::unique_ptr<Scene> (*make)();
};

const std::vector<Path>& paths();

} // namespace chancery::test::matrix
