// The format: golang.org/design/14313-benchmark-format. What is no configuration, unit or result line is passed over by
// those who read it, so "# …" is a comment.
#include "cli/commands/benchmark/sheet.hpp"

#include "codemate/base/text.hpp"
#include "codemate/base/version.hpp"

#include <cstdio>

namespace codemate::cli::benchmark {
namespace {

using state::Benchmark;
using state::Sample;

// A part of a name: white space ends it, and a slash begins the next one.
std::string part(std::string_view text) {
    std::string result;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte > ' ' && byte != 0x7f && letter != '/' && letter != '%') {
            result += letter;
            continue;
        }
        char code[4];
        std::snprintf(code, sizeof code, "%%%02X", byte);
        result += code;
    }
    return result;
}

// The lengths come last: a name that ends in -8 would mean eight processors.
std::string name_of(const char* what, const Benchmark& entry) {
    std::string name = what + std::string("/model=") + part(entry.name.display());
    if (!entry.quantization.empty()) name += "/quantization=" + part(entry.quantization);
    return name + "/num_ctx=" + std::to_string(entry.num_ctx) + "/prompt=" + std::to_string(entry.prompt_tokens) +
           "/tokens=" + std::to_string(entry.tokens);
}

std::string value(double number, std::string_view unit) {
    char text[40];
    std::snprintf(text, sizeof text, " %.10g ", number);
    return text + std::string(unit);
}

// What a run has no figure of is left out, as the answer of a model that writes none.
std::string result(const std::string& name, const Sample& run) {
    std::string text = name + " 1" + value(static_cast<double>(run.first_token.count()), "ns/first-token");
    if (run.prompt_tokens > 0 && run.prompt_eval > Duration{0}) text += value(run.prefill_time(), "ns/prompt-token");
    if (run.tokens > 0 && run.eval > Duration{0})
        text += value(run.decode_time(), "ns/token") + value(1e9 / run.decode_time(), "tok/s");
    return text + value(static_cast<double>(run.total.count()), "ns/answer") + "\n";
}

// As in the comparison with a baseline: of unknown hardware only the address can say that it is the same.
std::string configuration(const Benchmark& entry) {
    if (!entry.hardware.empty()) return "hardware: " + printable(entry.hardware) + "\n";
    return "server: " + printable(entry.server) + "\n";
}

std::string comment(const Benchmark& entry) {
    std::string text = "# " + entry.name.display();
    if (entry.digest) text += ", digest " + entry.digest->id();
    if (!entry.server_version.empty()) text += ", Ollama " + printable(entry.server_version);
    text += " at " + printable(entry.server);
    return text + ", " + to_rfc3339(std::chrono::floor<std::chrono::seconds>(entry.at)) + "\n";
}

} // namespace

std::string benchstat(const Sheet& sheet) {
    std::string text = "# codemate " + std::string(version()) +
                       ": a line for each run, in the order of measurement\n"
                       "Unit tok/s better=higher\n";
    std::string current;
    for (const Subject& subject : sheet.subjects) {
        const std::size_t all = subject.measured.size();
        for (std::size_t i = sheet.of == Sheet::Of::history || all == 0 ? 0 : all - 1; i < all; ++i) {
            const Benchmark& entry = subject.measured[i];
            if (const std::string now = configuration(entry); now != current) {
                text += now;
                current = now;
            }
            text += comment(entry);
            if (entry.cold)
                text += name_of("BenchmarkLoad", entry) + " 1" +
                        value(static_cast<double>(entry.cold->load.count()), "ns/load") + "\n";
            for (const Sample& run : entry.runs)
                text += result(name_of("BenchmarkAnswer", entry), run);
        }
    }
    return text;
}

} // namespace codemate::cli::benchmark
