#include "cli/commands/rebuild.hpp"

#include "cli/commands/json_parts.hpp"

#include "codemate/base/text.hpp"

namespace codemate::cli {

namespace {

constexpr std::size_t longest_command = 4000;

} // namespace

std::string rebuild_text(const rules::Rebuild& rebuild) {
    if (rebuild.steps.empty()) return {};
    std::string text = "To build the store anew, in the directory of codemate.json (nothing of this was run):\n";
    std::size_t number = 0;
    for (const rules::RebuildStep& step : rebuild.steps) {
        text += "  " + std::to_string(++number) + ". " + printable(step.text) + "\n";
        if (!step.command.empty()) text += "       " + printable(step.command, longest_command) + "\n";
    }
    if (!rebuild.traps.empty()) text += "Mind:\n";
    for (const std::string& trap : rebuild.traps)
        text += "  - " + printable(trap, longest_command) + "\n";
    return text;
}

json::Value rebuild_json(const rules::Rebuild& rebuild) {
    json::Value steps = json::Value::array();
    for (const rules::RebuildStep& step : rebuild.steps) {
        json::Value object = json::Value::object();
        object.set("what", rules::to_string(step.what)).set("text", step.text);
        if (!step.command.empty()) object.set("command", step.command);
        steps.add(std::move(object));
    }
    return json::Value::object().set("steps", std::move(steps)).set("traps", strings(rebuild.traps));
}

} // namespace codemate::cli
