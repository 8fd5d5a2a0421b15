#include "depot/directory_registry.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::depot {
namespace {

constexpr std::size_t piece_size = std::size_t{256} << 10; // as of a registry's: registry/part_of_blob.cpp
constexpr std::size_t most_named = 8;

std::span<char> front_of(std::string& buffer, std::uint64_t count) {
    return std::span(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), count)));
}

} // namespace

Digest DirectoryRegistry::digest(const ModelName& name, Stop stop) {
    return image(name, std::move(stop)).digest;
}

std::optional<registry::BlobPlace> DirectoryRegistry::find_blob(const ModelName&, const Digest& digest, Stop stop) {
    throw_if_stopped(stop);
    const std::string path = path_of(digest);
    const auto found = disk_->stat(path);
    if (!found) return std::nullopt;
    if (found->type != store::Type::file) {
        const bool is_link = found->type == store::Type::link || found->type == store::Type::dangling_link;
        throw Error(Kind::storage, where_ + ": " + path + " is " + std::string(to_string(found->type)))
            .hint(is_link ? "codemate follows no link in a directory with models: what it leads to belongs there itself"
                          : "a file with the blob's bytes belongs there");
    }
    // Opened, so that one which may not be read is known before a server waits for it.
    return registry::BlobPlace{std::nullopt, disk_->open(path)->stat().identity.size};
}

std::string DirectoryRegistry::blob(const ModelName& name, const Digest& digest, ByteCount limit, Stop stop) {
    throw_if_stopped(stop);
    const auto file = open_blob(name, digest);
    if (file->stat().identity.size > limit) {
        throw Error(Kind::protocol,
                    of_model(digest, name) + " in " + where_ + " is longer than " + codemate::to_string(limit))
            .hint("a part that people can read is never that long");
    }
    std::string content = store::read_all(*file, limit, path_of(digest));
    if (Digest::of(content) != digest) throw damaged(of_model(digest, name));
    return content;
}

std::string DirectoryRegistry::blob_head(const ModelName& name, const Digest& digest, ByteCount count, Stop stop) {
    throw_if_stopped(stop);
    const auto file = open_blob(name, digest);
    std::string head(static_cast<std::size_t>(std::min(count, file->stat().identity.size).count()), '\0');
    head.resize(file->read(0, head));
    return head;
}

void DirectoryRegistry::read_blob(const ModelName& name, const Digest& digest, registry::ByteRange range,
                                  const std::function<http::Flow(std::string_view)>& take, Stop stop) {
    throw_if_stopped(stop);
    if (range.count == 0) return;
    const auto file = open_blob(name, digest);
    if (range.first >= file->stat().identity.size.count()) {
        throw cut_short(name, digest, file->stat().identity.size.count());
    }
    std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(piece_size, range.count)), '\0');
    for (std::uint64_t done = 0; done < range.count;) {
        throw_if_stopped(stop);
        const std::span<char> into = front_of(buffer, range.count - done);
        const std::size_t got = file->read(range.first + done, into);
        done += got;
        if (got > 0 && take(std::string_view(buffer).substr(0, got)) == http::Flow::drop) return;
        if (got == into.size()) continue;
        throw cut_short(name, digest, range.first + done);
    }
}

std::string DirectoryRegistry::text_at(const std::string& path, ByteCount limit) const {
    const auto file = disk_->open(path);
    return store::read_all(*file, limit, path);
}

Image DirectoryRegistry::parsed(std::string bytes, const ModelName& name) const {
    try {
        return Image::parse(std::move(bytes));
    } catch (const Error& error) {
        throw Error(Kind::damaged, where_ + " has no manifest of " + quoted(name.display()) + ": " + error.message())
            .hint("copy or export it again");
    }
}

Error DirectoryRegistry::none_of(const ModelName& name, const std::vector<std::string>& names) const {
    Error error(Kind::not_found, where_ + " has no " + quoted(name.display()));
    if (names.empty()) return std::move(error).hint("there is no model in it at all");
    if (const auto near = nearest(name.display(), names))
        return std::move(error).hint("did you mean " + quoted(*near) + '?');
    std::vector<std::string> some;
    for (std::size_t i = 0; i < std::min(names.size(), most_named); ++i)
        some.push_back(printable(names[i]));
    return std::move(error).hint("it has " + joined(some, ", ") + (names.size() > most_named ? ", …" : ""));
}

// No network that may be better in a moment: other kinds are tried again.
Error DirectoryRegistry::cut_short(const ModelName& name, const Digest& digest, std::uint64_t size) const {
    return Error(Kind::check, of_model(digest, name) + " in " + where_ + " ends after " +
                                  codemate::to_string(ByteCount(size)) + ": it is shorter than the manifest says")
        .hint("the file is cut short: copy or export it again");
}

Error DirectoryRegistry::damaged(const std::string& what) const {
    return Error(Kind::damaged, what + " in " + where_ + " does not have its digest")
        .hint("the file is damaged: copy or export it again");
}

std::unique_ptr<store::File> DirectoryRegistry::open_blob(const ModelName& name, const Digest& digest) const {
    const std::string path = path_of(digest);
    if (!disk_->stat(path)) throw Error(Kind::not_found, where_ + " does not have " + of_model(digest, name));
    return disk_->open(path);
}

std::string DirectoryRegistry::of_model(const Digest& digest, const ModelName& name) const {
    return "the blob " + digest.id() + " of " + quoted(name.display());
}

} // namespace codemate::depot
