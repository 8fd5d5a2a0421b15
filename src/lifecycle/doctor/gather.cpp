#include "lifecycle/doctor/completion.hpp"
#include "lifecycle/doctor/settings.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"
#include "codemate/ollama/listing.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace codemate::lifecycle::doctor {
namespace {

constexpr std::size_t most_shown = 6;                         // models that the server is asked about
constexpr std::size_t most_probed = 3;                        // others, to see whether it can show any
constexpr Duration hardly_worth_it = std::chrono::seconds(1); // looking for what a server that hangs would tell

// Nothing of what a look does ends the others: only the user's stop goes on.
template<typename Ask>
auto look(Duration patience, const Stop& stop, const Ask& ask, std::string_view what = "it")
    -> Look<std::invoke_result_t<Ask, Stop>> {
    Look<std::invoke_result_t<Ask, Stop>> result;
    const Deadline deadline(stop, patience);
    try {
        result.value = ask(deadline.stop());
    } catch (const Error& error) {
        result.failure = error;
    } catch (const Interrupted&) {
        throw_if_stopped(stop);
        result.failure = Error(Kind::unreachable, std::string(what) + " took longer than " + to_text(patience));
    } catch (const std::exception& surprise) {
        result.failure = Error(Kind::defect, "unexpected: " + printable(surprise.what()));
    }
    return result;
}

// Empty where the answer is none of an Ollama server.
std::string version_in(const http::Response& answer) {
    if (answer.status / 100 != 2) return {};
    try {
        const json::Document document = json::read(answer.body, "the answer");
        const json::Value* version = document.root.find("version");
        return version != nullptr && version->string() != nullptr ? *version->string() : std::string();
    } catch (const Error&) {
        return {};
    }
}

class Gatherer {
public:
    Gatherer(const Options& options, const Ports& ports, const Run& run) : ports_(ports), run_(run) {
        facts_.options = options;
        facts_.now = ports.clock.now();
    }

    Facts run() {
        read_project();
        // Each part has fields of its own in the facts.
        const std::array<void (Gatherer::*)(), 3> parts{&Gatherer::ask_server, &Gatherer::look_at_machine,
                                                        &Gatherer::look_at_files};
        for_each_parallel(parts.size(), parts.size(), [&](std::size_t i) { (this->*parts[i])(); });
        find_references();
        return std::move(facts_);
    }

private:
    template<typename Ask>
    auto look_once(const Ask& ask) {
        return look(ports_.look, run_.stop, ask);
    }

    const std::optional<manifest::Lock>& lock() const {
        static const std::optional<manifest::Lock> none;
        return facts_.lock ? *facts_.lock : none;
    }

    void read_project() {
        facts_.manifest = look_once([&](const Stop&) { return ports_.manifest(); });
        if (!facts_.manifest) return;
        facts_.lock = look_once([&](const Stop&) { return ports_.lock(); });
        if (facts_.lock)
            facts_.contradictions =
                look_once([&](const Stop&) { return ports_.contradictions(*facts_.manifest, lock()); });
    }

    void look_at_machine() {
        facts_.machine = look_once([&](const Stop& stop) { return ports_.machine(stop); });
        facts_.completion = look_once([&](const Stop&) { return find_completion(facts_.options.environment, ports_); });
    }

    void look_at_files() {
        facts_.settings = look_once([&](const Stop&) {
            Settings found = find_settings(facts_.options, ports_);
            facts_.settings_unread = std::move(found.unread);
            return std::move(found.all);
        });
        if (!facts_.manifest || facts_.manifest->origin.is_built_in()) return;
        const std::filesystem::path directory = facts_.manifest->chroma_directory();
        if (!directory.empty())
            facts_.chroma = look_once([&](const Stop& stop) { return ports_.chroma(directory, stop); });
    }

    // After the server's list: what is a misspelt name depends on what there is.
    void find_references() {
        if (!facts_.manifest || facts_.manifest->origin.is_built_in()) return;
        const auto* const installed = facts_.installed ? &*facts_.installed : nullptr;
        facts_.references =
            look_once([&](const Stop& stop) { return ports_.references(*facts_.manifest, lock(), installed, stop); });
    }

    void ask_server() {
        if (!facts_.options.bad_address) knock();
        if (!facts_.contact.version.empty()) ask_for_models();
        // A directory that is named can be looked at without a server, too.
        facts_.store = look(
            hangs(facts_.shows_none) ? std::min(ports_.look, hardly_worth_it) : ports_.look, run_.stop,
            [&](const Stop& stop) {
                return ports_.store(facts_.installed ? *facts_.installed : std::vector<ollama::Installed>(), stop);
            },
            "looking for the models directory");
        if (facts_.shows_none) doubt_where_the_store_is();
    }

