#include "codemate/upstream/asked.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::upstream {
namespace {

using manifest::Locked;
using rules::DigestTarget;

// The contents that the digits fit, each once; the first to be found says the most about it.
class Search {
public:
    Search(const DigestTarget& target, Whereabouts whereabouts, const Locked* entry, const AskedPorts& ports,
           const Stop& stop)
        : target_(target), whereabouts_(std::move(whereabouts)), entry_(entry), ports_(ports), stop_(stop) {}

    Locked result() {
        look_into_lock();
        for (KnownContent& content : whereabouts_.known)
            add(std::move(content));
        // That it is somewhere is found out later.
        if (!is_known()) ask_registries();
        if (found_.size() > 1) throw ambiguous();
        if (found_.empty()) throw unknown();
        return std::move(found_.begin()->second);
    }

private:
    std::string said() const { return quoted(target_.target + "@sha256:" + target_.digits); }

    bool is_known() const {
        return std::ranges::any_of(found_, [](const auto& entry) { return entry.second.bytes.has_value(); });
    }

    void add(KnownContent content) {
        if (!target_.matches(content.digest)) return;
        const ModelName& source = content.source ? *content.source : whereabouts_.source;
        const auto [entry, is_new] =
            found_.try_emplace(content.digest, Locked{content.digest, source, content.size, {}, {}, {}, {}});
        if (entry->second.bytes || !content.bytes) return;
        entry->second.size = Image::parse(*content.bytes).size();
        entry->second.bytes = std::move(content.bytes);
    }

    void look_into_lock() {
        if (entry_ == nullptr) return;
        add({entry_->digest, entry_->bytes});
        for (const Digest& same : entry_->same)
            add({same});
    }

    void ask_registries() {
        if (ports_.registry == nullptr) return;
        const auto whole = Digest::parse(target_.digits);
        for (const ModelName& place : whereabouts_.places) {
            try {
                Image image = ports_.registry->image(place, stop_);
                add({image.digest, std::move(image.bytes)});
                if (!whole || found_.contains(*whole)) continue;
                if (auto exact = ports_.registry->image(place, *whole, stop_)) add({*whole, std::move(exact->bytes)});
            } catch (const Error& error) {
                diagnostics::info(error.message());
                unanswered_ = error;
            }
        }
    }

    Error ambiguous() const {
        std::vector<std::string> texts;
        for (const auto& [digest, entry] : found_)
            texts.push_back(digest.text());
        return Error(Kind::usage, said() + " could be " + listed(texts, "or")).hint("give more digits");
    }

    Error unknown() const {
        Error error(Kind::not_found, "neither lock nor journal nor " +
                                         (ports_.where.empty() ? "registry" : ports_.where) + " knows " + said());
        if (unanswered_) error.note(unanswered_->message());
        return std::move(error).hint(ports_.hint);
    }

    const DigestTarget& target_;
    Whereabouts whereabouts_;
    const Locked* entry_;
    const AskedPorts& ports_;
    const Stop& stop_;
    std::map<Digest, Locked> found_;
    std::optional<Error> unanswered_;
};

} // namespace

std::vector<KnownContent> remembered_contents(const state::Journal* journal, const ModelName& name) {
    std::vector<KnownContent> contents;
    if (journal == nullptr) return contents;
    try {
        for (const state::Pulled& pulled : journal->entries()) {
            if (pulled.name.same_on_server(name))
                contents.push_back({pulled.digest, pulled.manifest, {}, pulled.source});
        }
    } catch (const Error& error) {
        diagnostics::info(error.message());
    }
    return contents;
}

std::map<ModelName, Locked, ServerOrder> find_asked(const std::vector<DigestTarget>& targets,
                                                    const manifest::Manifest& manifest, const manifest::Lock* lock,
                                                    const AskedPorts& ports, const Stop& stop) {
    std::map<ModelName, Locked, ServerOrder> all;
    for (const DigestTarget& target : targets) {
        const std::vector<std::string> word{target.target};
        const std::vector<manifest::Wanted> meant = manifest::resolve(manifest, word);
        if (meant.size() != 1) {
            throw Error(Kind::usage, quoted(target.target) + " means " + counted(meant.size(), "model") +
                                         ", and a digest belongs to one")
                .hint("name the model");
        }
        const ModelName& name = meant.front().name;
        const Locked* entry = lock == nullptr ? nullptr : lock->find(name);
        Locked asked = Search(target, ports.whereabouts(name), entry, ports, stop).result();
        const auto [there, is_new] = all.emplace(name, asked);
        if (!is_new && there->second.digest != asked.digest) {
            throw Error(Kind::usage, quoted(name.display()) + " is asked for with two digests")
                .hint("a name has one content at a time");
        }
    }
    return all;
}

} // namespace codemate::upstream
