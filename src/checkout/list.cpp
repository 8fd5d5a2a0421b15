#include "checkout/sources.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"

#include <algorithm>

namespace codemate::checkout {
namespace {

namespace fs = std::filesystem;
constexpr ByteCount ignore_limit(std::uint64_t{1} << 20);

IgnoreRules rules_of(const fs::path& directory) {
    try {
        return IgnoreRules::parse(read_file(directory / ignore_file, ignore_limit));
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) return {};
        throw;
    }
}

// Git names a checkout within a checkout, if it does not track it, by one path with a slash at its end.
void take_nested(Listing& listing) {
    const auto begin = std::stable_partition(listing.files.begin(), listing.files.end(),
                                             [&](const std::string& file) { return !file.ends_with('/'); });
    for (auto file = begin; file != listing.files.end(); ++file)
        listing.nested.push_back(file->substr(0, file->size() - 1));
    listing.files.erase(begin, listing.files.end());
}

} // namespace

Listing list(const fs::path& directory, machine::Programs& programs, const Stop& stop) {
    const IgnoreRules rules = rules_of(directory);
    Listing listing;
    listing.not_ignored = rules.unsupported();
    if (auto files = files_of_git(directory, programs, stop)) {
        listing.how = Listing::How::git;
        listing.files = std::move(*files);
        take_nested(listing);
    } else {
        if (is_in_checkout(directory))
            listing.why_walked = "git does not say which files are the project's (it is missing, refuses a checkout of "
                                 "another user, or ignores the directory)";
        walk(directory, listing, stop);
    }
    std::erase_if(listing.files, [&](const std::string& file) { return rules.ignores(file, stop); });
    std::sort(listing.files.begin(), listing.files.end());
    listing.files.erase(std::unique(listing.files.begin(), listing.files.end()), listing.files.end());
    std::sort(listing.nested.begin(), listing.nested.end());
    return listing;
}

} // namespace codemate::checkout
