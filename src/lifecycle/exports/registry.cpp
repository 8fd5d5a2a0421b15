#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/exports.hpp"

#include <map>

namespace codemate::lifecycle::exports {
namespace {

class Registry final : public Destination {
public:
    explicit Registry(RegistryPorts ports) : ports_(ports) {}

    std::string place(const ModelName& name) const override { return ports_.publisher.place(name); }

    bool has(const ModelName& name, const Layer& layer, const Stop& stop) override {
        const bool there = ports_.publisher.has_blob(name, layer.digest, layer.size, stop);
        if (there) holders_.emplace(layer.digest, name);
        return there;
    }

    std::optional<Digest> served(const ModelName& name, const Stop& stop) override {
        return ports_.publisher.served(name, stop);
    }

    void begin(const Run& /*run*/) override {}

    // A registry looks after its own.
    std::vector<Digest> check(const std::vector<Layer>& /*layers*/, const Run& /*run*/) override { return {}; }

    Carried put(const ModelName& name, const Layer& layer, const Source& source,
                const std::function<void(ByteCount)>& progress, const Stop& stop) override {
        const std::string repository = repository_of(name);
        registry::Content content{layer.digest, layer.size, {}, source.at_hand, source.where};
        content.read = [&](registry::ByteRange range, const Stop& until) {
            return part_of(layer, source, range, until);
        };
        registry::Sending sending;
        sending.progress = progress;
        if (const auto holder = holders_.find(layer.digest); holder != holders_.end()) {
            if (repository_of(holder->second) == repository) return {}; // of another tag of this run
            sending.mount_from = holder->second;
        }
        sending.unfinished = remembered(repository, layer.digest);
        sending.address = [&](const std::string& address) { remember(repository, layer.digest, address, stop); };
        const registry::Sent sent = ports_.publisher.upload(name, content, sending, stop);
        holders_.emplace(layer.digest, name);
        return {sent.sent, sent.resumed, sent.mounted, sent.begun_anew};
    }

    void put_model(const ModelName& name, const Image& image, const manifest::Locked& /*entry*/,
                   const Stop& stop) override {
        if (ports_.publisher.served(name, stop) != image.digest) ports_.publisher.put_manifest(name, image, stop);
    }

    void end() override {}

private:
    std::string repository_of(const ModelName& name) const {
        const std::string place = ports_.publisher.place(name);
        return place.substr(0, place.rfind(':'));
    }

    // From the first place that gives it.
    static std::string part_of(const Layer& layer, const Source& source, registry::ByteRange range, const Stop& stop) {
        std::optional<Error> first;
        for (const ModelName& place : source.places) {
            std::string bytes;
            bytes.reserve(range.count);
            try {
                source.registry.read_blob(
                    place, layer.digest, range,
                    [&](std::string_view piece) {
                        bytes += piece;
                        return http::Flow::go_on;
                    },
                    stop);
                if (bytes.size() == range.count) return bytes;
                throw Error(Kind::damaged, "the layer " + layer.digest.id() + " is shorter than its manifest says");
            } catch (const Error& error) {
                if (!first) first = error;
            }
        }
        throw first.value_or(Error(Kind::not_found, "the layer " + layer.digest.id() + " is to be had nowhere"));
    }

    std::optional<std::string> remembered(const std::string& repository, const Digest& digest) const {
        if (ports_.uploads == nullptr) return std::nullopt;
        try {
            return ports_.uploads->address(repository, digest, ports_.clock.now());
        } catch (const Error& error) {
            diagnostics::info(error.message());
            return std::nullopt;
        }
    }

    // What cannot be remembered is sent again, should this run be cut off.
    void remember(const std::string& repository, const Digest& digest, const std::string& address,
                  const Stop& stop) const {
        if (ports_.uploads == nullptr) return;
        try {
            if (address.empty())
                ports_.uploads->forget(repository, digest, stop);
            else
                ports_.uploads->remember({repository, digest, address, ports_.clock.now()}, stop);
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
    }

    RegistryPorts ports_;
    std::map<Digest, ModelName> holders_; // a model whose repository has the blob
};

} // namespace

std::unique_ptr<Destination> to_registry(RegistryPorts ports) {
    return std::make_unique<Registry>(ports);
}

} // namespace codemate::lifecycle::exports
