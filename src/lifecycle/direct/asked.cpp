#include "lifecycle/direct/asked.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"

namespace codemate::lifecycle::direct {
namespace {

using manifest::Locked;

class Search {
public:
    Search(const rules::DigestTarget& target, const ModelName& name, const Facts& facts, const Options& options,
           const Ports& ports, const Run& run)
        : target_(target), name_(name), facts_(facts), ports_(ports), run_(run),
          places_(options.from ? rules::names_at_one_source(name, facts.manifest) : facts.manifest.places_of(name)) {}

    Locked result() {
        look_into_lock();
        look_into_journal();
        for (const store::Entry& entry : facts_.inventory.models)
            add(entry.image.digest, entry.image.bytes);
        const bool is_known = found_.size() == 1 && found_.begin()->second.bytes;
        if (!is_known) ask_registries();
        if (found_.size() == 1) return std::move(found_.begin()->second);
        throw found_.empty() ? unknown() : ambiguous();
    }

private:
    std::string said() const { return quoted(target_.target + "@sha256:" + target_.digits); }

    void add(const Digest& digest, std::optional<std::string> bytes) {
        if (!target_.matches(digest)) return;
        Locked& entry = found_.try_emplace(digest, Locked{digest, places_.front(), {}, {}, {}, {}, {}}).first->second;
        if (!entry.bytes) entry.bytes = std::move(bytes);
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
                if (pulled.name.same_on_server(name_)) add(pulled.digest, pulled.manifest);
            }
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
    }

    void ask_registries() {
        const auto whole = Digest::parse(target_.digits);
        for (const ModelName& place : places_) {
            try {
                Image image = ports_.registry.image(place, run_.stop);
                add(image.digest, std::move(image.bytes));
                if (!whole || found_.contains(*whole)) continue;
                if (auto exact = ports_.registry.image(place, *whole, run_.stop)) add(*whole, std::move(exact->bytes));
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
        Error error(Kind::not_found, "neither lock nor journal nor registry knows " + said());
        if (unanswered_) error.note(unanswered_->message());
        return error.hint("the history of codemate.lock says which contents there were");
    }

    const rules::DigestTarget& target_;
    const ModelName& name_;
    const Facts& facts_;
    const Ports& ports_;
    const Run& run_;
    std::vector<ModelName> places_;
    std::map<Digest, Locked> found_;
    std::optional<Error> unanswered_;
};

} // namespace

void find_asked(Facts& facts, const std::vector<rules::DigestTarget>& targets, const Options& options,
                const Ports& ports, const Run& run) {
    for (const rules::DigestTarget& target : targets) {
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

} // namespace codemate::lifecycle::direct
