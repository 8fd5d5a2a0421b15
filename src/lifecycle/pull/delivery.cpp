#include "codemate/lifecycle/pull.hpp"

namespace codemate::lifecycle::pull {

Plan plan_of(const upstream::Delivery& delivery, upstream::Supply supply) {
    Step step{delivery.name, delivery.name};
    if (!delivery.places.empty()) step.origin = delivery.places.front();
    step.what = Step::Do::fetch_locked;
    step.transport = ollama::Transport::plain_http;
    step.reason = "exactly " + delivery.image.digest.id();
    step.target = delivery.name.display_short();
    step.declared = true; // its name is not to be guessed at
    step.pin = Pin{delivery.image.digest, {}, delivery.image.size(), delivery.image.bytes};
    step.supply = std::move(supply);
    Plan plan;
    plan.steps.push_back(std::move(step));
    return plan;
}

} // namespace codemate::lifecycle::pull
