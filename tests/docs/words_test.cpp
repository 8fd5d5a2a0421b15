#include "docs/words.hpp"
#include "support/catch.hpp"

using namespace codemate::test::docs;

TEST_CASE("calls of codemate are found wherever a shell would make them") {
    struct Row {
        std::string line;
        std::vector<std::vector<std::string>> calls;
    };
    const Row row = GENERATE(
        Row{"codemate pull mistral  # codemate list", {{"pull", "mistral"}}},
        Row{"cd x && A=b codemate list | jq -r '.models[].name'", {{"list"}}},
        Row{"sudo -u ollama codemate verify --deep", {{"verify", "--deep"}}},
        Row{"docker exec x /usr/bin/codemate du; codemate list", {{"du"}, {"list"}}},
        Row{"source <(codemate completion bash)", {{"completion", "bash"}}},
        Row{"codemate update --validate 'pytest tests/ -v' > out", {{"update", "--validate", "pytest tests/ -v"}}},
        Row{"codemate pull \\\n  --locked", {{"pull", "--locked"}}}, Row{"apt install codemate", {}},
        Row{"docker build -t codemate -f Containerfile .", {}}, Row{"docker cp x/bin/codemate c:/usr/bin/codemate", {}},
        Row{"cmake --build x --target codemate codemate-sandbox", {}}, Row{"echo 'codemate pull'", {}});
    CHECK(calls_of_codemate(row.line) == row.calls);
}

TEST_CASE("a command or an option that there is not is told") {
    CHECK(misunderstood({"pull", "--locked", "x"}) == "");
    CHECK(misunderstood({"lock", "--upgrade", "[TARGET…]"}) == "");
    CHECK(misunderstood({"benchmark", "--gate[=10%]"}) == "");
    CHECK(misunderstood({}) == "");
    CHECK(misunderstood({"pul"}).find("there is no command 'pul'") != std::string::npos);
    CHECK(misunderstood({"pull", "--lokced"}).find("there is no option '--lokced'") != std::string::npos);
    CHECK(misunderstood({"list", "--jobs", "2"}) != "");
}
