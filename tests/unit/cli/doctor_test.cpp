#include "cli/commands/doctor/render.hpp"
#include "support/catch.hpp"

#include "codemate/base/text.hpp"

using namespace codemate;
namespace use = lifecycle::doctor;
using use::Level;

namespace {

use::Report report() {
    return {{{Level::ok, "", "it answers", "", {}, "server"},
             {Level::note, "low", "7 GB free", "one larger model fills it", {"`codemate prune`"}, "space"},
             {Level::problem,
              "absent",
              "required and not installed: chat\x1b[2J",
              "it is not there",
              {"`codemate pull` installs it", "or do without"},
              "required"},
             {Level::skipped, "", "no answer", "", {}, "completion"}},
            ""};
}

std::string text(const cli::doctor::Look& look) {
    return cli::doctor::text(report(), look, ui::Style(false));
}

} // namespace

TEST_CASE("what doctor prints in a pipe") {
    CHECK(text({}) == "ok       server      it answers\n"
                      "note     space       7 GB free\n"
                      "                     why: one larger model fills it\n"
                      "                     do:  `codemate prune`\n"
                      "problem  required    required and not installed: chat\\x1b[2J\n"
                      "                     why: it is not there\n"
                      "                     do:  `codemate pull` installs it\n"
                      "                     do:  or do without\n"
                      "skipped  completion  no answer\n"
                      "1 problem, 1 note and 1 of 22 checks skipped\n");
}

TEST_CASE("what doctor -q prints") {
    CHECK(text({.quiet = true}) == "problem  required    required and not installed: chat\\x1b[2J\n"
                                   "                     why: it is not there\n"
                                   "                     do:  `codemate pull` installs it\n"
                                   "                     do:  or do without\n");
}

TEST_CASE("what doctor says in a job of GitHub Actions") {
    const std::string page = cli::doctor::markdown(report());
    CHECK(page.find("| note | space | 7 GB free | ") != std::string::npos);
    CHECK(page.find(" installs it; or do without |") != std::string::npos);
    CHECK(page.find("it answers") == std::string::npos);
    CHECK(page.find("1 problem, 1 note and 1 of 22 checks skipped") != std::string::npos);
    const std::vector<ui::Annotation> annotations = cli::doctor::annotations(report());
    REQUIRE(annotations.size() == 1);
    CHECK(annotations.front().text == "required: required and not installed: chat\\x1b[2J");
    CHECK(cli::doctor::markdown({{{Level::ok, "", "it answers", "", {}, "server"}}, ""}).find("|") ==
          std::string::npos);
}

TEST_CASE("what doctor prints on a terminal") {
    const std::string shown = text({.symbols = true, .columns = 48});
    CHECK(shown == "✓ ok       server      it answers\n"
                   "! note     space       7 GB free\n"
                   "                       why: one larger model\n"
                   "                            fills it\n"
                   "                       do:  `codemate prune`\n"
                   "✗ problem  required    required and not\n"
                   "                       installed: chat\\x1b[2J\n"
                   "                       why: it is not there\n"
                   "                       do:  `codemate pull`\n"
                   "                            installs it\n"
                   "                       do:  or do without\n"
                   "– skipped  completion  no answer\n"
                   "1 problem, 1 note and 1 of 22 checks skipped\n");
    for (const std::string_view line : split(shown, '\n'))
        CHECK(display_width(line) <= 48);
    const std::string coloured = cli::doctor::text(report(), {.symbols = true}, ui::Style(true));
    CHECK(coloured.find("\x1b[31m✗ problem") != std::string::npos);
}