    static bool hangs(const std::optional<Error>& failure) { return failure && failure->kind() == Kind::unreachable; }

    // What it shows of a model tells the directory: without that nobody knows that it is elsewhere.
    void doubt_where_the_store_is() {
        const bool unseen =
            facts_.store ? facts_.store->standing == Store::Standing::elsewhere : hangs(facts_.store.failure);
        if (!unseen) return;
        facts_.store.value.reset();
        facts_.store.failure =
            Error(Kind::unreachable, "the server shows no model (/api/show), which would tell where they are");
    }

    void knock() {
        Contact& contact = facts_.contact;
        contact.asked = ports_.clock.now();
        Look<http::Response> answer = look(ports_.answer + std::chrono::seconds(2), run_.stop,
                                           [&](const Stop& stop) { return ports_.knock(stop); });
        contact.answered = ports_.clock.now();
        contact.answer = std::move(answer.value);
        contact.failure = std::move(answer.failure);
        if (contact.answer) contact.version = version_in(*contact.answer);
        if (contact.failure) contact.silence = http::silence_of(*contact.failure);
    }

    // Of all that a server can be asked nothing loads a model. One that hangs takes a little of our time and no more.
    void ask_for_models() {
        const SteadyTime end = ports_.clock.steady() + ports_.answers;
        const auto ask = [&](std::string_view path, const auto& question) {
            const Duration left =
                std::clamp<Duration>(end - ports_.clock.steady(), std::chrono::milliseconds(1), ports_.answer);
            return look(left, run_.stop, question, path);
        };
        facts_.installed = ask("/api/tags", [&](const Stop& stop) {
            ollama::Listing listing = ollama::list(ports_.server(), stop);
            facts_.unusable = listing.unusable;
            return std::move(listing.models);
        });
        facts_.running = ask("/api/ps", [&](const Stop& stop) { return ports_.server().running(stop); });
        const auto show = [&](const ModelName& name) {
            return ask("/api/show", [&](const Stop& stop) { return ports_.server().show(name, stop); });
        };
        const std::vector<ModelName> names = worth_showing();
        for (const ModelName& name : names) {
            auto shown = show(name);
            if (shown) facts_.shown.emplace(name, std::move(*shown.value));
            if (!shown && !facts_.shows_none) facts_.shows_none = std::move(shown.failure);
            if (hangs(facts_.shows_none)) break;
        }
        if (!facts_.shown.empty()) facts_.shows_none.reset();
        if (facts_.shown.empty() && !hangs(facts_.shows_none)) probe(names, show);
    }

    // One that cannot be shown may be damaged; whether the server can show any is asked of others, too.
    template<typename Show>
    void probe(const std::vector<ModelName>& asked, const Show& show) {
        if (!facts_.installed) return;
        std::size_t probed = 0;
        for (const ollama::Installed& model : *facts_.installed) {
            if (std::ranges::any_of(asked, [&](const ModelName& each) { return each.same_on_server(model.name); }))
                continue;
            if (model.cloud() || model.name.misread_by_server()) continue;
            if (++probed > most_probed) return;
            auto shown = show(model.name);
            if (!shown && !facts_.shows_none) facts_.shows_none = std::move(shown.failure);
            if (shown) facts_.shows_none.reset();
            if (shown || hangs(facts_.shows_none)) return;
        }
    }

    std::vector<ModelName> worth_showing() const {
        std::vector<ModelName> names;
        if (!facts_.installed || !facts_.manifest || facts_.manifest->origin.how == manifest::Origin::How::built_in)
            return names;
        if (const auto embedding = facts_.manifest->embedding_model()) names.push_back(*embedding);
        for (const ModelName& name : manifest::required_set(*facts_.manifest))
            names.push_back(name);
        std::erase_if(names, [&](const ModelName& name) {
            const ollama::Installed* model = rules::find(*facts_.installed, name);
            return model == nullptr || model->cloud() || name.misread_by_server();
        });
        if (names.size() > most_shown) names.erase(names.begin() + most_shown, names.end());
        return names;
    }

    const Ports& ports_;
    const Run& run_;
    Facts facts_;
};

} // namespace

Facts gather(const Options& options, const Ports& ports, const Run& run) {
    return Gatherer(options, ports, run).run();
}

} // namespace codemate::lifecycle::doctor
