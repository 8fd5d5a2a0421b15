#include "lifecycle/update/trial.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/ollama/vectors.hpp"
#include "codemate/rules/expectations.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <regex>

namespace codemate::lifecycle::update {
namespace {

constexpr std::uint64_t answer_tokens = 64; // enough to see that it speaks
constexpr std::size_t shown_of_answer = 60;

using What = Check::What;

Check failed(What what, std::string text) {
    Check check{what};
    check.passed = false;
    check.text = std::move(text);
    return check;
}

Check failed(What what, const Error& error) {
    Check check = failed(what, error.message());
    const Kind kind = error.kind();
    const bool of_server =
        kind == Kind::unreachable || kind == Kind::busy || kind == Kind::forbidden || kind == Kind::unauthorised;
    if (of_server) check.kind = kind;
    return check;
}

bool has(const std::vector<std::string>& capabilities, std::string_view capability) {
    return std::ranges::find(capabilities, capability) != capabilities.end();
}

// Servers before 0.6.4 tell no capabilities, and one family of embedding models by its name.
bool only_embeds(const ollama::Shown& shown) {
    if (!shown.capabilities.empty())
        return has(shown.capabilities, "embedding") && !has(shown.capabilities, "completion");
    return shown.family == "bert" || shown.family == "nomic-bert";
}

} // namespace

std::vector<Check> Trial::of(const Candidate& candidate) {
    if (!add(content(candidate))) return std::move(checks_);
    if (step_.back) { // it has proven itself before, and is wanted back whatever it says
        if (step_.entry && step_.embeds) add(compare_vectors(candidate));
        return std::move(checks_);
    }
    if (!add(answer(candidate)) || !add(compare_vectors(candidate))) return std::move(checks_);
    for (const auto& more : ports_.checks) {
        for (Check& check : more(candidate, run_)) {
            if (!add(std::move(check))) return std::move(checks_);
        }
    }
    return std::move(checks_);
}

bool Trial::add(Check check) {
    checks_.push_back(std::move(check));
    return checks_.back().passed;
}

// What the server lists and shows of it, beside the manifest's expectations.
Check Trial::content(const Candidate& candidate) {
    try {
        const std::vector<ollama::Installed> now = ports_.server.installed(run_.stop);
        const ollama::Installed* there = rules::find(now, candidate.name);
        if (there == nullptr) return failed(What::content, "the server does not list it");
        if (there->digest != candidate.digest)
            return failed(What::content, "the server lists it with another digest than " + candidate.digest.id());
        shown_ = ports_.server.show(candidate.name, run_.stop);
        rules::Known known{there->size, there->quantization, {}, {}};
        const std::uint64_t context = there->context_length > 0 ? there->context_length : shown_.context_length;
        if (context > 0) known.supported_context = context;
        if (step_.image) known.licenses = step_.image->licenses();
        if (const auto breach = rules::unfit_to_pin(step_.expect, known))
            return failed(What::content, breach->message());
        return {What::content, {}, true, false, "the server has it at " + candidate.digest.id()};
    } catch (const Error& error) {
        return failed(What::content, error);
    }
}

Check Trial::answer(const Candidate& candidate) {
    if (run_.events)
        run_.events({Event::Type::stage, candidate.production.display_short(), "asking it something", {}, {}});
    const SteadyTime began = ports_.clock.steady();
    Check check{What::answer};
    try {
        check = only_embeds(shown_) ? vector(candidate) : text(candidate);
    } catch (const Error& error) {
        check = failed(What::answer, error);
    }
    check.took = ports_.clock.steady() - began;
    return check;
}

Check Trial::vector(const Candidate& candidate) {
    const std::string_view sentence = options_.prompt.empty() ? default_prompt : std::string_view(options_.prompt);
    ollama::Passage passage{candidate.name, std::string(sentence)};
    passage.patience = options_.patience;
    const ollama::Embedded made = ports_.server.embed(passage, run_.stop);
    if (made.vectors == 0 || made.dimensions == 0) return failed(What::answer, "it makes no vector");
    return {What::answer, {}, true, false, "a vector of " + std::to_string(made.dimensions) + " numbers came"};
}

Check Trial::text(const Candidate& candidate) {
    ollama::Prompt prompt{candidate.name, options_.prompt.empty() ? std::string(default_prompt) : options_.prompt};
    prompt.raw = false; // a template that has changed is a part of what is tried
    prompt.num_predict = answer_tokens;
    prompt.patience = options_.patience;
    std::string said;
    std::size_t pieces = 0;
    const Deadline deadline(run_.stop, options_.patience);
    const auto take = [&](const ollama::Chunk& chunk) {
        if (!chunk.text.empty() || !chunk.thinking.empty()) ++pieces;
        said += chunk.text + chunk.thinking;
        return ollama::Flow::go_on;
    };
    ollama::Generated made;
    try {
        made = ports_.server.generate(prompt, take, deadline.stop());
    } catch (const Interrupted&) {
        throw_if_stopped(run_.stop);
        return failed(What::answer, "its answer did not end within " + to_text(options_.patience));
    }
    // An older server may leave out the final object of an answer that came whole (facts.md 3.10).
    const std::uint64_t tokens = made.tokens.value_or(pieces);
    if (tokens == 0 || said.find_first_not_of(" \t\r\n") == std::string::npos)
        return failed(What::answer, "it answers nothing to " + codemate::quoted(prompt.text));
    const std::string shown = codemate::quoted(std::string_view(said).substr(0, shown_of_answer)) +
                              (said.size() > shown_of_answer ? " …" : "");
    if (options_.expect && !std::regex_search(said, std::regex(*options_.expect)))
        return failed(What::answer, "its answer does not match " + codemate::quoted(*options_.expect) + ": " + shown);
    return {What::answer, {}, true, false, counted(tokens, "token") + " came: " + shown};
}

// A store of vectors is worth what its model still agrees with.
Check Trial::compare_vectors(const Candidate& candidate) {
    Check check{What::vectors};
    check.skipped = true;
    const std::string remembered = step_.locked ? step_.locked->vectors : std::string();
    if (!step_.embeds) {
        check.text = "it is not the embedding model";
        return check;
    }
    if (run_.events)
        run_.events({Event::Type::stage, candidate.production.display_short(), "comparing its vectors", {}, {}});
    const SteadyTime began = ports_.clock.steady();
    try {
        const auto made = ollama::vectors_of(ports_.server, candidate.name, rules::sentences(), {}, run_.stop);
        check.took = ports_.clock.steady() - began;
        if (const auto flaw = rules::flaw_of(made)) throw Error(Kind::check, "the model gives " + *flaw);
        const rules::VectorComparison seen = rules::compare(remembered.empty() ? of_old(candidate) : remembered, made);
        // What rounding differs by is not remembered anew: many small steps would go a long way unnoticed.
        const bool is_as_before =
            seen.verdict == rules::VectorVerdict::same || seen.verdict == rules::VectorVerdict::rounding;
        if (remembered.empty() || !is_as_before) vectors_ = rules::remember(made);
        check.skipped = false;
        check.text = rules::explain(seen);
        check.passed = !rules::is_problem(seen.verdict) || options_.accept_new_vectors || step_.back;
        if (!check.passed)
            check.text += "; what a store holds of the old ones no longer agrees (--accept-new-vectors goes on)";
        else if (rules::is_problem(seen.verdict))
            check.text += "; accepted: a store of the old ones has to be built anew (codemate embeddings --steps)";
    } catch (const Error& error) {
        // A model that generates text and cannot embed has no vectors to lose, unless some are remembered.
        if (step_.back || (error.kind() == Kind::unsupported && remembered.empty())) {
            check.text = "it cannot embed: " + error.message();
            return check;
        }
        return failed(What::vectors, error);
    }
    return check;
}

// Nothing was remembered: the old content itself still tells, if it is there and can.
std::string Trial::of_old(const Candidate& candidate) const {
    if (!candidate.before || candidate.name == candidate.production) return {};
    try {
        const auto made = ollama::vectors_of(ports_.server, candidate.production, rules::sentences(), {}, run_.stop);
        return rules::flaw_of(made) ? std::string() : rules::remember(made);
    } catch (const Error& error) {
        diagnostics::info(error.message());
        return {};
    }
}

std::optional<Error> failure_of(const std::vector<Check>& checks) {
    for (const Check& check : checks) {
        if (check.passed) continue;
        const std::string of = check.of.empty() ? "" : " (" + printable(check.of) + ")";
        if (check.kind != Kind::check) return Error(check.kind, "it could not be tried: " + check.text);
        switch (check.what) {
        case Check::What::content:
            return Error(Kind::check, "its content is not as it should be: " + check.text);
        case Check::What::files:
            return Error(Kind::damaged, "its files are not as they should be: " + check.text);
        case Check::What::answer:
            return Error(Kind::check, "its trial failed: " + check.text);
        case Check::What::vectors:
            return Error(Kind::check, "its vectors: " + check.text);
        case Check::What::project:
            return Error(Kind::check, "the project's own test failed" + of + ": " + check.text);
        case Check::What::speed:
            return Error(Kind::check, "its speed: " + check.text);
        }
    }
    return std::nullopt;
}

} // namespace codemate::lifecycle::update
