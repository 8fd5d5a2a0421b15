#include "codemate/upstream/supply.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"
#include "codemate/model/mirror.hpp"
#include "codemate/upstream/search.hpp"

#include <algorithm>
#include <mutex>
#include <set>

namespace codemate::upstream {
namespace {

constexpr std::size_t workers = 20;

// The places of one image while they are asked, from several threads.
class Places {
public:
    Places(std::span<const ModelName> places, const Ports& ports, const Stop& stop)
        : places_(places), ports_(ports), stop_(stop) {}

    std::optional<relay::Source> source_of(const Layer& layer) {
        for (const ModelName& place : places_) {
            if (is_silent(place)) continue;
            try {
                auto found = ports_.registry.find_blob(place, layer.digest, stop_);
                if (found && is_of_its_size(layer, place, *found)) return relay::Source{place, std::move(found->open)};
            } catch (const Error& error) {
                remember(place, error);
            }
        }
        return std::nullopt;
    }

    void tell(Supply& supply) && {
        supply.unanswered = std::move(errors_);
        supply.contradictions = std::move(contradictions_);
    }

private:
    // One that stands in for all hosts answers or does not, whichever name it is asked for.
    std::string asked(const ModelName& place) const { return ports_.where.empty() ? shown_host(place) : ports_.where; }

    // A server makes room for what the manifest says, however much that is, before the first byte comes.
    bool is_of_its_size(const Layer& layer, const ModelName& place, const registry::BlobPlace& found) {
        if (!found.size || *found.size == layer.size) return true;
        const std::lock_guard lock(mutex_);
        const bool alike = to_string(*found.size) == to_string(layer.size);
        const auto told = [&](ByteCount size) {
            return alike ? std::to_string(size.count()) + " bytes" : to_string(size);
        };
        contradictions_.push_back("its " + std::string(to_string(layer.role)) + " " + layer.digest.id() + " has " +
                                  told(*found.size) + " at " + asked(place) + ", not " + told(layer.size) +
                                  " as the manifest says");
        return false;
    }

    bool is_silent(const ModelName& place) {
        const std::lock_guard lock(mutex_);
        return silent_.contains(asked(place));
    }

    // A host that does not answer is not asked for the next layer; another answer may be of this blob alone.
    void remember(const ModelName& place, const Error& error) {
        diagnostics::info(error.message());
        const std::lock_guard lock(mutex_);
        if (silent_.insert(asked(place)).second) errors_.push_back(error);
    }

    std::span<const ModelName> places_;
    const Ports& ports_;
    const Stop& stop_;
    std::mutex mutex_;
    std::set<std::string> silent_;
    std::vector<Error> errors_;
    std::vector<std::string> contradictions_;
};

std::string described(const Layer& layer) {
    return std::string(to_string(layer.role)) + " " + layer.digest.id() + " (" + to_string(layer.size) + ")";
}

// "its weights 3f1c0a9be2d4 (4.1 GB) and 2 other layers"
std::string largest_of(const std::vector<Layer>& layers) {
    const auto largest = std::ranges::max_element(layers, {}, &Layer::size);
    const std::string text = "its " + described(*largest);
    return layers.size() > 1 ? text + " and " + counted(layers.size() - 1, "other layer") : text;
}

// Where one place alone is asked, what it said is the reason.
Error obstacle_there(const Supply& supply) {
    if (!supply.contradictions.empty()) {
        return Error(Kind::check, supply.contradictions.front())
            .hint("what is there is not whole: bring it there again");
    }
    if (!supply.unanswered.empty()) return supply.unanswered.front();
    return Error(Kind::not_found,
                 largest_of(supply.nowhere) + (supply.nowhere.size() > 1 ? " are" : " is") + " not at " + supply.where)
        .hint("nothing else is asked with --from: bring the whole model there, or pull without --from");
}

std::optional<Image> image_at(const ModelName& place, const Digest& digest, const Ports& ports, const Stop& stop,
                              std::vector<Error>& unanswered) {
    try {
        if (auto image = ports.registry.image(place, digest, stop)) return image;
        Image served = ports.registry.image(place, stop);
        if (served.digest == digest) return served;
    } catch (const Error& error) {
        diagnostics::info(error.message());
        if (error.kind() != Kind::not_found) unanswered.push_back(error);
    }
    return std::nullopt;
}

} // namespace

ByteCount Supply::to_fetch() const {
    ByteCount sum;
    for (const Layer& layer : missing)
        sum += layer.size;
    return sum;
}

std::optional<Error> Supply::obstacle() const {
    if (complete()) return std::nullopt;
    if (!where.empty()) return obstacle_there(*this);
    if (!contradictions.empty()) {
        return Error(Kind::check, contradictions.front())
            .hint("the manifest is not the registry's own: somebody has changed the lock, or a mirror lies");
    }
    const std::string text = largest_of(nowhere);
    if (!unanswered.empty()) {
        Error error(unanswered.front().kind(), text + " may be where nobody answered: " + unanswered.front().message());
        return std::move(error).hint(unanswered.front().hint());
    }
    return Error(Kind::not_found, text + (nowhere.size() > 1 ? " are" : " is") + " to be had nowhere")
        .hint("look for a machine that has it still, or accept what the tag serves now");
}

Supply find_supply(Image image, std::span<const ModelName> places, const Ports& ports, const Run& run) {
    const std::vector<Layer> blobs = image.blobs();
    std::vector<char> present(blobs.size(), 0);
    std::vector<std::optional<relay::Source>> found(blobs.size());
    Places asked(places, ports, run.stop);
    for_each_parallel(blobs.size(), workers, [&](std::size_t i) {
        present[i] = ports.server != nullptr && ports.server->has_blob(blobs[i].digest, run.stop) ? 1 : 0;
        if (present[i] == 0) found[i] = asked.source_of(blobs[i]);
    });
    Supply supply{std::move(image), {}, {}, {}, {}, {}, {places.begin(), places.end()}, ports.where};
    for (std::size_t i = 0; i < blobs.size(); ++i) {
        if (present[i] != 0) continue;
        supply.missing.push_back(blobs[i]);
        if (found[i])
            supply.sources.emplace(blobs[i].digest, std::move(*found[i]));
        else
            supply.nowhere.push_back(blobs[i]);
    }
    std::move(asked).tell(supply);
    return supply;
}

Search search_image(const Digest& digest, std::span<const ModelName> places, const Ports& ports, const Run& run) {
    Search search;
    for (const ModelName& place : places) {
        search.image = image_at(place, digest, ports, run.stop, search.unanswered);
        if (search.image) break;
    }
    return search;
}

std::optional<Image> find_image(const Digest& digest, std::span<const ModelName> places, const Ports& ports,
                                const Run& run) {
    return search_image(digest, places, ports, run).image;
}

} // namespace codemate::upstream
