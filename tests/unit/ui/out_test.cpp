#include "support/catch.hpp"

#include "codemate/base/error.hpp"
#include "codemate/ui/out.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using codemate::Error;
using codemate::Kind;
using codemate::ui::Out;

namespace {

struct Pipe {
    Pipe() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
    ~Pipe() {
        close_reader();
        close_writer();
    }
    void close_reader() { shut(ends[0]); }
    void close_writer() { shut(ends[1]); }
    std::string read_all() const {
        std::string text;
        std::array<char, 4096> buffer{};
        for (;;) {
            const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
            if (got <= 0) return text;
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
    }

    std::array<int, 2> ends{};

private:
    static void shut(int& fd) {
        if (fd >= 0) ::close(fd);
        fd = -1;
    }
};

// Another file in the place of standard output, for as long as it lives.
class StandardOutput {
public:
    explicit StandardOutput(int other) : saved_(::dup(STDOUT_FILENO)) { ::dup2(other, STDOUT_FILENO); }
    ~StandardOutput() {
        ::dup2(saved_, STDOUT_FILENO);
        ::close(saved_);
    }
    StandardOutput(const StandardOutput&) = delete;
    StandardOutput& operator=(const StandardOutput&) = delete;

private:
    int saved_;
};

} // namespace

TEST_CASE("out writes everything, in order") {
    Pipe pipe;
    Out out(pipe.ends[1]);
    out.write("one ");
    out.write("");
    out.write("two");
    pipe.close_writer();
    CHECK(pipe.read_all() == "one two");
    CHECK_FALSE(out.closed());
}

TEST_CASE("out waits for a reader that is slower, also where the file does not block") {
    Pipe pipe;
    REQUIRE(::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK) == 0);
    const std::string text(1'000'000, 'x'); // more than any pipe holds
    std::string read;
    std::thread reader([&] { read = pipe.read_all(); });
    Out(pipe.ends[1]).write(text);
    pipe.close_writer();
    reader.join();
    CHECK(read.size() == text.size());
    CHECK((read == text)); // not shown when it fails
}

TEST_CASE("a reader that is gone ends the output quietly") {
    auto* const before = std::signal(SIGPIPE, SIG_IGN); // as the program does
    Pipe pipe;
    pipe.close_reader();
    Out out(pipe.ends[1]);
    CHECK_NOTHROW(out.write("text"));
    CHECK(out.closed());
    CHECK_NOTHROW(out.write("more"));
    std::signal(SIGPIPE, before);
}

TEST_CASE("a full disk is an error once") {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    Out out(full);
    try {
        out.write("text");
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::storage);
        CHECK(error.message() ==
              "cannot write to file descriptor " + std::to_string(full) + ": No space left on device");
    }
    CHECK_FALSE(out.closed());
    CHECK_NOTHROW(out.write("more"));
    ::close(full);
}

TEST_CASE("where text is only said beside the result, a full disk is dropped") {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    Out out(full, Out::Failure::dropped);
    CHECK_NOTHROW(out.write("text"));
    CHECK_NOTHROW(out.write("more"));
    CHECK_FALSE(out.closed());
    ::close(full);
}

TEST_CASE("text gives the runner of GitHub Actions no orders, unless it is a command") {
    struct Row {
        std::vector<std::string> written;
        std::string text;
    };
    const Row row = GENERATE(
        Row{{"::error::x\n"}, "\\u003a:error::x\n"}, Row{{" \t\xc2\xa0::error::x"}, " \t\xc2\xa0\\u003a:error::x"},
        Row{{"codemate: error: a\n  ::b\n"}, "codemate: error: a\n  \\u003a:b\n"},
        Row{{"codemate::error\n"}, "codemate::error\n"},
        Row{{"a ##[error]b##[group]"}, "a ##\\u005berror]b##\\u005bgroup]"},
        Row{{"NAME  ", "::x\n", "::y\n"}, "NAME  ::x\n\\u003a:y\n"}, Row{{"a\r::b"}, "a\r\\u003a:b"},
        Row{{"\x1b[1m::b"}, "\x1b[1m::b"}, Row{{"[\n  \"::a\",\n  \"##[b\"\n]"}, "[\n  \"::a\",\n  \"##\\u005bb\"\n]"},
        Row{{""}, ""});
    Pipe pipe;
    Pipe other;
    Out to_runner(pipe.ends[1], Out::Failure::error, Out::Reader::github_actions);
    Out to_others(other.ends[1]);
    std::string whole;
    for (const std::string& text : row.written) {
        to_runner.write(text);
        to_others.write(text);
        whole += text;
    }
    to_runner.write_command("::endgroup::\n");
    to_runner.write("::x\n");
    pipe.close_writer();
    other.close_writer();
    CHECK(pipe.read_all() == row.text + "::endgroup::\n\\u003a:x\n");
    CHECK(other.read_all() == whole);
}

TEST_CASE("the error names the standard streams") {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    std::string message;
    {
        const StandardOutput replaced(full);
        try {
            Out(STDOUT_FILENO).write("text");
        } catch (const Error& error) {
            message = error.message();
        }
    }
    ::close(full);
    CHECK(message == "cannot write to standard output: No space left on device");
}
