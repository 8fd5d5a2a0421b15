#include "lifecycle/pull/waiting_layer.hpp"

namespace codemate::lifecycle::pull {

bool WaitingLayer::too_long(const ollama::PullEvent& event, SteadyTime now) {
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
    return layer_ == Layer::waits && now - since_ >= patience;
}

} // namespace codemate::lifecycle::pull
