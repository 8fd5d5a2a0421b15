#include "lifecycle/refs/find.hpp"
#include "lifecycle/refs/names.hpp"

#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <thread>

namespace codemate::lifecycle::refs {
namespace {

constexpr std::size_t batch = 64; // files that one call takes

struct Read {
    std::vector<FileFacts> found;
    std::vector<NotRead> unread;
    std::vector<std::string> nested;
    std::size_t files = 0;
};

void look_into(const std::filesystem::path& directory, const std::string& file, const Vocabulary& vocabulary,
               std::string& text, Read& read) {
    using checkout::Unread;
    const auto unread = checkout::read_text(directory, file, text);
    if (unread == Unread::directory) read.nested.push_back(file);
    if (unread == Unread::utf16 || unread == Unread::failed || unread == Unread::too_large)
        read.unread.push_back({file, *unread});
    if (unread) return;
    ++read.files;
    const FileKind kind = kind_of(file);
    if (kind != FileKind::modelfile && !may_mention(text, vocabulary)) return;
    Found found = find(text, kind, vocabulary);
    if (found.mentions.empty() && found.uses.empty()) return;
    read.found.push_back({file, std::move(found.mentions), std::move(found.uses)});
}

template<typename List>
void append(List& to, List& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

} // namespace

std::string_view to_string(const NotRead& file) {
    if (file.why == checkout::Unread::utf16) return "is UTF-16";
    return file.why == checkout::Unread::too_large ? "is larger than 4 MiB" : "cannot be read";
}

std::vector<ModelName> own_names(const Facts& facts) {
    std::vector<ModelName> names;
    for (const auto& [name, declared] : facts.manifest.models)
        names.push_back(name);
    if (facts.lock) {
        for (const auto& [name, locked] : facts.lock->models)
            names.push_back(name);
    }
    if (facts.installed) names.insert(names.end(), facts.installed->begin(), facts.installed->end());
    return names;
}

Vocabulary vocabulary_of(const Facts& facts) {
    std::vector<std::string> words{"default", "all", "list", "help", "all-free"};
    for (const auto& [role, name] : facts.manifest.roles)
        words.push_back(role);
    for (const auto& [group, members] : facts.manifest.groups)
        words.push_back(group);
    return Vocabulary(own_names(facts), std::move(words));
}

Facts gather(const std::filesystem::path& directory, const manifest::Manifest& manifest, const Ports& ports,
             const Run& run) {
    Facts facts;
    facts.manifest = manifest;
    if (ports.lock != nullptr) facts.lock = *ports.lock;
    if (ports.installed) facts.installed = ports.installed();
    checkout::Listing listing = checkout::list(directory, ports.programs, run.stop);
    facts.listed_by = listing.how;
    facts.why_walked = std::move(listing.why_walked);
    facts.nested = std::move(listing.nested);
    facts.not_ignored = std::move(listing.not_ignored);
    std::erase_if(listing.files, [](const std::string& file) { return is_never_read(file); });

    const Vocabulary vocabulary = vocabulary_of(facts);
    std::vector<Read> reads((listing.files.size() + batch - 1) / batch);
    const std::size_t workers = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
    for_each_parallel(reads.size(), workers, [&](std::size_t index) {
        throw_if_stopped(run.stop);
        std::string text;
        const std::size_t end = std::min(listing.files.size(), (index + 1) * batch);
        for (std::size_t at = index * batch; at < end; ++at)
            look_into(directory, listing.files[at], vocabulary, text, reads[index]);
    });
    for (Read& read : reads) {
        facts.files += read.files;
        std::move(read.found.begin(), read.found.end(), std::back_inserter(facts.found));
        append(facts.unread, read.unread);
        append(facts.nested, read.nested);
    }
    return facts;
}

} // namespace codemate::lifecycle::refs
