#include "cli/commands/benchmark/charts.hpp"
#include "support/catch.hpp"
#include "unit/cli/benchmarks.hpp"

#include <map>
#include <set>

using namespace codemate;
using namespace codemate::cli::benchmark;
using test::has;
using test::measurement;

namespace {

Subject subject(std::vector<state::Benchmark> measured) {
    return {measured.back().name, std::move(measured), test::stated(), {"gate: passed"}, {}};
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

// Elements that are open where they must not be, or closed without having been open; empty: it is well-formed.
std::string nesting_mistake(const std::string& page) {
    const std::set<std::string> without_end{"meta", "!DOCTYPE"};
    std::vector<std::string> open;
    for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
        const std::size_t end = page.find('>', at);
        if (end == std::string::npos) return "an element without end";
        const std::string tag = page.substr(at + 1, end - at - 1);
        const bool closes = tag.starts_with('/');
        const std::string name = tag.substr(closes ? 1 : 0, tag.find_first_of(" \n") - (closes ? 1 : 0));
        if (without_end.contains(name) || tag.ends_with('/')) continue;
        if (!closes) {
            open.push_back(name);
            continue;
        }
        if (open.empty() || open.back() != name) return "</" + name + "> at " + page.substr(at > 60 ? at - 60 : 0, 120);
        open.pop_back();
    }
    return open.empty() ? "" : open.back() + " is not closed";
}

} // namespace

TEST_CASE("a page is well-formed, for itself, and readable without seeing it") {
    const std::string page = html(test::sheet({subject({measurement("mistral", 40, "2026-11-20T10:00:00Z"),
                                                        measurement("mistral", 50, "2026-11-22T10:00:00Z")}),
                                               subject({measurement("other", 9, "2026-11-22T11:00:00Z")}),
                                               {ModelName::parse("missing"), {}, {}, {}, "the server has none"}}));
    CHECK(nesting_mistake(page) == "");
    CHECK(!has(page, "<script"));
    CHECK(!has(page, "<link"));
    CHECK(!has(page, " src="));
    CHECK(!has(page, " href="));
    CHECK(!has(page, "url("));
    CHECK(count(page, "<svg") == count(page, "role=\"img\""));
    CHECK(count(page, "<svg") == 9); // runs of both, and the history of one
    CHECK(count(page, "<svg") == count(page, "<desc "));
    CHECK(count(page, "<table>") == count(page, "<table><caption>"));
    CHECK(count(page, "<th ") == count(page, "<th scope="));
    CHECK(has(page, "prefers-color-scheme:dark"));
    CHECK(has(page, "lang=\"en\""));
    CHECK(has(page, "Not measured: the server has none"));
    std::multiset<std::string> ids;
    for (std::size_t at = page.find(" id=\""); at != std::string::npos; at = page.find(" id=\"", at + 1))
        ids.insert(page.substr(at + 5, page.find('"', at + 5) - at - 5));
    CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
}

TEST_CASE("nothing of outside gets into the page as markup") {
    state::Benchmark entry = measurement("mistral", 50, "2026-11-22T10:00:00Z");
    for (std::string* text :
         {&entry.server, &entry.server_version, &entry.codemate, &entry.quantization, &entry.hardware})
        *text = "<b onclick='x'>&\"\x1b";
    Subject evil = subject({entry});
    evil.remarks = {"<i>"};
    evil.stated.speeds.front().hardware = "</td><script>";
    evil.stated.model.size = "<u>";
    Subject failed{ModelName::parse("x"), {}, {}, {}, "</p><img>"};
    const std::string page = html(test::sheet({evil, failed}));
    CHECK(nesting_mistake(page) == "");
    for (const char* tag : {"<b ", "<i>", "<script", "<u>", "<img", "\x1b"})
        CHECK(!has(page, tag));
    CHECK(has(page, "&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;\\x1b"));
}

TEST_CASE("a history is of what can be compared, and tells what changed") {
    std::vector<state::Benchmark> measured{
        measurement("mistral", 99, "2026-11-18T10:00:00Z"), measurement("mistral", 40, "2026-11-20T10:00:00Z"),
        measurement("mistral", 41, "2026-11-21T10:00:00Z"), measurement("mistral", 50, "2026-11-22T10:00:00Z")};
    measured[0].hardware = "Another CPU";
    measured[1].server_version = measured[2].server_version = "0.24.0";
    const std::string page = html(test::sheet({subject(measured)}));
    CHECK(has(page, "Medians of 3 measurements on this hardware, oldest first. 1 more are older or not comparable."));
    CHECK(has(page, "2026-11-22T10:00:00Z: server 0.24.0 → 0.32.15"));
    CHECK(count(page, "class=\"change\"") == 3); // once in each chart
    CHECK(has(page, "From 40.0 tokens/s on 2026-11-20 to 50.0 tokens/s on 2026-11-22."));
    measured.erase(measured.begin() + 1, measured.end());
    CHECK(!has(html(test::sheet({subject(measured)})), "Over time"));
}

TEST_CASE("measurements of one day are told apart by their time") {
    const std::string page = html(test::sheet({subject(
        {measurement("mistral", 40, "2026-11-22T10:00:00Z"), measurement("mistral", 50, "2026-11-22T11:30:00Z")})}));
    CHECK(has(page, "From 40.0 tokens/s on 2026-11-22 10:00 to 50.0 tokens/s on 2026-11-22 11:30."));
}

TEST_CASE("what a page warns of") {
    state::Benchmark entry = measurement("mistral", 50, "2026-11-22T10:00:00Z");
    const std::string good = html(test::sheet({{entry.name, {entry}, {}, {}, {}}}));
    CHECK(!has(good, "too few"));
    CHECK(!has(good, "is not known"));
    CHECK(!has(good, "Stated"));
    entry.runs.resize(2);
    entry.hardware = "";
    const std::string bad = html(test::sheet({{entry.name, {entry}, test::stated(), {}, {}}}));
    CHECK(has(bad, "Fewer than 5 runs are too few for a comparison."));
    CHECK(has(bad, "The hardware of the server is not known"));
    CHECK(has(bad, "too few runs for an interval"));
    CHECK(has(bad, "Stated figures are what the manifest says."));
    CHECK(has(html(test::sheet({})), "Nothing was measured."));
}

TEST_CASE("a load curve for as many requests as were tried") {
    CHECK(load_charts("l", {}) == "");
    const std::vector<LoadPoint> points{{1, 50, 1200}, {2, 90, 1400}, {4, 120, {}}};
    const std::string charts = load_charts("l", points);
    CHECK(nesting_mistake(charts) == "");
    CHECK(has(charts, "50.0 tokens/s with 1, 90.0 tokens/s with 2, 120 tokens/s with 4."));
    CHECK(has(charts, "1200 ms with 1, 1400 ms with 2."));
    CHECK(count(load_charts("l", std::vector<LoadPoint>{{1, 50, {}}}), "<svg") == 1);
    Subject loaded = subject({measurement("mistral", 50, "2026-11-22T10:00:00Z")});
    CHECK(!has(html(test::sheet({loaded})), "Under load"));
    loaded.load = points;
    const std::string page = html(test::sheet({loaded}));
    CHECK(nesting_mistake(page) == "");
    CHECK(has(page, "1200 ms with 1, 1400 ms with 2."));
    CHECK(has(page, "Under load"));
}
