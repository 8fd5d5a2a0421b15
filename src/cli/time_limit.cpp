#include "cli/time_limit.hpp"

#include "cli/values.hpp"

namespace codemate::cli {

TimeLimit::TimeLimit(std::string timeout, Stop user)
    : timeout_(std::move(timeout)), user_(std::move(user)), deadline_(user_, duration("--timeout", timeout_)) {}

bool TimeLimit::passed() const {
    return deadline_.stop().stop_requested() && !user_.stop_requested();
}

Error TimeLimit::error() const {
    return Error(Kind::unreachable, "the time of --timeout has passed (" + timeout_ + ")")
        .hint("give it more time; -v tells what it waits for");
}

} // namespace codemate::cli
