#include "lifecycle/docs/writing.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::docs {
namespace {

using manifest::MeasuredFigure;
using manifest::MeasuredSpeed;
using manifest::StatedSpeed;

std::string machine_of(const StatedSpeed& speed) {
    std::string text = speed.processor == "cpu"   ? "CPU-Only"
                       : speed.processor == "gpu" ? "GPU"
                                                  : prose(speed.processor);
    std::vector<std::string> parts;
    if (!speed.hardware.empty()) parts.push_back(prose(speed.hardware));
    if (!speed.memory.empty()) parts.push_back(prose(speed.memory) + (speed.processor == "gpu" ? " VRAM" : " RAM"));
    if (!parts.empty()) text += (text.empty() ? "" : " ") + ("(" + joined(parts, ", ") + ")");
    return text.empty() ? "Hardware not stated" : text;
}

std::string latency_of(const StatedSpeed& speed) {
    if (!speed.ttft_ms_min && !speed.ttft_ms_max) return "not stated";
    const double least = speed.ttft_ms_min ? *speed.ttft_ms_min : *speed.ttft_ms_max;
    const double most = speed.ttft_ms_max ? *speed.ttft_ms_max : least;
    return (least == most ? number(least) : number(least) + "-" + number(most)) + "ms (stated)";
}

// The stated speeds of one machine.
struct Machine {
    std::string title, latency;
    std::vector<std::string> lines;
};

// Machines and models in the order of the names, except that the roles' models come first.
std::vector<Machine> machines_of(const Facts& facts) {
    std::vector<ModelName> order = models_of_roles(facts);
    for (const auto& [name, speeds] : facts.stated) {
        const bool there =
            std::ranges::any_of(order, [&, &model = name](const auto& each) { return each.same_on_server(model); });
        if (!there) order.push_back(name);
    }
    std::vector<Machine> machines;
    for (const ModelName& name : order) {
        const auto found = facts.stated.find(name);
        if (found == facts.stated.end()) continue;
        for (const StatedSpeed& speed : found->second) {
            const std::string title = machine_of(speed);
            auto machine = std::ranges::find(machines, title, &Machine::title);
            if (machine == machines.end()) machine = machines.insert(machine, {title, latency_of(speed), {}});
            if (speed.decode_tps)
                machine->lines.push_back("**" + code(name.display()) + ":** ~" + number(*speed.decode_tps) +
                                         " tokens/sec (stated)");
        }
    }
    return machines;
}

std::string stated_text(const Facts& facts) {
    std::string text;
    for (const Machine& machine : machines_of(facts)) {
        text += "\n### Stated: " + machine.title + "\n\n" + bullets(machine.lines);
        text += "- **First token latency:** " + machine.latency + "\n";
    }
    if (text.empty()) return text;
    return "\nApproximate inference speeds that were stated for common hardware. Nobody recorded how they came about: "
           "which "
           "content, server, context or prompt.\n" +
           text;
}

std::string figure(const std::optional<MeasuredFigure>& value) {
    if (!value) return "-";
    std::string text = number(value->median);
    if (value->low && value->high) text += " (" + number(*value->low) + " to " + number(*value->high) + ")";
    return text;
}

std::string measured_row(const MeasuredSpeed& speed) {
    return row({code(speed.model.display()), speed.digest ? speed.digest->id() : "-", cell(speed.quantization),
                std::to_string(speed.num_ctx),
                std::to_string(speed.prompt_tokens) + " + " + std::to_string(speed.tokens), figure(speed.ttft_ms),
                figure(speed.prefill_tps), figure(speed.decode_tps), speed.load_ms ? number(*speed.load_ms) : "-",
                speed.gpu_percent ? std::to_string(*speed.gpu_percent) + " %" : "-", std::to_string(speed.runs),
                cell(speed.server_version), cell(speed.at)});
}

std::string measured_text(const Facts& facts) {
    std::vector<std::string> machines;
    for (const MeasuredSpeed& speed : facts.releases.measured) {
        if (std::ranges::find(machines, speed.hardware) == machines.end()) machines.push_back(speed.hardware);
    }
    std::string text;
    for (const std::string& machine : machines) {
        text += "\n### Measured: " + (machine.empty() ? std::string("hardware not known") : prose(machine)) + "\n\n";
        text += table_head({"Model", "ID", "Quantization", "Context", "Tokens of prompt + answer", "First token, ms",
                            "Prefill, tokens/s", "Decode, tokens/s", "Load, ms", "On the GPU", "Runs", "Ollama",
                            "Measured"});
        for (const MeasuredSpeed& speed : facts.releases.measured) {
            if (speed.hardware == machine) text += measured_row(speed);
        }
    }
    if (text.empty())
        return "\n### Measured\n\nNothing is measured yet: `codemate benchmark` measures on this machine, and "
               "`codemate docs` then "
               "records "
               "the figures in `codemate.releases.json` and shows them here.\n";
    return text + "\nMedians, in brackets the interval that holds them with 95 % confidence. `codemate benchmark` adds "
                  "percentiles, several requests at a time, and the history of a machine.\n";
}

} // namespace

std::string speeds_text(const Facts& facts) {
    std::string text = "## Performance Benchmarks\n" + stated_text(facts) + measured_text(facts);
    for (const std::string& note : facts.releases.benchmark_notes)
        text += "\n*" + prose(note) + "*\n";
    return text;
}

} // namespace codemate::lifecycle::docs
