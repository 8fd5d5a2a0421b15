#include "cli/commands/benchmark/stated.hpp"

#include "codemate/base/text.hpp"

#include <cstdio>

namespace codemate::cli::benchmark {
namespace {

using json::Value;
using manifest::StatedSpeed;

// As it was written: three digits would claim too much.
std::string plain(double figure) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", figure);
    return text;
}

std::string range(const std::optional<double>& least, const std::optional<double>& most) {
    if (least && most && *least != *most) return plain(*least) + " to " + plain(*most);
    return plain(least ? *least : *most);
}

std::string line(const StatedSpeed& speed) {
    const StatedCells cells = cells_of(speed);
    std::vector<std::string> figures;
    if (!cells.decode.empty()) figures.push_back("decode " + cells.decode + " tokens/s");
    if (!cells.first_token.empty()) figures.push_back("first token " + cells.first_token + " ms");
    if (figures.empty()) return {};
    return joined(figures, ", ") + (cells.hardware.empty() ? "" : " on " + cells.hardware);
}

void set_if(Value& object, std::string_view key, const std::string& text) {
    if (!text.empty()) object.set(key, text);
}

Value speed_json(const StatedSpeed& speed) {
    Value value = Value::object();
    set_if(value, "processor", speed.processor);
    set_if(value, "hardware", speed.hardware);
    set_if(value, "memory", speed.memory);
    if (speed.decode_tps) value.set("decode_tokens_per_s", *speed.decode_tps);
    if (speed.ttft_ms_min) value.set("first_token_ms_min", *speed.ttft_ms_min);
    if (speed.ttft_ms_max) value.set("first_token_ms_max", *speed.ttft_ms_max);
    return value;
}

} // namespace

bool Stated::empty() const {
    return stated_lines(*this).empty();
}

StatedCells cells_of(const StatedSpeed& speed) {
    StatedCells cells;
    std::vector<std::string> machine;
    for (const std::string* part : {&speed.hardware, &speed.memory})
        if (!part->empty()) machine.push_back(printable(*part));
    cells.hardware = joined(machine, ", ");
    if (speed.decode_tps) cells.decode = plain(*speed.decode_tps);
    if (speed.ttft_ms_min || speed.ttft_ms_max) cells.first_token = range(speed.ttft_ms_min, speed.ttft_ms_max);
    return cells;
}

std::string stated_traits(const Stated& stated) {
    std::vector<std::string> parts;
    for (const std::string* part : {&stated.model.size, &stated.model.quantization})
        if (!part->empty()) parts.push_back(printable(*part));
    if (stated.model.context) parts.push_back("a context of " + std::to_string(*stated.model.context));
    return joined(parts, ", ");
}

Stated stated_of(const manifest::Manifest& manifest, const manifest::StatedSpeeds& speeds, const ModelName& name) {
    Stated stated;
    if (const manifest::Declared* declared = manifest.declared(name)) stated.model = declared->about.stated;
    if (const auto found = speeds.find(name); found != speeds.end()) stated.speeds = found->second;
    return stated;
}

std::vector<std::string> stated_lines(const Stated& stated) {
    std::vector<std::string> lines;
    if (std::string traits = stated_traits(stated); !traits.empty()) lines.push_back(std::move(traits));
    for (const StatedSpeed& speed : stated.speeds)
        if (std::string text = line(speed); !text.empty()) lines.push_back(std::move(text));
    return lines;
}

Value stated_json(const Stated& stated) {
    Value value = Value::object();
    set_if(value, "size", stated.model.size);
    set_if(value, "quantization", stated.model.quantization);
    if (stated.model.context) value.set("context", *stated.model.context);
    if (stated.speeds.empty()) return value;
    Value speeds = Value::array();
    for (const StatedSpeed& speed : stated.speeds)
        speeds.add(speed_json(speed));
    return value.set("speeds", std::move(speeds));
}

} // namespace codemate::cli::benchmark
