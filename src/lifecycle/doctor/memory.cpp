#include "codemate/rules/memory.hpp"

#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"

#include "codemate/base/text.hpp"
#include "codemate/rules/contexts.hpp"
#include "codemate/rules/fit.hpp"
#include "codemate/rules/loaded.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::doctor {
namespace {

constexpr std::uint64_t usual_context = 4096; // of a server with less than 23 GiB of GPU memory
constexpr ByteCount much_swap(1'000'000'000);

// What is known of this machine is true of the server's only then.
bool is_here(const Facts& facts) {
    return facts.store && facts.store->standing == Store::Standing::proven;
}

struct Sized {
    ModelName name;
    ByteCount weights; // what the manifests state, of which little is no weights
    const ollama::Shown* shown = nullptr;
    bool is_loaded = false;
};

std::vector<Sized> models_of(const Facts& facts) {
    std::vector<Sized> models;
    std::vector<ModelName> names;
    if (has_project(facts))
        names = manifest::required_set(*facts.manifest);
    else if (facts.installed)
        for (const ollama::Installed& model : rules::own_models(*facts.installed))
            names.push_back(model.name);
    for (const ModelName& name : names) {
        const ollama::Installed* model = facts.installed ? rules::find(*facts.installed, name) : nullptr;
        const manifest::Locked* locked = facts.lock && *facts.lock ? (*facts.lock)->find(name) : nullptr;
        if ((model == nullptr && locked == nullptr) || (model != nullptr && model->cloud())) continue;
        Sized sized{name, model != nullptr ? model->size : locked->size};
        if (const auto found = facts.shown.find(name); found != facts.shown.end()) sized.shown = &found->second;
        sized.is_loaded =
            model != nullptr && facts.running && rules::loaded_as(name, model->digest, *facts.running) != nullptr;
        models.push_back(std::move(sized));
    }
    std::ranges::stable_sort(models, std::greater(), &Sized::weights);
    return models;
}

std::string name_of(const Sized& model) {
    return printable(model.name.display(), 200);
}

struct Room {
    rules::MemoryOf all;
    ByteCount sum;  // main memory and that of the GPUs
    ByteCount free; // of both, now
};

Room room_of(const Machine& machine) {
    Room room;
    if (machine.memory) {
        room.all.main = machine.memory->total;
        room.sum += machine.memory->total;
        room.free += machine.memory->available;
    }
    room.all.gpus = machine.gpus;
    for (const machine::Gpu& gpu : machine.gpus.value_or(std::vector<machine::Gpu>())) {
        room.sum += gpu.total;
        room.free += gpu.free;
    }
    return room;
}

// What the model takes with its context, as far as its header says.
std::optional<rules::MemoryEstimate> with_context(const Sized& model, const Facts& facts) {
    if (model.shown == nullptr) return std::nullopt;
    const manifest::Declared* const declared = facts.manifest ? facts.manifest->declared(model.name) : nullptr;
    const auto asked = declared ? rules::asked_context(*declared) : std::nullopt;
    return rules::memory_for(asked.value_or(usual_context), model.weights, *model.shown);
}

std::optional<Finding> judged(const Sized& model, const Room& room, const Facts& facts) {
    const rules::Fit fit = rules::fit(model.weights, room.all);
    const std::string taken = name_of(model) + " takes " + to_string(model.weights);
    if (fit == rules::Fit::too_large)
        return problem("too_large",
                       taken + ", and this machine has " + to_string(room.sum) +
                           " with its GPUs: " + to_string(model.weights - room.sum) + " short",
                       "it cannot be loaded, or only by swapping, which is of no use",
                       {"take a smaller model or quantization: `codemate list --available`, `codemate use ROLE NAME`"});
    const auto estimate = with_context(model, facts);
    if (room.all.main && estimate && estimate->sum() > room.sum)
        return note("context",
                    name_of(model) + " with a context of " + std::to_string(estimate->context) + " takes about " +
                        to_string(estimate->sum()) + ": " + to_string(estimate->sum() - room.sum) + " short",
                    "the weights fit, their context does not", {"ask for a smaller num_ctx"});
    if (fit == rules::Fit::split)
        return note("split", taken + ", and the GPUs have " + to_string(room.all.on_gpus().value_or(ByteCount())),
                    "a part of it runs on the processor, which is many times slower",
                    {"take a smaller model or quantization where speed matters"});
    return std::nullopt;
}

std::optional<Finding> short_now(const std::vector<Sized>& models, const Room& room, const Machine& machine) {
    const auto largest = std::ranges::find(models, false, &Sized::is_loaded);
    if (largest == models.end() || !machine.memory || largest->weights <= room.free || largest->weights > room.sum)
        return std::nullopt;
    return note("taken",
                name_of(*largest) + " takes " + to_string(largest->weights) + ", and " + to_string(room.free) +
                    " are free now: " + to_string(largest->weights - room.free) + " short",
                "it would push other programs out, or not load",
                {"close other applications, or unload models: `ollama ps`, `ollama stop NAME`"});
}

std::optional<Finding> swapping(const Machine& machine) {
    if (!machine.memory || machine.memory->swap < much_swap) return std::nullopt;
    if (machine.memory->available.count() >= machine.memory->total.count() / 10) return std::nullopt;
    return note("swap",
                to_string(machine.memory->swap) + " are swapped out, and " + to_string(machine.memory->available) +
                    " of main memory are free",
                "a model that is partly swapped out is slow beyond use", {"close other applications"});
}

std::string gpus_text(const std::vector<machine::Gpu>& gpus) {
    std::vector<std::string> names;
    for (const machine::Gpu& gpu : gpus)
        names.push_back((gpu.name.empty() ? "a GPU" : printable(gpu.name, 100)) + " (" + to_string(gpu.total) + ")");
    return some(names);
}

std::string share_text(const ollama::Running& model) {
    const std::uint64_t size = model.size.count(), on_gpu = model.size_vram.count();
    const auto percent = static_cast<unsigned>(100.0 * static_cast<double>(on_gpu) / static_cast<double>(size));
    return printable(model.name.display(), 200) + " (" + std::to_string(percent) + " % on the GPU, " +
           to_string(ByteCount(size) - ByteCount(on_gpu)) + " beside it)";
}

std::optional<std::uint64_t> supported_by(const Facts& facts, const ModelName& name) {
    const auto shown = facts.shown.find(name);
    if (shown == facts.shown.end() || shown->second.context_length == 0) return std::nullopt;
    return shown->second.context_length;
}

} // namespace

Findings check_memory(const Facts& facts) {
    if (!facts.machine) return {not_seen(facts.machine, "it was not looked at")};
    if (!is_here(facts)) return {skipped("whether the server runs on this machine is not proven")};
    const Room room = room_of(*facts.machine);
    if (!room.all.main) return {skipped("the system does not say how much memory there is")};
    const std::vector<Sized> models = models_of(facts);
    Findings findings;
    for (const Sized& model : models) {
        if (auto finding = judged(model, room, facts)) findings.push_back(std::move(*finding));
    }
    if (auto finding = short_now(models, room, *facts.machine)) findings.push_back(std::move(*finding));
    if (auto finding = swapping(*facts.machine)) findings.push_back(std::move(*finding));
    if (!findings.empty()) return findings;
    const std::string has =
        to_string(*room.all.main) + " of main memory, " + to_string(facts.machine->memory->available) + " of it free";
    if (models.empty()) return {ok(has)};
    return {ok(has + "; the largest model takes " + to_string(models.front().weights))};
}

Findings check_gpu(const Facts& facts) {
    if (!facts.running) return {not_seen(facts.running, no_answer)};
    std::vector<std::string> unused, split;
    for (const ollama::Running& model : *facts.running) {
        if (model.size == ByteCount()) continue;
        if (model.size_vram == ByteCount())
            unused.push_back(printable(model.name.display(), 200));
        else if (model.size_vram < model.size)
            split.push_back(share_text(model));
    }
    const bool has_gpu = is_here(facts) && facts.machine && facts.machine->gpus && !facts.machine->gpus->empty();
    Findings findings;
    if (has_gpu && !unused.empty())
        findings.push_back(problem(
            "unused", gpus_text(*facts.machine->gpus) + " is here, and " + some(unused) + " runs without it",
            "a processor is many times slower",
            {"the server's log says at its start which GPUs it found (`journalctl -u ollama | grep -i gpu`); in "
             "a container it needs `--gpus=all` and NVIDIA's container toolkit"}));
    if (!split.empty())
        findings.push_back(note("split", "runs partly on the processor: " + some(split),
                                "the part that is beside the GPU decides the speed",
                                {"a smaller context (num_ctx), quantization or model fits whole; OLLAMA_KV_CACHE_TYPE="
                                 "q8_0 halves the context's part"}));
    if (!findings.empty()) return findings;
    if (facts.running->empty())
        return {ok((has_gpu ? gpus_text(*facts.machine->gpus) + "; " : "") +
                   "nothing is loaded, so nothing is known of its use")};
    return {ok(unused.empty() ? "what is loaded runs on the GPU" : some(unused) + " runs on the processor")};
}

Findings check_context(const Facts& facts) {
    if (!facts.running && facts.shown.empty()) return {not_seen(facts.running, no_answer)};
    if (!has_project(facts)) return {no_project(facts)};
    Findings findings;
    for (const auto& [name, declared] : facts.manifest->models) {
        const ollama::Installed* model = facts.installed ? rules::find(*facts.installed, name) : nullptr;
        if (model == nullptr) continue;
        const ollama::Running* running =
            facts.running ? rules::loaded_as(name, model->digest, *facts.running) : nullptr;
        const rules::Contexts contexts = rules::contexts_of(declared, supported_by(facts, name), running);
        if (contexts.declared && contexts.supported && *contexts.declared > *contexts.supported) {
            findings.push_back(problem("unsupported",
                                       printable(name.display(), 200) + " supports a context of " +
                                           std::to_string(*contexts.supported) + ", and codemate.json declares " +
                                           std::to_string(*contexts.declared),
                                       "the server serves no more than the model was made for",
                                       {"declare " + std::to_string(*contexts.supported) +
                                        " at most in codemate.json, or take another model"}));
            continue;
        }
        if (!contexts.declared || !contexts.served || *contexts.served >= *contexts.declared) continue;
        findings.push_back(note("smaller",
                                printable(name.display(), 200) + " is served with a context of " +
                                    std::to_string(*contexts.served) + ", and codemate.json declares " +
                                    std::to_string(*contexts.declared),
                                "the server takes a default of its own, and cuts longer prompts without a word",
                                {"ask for num_ctx in each request or in a Modelfile, or start the server with "
                                 "OLLAMA_CONTEXT_LENGTH=" +
                                 std::to_string(*contexts.declared)}));
    }
    if (findings.empty() && !facts.running) return {not_seen(facts.running, no_answer)};
    if (findings.empty()) findings.push_back(ok("nothing is loaded with less than is declared"));
    return findings;
}

} // namespace codemate::lifecycle::doctor
