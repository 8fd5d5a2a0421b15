// Which servers may use a models directory: the one that is asked, whoever has Ollama's own port, and what runs here
// under its name.
#include "cli/commands/pull/direct.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/machine/listeners.hpp"

#include <algorithm>

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::direct;

// A server by its address. Of a guessed one only a yes counts: what else it says may be another program's.
struct Candidate {
    Wiring::Another server;
    bool guessed = false;
};

class Candidates {
public:
    explicit Candidates(Wiring& wiring) : wiring_(wiring) {}

    void add(const std::string& address, bool guessed) {
        try {
            Candidate candidate{wiring_.another_server("a server of this machine", address), guessed};
            const auto same =
                std::ranges::find(all_, candidate.server.id, [](const Candidate& each) { return each.server.id; });
            if (same == all_.end())
                all_.push_back(std::move(candidate));
            else
                same->guessed = same->guessed && guessed;
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
    }

    const std::vector<Candidate>& all() const { return all_; }

private:
    Wiring& wiring_;
    std::vector<Candidate> all_;
};

void find_candidates(Wiring& wiring, Candidates& candidates) {
    const http::Url& named = wiring.endpoint();
    candidates.add(named.text(), !named.is_loopback());
    candidates.add("127.0.0.1:11434", false);
    for (const machine::Listener& listener : machine::listeners_of("ollama"))
        candidates.add(listener.address, !listener.certain);
}

std::string_view so_far(ServersThere::When when) {
    return when == ServersThere::When::meanwhile ? "what was fetched stays" : "nothing was changed";
}

Error used(const std::string& address, const std::filesystem::path& models, ServersThere::When when) {
    return Error(Kind::refused,
                 "the server at " + address + " uses " + quoted(models.string()) + "; " + std::string(so_far(when)))
        .hint("`codemate pull` without --direct lets it fetch the models; or stop it first");
}

Error doubtful(const use::Use::Doubt& doubt, const std::filesystem::path& models, ServersThere::When when) {
    return Error(Kind::refused, "the server at " + doubt.address + " may use " + quoted(models.string()) + ": " +
                                    doubt.why + "; " + std::string(so_far(when)))
        .hint("`codemate pull` without --direct lets it fetch the models; if it has another directory, --force writes "
              "there all the same");
}

} // namespace

std::optional<Error> ServersThere::objection(store::Disk& disk, When when) {
    Candidates candidates(wiring_);
    find_candidates(wiring_, candidates);
    std::vector<use::Suspect> suspects;
    for (const Candidate& candidate : candidates.all())
        suspects.push_back({candidate.server.endpoint.text(), candidate.server.server.get()});
    const use::Use found = use::find_use(disk, suspects, options_, wiring_.stop());
    if (!found.used_by.empty()) return used(found.used_by, options_.models, when);
    for (const use::Use::Doubt& doubt : found.doubts) {
        const auto candidate = std::ranges::find(candidates.all(), doubt.address,
                                                 [](const Candidate& each) { return each.server.endpoint.text(); });
        diagnostics::info(doubt.address + ": " + doubt.why);
        const bool is_known = !doubted_.insert(doubt.address).second;
        if (when == When::in_a_new_one || is_known || candidate->guessed || options_.force) continue;
        return doubtful(doubt, options_.models, when);
    }
    return std::nullopt;
}

} // namespace codemate::cli::pull
