#include "db/session.hpp"

#include "db/statement.hpp"

namespace chancery::db {

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Session::~Session() = default;

Dialect Session::dialect() const
{
    return impl_->dialect;
}

soci::session& Session::sql()
{
    return impl_->sql;
}

} // namespace chancery::db
