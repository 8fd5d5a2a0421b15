#include "support/golden.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace codemate::test {
namespace {

namespace fs = std::filesystem;

std::string difference(const std::string& expected, const std::string& found) {
    std::istringstream a(expected);
    std::istringstream b(found);
    std::string left;
    std::string right;
    for (int line = 1;; ++line) {
        const bool more_left = static_cast<bool>(std::getline(a, left));
        const bool more_right = static_cast<bool>(std::getline(b, right));
        if (!more_left && !more_right) return "they differ in the end of the last line";
        if (more_left != more_right || left != right) {
            return "line " + std::to_string(line) + "\n  expected: " + (more_left ? left : "(end)") +
                   "\n  found:    " + (more_right ? right : "(end)") + "\nwhole text found:\n" + found;
        }
    }
}

} // namespace

std::string file_difference(std::string_view path_in_source, std::string_view text) {
    const fs::path path = fs::path(CODEMATE_SOURCE_DIR) / path_in_source;
    if (std::getenv("CODEMATE_ACCEPT") != nullptr) {
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return "accepted: " + path.string() + " was rewritten; run again without CODEMATE_ACCEPT";
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return path.string() + " is missing; run with CODEMATE_ACCEPT=1 to write it";
    const std::string expected{std::istreambuf_iterator<char>(file), {}};
    return expected == text ? "" : std::string(path_in_source) + ": " + difference(expected, std::string(text));
}

std::string golden_difference(std::string_view name, std::string_view text) {
    return file_difference("tests/data/golden/" + std::string(name), text);
}

} // namespace codemate::test
