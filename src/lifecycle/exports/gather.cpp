#include "lifecycle/exports/asked.hpp"
#include "lifecycle/exports/private_paths.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/exports.hpp"
#include "codemate/rules/targets.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::lifecycle::exports {
namespace {

constexpr std::size_t workers = 8;

using Model = Facts::Model;

// What an error at the destination is about.
enum class Scope { model, destination, either };
Scope scope_of(Kind kind) {
    switch (kind) {
    case Kind::unreachable:
    case Kind::busy:
    case Kind::storage:
    case Kind::usage:
    case Kind::defect:
        return Scope::destination;
    case Kind::unauthorised: // a login may be good for one project of a registry
    case Kind::forbidden:
    case Kind::protocol:
        return Scope::either;
    default:
        return Scope::model;
    }
}

class Gatherer {
public:
    Gatherer(const manifest::Manifest& manifest, const manifest::Lock& lock, const Ports& ports, const Run& run)
        : manifest_(manifest), lock_(lock), ports_(ports), run_(run), upstream_{nullptr, ports.registry} {}

    Facts run(const Options& options) {
        const rules::Targets targets = rules::parse_targets(options.targets);
        for (const manifest::Wanted& wanted : rules::resolve(manifest_, targets.words, ports_.installed))
            facts_.models.push_back(model_of(wanted));
        pin_asked(find_asked(targets.with_digest, manifest_, lock_, ports_, run_));
        facts_.why_no_store = ports_.why_no_store;
        for (const Model& model : facts_.models)
            facts_.where.emplace(model.name, ports_.destination.place(model.name));
        list_store();
        for_each_parallel(facts_.models.size(), workers, [&](std::size_t i) { find_image(facts_.models[i]); });
        look_at_destination();
        for (Model& model : facts_.models)
            look_for_layers(model);
        return std::move(facts_);
    }

private:
    Model model_of(const manifest::Wanted& wanted) const {
        Model model{wanted.name, wanted.declared, manifest_.source_of(wanted.name)};
        model.places = manifest_.places_of(wanted.name);
        if (const manifest::Locked* locked = lock_.find(wanted.name)) pin(model, *locked);
        return model;
    }

    static void pin(Model& model, const manifest::Locked& entry) {
        model.locked = entry;
        if (std::ranges::find(model.places, entry.source) == model.places.end())
            model.places.insert(model.places.begin(), entry.source);
    }

    // What the lock has says more, where that is the content that is asked for.
    void pin_asked(const Asked& asked) {
        for (Model& model : facts_.models) {
            const auto found = asked.find(model.name);
            if (found == asked.end()) continue;
            model.why = Facts::Why::asked;
            if (!model.locked || model.locked->digest != found->second.digest) pin(model, found->second);
        }
    }

    void list_store() {
        if (!ports_.store) return;
        for (const store::Blob& blob : ports_.store->inventory.blobs)
            sizes_.emplace(blob.digest,
                           blob.stat.type == store::Type::file ? std::optional(blob.stat.identity.size) : std::nullopt);
    }

    // --- which image

    void find_image(Model& model) const {
        try {
            Image image = model.locked ? locked_image(model) : other_image(model);
            if (is_made_here(image) || !model.locked) {
                if (auto bare = without_private_paths(image, ports_.is_private)) {
                    model.original = image.digest;
                    image = std::move(*bare);
                }
            }
            model.image = std::move(image);
        } catch (const Error& error) {
            model.error = error;
        }
    }

    Image locked_image(const Model& model) const {
        const manifest::Locked& locked = *model.locked;
        if (locked.bytes) return Image::parse(*locked.bytes);
        if (auto image = stored_image([&](const Digest& digest) { return digest == locked.digest; })) return *image;
        if (auto image = upstream::find_image(locked.digest, model.places, upstream_, run_)) return *image;
        if (auto image = stored_image([&](const Digest& digest) { return locked.is(digest); })) return *image;
        if (model.why == Facts::Why::asked)
            throw Error(Kind::not_found, "the manifest that is asked for, " + locked.digest.id() + ", is in no reach")
                .hint("run it where the models directory that has it can be read, and name that with --models-dir");
        throw Error(Kind::not_found,
                    "the manifest that the lock pins it to, " + locked.digest.id() + ", is in no reach")
            .hint("where it is installed, `codemate lock` writes the manifest into the lock");
    }

    // As its file is, or as the server hashes it: perhaps without the final line feed (facts.md 4.3).
    std::optional<Image> stored_image(const std::function<bool(const Digest&)>& is_wanted) const {
        if (!ports_.store) return std::nullopt;
        for (const store::Entry& entry : ports_.store->inventory.models) {
            if (is_wanted(entry.image.digest)) return entry.image;
            if (entry.listed && is_wanted(*entry.listed) && entry.image.bytes.ends_with('\n'))
                return Image::parse(entry.image.bytes.substr(0, entry.image.bytes.size() - 1));
        }
        return std::nullopt;
    }

