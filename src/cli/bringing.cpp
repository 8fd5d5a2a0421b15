#include "cli/bringing.hpp"

#include "cli/wiring.hpp"

#include "codemate/base/random.hpp"
#include "codemate/base/text.hpp"

namespace codemate::cli {

namespace use = lifecycle::pull;

Bringer::Bringer(registry::Registry& registry, std::vector<Digest> unverified, Remember remember, Wiring& wiring)
    : registry_(registry), remember_(remember), wiring_(wiring) {
    options_.registry = wiring.registry();
    options_.locked = true;
    options_.server = wiring.server_id();
    options_.unverified = std::move(unverified);
}

void Bringer::operator()(const upstream::Delivery& delivery, const Run& run) const {
    upstream::Supply supply =
        upstream::find_supply(delivery.image, delivery.places, {&wiring_.server(), registry_}, run);
    if (auto obstacle = supply.obstacle())
        throw std::move(obstacle->context("cannot bring " + quoted(delivery.name.display())));
    const use::Plan plan = use::plan_of(delivery, std::move(supply));
    const use::Report report = use::execute(plan, options_, ports(), run);
    if (report.ending == use::Ending::interrupted) throw Interrupted();
    if (report.items.front().error) throw *report.items.front().error;
}

use::Ports Bringer::ports() const {
    use::Ports ports{wiring_.server(), wiring_.clock()};
    ports.registry = &registry_;
    ports.relays = &wiring_.relays();
    ports.addresses = [&wiring = wiring_] { return wiring.relay_addresses(); };
    if (remember_ == Remember::pull) ports.journal = wiring_.journal();
    ports.changes = wiring_.changes();
    ports.random = &random_fraction;
    return ports;
}

void pull_by_server(const ModelName& name, const ModelName& candidate, const std::function<void()>& exposes,
                    const Run& run, Wiring& wiring) {
    use::Options options;
    options.targets = {name.display()};
    options.registry = wiring.registry();
    options.server = wiring.server_id();
    use::Ports ports{wiring.server(), wiring.clock()};
    ports.random = &random_fraction;
    use::Plan plan = use::plan(use::gather(options, wiring.manifest(), nullptr, ports, run), options);
    use::Step& step = plan.steps.front();
    if (step.copies()) {
        step.name = candidate;
        step.before.reset();
    } else {
        exposes();
    }
    const use::Report report = use::execute(plan, options, ports, run);
    if (report.ending == use::Ending::interrupted) throw Interrupted();
    if (report.items.front().error) throw *report.items.front().error;
}

} // namespace codemate::cli
