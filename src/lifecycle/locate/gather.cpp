#include "codemate/base/diagnostics.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/locate.hpp"
#include "codemate/rules/targets.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>
#include <utility>

namespace codemate::lifecycle::locate {
namespace {

namespace fs = std::filesystem;

// Enough for configurations and templates, which have some hundred bytes.
constexpr ByteCount largest_text(1U << 20U);
// More unlisted models than that are not damage, but another server's.
constexpr std::size_t most_hidden = 100;
// Models that the server is asked about until one tells where its weights are: MLX and damaged ones do not.
constexpr int most_shown = 5;

bool has_content(store::Disk& disk, const Layer& layer) {
    try {
        const std::string path = store::blob_path(layer.digest);
        return Digest::of(store::read_all(*disk.open(path), largest_text, path)) == layer.digest;
    } catch (const Error&) {
        return false;
    }
}

// The server lists no model whose configuration or template it cannot read.
bool hides_itself(store::Disk& disk, const store::Entry& entry) {
    if (!has_content(disk, entry.image.config)) return true;
    return std::ranges::any_of(entry.image.layers, [&](const Layer& layer) {
        return layer.role == LayerRole::template_text && !has_content(disk, layer);
    });
}

std::vector<ModelName> find_hidden(Candidate& candidate, const std::vector<ollama::Installed>& installed,
                                   const Stop& stop) {
    const rules::InstalledByName listed(installed);
    std::vector<const store::Entry*> unlisted;
    for (const store::Entry& entry : candidate.inventory.models) {
        if (listed.find(entry.name) == nullptr) unlisted.push_back(&entry);
    }
    std::vector<ModelName> hidden;
    if (unlisted.size() > most_hidden) return hidden;
    for (const store::Entry* entry : unlisted) {
        throw_if_stopped(stop);
        if (hides_itself(*candidate.disk, *entry)) hidden.push_back(entry->name);
    }
    return hidden;
}

// Where the list of all manifests could not be had nothing can be proved.
std::optional<Error> why_no_manifests(const store::Scan& scan, const Place& place) {
    for (const store::Scan::Unread& unread : scan.unread) {
        if (unread.path == store::manifests_directory) return unread.why;
    }
    if (!scan.manifests_known) {
        return Error(Kind::storage, "cannot read " + quoted((place.path / store::manifests_directory).string()) +
                                        ": it is no directory, and codemate follows no link");
    }
    return std::nullopt;
}

bool is_models_directory(store::Disk& disk) {
    const auto is_there = [&](std::string_view path) { return disk.stat(path).has_value(); };
    return is_there(store::manifests_directory) || is_there(store::blobs_directory);
}

// Of the directory, or of the nearest one above it that can be looked at.
std::string owner_near(fs::path path, const Ports& ports) {
    for (;; path = path.parent_path()) {
        if (const auto owner = ports.owner(path)) return user_name(*owner);
        if (path.empty() || path == path.parent_path()) return {};
    }
}

class Gatherer {
public:
    Gatherer(const Options& options, std::vector<ollama::Installed> installed, const Ports& ports, Stop stop)
        : options_(options), ports_(ports), stop_(std::move(stop)) {
        facts_.installed = std::move(installed);
    }

    Facts run() {
        const bool named = !options_.places.empty() && options_.places.front().origin == Place::Origin::named;
        // First, since no proof tells a copy with all its times, as a backup makes it, from the original.
        if (const std::string file = named ? "" : weights_file(); !file.empty()) {
            facts_.shown = fs::path(file).parent_path().parent_path();
            if (facts_.shown->is_absolute() && look_at({*facts_.shown, Place::Origin::shown})) return std::move(facts_);
        }
        for (const Place& place : options_.places) {
            if (look_at(place)) break;
        }
        return std::move(facts_);
    }

private:
    // Whether it is proven.
    bool look_at(const Place& place) {
        const auto is_same = [&](const Candidate& each) { return each.place.path == place.path; };
        if (std::ranges::any_of(facts_.candidates, is_same)) return false;
        Candidate candidate = read(place);
        Proof proof = candidate.error ? Proof{} : prove(candidate, facts_.installed);
        // A model may have come or gone between the list and the disk.
        if (!proof.holds() && proof.matching > 0) {
            facts_.installed = ports_.server.installed(stop_);
            candidate = read(place);
            if (!candidate.error) proof = prove(candidate, facts_.installed);
        }
        if (!proof.holds()) {
            diagnostics::info(printable(place.path.string()) + " is not the server's: " +
                              (candidate.error ? candidate.error->message() : proof.against));
        }
        facts_.candidates.push_back(std::move(candidate));
        return proof.holds();
    }

    Candidate read(const Place& place) {
        Candidate candidate{place};
        try {
            candidate.disk = ports_.open(place.path);
            const store::Scan scan = store::scan(*candidate.disk, stop_);
            candidate.error = why_no_manifests(scan, place);
            candidate.inventory = store::take_inventory(scan);
            candidate.hidden = find_hidden(candidate, facts_.installed, stop_);
            if (place.origin == Place::Origin::named && !is_models_directory(*candidate.disk))
                throw Error(Kind::not_found, quoted(place.path.string()) + " is no models directory: it has neither "
                                                                           "manifests nor blobs");
        } catch (const Error& error) {
            candidate.error = error;
        }
        if (candidate.error && place.origin == Place::Origin::named)
            throw Error(*candidate.error).context("--models-dir");
        if (candidate.error && candidate.error->kind() == Kind::storage)
            candidate.owner = owner_near(place.path, ports_);
        return candidate;
    }

    std::string weights_file() {
        int asked = 0;
        for (const ollama::Installed& model : facts_.installed) {
            if (model.cloud() || model.name.misread_by_server()) continue;
            if (++asked > most_shown) break;
            try {
                std::string file = ports_.server.show(model.name, stop_).weights_file;
                if (!file.empty()) return file;
            } catch (const Error& error) { // as for a model that is damaged
                diagnostics::info(model.name.display() + ": " + error.message());
            }
        }
        return {};
    }

    const Options& options_;
    const Ports& ports_;
    Stop stop_;
    Facts facts_;
};

} // namespace

Facts gather(const Options& options, std::vector<ollama::Installed> installed, const Ports& ports, Stop stop) {
    return Gatherer(options, std::move(installed), ports, std::move(stop)).run();
}

} // namespace codemate::lifecycle::locate
