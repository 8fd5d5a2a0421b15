#include "codemate/store/layout.hpp"

#include <algorithm>
#include <charconv>

namespace codemate::store {
namespace {

constexpr std::size_t digits = 64;

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!is_number(text) || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

BlobName with_suffix(const Digest& digest, std::string_view suffix) {
    using What = BlobName::What;
    constexpr std::string_view partial = "-partial";
    if (suffix.empty()) return {What::blob, digest};
    if (suffix == partial) return {What::partial, digest};
    if (suffix == ".tmp") return {What::unfinished, digest};
    if (!suffix.starts_with(partial) || suffix[partial.size()] != '-') return {};
    const auto part = number(suffix.substr(partial.size() + 1));
    return part ? BlobName{What::record, digest, *part} : BlobName{};
}

} // namespace

std::string blob_path(const Digest& digest) {
    return std::string(blobs_directory) + "/sha256-" + digest.hex();
}

std::string manifest_path(const ModelName& name) {
    return std::string(manifests_directory) + '/' + name.host() + '/' + name.owner() + '/' + name.model() + '/' +
           name.tag();
}

// Strict about letter case: the server makes lower-case names and looks for no other ones.
BlobName parse_blob_name(std::string_view name) {
    constexpr std::string_view prefix = "sha256-";
    if (name.starts_with("sha256:")) {
        const auto digest = Digest::parse(name);
        return digest ? BlobName{BlobName::What::old_blob, digest} : BlobName{};
    }
    if (!name.starts_with(prefix)) return {};
    name.remove_prefix(prefix.size());
    const std::string_view hex = name.substr(0, digits);
    const auto digest = Digest::parse(hex);
    if (digest && digest->hex() == hex) return with_suffix(*digest, name.substr(digits));
    if (is_number(name)) return {BlobName::What::upload};
    return {};
}

} // namespace codemate::store
