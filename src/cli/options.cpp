#include "cli/options.hpp"

#include <utility>

namespace codemate::cli {

std::string Option::long_name() const {
    const std::size_t comma = name.find(',');
    return comma == std::string::npos ? name : name.substr(comma + 1);
}

void Options::flag(std::string name, bool& target, std::string help) {
    options_.push_back({std::move(name), "", std::move(help), &target, {}});
}

void Options::count(std::string name, int& target, std::string help) {
    options_.push_back({std::move(name), "", std::move(help), &target, {}});
}

void Options::value(std::string name, std::string value, std::optional<std::string>& target, std::string help,
                    std::vector<std::string> choices) {
    options_.push_back({std::move(name), std::move(value), std::move(help), &target, std::move(choices)});
}

void Options::optional_value(std::string name, std::string implied, std::optional<std::string>& target,
                             std::string help) {
    options_.push_back({std::move(name), implied, std::move(help), &target, {}, implied});
}

void Options::values(std::string name, std::string value, std::vector<std::string>& target, std::string help) {
    options_.push_back({std::move(name), std::move(value), std::move(help), &target, {}});
}

void Options::argument(std::string name, std::optional<std::string>& target, std::string help) {
    options_.push_back({std::move(name), "", std::move(help), &target, {}});
}

void Options::arguments(std::string name, std::vector<std::string>& target, std::string help) {
    options_.push_back({std::move(name), "", std::move(help), &target, {}});
}

} // namespace codemate::cli