    // A lock may have it as the server hashes it, without the line feed that tells.
    bool is_made_here(const Image& image) const {
        if (was_made_here(image)) return true;
        return ports_.store && std::ranges::any_of(ports_.store->inventory.models, [&](const store::Entry& entry) {
                   return was_made_here(entry.image) && entry.image.bytes.size() == image.bytes.size() + 1 &&
                          entry.image.bytes.starts_with(image.bytes);
               });
    }

    Image other_image(Model& model) const {
        model.why = Facts::Why::installed;
        if (ports_.store) {
            for (const store::Entry& entry : ports_.store->inventory.models) {
                if (entry.name.same_on_server(model.name)) return entry.image;
            }
        }
        const ollama::Installed* const installed = rules::find(ports_.installed, model.name);
        if (installed != nullptr && installed->cloud())
            throw Error(Kind::unsupported, "it is a cloud model, whose content is elsewhere");
        if (installed != nullptr && installed->digest) {
            if (auto image = upstream::find_image(*installed->digest, model.places, upstream_, run_)) return *image;
            throw Error(Kind::not_found, "no registry serves what is installed, " + installed->digest->id())
                .hint("run it where the models directory can be read, and name that with --models-dir");
        }
        model.why = Facts::Why::served;
        return ports_.registry.image(model.source, run_.stop);
    }

    // --- where its layers are

    bool is_stored(const Layer& layer) const {
        const auto found = sizes_.find(layer.digest);
        return found != sizes_.end() && found->second == layer.size;
    }

    // What is wrong with all of it is told once, and not of each model.
    void look_at_destination() {
        std::vector<const Model*> asked;
        for (Model& model : facts_.models) {
            if (!model.image) continue;
            asked.push_back(&model);
            try {
                look_at_destination(model);
            } catch (const Error& error) {
                if (scope_of(error.kind()) == Scope::destination) throw;
                model.refused = error;
            }
        }
        const auto refused_alike = [&](const Model* model) {
            return model->refused && model->refused->kind() == asked.front()->refused->kind() &&
                   scope_of(model->refused->kind()) == Scope::either;
        };
        if (!asked.empty() && std::ranges::all_of(asked, refused_alike)) throw *asked.front()->refused;
    }

    void look_at_destination(Model& model) {
        model.served = ports_.destination.served(model.name, run_.stop);
        for (const Layer& layer : model.image->blobs()) {
            throw_if_stopped(run_.stop);
            if (ports_.destination.has(model.name, layer, run_.stop))
                model.there.insert(layer.digest);
            else if (const ByteCount some = ports_.destination.left_over(layer); some > ByteCount())
                model.left_over.emplace(layer.digest, some);
            if (is_stored(layer)) facts_.stored.insert(layer.digest);
        }
    }

    void look_for_layers(Model& model) {
        if (!model.image || model.refused) return;
        const auto is_in_reach = [&](const Layer& layer) {
            return model.there.contains(layer.digest) || facts_.stored.contains(layer.digest);
        };
        if (std::ranges::all_of(model.image->blobs(), is_in_reach)) return;
        model.supply = upstream::find_supply(*model.image, model.places, upstream_, run_);
        std::erase_if(model.supply->nowhere, is_in_reach);
        for (const Layer& layer : model.supply->nowhere)
            if (auto fault = fault_in_store(layer)) facts_.unfit.emplace(layer.digest, std::move(*fault));
    }

    // Why the models directory's own file is none to read: what people look for first.
    std::optional<std::string> fault_in_store(const Layer& layer) const {
        if (!ports_.store) return std::nullopt;
        try {
            const auto found = ports_.store->disk->stat(store::blob_path(layer.digest));
            if (!found) return std::nullopt;
            const std::string where = "the models directory " + quoted(ports_.store->path.string()) + " has ";
            const std::string what = "its " + std::string(to_string(layer.role)) + " " + layer.digest.id();
            if (found->type != store::Type::file)
                return where + std::string(store::to_string(found->type)) + " in place of " + what;
            const ByteCount size = found->identity.size;
            const std::string has = size == layer.size  ? "it as a file that cannot be listed: "
                                    : size < layer.size ? to_string(size) + " of "
                                                        : to_string(size) + " in place of ";
            return where + has + what + " (" + to_string(layer.size) + ")";
        } catch (const Error& error) {
            return error.message();
        }
    }

    const manifest::Manifest& manifest_;
    const manifest::Lock& lock_;
    const Ports& ports_;
    const Run& run_;
    const upstream::Ports upstream_;
    std::map<Digest, std::optional<ByteCount>> sizes_;
    Facts facts_;
};

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock& lock, const Ports& ports,
             const Run& run) {
    return Gatherer(manifest, lock, ports, run).run(options);
}

} // namespace codemate::lifecycle::exports
