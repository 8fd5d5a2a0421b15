#include "support/catch.hpp"

#include "codemate/rules/filter.hpp"

#include <vector>

using namespace codemate;

TEST_CASE("filters") {
    struct Row {
        const char* filter;
        std::vector<std::string> names;
    };
    const Row row = GENERATE(Row{"CODER", {"coder:32b", "coder:7b"}}, Row{"oder", {}},
                             Row{"*oder*", {"coder:32b", "coder:7b"}}, Row{"coder:?b", {"coder:7b"}},
                             Row{"*:latest", {"chat:latest"}}, Row{"*", {"chat:latest", "coder:32b", "coder:7b"}},
                             Row{"**b", {"coder:32b", "coder:7b"}}, Row{"", {"chat:latest", "coder:32b", "coder:7b"}});
    CAPTURE(row.filter);
    std::vector<std::string> passed;
    for (const char* name : {"chat:latest", "coder:32b", "coder:7b"}) {
        if (rules::fits_filter(ModelName::parse(name), row.filter)) passed.emplace_back(name);
        CHECK(rules::fits_filter(ModelName::parse(name), std::nullopt));
    }
    CHECK(passed == row.names);
}
