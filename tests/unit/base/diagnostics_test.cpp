#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"

using namespace codemate;

TEST_CASE("the log file has every level, without control characters") {
    const test::TempDir dir;
    const auto path = dir.path() / "log";
    diagnostics::start({.verbosity = 0, .log_file = path, .colour = false});
    CHECK(diagnostics::wanted(diagnostics::Level::debug));
    diagnostics::debug("request \x1b[31m sent");
    diagnostics::warning("odd {} answer");
    diagnostics::start({});
    CHECK_FALSE(diagnostics::wanted(diagnostics::Level::warning));
    diagnostics::warning("said to nobody");
    const std::string text = read_file(path, ByteCount(10'000));
    CHECK(text.find(" debug request \\x1b[31m sent\n") != std::string::npos);
    CHECK(text.find(" warning odd {} answer\n") != std::string::npos);
    CHECK(text.find("nobody") == std::string::npos);
}

TEST_CASE("a log file that cannot be opened is an error") {
    const test::TempDir dir;
    CHECK_THROWS_AS(diagnostics::start({.verbosity = 0, .log_file = dir.path(), .colour = false}), Error);
}
