#include "relay/http_relay.hpp"

#include "relay/loop.hpp"

#include <thread>

namespace codemate::relay {

namespace {

void check(const Options& options) {
    if (options.owner == options.probe_owner)
        throw Error(Kind::defect, "a relay whose probe has the name of its model");
    if (options.rate && options.rate->count() == 0) throw Error(Kind::usage, "nothing comes at no bytes a second");
}

class HttpRelay final : public Relay {
public:
    HttpRelay(Descriptor listener, Offer offer, const Options& options, registry::Registry& registry,
              std::shared_ptr<Pace> pace, const Limits& limits)
        : front_(std::move(offer), options, options.address + ':' + std::to_string(port_of(listener))),
          book_(std::move(pace)), loop_(std::move(listener), front_, book_, registry, limits),
          thread_([this](const Stop& stop) { loop_.run(stop); }) {}

    ModelName name() const override { return front_.name(); }
    ModelName probe() const override { return front_.probe(); }
    bool reached() const override { return book_.reached(); }
    void carry_everything() override { book_.carry_everything(); }
    Traffic traffic() const override { return book_.traffic(); }
    std::optional<Error> failure() const override { return book_.failure(); }

private:
    Front front_;
    Book book_;
    Loop loop_;
    std::jthread thread_; // goes first: it uses the others
};

class HttpRelays final : public Relays {
public:
    explicit HttpRelays(registry::Registry& registry) : registry_(registry) {}
    std::unique_ptr<Relay> open(Offer offer, Options options) override {
        return open_relay(registry_, std::move(offer), options, paces_);
    }

private:
    registry::Registry& registry_;
    Paces paces_;
};

} // namespace

std::shared_ptr<Pace> Paces::of(const std::optional<ByteCount>& rate) {
    if (!rate) return nullptr;
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Pace>& pace = paces_[*rate];
    if (!pace) pace = std::make_shared<Pace>(*rate);
    return pace;
}

std::unique_ptr<Relay> open_relay(registry::Registry& registry, Offer offer, const Options& options, Paces& paces,
                                  const Limits& limits) {
    check(options);
    return std::make_unique<HttpRelay>(listen_on(options.address, options.port), std::move(offer), options, registry,
                                       paces.of(options.rate), limits);
}

std::unique_ptr<Relay> open_relay(registry::Registry& registry, Offer offer, const Options& options,
                                  const Limits& limits) {
    Paces own;
    return open_relay(registry, std::move(offer), options, own, limits);
}

std::unique_ptr<Relays> over_http(registry::Registry& registry) {
    return std::make_unique<HttpRelays>(registry);
}

} // namespace codemate::relay
