#include "support/catch.hpp"

#include "codemate/ui/prompt.hpp"

#include <array>
#include <string>
#include <unistd.h>

using namespace codemate;

namespace {

struct Pipe {
    std::array<int, 2> ends{};
    explicit Pipe(const std::string& content) {
        REQUIRE(::pipe(ends.data()) == 0);
        REQUIRE(::write(ends[1], content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    }
    ~Pipe() {
        ::close(ends[0]);
        close_writer();
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    void close_writer() {
        if (ends[1] >= 0) ::close(ends[1]);
        ends[1] = -1;
    }
};

class Said final : public ui::Out {
public:
    Said() : Out(-1) {}
    std::string text;

private:
    void put(std::string_view more) override { text += more; }
};

} // namespace

TEST_CASE("only a clear yes is one") {
    struct Row {
        const char* typed;
        bool yes;
    };
    const auto row =
        GENERATE(Row{"y\n", true}, Row{"yes\n", true}, Row{" YES \n", true}, Row{"y", true}, Row{"\n", false},
                 Row{"n\n", false}, Row{"yeah\n", false}, Row{"", false}, Row{"no\ny\n", false});
    Pipe input(row.typed);
    input.close_writer();
    Said out;
    CHECK(ui::ask("Install it?", out, input.ends[0], {}) == row.yes);
    // What is written next begins a line, also where the answer did not end one.
    const bool ends_a_line = std::string_view(row.typed).find('\n') != std::string_view::npos;
    CHECK(out.text == std::string("Install it? [y/N] ") + (ends_a_line ? "" : "\n"));
}

TEST_CASE("a question can be left with a stop") {
    const Pipe input(""); // nobody types, nobody closes it
    Said out;
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(ui::ask("Install it?", out, input.ends[0], stop.get_token()), Interrupted);
    CHECK(out.text == "Install it? [y/N] \n");
}
