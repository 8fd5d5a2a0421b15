#pragma once

#include "relay/http_relay.hpp"
#include "support/fake_registry.hpp"
#include "unit/relay/client.hpp"

#include <string>

namespace codemate::test {

inline const ModelName place = ModelName::parse("registry.corp:5000/team/mistral");
inline const std::string open_address = "https://registry.corp:5000/v2/team/mistral/blobs/open";

// An image at a registry, and what a relay is told of it.
struct Site {
    explicit Site(std::string weights = "some weights")
        : model(FakeRegistry::model(R"({"model_format":"gguf"})", {{"model", weights}, {"template", "{{ .Prompt }}"}})),
          image(model.image()), content(std::move(weights)), digest(Digest::of(content)) {
        registry.offer(place.display(), model);
    }

    FakeRegistry registry;
    FakeRegistry::Model model;
    Image image;
    std::string content; // of the weights
    Digest digest;

    relay::Offer offer(std::optional<std::string> open = {}) const {
        relay::Offer made{image, ModelName::parse("mistral:7b"), {}};
        for (const Layer& blob : image.blobs())
            made.sources.insert_or_assign(blob.digest, relay::Source{place, open});
        return made;
    }
    static relay::Options options() {
        relay::Options options;
        options.owner = "codemate-0123456789abcdef0123456789abcdef";
        options.probe_owner = "codemate-fedcba9876543210fedcba9876543210";
        return options;
    }
    std::unique_ptr<relay::Relay> open(const relay::Limits& limits = {}, std::optional<std::string> address = {}) {
        return relay::open_relay(registry, offer(std::move(address)), options(), limits);
    }

    static std::string path(std::string_view kind, std::string_view what) {
        return "/v2/" + options().owner + "/mistral/" + std::string(kind) + '/' + std::string(what);
    }
    std::string content_path() const { return path("content", digest.text()); }
    std::string blob_path() const { return path("blobs", digest.text()); }
};

inline std::uint16_t port_of(const relay::Relay& relay) {
    const std::string host = relay.name().host();
    return static_cast<std::uint16_t>(std::stoi(host.substr(host.find(':') + 1)));
}

inline const std::string bare_404 = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

} // namespace codemate::test
