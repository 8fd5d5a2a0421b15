#include "lifecycle/pull/asked.hpp"

#include "lifecycle/pull/places.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <map>

namespace codemate::lifecycle::pull {
namespace {

using manifest::Locked;
using rules::DigestTarget;

// The contents that the digits fit, each once; the first to be found says the most about it.
class Search {
public:
    Search(const DigestTarget& target, const ModelName& name, const Facts& facts, const Options& options,
           const Ports& ports, const Run& run)
        : target_(target), name_(name), facts_(facts), ports_(ports), run_(run),
          places_(places_of(name, facts.manifest, options)), where_(where(options)) {}

    Locked result() {
        look_into_lock();
        look_into_journal();
        look_at_installed();
        // A registry need not be asked for what is known; that it is somewhere is found out later.
        if (!is_known()) ask_registries();
        if (found_.size() > 1) throw ambiguous();
        if (found_.empty()) throw unknown();
        return std::move(found_.begin()->second);
    }

private:
    bool is_known() const {
        return std::ranges::any_of(found_, [](const auto& entry) { return entry.second.bytes.has_value(); });
    }

    void add(const Digest& digest, std::optional<std::string> bytes, ByteCount size = {},
             const std::optional<ModelName>& source = {}) {
        if (!target_.matches(digest)) return;
        const auto [entry, is_new] = found_.try_emplace(
            digest, Locked{digest, source.value_or(facts_.manifest.source_of(name_)), size, {}, {}, {}, {}});
        if (entry->second.bytes || !bytes) return;
        entry->second.size = Image::parse(*bytes).size();
        entry->second.bytes = std::move(bytes);
    }

    void look_into_lock() {
        const Locked* entry = facts_.lock ? facts_.lock->find(name_) : nullptr;
        if (entry == nullptr) return;
        add(entry->digest, entry->bytes);
        for (const Digest& same : entry->same)
            add(same, std::nullopt);
    }

    void look_into_journal() {
        if (ports_.journal == nullptr) return;
        try {
            for (const state::Pulled& pulled : ports_.journal->entries()) {
                if (pulled.name.same_on_server(name_)) add(pulled.digest, pulled.manifest, {}, pulled.source);
            }
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
    }

    void look_at_installed() {
        for (const ollama::Installed& model : facts_.installed) {
            if (model.digest) add(*model.digest, std::nullopt, model.size);
        }
    }

    void ask_registries() {
        if (ports_.registry == nullptr) return;
        const auto whole = Digest::parse(target_.digits);
        for (const ModelName& place : places_) {
            try {
                Image image = ports_.registry->image(place, run_.stop);
                add(image.digest, std::move(image.bytes));
                if (!whole || found_.contains(*whole)) continue;
                if (auto exact = ports_.registry->image(place, *whole, run_.stop)) add(*whole, std::move(exact->bytes));
            } catch (const Error& error) {
                diagnostics::info(error.message());
                unanswered_ = error;
            }
        }
    }

    Error ambiguous() const {
        std::vector<std::string> ids;
        for (const auto& [digest, entry] : found_)
            ids.push_back(digest.text());
        return Error(Kind::usage,
                     quoted(target_.target + "@sha256:" + target_.digits) + " could be " + listed(ids, "or"))
            .hint("give more digits");
    }

    Error unknown() const {
        Error error(Kind::not_found, "neither lock nor journal nor " + (where_.empty() ? "registry" : where_) +
                                         " knows " + quoted(target_.target + "@sha256:" + target_.digits));
        if (unanswered_) error.note(unanswered_->message());
        return error.hint("`codemate list` and the history of codemate.lock say which contents there were");
    }

    const DigestTarget& target_;
    const ModelName& name_;
    const Facts& facts_;
    const Ports& ports_;
    const Run& run_;
    std::vector<ModelName> places_;
    std::string where_; // what stands in for all registries; empty: nothing
    std::map<Digest, Locked> found_;
    std::optional<Error> unanswered_;
};

} // namespace

void find_asked(Facts& facts, const std::vector<DigestTarget>& targets, const Options& options, const Ports& ports,
                const Run& run) {
    for (const DigestTarget& target : targets) {
        const std::vector<std::string> word{target.target};
        const std::vector<manifest::Wanted> meant = manifest::resolve(facts.manifest, word);
        if (meant.size() != 1) {
            throw Error(Kind::usage, quoted(target.target) + " means " + counted(meant.size(), "model") +
                                         ", and a digest belongs to one")
                .hint("name the model");
        }
        const ModelName& name = meant.front().name;
        Locked asked = Search(target, name, facts, options, ports, run).result();
        const auto [entry, is_new] = facts.asked.emplace(name, asked);
        if (!is_new && entry->second.digest != asked.digest) {
            throw Error(Kind::usage, quoted(name.display()) + " is asked for with two digests")
                .hint("a name has one content at a time");
        }
    }
}

} // namespace codemate::lifecycle::pull
