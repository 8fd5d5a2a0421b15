#include "codemate/state/benchmarks.hpp"

#include "state/line_file.hpp"

#include "codemate/base/error.hpp"
#include "codemate/json/read.hpp"

namespace codemate::state {
namespace {

constexpr std::size_t most_entries = 1000;
constexpr std::size_t most_runs = 10'000;
constexpr std::size_t most_bytes = std::size_t{48} << 20U; // a larger file would be put aside as none of ours

json::Value sample_json(const Sample& sample) {
    json::Value value = json::Value::object();
    value.set("first_token_ns", sample.first_token.count()).set("total_ns", sample.total.count());
    value.set("load_ns", sample.load.count()).set("prompt_eval_ns", sample.prompt_eval.count());
    value.set("eval_ns", sample.eval.count()).set("prompt_tokens", sample.prompt_tokens);
    value.set("tokens", sample.tokens);
    if (sample.first_byte) value.set("first_byte_ns", sample.first_byte->count());
    return value;
}

Duration duration_at(const json::Cursor& object, std::string_view key) {
    return Duration(static_cast<std::int64_t>(object.unsigned_or(key, 0) & std::uint64_t{INT64_MAX}));
}

std::optional<Sample> sample_from(const json::Cursor& object) {
    Sample sample{duration_at(object, "first_token_ns"), duration_at(object, "total_ns"),
                  duration_at(object, "load_ns"),        duration_at(object, "prompt_eval_ns"),
                  duration_at(object, "eval_ns"),        object.unsigned_or("prompt_tokens", 0),
                  object.unsigned_or("tokens", 0)};
    if (object.has("first_byte_ns")) sample.first_byte = duration_at(object, "first_byte_ns");
    const bool is_read = sample.prompt_tokens > 0 && sample.prompt_eval.count() > 0;
    const bool is_written = sample.tokens > 0 && sample.eval.count() > 0;
    const bool is_embedding = sample.tokens == 0 && sample.eval.count() == 0 && sample.total.count() > 0;
    return is_read && (is_written || is_embedding) ? std::optional(sample) : std::nullopt;
}

// A column for each figure: there may be thousands of requests.
template<typename Read>
json::Value column(const std::vector<Served>& served, Read read) {
    json::Value list = json::Value::array();
    for (const Served& each : served)
        list.add(read(each));
    return list;
}

std::vector<std::uint64_t> column_at(const json::Cursor& object, std::string_view key) {
    std::vector<std::uint64_t> numbers;
    for (const json::Value& each : object.at(key).value().elements())
        numbers.push_back(each.unsigned_integer().value_or(0) & std::uint64_t{INT64_MAX});
    return numbers;
}

// Nothing for what nothing follows from.
std::optional<Load> load_from(const json::Cursor& object) {
    Load load{.in_flight = object.unsigned_or("in_flight", 0), .wall = duration_at(object, "wall_ns")};
    for (const json::Member& lost : object.at("done_again").value().members())
        if (const auto number = lost.value.unsigned_integer()) load.done_again.emplace(lost.key, *number);
    const auto bytes = column_at(object, "first_byte_ns"), firsts = column_at(object, "first_token_ns"),
               totals = column_at(object, "total_ns"), tokens = column_at(object, "tokens");
    const bool is_whole = bytes.size() == firsts.size() && firsts.size() == totals.size() &&
                          totals.size() == tokens.size() && totals.size() <= most_runs;
    if (!is_whole || totals.empty() || load.in_flight == 0 || load.wall.count() == 0) return std::nullopt;
    const auto span = [](std::uint64_t count) { return Duration(static_cast<std::int64_t>(count)); };
    for (std::size_t i = 0; i < totals.size(); ++i)
        load.served.push_back({span(bytes[i]), span(firsts[i]), span(totals[i]), tokens[i]});
    return load;
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
    if (tokens == 0) return 0;
    return static_cast<double>(eval.count()) / static_cast<double>(tokens);
}

json::Value to_json(const Load& load) {
    json::Value value = json::Value::object();
    value.set("in_flight", load.in_flight).set("wall_ns", load.wall.count());
    json::Value lost = json::Value::object();
    for (const auto& [reason, count] : load.done_again)
        lost.set(reason, count);
    value.set("done_again", std::move(lost));
    value.set("first_byte_ns", column(load.served, [](const Served& each) { return each.first_byte.count(); }));
    value.set("first_token_ns", column(load.served, [](const Served& each) { return each.first_token.count(); }));
    value.set("total_ns", column(load.served, [](const Served& each) { return each.total.count(); }));
    return value.set("tokens", column(load.served, [](const Served& each) { return each.tokens; }));
}

json::Value to_json(const Benchmark& benchmark) {
    json::Value value = json::Value::object();
    value.set("at", to_rfc3339(benchmark.at)).set("server", benchmark.server);
    value.set("server_version", benchmark.server_version).set("codemate", benchmark.codemate);
    value.set("name", benchmark.name.full());
    if (benchmark.digest) value.set("digest", benchmark.digest->text());
    value.set("quantization", benchmark.quantization).set("hardware", benchmark.hardware);
    if (!benchmark.driver.empty()) value.set("driver", benchmark.driver);
    value.set("num_ctx", benchmark.num_ctx).set("prompt_tokens", benchmark.prompt_tokens);
    value.set("tokens", benchmark.tokens).set("memory", benchmark.memory.count());
    value.set("memory_gpu", benchmark.memory_gpu.count());
    if (benchmark.load_average) value.set("load_average", *benchmark.load_average);
    if (benchmark.cold) value.set("cold", sample_json(*benchmark.cold));
    json::Value runs = json::Value::array();
    for (const Sample& sample : benchmark.runs)
        runs.add(sample_json(sample));
    value.set("runs", std::move(runs));
    if (benchmark.prompt) value.set("prompt", benchmark.prompt->text());
    if (benchmark.loads.empty()) return value;
    json::Value loads = json::Value::array();
    for (const Load& load : benchmark.loads)
        loads.add(to_json(load));
    return value.set("load", std::move(loads));
}

std::optional<Benchmark> benchmark_from(const json::Value& value) {
    try {
        const json::Cursor line(value, "a benchmark");
        Benchmark benchmark{line.at("at").time(), line.string_or("server", ""), line.string_or("server_version", ""),
                            line.string_or("codemate", ""), ModelName::parse(line.at("name").string())};
        benchmark.digest = Digest::parse(line.string_or("digest", ""));
        benchmark.quantization = line.string_or("quantization", "");
        benchmark.hardware = line.string_or("hardware", "");
        benchmark.driver = line.string_or("driver", "");
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
        benchmark.prompt = Digest::parse(line.string_or("prompt", ""));
        if (!line.has("load")) return benchmark;
        for (const json::Cursor& load : line.at("load").elements())
            if (auto read = load_from(load)) benchmark.loads.push_back(std::move(*read));
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
        return newest_lines(with_line(std::move(text), json::to_line(to_json(benchmark))), most_entries, most_bytes);
    };
    lines_of(file_).change(with_it, std::move(stop));
}

} // namespace codemate::state
