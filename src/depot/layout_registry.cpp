#include "depot/directory_registry.hpp"

#include "codemate/base/text.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/depot/index.hpp"

#include <algorithm>

namespace codemate::depot {
namespace {

bool same_repository(const ModelName& a, const ModelName& b) {
    return equal_ignoring_case(a.owner(), b.owner()) && equal_ignoring_case(a.model(), b.model());
}

class LayoutRegistry final : public DirectoryRegistry {
public:
    using DirectoryRegistry::DirectoryRegistry;

    Image image(const ModelName& name, Stop stop) override {
        throw_if_stopped(stop);
        const Index index = this->index();
        const Entry* entry = index.find(name);
        if (entry == nullptr) throw none_of(name, names_in(index));
        std::string bytes = text_at(path_of(entry->digest), longest_manifest);
        if (Digest::of(bytes) != entry->digest) throw damaged("the manifest of " + quoted(name.display()));
        return parsed(std::move(bytes), name);
    }

    std::optional<Image> image(const ModelName& name, const Digest& digest, Stop stop) override {
        throw_if_stopped(stop);
        const Index index = this->index();
        const bool is_known =
            std::ranges::any_of(index.models, [&](const Entry& entry) { return same_repository(entry.name, name); });
        const auto found = is_known ? disk().stat(path_of(digest)) : std::nullopt;
        // What is larger is no manifest.
        if (!found || found->identity.size > longest_manifest) return std::nullopt;
        std::string bytes = text_at(path_of(digest), longest_manifest);
        if (Digest::of(bytes) != digest)
            throw damaged("the manifest of " + quoted(name.display()) + " of the digest " + digest.id());
        return parsed(std::move(bytes), name);
    }

private:
    std::string path_of(const Digest& digest) const override { return blob_path(digest); }

    // Read anew each time: somebody may be exporting into it.
    Index index() const {
        if (!disk().stat(index_file)) {
            throw Error(Kind::damaged, where() + " has no file " + std::string(index_file))
                .hint("copy or export it again");
        }
        try {
            return parse_index(text_at(std::string(index_file), longest_index));
        } catch (Error& error) {
            if (error.kind() != Kind::damaged && error.kind() != Kind::storage) throw;
            error.context(where());
            if (error.hint().empty()) error.hint("copy or export it again");
            throw;
        }
    }

    static std::vector<std::string> names_in(const Index& index) {
        std::vector<std::string> names;
        for (const Entry& entry : index.models)
            names.push_back(entry.name.display());
        return names;
    }
};

} // namespace

std::unique_ptr<registry::Registry> layout_registry(std::shared_ptr<store::Disk> disk, std::string where) {
    return std::make_unique<LayoutRegistry>(std::move(disk), std::move(where));
}

} // namespace codemate::depot
