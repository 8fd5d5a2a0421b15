#include "relay/book.hpp"

#include <algorithm>

namespace codemate::relay {

Book::Book(std::optional<ByteCount> rate) : redirects_(rate ? Front::Redirects::never : Front::Redirects::where_open) {
    if (rate) bucket_ = TokenBucket{std::max<std::uint64_t>(rate->count(), 1), {}};
}

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
    std::unique_lock lock(mutex_);
    if (!bucket_) return wanted;
    const ByteCount some = std::min(wanted, smooth_piece(*bucket_));
    const Turn turn = take(*bucket_, some, std::chrono::steady_clock::now());
    bucket_ = turn.after;
    never_.wait_until(lock, stop, turn.begins, [] { return false; });
    throw_if_stopped(stop);
    return some;
}

} // namespace codemate::relay
