#include "support/fake_relays.hpp"

namespace codemate::test {

// What a relay and the server's pulls from it both see.
class FakeRelays::Side final : public FakeServer::Host {
public:
    Side(Opened state, ModelName probe_name, bool redirects_lost, std::optional<Error> carrying_fails)
        : probe(std::move(probe_name)), state_(std::move(state)), redirects_lost_(redirects_lost),
          carrying_fails_(std::move(carrying_fails)) {}

    const ModelName probe;

    std::optional<FakeServer::Model> manifest(const ModelName&) override;
    Way way_to(const Digest&) override;
    void sent(const Digest&, ByteCount) override;

    Opened state() const {
        const std::lock_guard lock(mutex_);
        return state_;
    }
    bool reached() const {
        const std::lock_guard lock(mutex_);
        return reached_;
    }
    std::optional<Error> failure() const {
        const std::lock_guard lock(mutex_);
        return failure_;
    }
    void carry_everything() {
        const std::lock_guard lock(mutex_);
        state_.carried_everything = true;
    }
    void close() {
        const std::lock_guard lock(mutex_);
        state_.closed = true;
    }

private:
    bool redirects(const relay::Source& source) const {
        return source.open && !state_.carried_everything && !state_.options.rate;
    }

    mutable std::mutex mutex_;
    Opened state_;
    const bool redirects_lost_;
    const std::optional<Error> carrying_fails_;
    bool reached_ = false;
    std::set<Digest> carried_; // as the server was told when it began with them
    std::optional<Error> failure_;
};

std::optional<FakeServer::Model> FakeRelays::Side::manifest(const ModelName& name) {
    const std::lock_guard lock(mutex_);
    if (name != probe && name != state_.name) {
        ++state_.traffic.refused;
        return std::nullopt;
    }
    reached_ = true;
    if (name == probe) return std::nullopt;
    ++state_.traffic.manifests;
    FakeServer::Model model;
    model.digest = state_.offer.image.digest;
    for (const Layer& blob : state_.offer.image.blobs())
        model.layers.push_back({blob.digest, blob.size});
    return model;
}

FakeServer::Host::Way FakeRelays::Side::way_to(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    const auto source = state_.offer.sources.find(digest);
    if (source == state_.offer.sources.end()) return Way::gone;
    if (redirects(source->second)) {
        ++state_.traffic.redirected;
        carried_.erase(digest);
        return redirects_lost_ ? Way::stuck : Way::open;
    }
    ++state_.traffic.carried_requests;
    carried_.insert(digest);
    failure_ = carrying_fails_;
    return failure_ ? Way::cut : Way::open;
}

void FakeRelays::Side::sent(const Digest& digest, ByteCount bytes) {
    const std::lock_guard lock(mutex_);
    if (carried_.contains(digest)) state_.traffic.carried += bytes;
}

class FakeRelays::FakeRelay final : public relay::Relay {
public:
    FakeRelay(FakeServer& server, std::shared_ptr<Side> side) : server_(server), side_(std::move(side)) {}
    ~FakeRelay() override {
        server_.join(name().host(), nullptr);
        side_->close();
    }
    FakeRelay(const FakeRelay&) = delete;
    FakeRelay& operator=(const FakeRelay&) = delete;

    ModelName name() const override { return side_->state().name; }
    ModelName probe() const override { return side_->probe; }
    bool reached() const override { return side_->reached(); }
    void carry_everything() override { side_->carry_everything(); }
    relay::Traffic traffic() const override { return side_->state().traffic; }
    std::optional<Error> failure() const override { return side_->failure(); }

private:
    FakeServer& server_;
    std::shared_ptr<Side> side_;
};

std::vector<FakeRelays::Opened> FakeRelays::opened() const {
    std::vector<Opened> all;
    for (const auto& side : sides_)
        all.push_back(side->state());
    return all;
}

std::unique_ptr<relay::Relay> FakeRelays::open(relay::Offer offer, relay::Options options) {
    if (!bindable_.empty() && !bindable_.contains(options.address))
        throw Error(Kind::unreachable, "cannot listen on " + options.address + ": that is no address of this machine");
    const std::uint16_t port = options.port == 0 ? next_port_++ : options.port;
    const std::string host = options.address + ':' + std::to_string(port);
    const auto name_of = [&](const std::string& owner) {
        return ModelName(host, owner, offer.as.model(), offer.as.tag());
    };
    ModelName name = name_of(options.owner), probe = name_of(options.probe_owner);
    const bool reachable = reachable_.contains(options.address);
    Opened state{std::move(offer), std::move(options), std::move(name)};
    sides_.push_back(std::make_shared<Side>(std::move(state), std::move(probe), redirects_lost_, carrying_fails_));
    if (reachable) server_.join(host, sides_.back());
    return std::make_unique<FakeRelay>(server_, sides_.back());
}

} // namespace codemate::test
