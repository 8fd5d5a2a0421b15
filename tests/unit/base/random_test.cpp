#include "support/catch.hpp"

#include "codemate/base/random.hpp"

using namespace codemate;

TEST_CASE("random digits are as many as asked for, and others each time") {
    const auto digits = GENERATE(as<std::size_t>(), 0, 1, 16, 33);
    const std::string text = random_hex(digits);
    CHECK(text.size() == digits);
    CHECK(text.find_first_not_of("0123456789abcdef") == std::string::npos);
    if (digits >= 16) CHECK(text != random_hex(digits));
}
