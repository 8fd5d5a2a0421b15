#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"
#include "lifecycle/doctor/secrets.hpp"
#include "lifecycle/doctor/settings.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ollama/environment.hpp"
#include "codemate/ollama/version.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::doctor {
namespace {

using ollama::Flaw;

std::string where(const Setting& setting) {
    return setting.name + " (" + setting.place + ")";
}

// What a flaw says may quote the value, so it is asked for with what may be shown of that.
std::optional<Flaw> flaw_of(const Setting& setting) {
    auto flaw = ollama::flaw_of_value(setting.name, *setting.value);
    const std::string shown = showable(setting.name, *setting.value);
    if (!flaw || shown == *setting.value) return flaw;
    if (auto told = ollama::flaw_of_value(setting.name, shown); told && told->what == flaw->what) return told;
    return Flaw{flaw->what, "Ollama does not read it as it is meant", "it anew"};
}

Finding of_flaw(const Setting& setting, const Flaw& flaw) {
    const std::string set =
        setting.name + "=" + printable(showable(setting.name, *setting.value), 60) + " (" + setting.place + ")";
    std::vector<std::string> advice;
    if (!flaw.instead.empty()) advice.push_back("write " + flaw.instead);
    switch (flaw.what) {
    case Flaw::What::opposite:
        return problem("opposite", set + " means yes: " + flaw.why, "it does the contrary of what it says",
                       {"write " + setting.name + "=" + flaw.instead + ", or leave it out"});
    case Flaw::What::ignored:
        return problem("ignored_value", set + ": " + flaw.why, "the server takes it as if it were not set",
                       std::move(advice));
    case Flaw::What::fatal:
        return problem("fatal_value", set + ": " + flaw.why, "a server that gets it does not come up",
                       std::move(advice));
    case Flaw::What::port:
        return problem("port", set + ": " + flaw.why, "another port is asked, or listened on, than is meant",
                       std::move(advice));
    case Flaw::What::web_port:
        return problem("web_port", set + ": " + flaw.why, "a client asks there, and a server listens there",
                       std::move(advice));
    case Flaw::What::no_type:
        return problem("no_type", set + ": " + flaw.why,
                       "a server before 0.30 takes f16 in its place, a later one hands it on and models do not load",
                       std::move(advice));
    case Flaw::What::literal:
        break;
    }
    return problem("literal_tilde", set + ": " + flaw.why, "models go to another place than is meant",
                   std::move(advice));
}

// By an Ollama server, or by a proxy that has to do with one: it may well listen on the web's port.
bool is_answered(const Setting& setting, const Facts& facts) {
    const bool asked = facts.options.endpoint && facts.options.endpoint->port == 80;
    if (!asked || setting.place != the_environment) return false;
    constexpr std::array by_proxies{401, 403, 407, 429, 502, 503, 504};
    return !facts.contact.version.empty() ||
           (facts.contact.answer && std::ranges::find(by_proxies, facts.contact.answer->status) != by_proxies.end());
}

std::optional<Finding> of_known(const Setting& setting, const ollama::Variable& variable, const Facts& facts) {
    const std::string& version = facts.contact.version;
    if (setting.value) {
        const auto flaw = flaw_of(setting);
        const bool is_meant = flaw && flaw->what == Flaw::What::web_port && is_answered(setting, facts);
        if (flaw && !is_meant) return of_flaw(setting, *flaw);
    }
    const std::string until(variable.until), since(variable.since);
    if (!until.empty() && (version.empty() || ollama::fulfils(version, until) != false))
        return note("gone", where(setting) + " is read by no Ollama since " + until, "it has no effect any more",
                    {"remove it"});
    if (!since.empty() && !version.empty() && ollama::fulfils(version, since) == false)
        return note("too_new",
                    where(setting) + " is read by Ollama from " + since + " on, and the server is " +
                        printable(version, 60),
                    "it has no effect yet", {"update Ollama on the server: https://ollama.com/download"});
    return std::nullopt;
}

// In a file that other programs read, too, it may be one of theirs.
Finding of_no_effect(const Setting& setting, std::string cause, const std::string& what, std::string advice) {
    const bool may_be_read = setting.whose == Setting::Whose::readers;
    Finding finding = problem(std::move(cause), where(setting) + " is no variable that Ollama reads" + what,
                              may_be_read ? "it has no effect, unless another program reads it" : "it has no effect",
                              {std::move(advice)});
    if (may_be_read) finding.level = Level::note;
    return finding;
}

bool is_meant_for_the_key(std::string_view name) {
    constexpr std::array names{"OLLAMA_APIKEY", "OLLAMA_API_KEYS", "OLLAMA_KEY", "OLLAMA_APIKEYS", "OLLAMA_API_TOKEN"};
    return std::ranges::find(names, name) != names.end();
}

std::optional<Finding> of_unknown(const Setting& setting) {
    if (const std::string_view advice = ollama::instead_of(setting.name); !advice.empty())
        return of_no_effect(setting, "ignored", "", std::string(advice));
    if (ollama::is_of_others(setting.name)) return std::nullopt;
    if (is_meant_for_the_key(setting.name))
        return of_no_effect(setting, "misspelt", "; clients, as codemate, read OLLAMA_API_KEY",
                            "did you mean OLLAMA_API_KEY?");
    if (const auto meant = ollama::meant_by(setting.name))
        return of_no_effect(setting, "misspelt", "; " + *meant + " is", "did you mean " + *meant + "?");
    if (setting.whose == Setting::Whose::readers) return std::nullopt;
    return note("unknown", where(setting) + " is no variable that Ollama reads",
                "it has no effect, unless another program reads it", {"remove it where it was meant for Ollama"});
}

Finding not_looked_at(const Facts& facts) {
    constexpr std::size_t most = 5;
    const std::vector<std::string>& all = facts.settings_unread;
    std::string where =
        joined({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()))}, "; ");
    if (all.size() > most) where += " and " + std::to_string(all.size() - most) + " more";
    return note("unread", "not all that may set them could be read: " + where, "what is wrong there is not seen",
                {"make it a small regular file that this user may read, with one variable a line; or look yourself"});
}

} // namespace

Findings check_variables(const Facts& facts) {
    if (!facts.settings) return {not_seen(facts.settings, "they were not looked at")};
    Findings findings;
    for (const Setting& setting : *facts.settings) {
        // What codemate itself cannot use is said by the check of the server.
        if (setting.name == "OLLAMA_HOST" && facts.options.bad_address && setting.place == the_environment) continue;
        if (setting.whose == Setting::Whose::program) continue; // what it reads is its own business
        const ollama::Variable* const variable = ollama::find_variable(setting.name);
        auto finding = variable ? of_known(setting, *variable, facts) : of_unknown(setting);
        if (finding) findings.push_back(std::move(*finding));
    }
    if (!facts.settings_unread.empty()) findings.push_back(not_looked_at(facts));
    if (findings.empty())
        findings.push_back(ok(facts.settings->empty()
                                  ? "no variable OLLAMA_… is set here, in compose files or in a systemd unit"
                                  : counted(facts.settings->size(), "setting") + " of variables OLLAMA_…, all of them "
                                                                                 "read as they are meant"));
    return findings;
}

} // namespace codemate::lifecycle::doctor
