#include "store/check_pool.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace codemate::store {

CheckPool::CheckPool(std::vector<Blob> blobs, std::size_t cores, Stop stop)
    : blobs_(std::move(blobs)), unfinished_(blobs_.size()), cores_(std::max<std::size_t>(cores, 1)),
      stop_(std::move(stop)) {}

std::size_t CheckPool::share() const {
    return std::clamp<std::size_t>((unfinished_ + cores_ - 1) / cores_, 1, Sha256Lane::at_once());
}

Hand CheckPool::take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop_,
                  [&] { return given_up_ || unfinished_ == 0 || !begun_.empty() || next_ < blobs_.size(); });
    Hand hand;
    if (given_up_ || stop_.stop_requested()) return hand;
    // What was begun comes first, so that no more files are open than there are lanes; of that the longest.
    std::ranges::sort(begun_, {}, [](const auto& stream) { return stream->left(); });
    for (const std::size_t wanted = share(); hand.size() < wanted;) {
        if (!begun_.empty()) {
            hand.push_back(std::move(begun_.back()));
            begun_.pop_back();
        } else if (next_ < blobs_.size()) {
            hand.push_back(std::make_unique<Stream>());
            hand.back()->index = blobs_[next_].index;
            hand.back()->counted = blobs_[next_].size;
            ++next_;
        } else {
            break;
        }
    }
    return hand;
}

void CheckPool::put_back(Hand hand) {
    const std::lock_guard lock(mutex_);
    std::ranges::move(hand, std::back_inserter(begun_));
    changed_.notify_all();
}

void CheckPool::finished() {
    const std::lock_guard lock(mutex_);
    --unfinished_;
    changed_.notify_all();
}

void CheckPool::give_up() {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
    changed_.notify_all();
}

} // namespace codemate::store
