#include "support/catch.hpp"

#include "codemate/ui/style.hpp"

using codemate::ui::Style;

TEST_CASE("style paints with SGR sequences only where colour is wanted") {
    const Style colour(true);
    CHECK(colour.bold("x") == "\x1b[1mx\x1b[0m");
    CHECK(colour.faint("x") == "\x1b[2mx\x1b[0m");
    CHECK(colour.good("x") == "\x1b[32mx\x1b[0m");
    CHECK(colour.warn("x") == "\x1b[33mx\x1b[0m");
    CHECK(colour.bad("x") == "\x1b[31mx\x1b[0m");
    CHECK(colour.bad("").empty());
    const Style none(false);
    for (const std::string& text : {none.bold("x"), none.faint("x"), none.good("x"), none.warn("x"), none.bad("x")})
        CHECK(text == "x");
}
