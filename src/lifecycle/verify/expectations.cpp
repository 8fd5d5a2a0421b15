#include "lifecycle/verify/expectations.hpp"

#include "codemate/rules/expectations.hpp"

namespace codemate::lifecycle::verify {
namespace {

using What = Finding::What;

void add(Row& row, Severity severity, What what, std::string text) {
    row.findings.push_back({severity, what, std::move(text)});
}

What what_of(rules::Breach::What what) {
    switch (what) {
    case rules::Breach::What::size:
        return What::size;
    case rules::Breach::What::quantization:
        return What::quantization;
    case rules::Breach::What::context:
        return What::context;
    case rules::Breach::What::license:
        break;
    }
    return What::license;
}

void add(Row& row, rules::Breach breach) {
    const bool broken = breach.certainty == rules::Breach::Certainty::broken;
    add(row, broken ? Severity::problem : Severity::note, what_of(breach.what), std::move(breach.text));
}

// From the lock's manifest where that is what is installed, else from the text that is shown; several licences are
// shown joined, so that such a text tells only if it is the expected one.
std::optional<std::vector<Digest>> licenses_of(const Row& row, const Subject& subject) {
    const bool as_locked = row.drift == rules::Drift::none || row.drift == rules::Drift::same_content;
    if (subject.locked && as_locked) {
        if (const std::optional<Image> image = rules::image_of(*subject.locked)) return image->licenses();
    }
    const std::optional<std::string>& expected = subject.declared.expect.license;
    if (!subject.shown || !expected) return std::nullopt;
    const Digest shown = Digest::of(subject.shown->license);
    return Digest::parse(*expected) == shown ? std::optional(std::vector{shown}) : std::nullopt;
}

void judge_contexts(Row& row, const Subject& subject) {
    const auto& supported = row.contexts.supported;
    const auto asked = rules::asked_context(subject.declared);
    if (asked && supported && *supported < *asked)
        add(row, Severity::problem, What::context,
            "supports a context of " + std::to_string(*supported) + " tokens, its options ask for " +
                std::to_string(*asked));
    const auto& expected = subject.declared.expect.context;
    if (expected && row.contexts.served && *row.contexts.served < *expected)
        add(row, Severity::note, What::context,
            "is served with a context of " + std::to_string(*row.contexts.served) + " tokens now: ask for num_ctx " +
                std::to_string(*expected));
}

// Half on the GPU is not on it: what people expect then is its speed.
void judge_gpu(Row& row, bool expected, const ollama::Running* running) {
    if (running == nullptr || running->size == ByteCount()) return;
    const std::uint64_t percent = running->size_vram.count() * 100 / running->size.count();
    if (expected && running->size_vram < running->size)
        add(row, Severity::problem, What::gpu, std::to_string(percent) + " % of it is on a GPU, expected all");
    if (!expected && running->size_vram > ByteCount())
        add(row, Severity::problem, What::gpu, std::to_string(percent) + " % of it is on a GPU, expected none");
}

} // namespace

void judge_expectations(Row& row, const Subject& subject, const ollama::Running* running) {
    const manifest::Expect& expect = subject.declared.expect;
    if (!subject.installed) {
        // What no download will change is worth knowing before it.
        const bool too_small = expect.context && row.contexts.supported && *row.contexts.supported < *expect.context;
        if (!too_small) return;
        manifest::Expect only_context;
        only_context.context = expect.context;
        for (rules::Breach& breach : rules::breaches(only_context, {{}, {}, row.contexts.supported, {}}))
            add(row, std::move(breach));
        judge_contexts(row, subject);
        return;
    }
    if (subject.installed->cloud()) return;
    const rules::Known known{subject.installed->size, subject.installed->quantization, row.contexts.supported,
                             licenses_of(row, subject)};
    for (rules::Breach& breach : rules::breaches(expect, known))
        add(row, std::move(breach));
    judge_contexts(row, subject);
    if (expect.gpu) judge_gpu(row, *expect.gpu, running);
}

} // namespace codemate::lifecycle::verify
