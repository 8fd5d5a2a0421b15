#include "codemate/base/text.hpp"
#include "codemate/lifecycle/benchmark.hpp"
#include "codemate/rules/memory.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::benchmark {
namespace {

constexpr std::uint64_t context_grain = 1024; // nobody asks for a context of 353 tokens

std::string listed_printable(std::vector<std::string> names) {
    for (std::string& name : names)
        name = printable(name, 100);
    return listed(names);
}

// As far as it can be told of a model that is not here.
bool only_embeds(const ModelName& name, const manifest::Declared& declared) {
    const auto says_so = [](const std::string& text) { return to_lower(text).find("embed") != std::string::npos; };
    const auto& purpose = declared.about.purpose;
    return says_so(name.model()) || (!purpose.empty() && std::ranges::all_of(purpose, says_so));
}

// What an item and its surroundings come down to.
class Case {
public:
    Case(const Item& item, const Facts& facts, const Machine& machine) : item_(item), facts_(facts), machine_(machine) {
        if (const ollama::Installed* installed = rules::find(facts.installed, item.step.name)) size_ = installed->size;
        const auto shown = facts.shown.find(item.step.name);
        if (shown != facts.shown.end()) per_token_ = rules::cache_per_token(shown->second);
    }

    std::vector<std::string> sentences() {
        if (item_.memory == ByteCount{})
            failed_to_load();
        else if (item_.memory_gpu < item_.memory)
            partly_on_the_processor();
        return std::move(sentences_);
    }

private:
    // Where the figures of memory say what was missing, and not only that the model is not there.
    void failed_to_load() {
        if (!item_.error || item_.error->kind() != Kind::storage || !nothing_was_loaded()) return;
        if (!machine_.available || *machine_.available >= size_) return;
        say("its content alone is " + to_string(size_) + ", and " + to_string(*machine_.available) +
            " of main memory were free: " + to_string(size_ - *machine_.available) + " are missing");
        smaller_model(*machine_.available, "");
    }

    void partly_on_the_processor() {
        if (item_.memory_gpu > ByteCount{})
            half_on_the_gpu();
        else if (!machine_.gpus.empty())
            no_gpu_used();
        short_of_main_memory();
        if (machine_.sets_num_thread)
            say("OLLAMA_NUM_THREAD does nothing: it is no variable of Ollama's; the number of threads is num_thread, "
                "in "
                "a Modelfile (PARAMETER num_thread 8) or in a request's options");
    }

    void half_on_the_gpu() {
        say(to_string(missing()) + " of its " + to_string(item_.memory) +
            " are not on the GPU: the processor does that part, and the rest waits for it");
        smaller_context(missing());
        // More than it got there was not free, whatever the GPU has in all.
        smaller_model(item_.memory_gpu, " on the GPU");
    }

    void no_gpu_used() {
        const std::string gpus = listed_printable(machine_.gpus);
        const std::optional<ByteCount> room = machine_.memory.on_gpus();
        if (room && item_.memory > *room) {
            say("no GPU is used: it takes " + to_string(item_.memory) + ", and " + gpus + " has " + to_string(*room) +
                ", " + to_string(item_.memory - *room) + " too little for all of it");
            smaller_context(item_.memory - *room);
            smaller_model(*room, " on the GPU");
            return;
        }
        say("no GPU is used, though there is " + gpus + ": the server's log says why, at \"inference compute\"");
    }

    // What was loaded before was in memory then, and may not have been since.
    void short_of_main_memory() {
        if (!machine_.available || !nothing_was_loaded() || missing() <= *machine_.available) return;
        say("main memory is short by " + to_string(missing() - *machine_.available) + ": it takes " +
            to_string(missing()) + " of it, and " + to_string(*machine_.available) +
            " were free. Close other programs, or parts of it are read from the disk again and again");
        if (item_.memory_gpu > ByteCount{} || !machine_.gpus.empty()) return; // what fits better there was said already
        smaller_context(missing() - *machine_.available);
        smaller_model(*machine_.available, "");
    }

    // Only of a context that is at least twice what the runs filled.
    void smaller_context(ByteCount shortage) {
        std::uint64_t used = 0;
        for (const state::Sample& run : item_.runs)
            used = std::max(used, run.prompt_tokens + run.tokens);
        const std::uint64_t enough = (used / context_grain + 1) * context_grain;
        if (used == 0 || item_.step.num_ctx < 2 * enough) return;
        std::string sentence = "its context is " + std::to_string(item_.step.num_ctx) +
                               " tokens, and these runs filled " + std::to_string(used) + " of them";
        if (per_token_ && *per_token_ > ByteCount{}) {
            const ByteCount saved(per_token_->count() * (item_.step.num_ctx - enough));
            sentence += ": with --num-ctx " + std::to_string(enough) + " it would take about " + to_string(saved) +
                        " less" + (saved >= shortage ? ", which is enough" : "");
        } else {
            sentence += ": a smaller one (--num-ctx " + std::to_string(enough) + ") takes less memory";
        }
        say(sentence + ", if your prompts are no longer");
    }

    // The largest of the declared models that would fit, with what this one takes beside its content.
    void smaller_model(ByteCount room, std::string_view where) {
        const ByteCount beside = item_.memory > size_ ? item_.memory - size_ : ByteCount{};
        const ModelName* best = nullptr;
        ByteCount size_of_best;
        for (const auto& [name, declared] : facts_.manifest.models) {
            const std::optional<ByteCount> size = usable_size(name, declared);
            if (!size || *size >= size_ || *size <= size_of_best || *size + beside > room) continue;
            best = &name;
            size_of_best = *size;
        }
        if (best == nullptr) return;
        say(quoted(best->display()) + " is declared, too, and smaller: with " + to_string(size_of_best) +
            " it would fit whole" + std::string(where));
    }

    // Of another model that writes text, as far as that is known; nothing where it is not, or its size is not.
    std::optional<ByteCount> usable_size(const ModelName& name, const manifest::Declared& declared) const {
        if (name.same_on_server(item_.step.name)) return std::nullopt;
        if (const ollama::Installed* installed = rules::find(facts_.installed, name)) {
            const auto& can = installed->capabilities;
            const bool writes = can.empty() || std::ranges::find(can, "completion") != can.end();
            return writes && !installed->cloud() ? std::optional(installed->size) : std::nullopt;
        }
        const std::string& stated = declared.about.stated.size; // one that parses: the manifest's reader saw to it
        if (stated.empty() || only_embeds(name, declared)) return std::nullopt;
        return ByteCount::parse(stated);
    }

    ByteCount missing() const { return item_.memory - item_.memory_gpu; }
    bool nothing_was_loaded() const { return facts_.running && facts_.running->empty(); }
    void say(std::string sentence) { sentences_.push_back(std::move(sentence)); }

    const Item& item_;
    const Facts& facts_;
    const Machine& machine_;
    ByteCount size_;                     // of its content
    std::optional<ByteCount> per_token_; // of its cache
    std::vector<std::string> sentences_;
};

} // namespace

std::vector<std::string> advice(const Item& item, const Facts& facts, const Machine& machine) {
    return Case(item, facts, machine).sentences();
}

} // namespace codemate::lifecycle::benchmark
