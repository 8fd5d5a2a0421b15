#include "lifecycle/pull/stall.hpp"

namespace codemate::lifecycle::pull {
namespace {

constexpr std::uint64_t slowest_hashing = 20'000'000; // bytes a second: a loaded machine with a slow disk

} // namespace

Duration Stall::limit() const {
    if (stage_ != Stage::verifying) return limit_;
    return limit_ + std::chrono::seconds(seen_.count() / slowest_hashing);
}

bool Stall::on(const ollama::PullEvent& event, SteadyTime now) {
    const bool new_stage = event.stage != Stage::silence && (event.stage != stage_ || event.status != status_);
    const bool new_layer = event.stage == Stage::layer && event.layer_name != layer_;
    bool news = !began_ || (new_stage && event.stage != Stage::layer) || new_layer;
    if (new_layer) {
        layer_ = event.layer_name;
        highest_ = event.completed;
        seen_ += event.total;
    } else if (event.stage == Stage::layer && event.completed > highest_) {
        highest_ = event.completed;
        news = moved_ = true;
    }
    if (event.stage != Stage::silence) {
        stage_ = event.stage;
        status_ = event.status;
    }
    began_ = true;
    if (news) since_ = now;
    return now - since_ >= limit();
}

} // namespace codemate::lifecycle::pull
