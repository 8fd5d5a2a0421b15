#include "codemate/base/text.hpp"
#include "codemate/checkout/files.hpp"

namespace codemate::checkout {
namespace {

std::string_view last_step(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

} // namespace

IgnoreRules IgnoreRules::parse(std::string_view text) {
    IgnoreRules rules;
    std::size_t number = 0;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        line = trimmed(line);
        if (line.empty() || line.front() == '#') continue;
        if (const auto objection = Glob::objection(line)) {
            rules.unsupported_.push_back({number, std::string(line.substr(0, Glob::longest)), *objection});
            continue;
        }
        bool exception = false, directory = false;
        if (line.front() == '!') {
            exception = true;
            line.remove_prefix(1);
        }
        if (line.ends_with('/')) {
            directory = true;
            line.remove_suffix(1);
        }
        const bool anchored = line.find('/') != std::string_view::npos;
        if (line.starts_with('/')) line.remove_prefix(1);
        if (!line.empty()) rules.rules_.push_back({Glob(line), exception, anchored, directory});
    }
    return rules;
}

bool IgnoreRules::decided(std::string_view path, bool directory, const Stop& stop) const {
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
        throw_if_stopped(stop); // many rules and long names are minutes
        if (rule->directory && !directory) continue;
        if (rule->glob.fits(rule->anchored ? path : last_step(path))) return !rule->exception;
    }
    return false;
}

bool IgnoreRules::ignores(std::string_view path, const Stop& stop) const {
    if (rules_.empty()) return false;
    // As in git, nothing below a directory that is left out comes back.
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        if (decided(path.substr(0, slash), true, stop)) return true;
    }
    return decided(path, false, stop);
}

} // namespace codemate::checkout
