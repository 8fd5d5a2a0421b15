#include "lifecycle/doctor/checks.hpp"
#include "lifecycle/doctor/findings.hpp"

#include "codemate/base/text.hpp"
#include "codemate/http/date.hpp"

#include <algorithm>
#include <chrono>

namespace codemate::lifecycle::doctor {
namespace {

using std::chrono::seconds;
using Second = std::chrono::sys_seconds;

constexpr auto most_skew = std::chrono::minutes(1);

// Centuries do not fit into a Duration.
std::string span_text(seconds span) {
    constexpr auto two_days = std::chrono::days(2);
    if (span < two_days) return to_text(span);
    return counted(static_cast<std::size_t>(std::chrono::floor<std::chrono::days>(span).count()), "day");
}

Finding skewed(const std::string& how, const std::string& date) {
    return problem("skew", "the server's clock is " + how + " this one; it says " + quoted(date, 60),
                   "ages are wrong then: of snapshots, leftovers and pulled models; far apart, certificates fail, too",
                   {"let both machines set their clocks (`timedatectl set-ntp true`)"});
}

} // namespace

// A whole second is what a Date says: the server's clock may be later than it by almost that.
Findings check_clock(const Facts& facts) {
    const Contact& contact = facts.contact;
    if (!contact.answer) return {skipped(std::string(no_answer))};
    const std::string* header = contact.answer->header("Date");
    if (header == nullptr) return {skipped("the server's answers have no date")};
    const auto date = http::parse_date(*header);
    if (!date) return {skipped("the date of the server's answers cannot be read: " + quoted(*header, 60))};
    if (*date == Time::max()) return {skewed("centuries ahead of", *header)};
    if (*date == Time::min()) return {skewed("centuries behind", *header)};
    const Second said = std::chrono::floor<seconds>(*date);
    const seconds ahead = said - std::chrono::floor<seconds>(contact.answered);
    const seconds behind = std::chrono::floor<seconds>(contact.asked) - (said + seconds(1));
    const seconds skew = std::max({ahead, behind, seconds{0}});
    if (skew < most_skew) return {ok("the server's clock agrees with this one")};
    return {skewed(span_text(skew) + (ahead > behind ? " ahead of" : " behind"), *header)};
}

} // namespace codemate::lifecycle::doctor
