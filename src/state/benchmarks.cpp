#include "codemate/state/benchmarks.hpp"

#include "state/line_file.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"

namespace codemate::state {
namespace {

constexpr std::size_t most_entries = 1000;
constexpr std::size_t most_runs = 10'000;

json::Value sample_json(const Sample& sample) {
    json::Value value = json::Value::object();
    value.set("first_token_ns", sample.first_token.count()).set("total_ns", sample.total.count());
    value.set("load_ns", sample.load.count()).set("prompt_eval_ns", sample.prompt_eval.count());
    value.set("eval_ns", sample.eval.count()).set("prompt_tokens", sample.prompt_tokens);
    return value.set("tokens", sample.tokens);
}

Duration duration_at(const json::Cursor& object, std::string_view key) {
    return Duration(static_cast<std::int64_t>(object.unsigned_or(key, 0) & std::uint64_t{INT64_MAX}));
}

std::optional<Sample> sample_from(const json::Cursor& object) {
    Sample sample{duration_at(object, "first_token_ns"), duration_at(object, "total_ns"),
                  duration_at(object, "load_ns"),        duration_at(object, "prompt_eval_ns"),
                  duration_at(object, "eval_ns"),        object.unsigned_or("prompt_tokens", 0),
                  object.unsigned_or("tokens", 0)};
    const bool is_whole =
        sample.prompt_tokens > 0 && sample.tokens > 0 && sample.eval.count() > 0 && sample.prompt_eval.count() > 0;
    return is_whole ? std::optional(sample) : std::nullopt;
}

std::optional<Benchmark> parse_benchmark(std::string_view line) {
    try {
        return benchmark_from(json::read(line, "a benchmark").root);
    } catch (const Error&) { // half a line of a crash
        return std::nullopt;
    }
}

LineFile lines_of(const std::filesystem::path& file) {
    return {file, "the history of benchmarks"};
}

} // namespace

double Sample::prefill_time() const {
    return static_cast<double>(prompt_eval.count()) / static_cast<double>(prompt_tokens);
}

double Sample::decode_time() const {
    return static_cast<double>(eval.count()) / static_cast<double>(tokens);
}

json::Value to_json(const Benchmark& benchmark) {
    json::Value value = json::Value::object();
    value.set("at", to_rfc3339(benchmark.at)).set("server", benchmark.server);
    value.set("server_version", benchmark.server_version).set("codemate", benchmark.codemate);
    value.set("name", benchmark.name.full());
    if (benchmark.digest) value.set("digest", benchmark.digest->text());
    value.set("quantization", benchmark.quantization).set("hardware", benchmark.hardware);
    value.set("num_ctx", benchmark.num_ctx).set("prompt_tokens", benchmark.prompt_tokens);
    value.set("tokens", benchmark.tokens).set("memory", benchmark.memory.count());
    value.set("memory_gpu", benchmark.memory_gpu.count());
    if (benchmark.load_average) value.set("load_average", *benchmark.load_average);
    if (benchmark.cold) value.set("cold", sample_json(*benchmark.cold));
    json::Value runs = json::Value::array();
    for (const Sample& sample : benchmark.runs)
        runs.add(sample_json(sample));
    return value.set("runs", std::move(runs));
}

std::optional<Benchmark> benchmark_from(const json::Value& value) {
    try {
        const json::Cursor line(value, "a benchmark");
        Benchmark benchmark{line.at("at").time(), line.string_or("server", ""), line.string_or("server_version", ""),
                            line.string_or("codemate", ""), ModelName::parse(line.at("name").string())};
        benchmark.digest = Digest::parse(line.string_or("digest", ""));
        benchmark.quantization = line.string_or("quantization", "");
        benchmark.hardware = line.string_or("hardware", "");
        benchmark.num_ctx = line.unsigned_or("num_ctx", 0);
        benchmark.prompt_tokens = line.unsigned_or("prompt_tokens", 0);
        benchmark.tokens = line.unsigned_or("tokens", 0);
        benchmark.memory = ByteCount(line.unsigned_or("memory", 0));
        benchmark.memory_gpu = ByteCount(line.unsigned_or("memory_gpu", 0));
        if (const json::Value* load = value.find("load_average")) benchmark.load_average = load->number();
        if (line.has("cold")) benchmark.cold = sample_from(line.at("cold"));
        for (const json::Cursor& run : line.at("runs").elements()) {
            if (benchmark.runs.size() == most_runs) break;
            if (const auto sample = sample_from(run)) benchmark.runs.push_back(*sample);
        }
        return benchmark;
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::vector<Benchmark> Benchmarks::entries() const {
    return parsed_lines(lines_of(file_).text(), parse_benchmark);
}

void Benchmarks::add(const Benchmark& benchmark, Stop stop) const {
    const auto with_it = [&](std::string text) {
        return newest_lines(with_line(std::move(text), json::to_line(to_json(benchmark))), most_entries);
    };
    lines_of(file_).change(with_it, std::move(stop));
}

} // namespace codemate::state
