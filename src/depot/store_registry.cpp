#include "depot/directory_registry.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/manifest_digest.hpp"

#include <algorithm>

namespace codemate::depot {
namespace {

// A manifest's file, and the name that its place makes.
struct Found {
    ModelName name;
    std::string path;
};

class StoreRegistry final : public DirectoryRegistry {
public:
    using DirectoryRegistry::DirectoryRegistry;

    Image image(const ModelName& name, Stop stop) override {
        throw_if_stopped(stop);
        if (const auto path = path_of(name, stop)) return parsed(text_at(*path, longest_manifest), name);
        std::vector<std::string> names;
        for (const Found& found : all(stop))
            names.push_back(found.name.display());
        std::ranges::sort(names);
        throw none_of(name, names);
    }

    std::optional<Image> image(const ModelName& name, const Digest& digest, Stop stop) override {
        for (const Found& found : all(stop)) {
            const bool is_one = equal_ignoring_case(found.name.owner(), name.owner()) &&
                                equal_ignoring_case(found.name.model(), name.model());
            if (!is_one) continue;
            if (auto bytes = bytes_of(digest, found.path)) return parsed(std::move(*bytes), name);
        }
        return std::nullopt;
    }

private:
    std::string path_of(const Digest& digest) const override { return store::blob_path(digest); }

    // As a server finds it: with its parts as they are, else whatever their letter case.
    std::optional<std::string> path_of(const ModelName& name, const Stop& stop) const {
        const std::string exact = store::manifest_path(name);
        if (disk().stat(exact)) return exact;
        std::string path(store::manifests_directory);
        for (const std::string& part : {name.host(), name.owner(), name.model(), name.tag()}) {
            const std::vector<std::string> names = names_in(path, stop);
            const auto found =
                std::ranges::find_if(names, [&](const std::string& other) { return equal_ignoring_case(other, part); });
            if (found == names.end()) return std::nullopt;
            path += '/' + *found;
        }
        return path;
    }

    // The server may be removing and making what stands here.
    std::vector<std::string> names_in(const std::string& path, const Stop& stop) const {
        std::vector<std::string> names;
        try {
            for (store::Listed& entry : disk().list(path, stop).entries)
                names.push_back(std::move(entry.name));
        } catch (const Error& error) {
            if (error.kind() != Kind::not_found && path == store::manifests_directory) throw;
            diagnostics::debug(error.message());
        }
        return names;
    }

    std::vector<Found> all(const Stop& stop) const {
        std::vector<std::string> paths{std::string(store::manifests_directory)};
        constexpr std::size_t levels = 4; // host, owner, model, tag
        for (std::size_t level = 0; level < levels; ++level) {
            std::vector<std::string> below;
            for (const std::string& path : paths) {
                throw_if_stopped(stop);
                for (const std::string& name : names_in(path, stop))
                    below.push_back(path + '/' + name);
            }
            paths = std::move(below);
        }
        std::vector<Found> found;
        for (std::string& path : paths) {
            if (auto name = name_of(path)) found.push_back({std::move(*name), std::move(path)});
        }
        return found;
    }

    static std::optional<ModelName> name_of(std::string_view path) {
        const std::vector<std::string_view> parts = split(path, '/');
        try {
            return ModelName(std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
                             std::string(parts[4]));
        } catch (const Error&) { // a file that is none of the server's
            return std::nullopt;
        }
    }

    // Also what the server hashes of it where that is not the whole: a lock has the digest that the server lists.
    std::optional<std::string> bytes_of(const Digest& digest, const std::string& path) const {
        try {
            std::string bytes = text_at(path, longest_manifest);
            if (Digest::of(bytes) == digest) return bytes;
            bytes.resize(store::bytes_hashed_by_server(bytes));
            if (Digest::of(bytes) == digest) return bytes;
        } catch (const Error& error) { // another model's may be unreadable
            diagnostics::info(error.message());
        }
        return std::nullopt;
    }
};

} // namespace

std::unique_ptr<registry::Registry> store_registry(std::shared_ptr<store::Disk> disk, std::string where) {
    return std::make_unique<StoreRegistry>(std::move(disk), std::move(where));
}

} // namespace codemate::depot
