#include "codemate/base/text.hpp"
#include "codemate/base/version.hpp"
#include "codemate/lifecycle/benchmark.hpp"

#include <algorithm>
#include <cstdio>

namespace codemate::lifecycle::benchmark {
namespace {

constexpr std::uint64_t seed = 1; // of the bootstrap: the same runs give the same interval

template<typename Read>
std::vector<double> values(const std::vector<state::Sample>& runs, Read read) {
    std::vector<double> all;
    for (const state::Sample& run : runs)
        all.push_back(read(run));
    return all;
}

double milliseconds(Duration span) {
    return in_seconds(span) * 1e3;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

std::string share_on_gpu(const state::Benchmark& benchmark) {
    if (benchmark.memory == ByteCount{}) return "unknown";
    return std::to_string(benchmark.memory_gpu.count() * 100 / benchmark.memory.count()) + " %";
}

std::vector<std::string> differences(const state::Benchmark& before, const state::Benchmark& now) {
    std::vector<std::string> list;
    const auto tell = [&](std::string_view what, const std::string& old, const std::string& current) {
        if (old != current)
            list.push_back(std::string(what) + " " + printable(old, 60) + " → " + printable(current, 60));
    };
    const auto known = [](const std::string& text) { return text.empty() ? std::string("unknown") : text; };
    const auto id = [](const std::optional<Digest>& digest) { return digest ? digest->id() : std::string("unknown"); };
    tell("digest", id(before.digest), id(now.digest));
    tell("server", before.server_version, now.server_version);
    tell("address", before.server, now.server);
    tell("hardware", known(before.hardware), known(now.hardware));
    tell("driver", known(before.driver), known(now.driver));
    tell("context", std::to_string(before.num_ctx), std::to_string(now.num_ctx));
    tell("share on the GPU", share_on_gpu(before), share_on_gpu(now));
    tell("quantization", before.quantization, now.quantization);
    // Load scatters by itself; one processor's worth of work is a difference.
    if (before.load_average && now.load_average && std::abs(*before.load_average - *now.load_average) >= 1)
        tell("load of the machine", number(*before.load_average), number(*now.load_average));
    return list;
}

std::string other_lengths(const state::Benchmark& before, const state::Benchmark& now) {
    if (before.prompt != now.prompt) return "it was measured with another prompt";
    // How long one's own is it says itself, and what varies before it is a token longer or shorter at times.
    if (before.tokens != now.tokens || (!now.prompt && before.prompt_tokens != now.prompt_tokens))
        return "it was measured with " + std::to_string(before.prompt_tokens) + " tokens of prompt and " +
               std::to_string(before.tokens) + " of answer";
    return {};
}

std::string not_comparable(const state::Benchmark& before, const state::Benchmark& now) {
    if (before.hardware.empty() != now.hardware.empty() || before.hardware != now.hardware)
        return "it was measured on other hardware: " + (before.hardware.empty() ? "not known" : before.hardware);
    if (before.hardware.empty() && before.server != now.server)
        return "it was measured on another server, and the hardware of neither is known";
    return other_lengths(before, now);
}

Comparison compared(const state::Benchmark& before, const state::Benchmark& now, std::string why_not) {
    Comparison result{.not_comparable = std::move(why_not), .differences = differences(before, now)};
    result.embeds = now.embeds();
    if (!result.not_comparable.empty()) return result;
    const auto of = [&](auto read) { return statistics::compare(values(before.runs, read), values(now.runs, read)); };
    result.prefill = of([](const state::Sample& run) { return run.prefill_time(); });
    if (!result.embeds) result.decode = of([](const state::Sample& run) { return run.decode_time(); });
    return result;
}

} // namespace

Figures figures_of(const std::vector<state::Sample>& runs) {
    const auto summary = [&](auto read) { return statistics::summarise(values(runs, read), seed); };
    Figures figures;
    figures.total_ms = summary([](const state::Sample& run) { return milliseconds(run.total); });
    figures.prefill_rate = summary([](const state::Sample& run) { return 1e9 / run.prefill_time(); });
    if (std::ranges::any_of(runs, [](const state::Sample& run) { return run.tokens == 0; })) return figures;
    figures.first_token_ms = summary([](const state::Sample& run) { return milliseconds(run.first_token); });
    figures.decode_rate = summary([](const state::Sample& run) { return 1e9 / run.decode_time(); });
    return figures;
}

state::Benchmark to_memory(const Item& item, const Facts& facts, const Options& options, const Ports& ports) {
    return {.at = item.at,
            .server = options.server,
            .server_version = facts.server_version,
            .codemate = std::string(version()),
            .name = item.step.name,
            .digest = item.step.digest,
            .quantization = item.step.quantization,
            .hardware = ports.hardware,
            .driver = ports.driver,
            .num_ctx = item.step.num_ctx,
            .prompt_tokens = item.step.prompt_tokens,
            .tokens = item.step.tokens,
            .memory = item.memory,
            .memory_gpu = item.memory_gpu,
            .load_average = item.load_average,
            .cold = item.cold,
            .runs = item.runs,
            .prompt = item.step.prompt,
            .loads = item.loads};
}

const state::Benchmark* latest_of(const ModelName& name, const std::vector<state::Benchmark>& entries) {
    const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                    [&](const state::Benchmark& entry) { return entry.name.same_on_server(name); });
    return found == entries.rend() ? nullptr : &*found;
}

Comparison compare(const state::Benchmark& before, const state::Benchmark& now) {
    return compared(before, now, not_comparable(before, now));
}

Comparison compare_in_turn(const state::Benchmark& there, const state::Benchmark& here) {
    return compared(there, here, other_lengths(there, here));
}

std::vector<std::string> broken_promises(const manifest::Declared& declared, const Item& item) {
    std::vector<std::string> broken;
    const Figures figures = figures_of(item.runs);
    const auto& [decode, first] = declared.promise;
    if (decode && figures.decode_rate && figures.decode_rate->median < *decode)
        broken.push_back("it writes " + number(figures.decode_rate->median) + " tokens a second, and at least " +
                         number(*decode) + " are promised");
    if (first && figures.first_token_ms && figures.first_token_ms->median > *first)
        broken.push_back("its first token takes " + number(figures.first_token_ms->median) + " ms, and at most " +
                         number(*first) + " are promised");
    if (declared.expect.gpu == true && item.memory > ByteCount{} && item.memory_gpu < item.memory)
        broken.push_back("it is not all on the GPU: " + to_string(item.memory_gpu) + " of " + to_string(item.memory));
    return broken;
}

} // namespace codemate::lifecycle::benchmark
