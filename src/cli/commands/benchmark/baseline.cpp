#include "cli/commands/benchmark/baseline.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>

namespace codemate::cli::benchmark {
namespace {

constexpr std::string_view form = "codemate/benchmarks/1";
constexpr ByteCount largest(std::uint64_t{64} << 20U);

bool is_digest(const std::string& text) {
    return text.size() >= 12 && text.size() <= 64 && std::ranges::all_of(text, [](char digit) {
               return std::string_view("0123456789abcdef").find(digit) != std::string_view::npos;
           });
}

std::vector<state::Benchmark> read(const std::string& file) {
    const json::Document document = json::read(read_file(file, largest), file);
    const json::Cursor root(document.root, file);
    if (root.string_or("schema", "") != form)
        throw Error(Kind::usage, quoted(file) + " holds no benchmarks")
            .hint("codemate benchmark --save FILE writes one");
    std::vector<state::Benchmark> entries;
    for (const json::Cursor& each : root.at("benchmarks").elements()) {
        auto entry = state::benchmark_from(each.value());
        if (!entry) each.fail("a benchmark");
        entries.push_back(std::move(*entry));
    }
    return entries;
}

} // namespace

std::vector<state::Benchmark> baseline(const std::string& reference, const std::vector<state::Benchmark>& remembered) {
    if (reference == "last") return remembered;
    if (!is_digest(reference)) return read(reference);
    std::vector<state::Benchmark> entries = remembered;
    std::erase_if(entries, [&](const state::Benchmark& entry) {
        return !entry.digest || !entry.digest->hex().starts_with(reference);
    });
    return entries;
}

void save(const std::filesystem::path& file, const std::vector<state::Benchmark>& entries) {
    json::Value list = json::Value::array();
    for (const state::Benchmark& entry : entries)
        list.add(state::to_json(entry));
    const json::Value document = json::Value::object().set("schema", form).set("benchmarks", std::move(list));
    write_file_atomically(file, json::to_pretty(document) + "\n");
}

} // namespace codemate::cli::benchmark
