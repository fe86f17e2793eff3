#include "db/repositories/totp_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns = "user_id, sealed_secret, last_step, created_at, confirmed_at";
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM totp_enrolments WHERE user_id = :user_id">;
constexpr std::string_view kInsert = kInsertInto<"totp_enrolments", kColumns>;
constexpr std::string_view kConfirm = R"sql(
    UPDATE totp_enrolments SET confirmed_at = :at, last_step = :step
     WHERE user_id = :user_id AND confirmed_at IS NULL)sql";
constexpr std::string_view kTakeStep =
    "UPDATE totp_enrolments SET last_step = :step WHERE user_id = :user_id AND last_step < :later";
constexpr std::string_view kRemove = "DELETE FROM totp_enrolments WHERE user_id = :user_id";
constexpr std::string_view kRemoveCodes = "DELETE FROM recovery_codes WHERE user_id = :user_id";
constexpr std::string_view kInsertCode =
    "INSERT INTO recovery_codes (code_hash, user_id) VALUES (:code_hash, :user_id)";
constexpr std::string_view kUseCode = R"sql(
    UPDATE recovery_codes SET used_at = :at
     WHERE code_hash = :code_hash AND user_id = :user_id AND used_at IS NULL)sql";
constexpr std::string_view kCountCodes =
    "SELECT count(*) FROM recovery_codes WHERE user_id = :user_id AND used_at IS NULL";

template <class T> auto columns(T& t)
{
    return pack(t.user_id, t.sealed_secret, t.last_step, t.created_at, t.confirmed_at);
}

TotpEnrolment read_enrolment(Row& row)
{
    TotpEnrolment enrolment;
    row.read_all(columns(enrolment));
    return enrolment;
}

} // namespace

std::optional<TotpEnrolment> TotpRepository::find(const std::string& user_id)
{
    return Query(session_, kFind).bind(user_id).one(read_enrolment);
}

void TotpRepository::put(const TotpEnrolment& enrolment)
{
    remove(enrolment.user_id);
    Query(session_, kInsert).bind_all(columns(enrolment)).run();
}

bool TotpRepository::confirm(const std::string& user_id, long long step, Time at)
{
    return Query(session_, kConfirm).bind(at, step, user_id).run() == 1;
}

bool TotpRepository::take_step(const std::string& user_id, long long step)
{
    return Query(session_, kTakeStep).bind(step, user_id, step).run() == 1;
}

void TotpRepository::remove(const std::string& user_id)
{
    Query(session_, kRemove).bind(user_id).run();
    Query(session_, kRemoveCodes).bind(user_id).run();
}

void TotpRepository::insert_codes(const std::string& user_id, const std::vector<std::string>& hashes)
{
    for (const auto& hash : hashes) {
        Query(session_, kInsertCode).bind(hash, user_id).run();
    }
}

bool TotpRepository::use_code(const std::string& user_id, const std::string& hash, Time at)
{
    return Query(session_, kUseCode).bind(at, hash, user_id).run() == 1;
}

long long TotpRepository::unused_codes(const std::string& user_id)
{
    return Query(session_, kCountCodes).bind(user_id).value<long long>().value_or(0);
}

} // namespace chancery::db
