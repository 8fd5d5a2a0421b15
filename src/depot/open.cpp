#include "codemate/base/error.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/depot/index.hpp"
#include "codemate/store/layout.hpp"

namespace codemate::depot {
namespace {

constexpr ByteCount longest_layout(std::uint64_t{4} << 10);

bool is_directory(store::Disk& disk, std::string_view path) {
    const auto found = disk.stat(path);
    return found && found->type == store::Type::directory;
}

void check_layout_of(store::Disk& disk, const std::string& where) {
    try {
        check_layout(store::read_all(*disk.open(layout_file), longest_layout, layout_file));
    } catch (Error& error) {
        error.context(where);
        throw;
    }
}

} // namespace

std::optional<Form> form_of(store::Disk& disk) {
    if (disk.stat(layout_file)) return Form::layout;
    if (is_directory(disk, store::manifests_directory) && is_directory(disk, store::blobs_directory))
        return Form::store;
    return std::nullopt;
}

bool is_layout(const std::filesystem::path& path) {
    std::error_code unknown;
    return std::filesystem::exists(path / layout_file, unknown);
}

std::unique_ptr<registry::Registry> open(std::shared_ptr<store::Disk> disk, std::string where) {
    const auto form = form_of(*disk);
    if (!form) {
        throw Error(Kind::usage, where + " is neither an export nor a models directory: it has no file " +
                                     std::string(layout_file) + ", nor directories " +
                                     std::string(store::manifests_directory) + " and " +
                                     std::string(store::blobs_directory))
            .hint("name the directory that `codemate export` wrote, or one with a server's models, as "
                  "~/.ollama/models");
    }
    if (*form == Form::store) return store_registry(std::move(disk), std::move(where));
    check_layout_of(*disk, where);
    return layout_registry(std::move(disk), std::move(where));
}

} // namespace codemate::depot
