#include "codemate/base/text.hpp"
#include "codemate/lifecycle/outdated.hpp"

#include <algorithm>

namespace codemate::lifecycle::outdated {
namespace {

Error unknown_name(const std::string& word) {
    return Error(Kind::not_found, quoted(word) + " is neither declared nor locked nor installed")
        .hint("`codemate list` shows what is installed");
}

} // namespace

std::size_t Report::count(upstream::State state) const {
    return static_cast<std::size_t>(std::ranges::count(rows, state, &upstream::Standing::state));
}

Report examine(const Facts& facts) {
    Report report;
    for (std::size_t i = 0; i < facts.inquiries.size(); ++i) {
        upstream::Standing row = upstream::judge(facts.inquiries[i]);
        if (!facts.unknown_words[i].empty()) {
            row.state = upstream::State::failed;
            row.error = unknown_name(facts.unknown_words[i]);
            row.reason = row.error->message();
        }
        report.rows.push_back(std::move(row));
    }
    return report;
}

} // namespace codemate::lifecycle::outdated
