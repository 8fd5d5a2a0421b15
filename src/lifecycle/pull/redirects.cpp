#include "lifecycle/pull/redirects.hpp"

namespace codemate::lifecycle::pull {

bool Redirects::failing(const ollama::PullEvent& event, std::uint64_t redirected, SteadyTime now) {
    using Stage = ollama::PullEvent::Stage;
    if (event.stage == Stage::layer && (layer_ == Layer::none || event.layer_name != name_)) {
        layer_ = Layer::waits;
        name_ = event.layer_name;
        first_ = event.completed;
        since_ = now;
    } else if (event.stage == Stage::layer && event.completed != first_) {
        layer_ = Layer::moves;
    } else if (event.stage != Stage::layer && event.stage != Stage::silence) {
        layer_ = Layer::none;
    }
    return redirected > 0 && layer_ == Layer::waits && now - since_ >= patience;
}

} // namespace codemate::lifecycle::pull
