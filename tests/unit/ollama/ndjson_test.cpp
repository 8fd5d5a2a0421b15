#include "ollama/ndjson.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

#include <vector>

using namespace codemate;
using ollama::LineSplitter;

namespace {

struct Lines {
    std::vector<std::string> lines;
    std::function<ollama::Flow(std::string_view)> sink = [this](std::string_view line) {
        lines.emplace_back(line);
        return ollama::Flow::go_on;
    };
};

} // namespace

TEST_CASE("lines come whole wherever the pieces are cut") {
    const std::string text = "{\"a\":1}\n\r\n{\"b\":\"x\\ny\"}\r\n\n  \nlast";
    const auto first = GENERATE(range(std::size_t{0}, std::size_t{37}));
    const auto second = GENERATE(range(std::size_t{0}, std::size_t{37}));
    if (second < first || second > text.size()) return;
    LineSplitter splitter;
    Lines out;
    splitter.feed(text.substr(0, first), out.sink);
    splitter.feed(text.substr(first, second - first), out.sink);
    splitter.feed(text.substr(second), out.sink);
    CHECK(out.lines == std::vector<std::string>{"{\"a\":1}", "{\"b\":\"x\\ny\"}", "  "});
    CHECK(splitter.rest() == "last");
}

TEST_CASE("a line may be long, and come byte by byte") {
    LineSplitter splitter;
    Lines out;
    const std::string line(3'000'000, 'x');
    for (std::size_t at = 0; at < line.size(); at += 1000)
        splitter.feed(std::string_view(line).substr(at, 1000), out.sink);
    CHECK(out.lines.empty());
    splitter.feed("\nnext", out.sink);
    REQUIRE(out.lines.size() == 1);
    CHECK(out.lines.front() == line);
    CHECK(splitter.rest() == "next");
}

TEST_CASE("a line beyond all reason is refused") {
    LineSplitter splitter;
    Lines out;
    const std::string piece(8 << 20, 'x');
    const auto flood = [&] {
        for (int i = 0; i < 9; ++i)
            splitter.feed(piece, out.sink);
    };
    CHECK_THROWS_AS(flood(), Error);
}

TEST_CASE("after drop no further line comes") {
    LineSplitter splitter;
    int lines = 0;
    const auto flow = splitter.feed("a\nb\nc\n", [&](std::string_view) {
        ++lines;
        return lines == 2 ? ollama::Flow::drop : ollama::Flow::go_on;
    });
    CHECK(flow == ollama::Flow::drop);
    CHECK(lines == 2);
}
