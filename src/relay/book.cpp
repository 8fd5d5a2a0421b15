#include "relay/book.hpp"

namespace codemate::relay {

Book::Book(std::shared_ptr<Pace> pace)
    : redirects_(pace ? Front::Redirects::never : Front::Redirects::where_open), pace_(std::move(pace)) {}

void Book::note(const Reply& reply) {
    if (!reply.to_a_stranger()) reached_ = true;
    const std::lock_guard lock(mutex_);
    switch (reply.what) {
    case Reply::What::refused:
        ++traffic_.refused;
        break;
    case Reply::What::manifest:
        ++traffic_.manifests;
        break;
    case Reply::What::redirected:
        ++traffic_.redirected;
        break;
    case Reply::What::carried:
        ++traffic_.carried_requests;
        break;
    case Reply::What::probe:
    case Reply::What::missing:
    case Reply::What::told:
    case Reply::What::sent_back:
        break;
    }
}

void Book::note_refused_connection() {
    const std::lock_guard lock(mutex_);
    ++traffic_.refused;
}

void Book::note_carried(ByteCount bytes) {
    carried_ += bytes.count();
}

void Book::note_lost(ByteCount bytes) {
    carried_ -= bytes.count();
}

void Book::note_failure(Error error) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
}

Traffic Book::traffic() const {
    const std::lock_guard lock(mutex_);
    Traffic now = traffic_;
    now.carried = ByteCount(carried_);
    return now;
}

std::optional<Error> Book::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

ByteCount Book::wait_for_turn(ByteCount wanted, const Stop& stop) {
    return pace_ ? pace_->wait_for_turn(wanted, stop) : wanted;
}

} // namespace codemate::relay
