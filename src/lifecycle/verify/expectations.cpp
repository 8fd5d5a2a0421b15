#include "lifecycle/verify/expectations.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::verify {
namespace {

using What = Finding::What;

void problem(Row& row, What what, std::string text) {
    row.findings.push_back({Severity::problem, what, std::move(text)});
}

void note(Row& row, What what, std::string text) {
    row.findings.push_back({Severity::note, what, std::move(text)});
}

std::optional<std::uint64_t> asked_context(const manifest::Declared& declared) {
    const json::Value* option = declared.options.find("num_ctx");
    return option == nullptr ? std::nullopt : option->unsigned_integer();
}

// Sizes are written as people read them, "4.7GB": what prints the same is the same.
void judge_size(Row& row, const ByteCount& expected, const ollama::Installed& installed) {
    if (to_string(expected) == to_string(installed.size)) return;
    problem(row, What::size, "has " + to_string(installed.size) + ", expected " + to_string(expected));
}

void judge_quantization(Row& row, const std::string& expected, const ollama::Installed& installed) {
    if (equal_ignoring_case(expected, installed.quantization)) return;
    if (installed.quantization.empty() || equal_ignoring_case(installed.quantization, "unknown")) {
        note(row, What::quantization, "its quantization is not known, expected " + printable(expected, 60));
        return;
    }
    problem(row, What::quantization,
            "is " + printable(installed.quantization, 60) + ", expected " + printable(expected, 60));
}

void judge_context(Row& row, const Subject& subject) {
    const auto& supported = row.contexts.supported;
    const auto& expected = subject.declared.expect.context;
    const auto asked = asked_context(subject.declared);
    if (expected && !supported) note(row, What::context, "the context that it supports is not known");
    if (expected && supported && *supported < *expected)
        problem(row, What::context,
                "supports a context of " + std::to_string(*supported) + " tokens, expected " +
                    std::to_string(*expected));
    if (asked && supported && *supported < *asked)
        problem(row, What::context,
                "supports a context of " + std::to_string(*supported) + " tokens, its options ask for " +
                    std::to_string(*asked));
    if (expected && row.contexts.served && *row.contexts.served < *expected)
        note(row, What::context,
             "is served with a context of " + std::to_string(*row.contexts.served) + " tokens now: ask for num_ctx " +
                 std::to_string(*expected));
}

// The licence's digest, from the lock's manifest where that is what is installed, else from the text that is shown.
std::optional<Digest> license_of(const Row& row, const Subject& subject, const Digest& expected) {
    const bool as_locked = row.drift == rules::Drift::none || row.drift == rules::Drift::same_content;
    const std::optional<Image> image = subject.locked && as_locked ? rules::image_of(*subject.locked) : std::nullopt;
    if (image) {
        std::optional<Digest> last;
        for (const Layer& layer : image->layers) {
            if (layer.role != LayerRole::license) continue;
            if (layer.digest == expected) return layer.digest;
            last = layer.digest;
        }
        return last ? last : Digest::of("");
    }
    if (!subject.shown) return std::nullopt;
    const Digest shown = Digest::of(subject.shown->license);
    return shown == expected ? std::optional(shown) : std::nullopt; // else it may be several, which are shown joined
}

void judge_license(Row& row, const std::string& expected, const Subject& subject) {
    const std::optional<Digest> wanted = Digest::parse(expected);
    if (!wanted) return; // the manifest is checked when it is read
    const std::optional<Digest> found = license_of(row, subject, *wanted);
    if (!found) {
        note(row, What::license, "its licence's digest is not known without the lock's manifest");
    } else if (*found == Digest::of("")) {
        problem(row, What::license, "has no licence, expected " + wanted->id());
    } else if (*found != *wanted) {
        problem(row, What::license, "has licence " + found->id() + ", expected " + wanted->id());
    }
}

// Half on the GPU is not on it: what people expect then is its speed.
void judge_gpu(Row& row, bool expected, const ollama::Running* running) {
    if (running == nullptr || running->size == ByteCount()) return;
    const std::uint64_t percent = running->size_vram.count() * 100 / running->size.count();
    if (expected && running->size_vram < running->size)
        problem(row, What::gpu, std::to_string(percent) + " % of it is on a GPU, expected all");
    if (!expected && running->size_vram > ByteCount())
        problem(row, What::gpu, std::to_string(percent) + " % of it is on a GPU, expected none");
}

} // namespace

Contexts contexts_of(const Subject& subject, const ollama::Running* running) {
    Contexts contexts;
    contexts.declared = subject.declared.expect.context;
    if (!contexts.declared) contexts.declared = asked_context(subject.declared);
    if (!contexts.declared) contexts.declared = subject.declared.about.stated.context;
    contexts.supported = subject.supported_context;
    if (running != nullptr && running->context_length > 0) contexts.served = running->context_length;
    return contexts;
}

void judge_expectations(Row& row, const Subject& subject, const ollama::Running* running) {
    const manifest::Expect& expect = subject.declared.expect;
    if (!subject.installed) {
        // What no download will change is worth knowing before it.
        if (expect.context && row.contexts.supported && *row.contexts.supported < *expect.context)
            judge_context(row, subject);
        return;
    }
    if (subject.installed->cloud()) return;
    if (expect.size) judge_size(row, *expect.size, *subject.installed);
    if (expect.quantization) judge_quantization(row, *expect.quantization, *subject.installed);
    judge_context(row, subject);
    if (expect.license) judge_license(row, *expect.license, subject);
    if (expect.gpu) judge_gpu(row, *expect.gpu, running);
}

} // namespace codemate::lifecycle::verify
