#include "cli/world.hpp"

#include "support/schema.hpp"

#include "codemate/base/files.hpp"
#include "codemate/json/read.hpp"

#include <stdexcept>

namespace codemate::test {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

// "in 12ms", "in 1m05s" → "in TIME"; spaces of a table behind it stay out of play, it is a last column.
std::string without_durations(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const bool found = text.compare(at, 4, " in ") == 0 && at + 4 < text.size() && is_digit(text[at + 4]);
        if (!found) {
            result += text[at++];
            continue;
        }
        result += " in TIME";
        at = text.find_first_not_of("0123456789.hms", at + 4);
        if (at == std::string::npos) at = text.size();
    }
    return result;
}

// "key": value → "key": "…", up to the end of the line but for a comma.
std::string without_member(std::string text, const std::string& key) {
    const std::string start = "\"" + key + "\": ";
    for (std::size_t at = 0; (at = text.find(start, at)) != std::string::npos; at += start.size()) {
        const std::size_t begin = at + start.size();
        std::size_t end = text.find('\n', begin);
        if (text[end - 1] == ',') --end;
        text.replace(begin, end - begin, "\"…\"");
    }
    return text;
}

// Lines of plain progress that name a layer: one that arrives within the server's first tick has none.
std::string without_layers(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = text.find('\n', at);
        end = end == std::string::npos ? text.size() : end + 1;
        const std::string line = text.substr(at, end - at);
        const std::size_t layer = line.find(": pulling ");
        const bool names_layer = layer != std::string::npos && line.size() == layer + 10 + 12 + 1 &&
                                 line.find(' ', layer + 10) == std::string::npos;
        if (!names_layer) result += line;
        at = end;
    }
    return result;
}

} // namespace

Place::Place() {
    variables_ = {{"PATH", "/usr/bin:/bin"}, {"LANG", "C.UTF-8"}, {"TERM", "xterm"}, {"HOME", "/nonexistent"}};
    variables_["XDG_STATE_HOME"] = state_.path().string();
    variables_["https_proxy"] = "http://127.0.0.1:1"; // no test asks a registry of the real world
    // Sanitizers take their settings from the environment.
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
        if (const char* value = std::getenv(name)) variables_[name] = value;
    }
}

void Place::later(std::chrono::seconds by) {
    set("LD_PRELOAD", CODEMATE_TEST_LATER_LIBRARY);
    set("CODEMATE_TEST_LATER", std::to_string(by.count()));
    std::string& asan = variables_["ASAN_OPTIONS"]; // which insists on being the first one
    asan += (asan.empty() ? "" : ":") + std::string("verify_asan_link_order=0");
}

Command Place::command(const Arguments& arguments) const {
    Command command;
    command.argv = {codemate_program()};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.variables = variables_;
    command.environment = Command::Environment::replaced;
    command.directory = directory_.path();
    return command;
}

Finished Place::codemate(const Arguments& arguments) const {
    return run(command(arguments));
}

Finished Place::in_terminal(const Arguments& arguments, unsigned short columns) const {
    Command it = command(arguments);
    it.terminal = Terminal{.columns = columns};
    return run(it);
}

World::World(const Sandbox::Options& options) : sandbox(options) {
    server(sandbox.url());
}

std::string steady(std::string text, const Sandbox& sandbox) {
    replace_all(text, sandbox.store().string(), "STORE");
    replace_all(text, sandbox.url(), "http://SERVER");
    replace_all(text, sandbox.address(), "SERVER");
    for (const char* key : {"modified", "duration_s", "time", "fetched"})
        text = without_member(std::move(text), key);
    return without_layers(without_durations(text));
}

json::Value checked_document(const std::string& text, const std::string& command) {
    const json::Value document = json::read(text, "the output").root;
    const auto path = std::filesystem::path(CODEMATE_SOURCE_DIR) / "docs/json" / (command + ".schema.json");
    const json::Value schema = json::read(read_file(path, ByteCount(1'000'000)), "the schema").root;
    for (const std::string& mistake : schema_mistakes(schema, document))
        throw std::runtime_error(mistake);
    return document;
}

bool has_escape(const std::string& text) {
    return text.find('\x1b') != std::string::npos;
}

} // namespace codemate::test
