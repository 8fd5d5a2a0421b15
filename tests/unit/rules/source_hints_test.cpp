#include "support/catch.hpp"

#include "codemate/rules/source_hints.hpp"

using namespace codemate;
using namespace codemate::rules;

TEST_CASE("what to do about a place depends on what is wrong with it") {
    const OneSource usb{"usb"};
    const auto hint = [&](Error error) {
        add_hint(error, usb);
        return error.hint();
    };
    CHECK(hint(Error(Kind::damaged, "x").hint("other")) == "what usb has of it is damaged: bring it there again");
    CHECK(hint(Error(Kind::not_found, "x").hint("other")) == "other");
    CHECK(hint(Error(Kind::storage, "x").hint("other")) == "other");
    CHECK(hint(Error(Kind::unreachable, "x")) == Error(Kind::unreachable, "x").hint());
}

TEST_CASE("only a registry has a path that may be wrong") {
    CHECK(is_address({"https://registry.corp/models"}));
    CHECK_FALSE(is_address({"/media/usb"}));
    CHECK_FALSE(is_address({"registry.corp/models"}));
    Error error(Kind::not_found, "x");
    ask_for_path(error);
    CHECK(error.hint().find("is the path right?") != std::string::npos);
}
