#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/error.hpp"
#include "codemate/state/changes.hpp"

#include <sys/wait.h>
#include <unistd.h>

using namespace codemate;
using namespace codemate::state;

namespace {

Change change(const char* name, int second = 0) {
    Change change{"http://127.0.0.1:11434", ModelName::parse(name)};
    change.before = Digest::of("before");
    change.wanted = {Digest::of("wanted"), Digest::of("the same")};
    change.helper = ModelName::parse("127.0.0.1:5000/owner/m:t");
    change.fetching = {Digest::of("layer")};
    change.began = Time(std::chrono::seconds(1'700'000'000 + second));
    return change;
}

// A process that begins a change and is gone before it has ended.
void leave(const Changes& changes, const Change& change) {
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            const auto held = changes.begin(change, {});
            ::_exit(0);
        } catch (...) {
            ::_exit(1);
        }
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
}

} // namespace

TEST_CASE("a change comes back from its text") {
    const Change written = change("mistral");
    const auto read = parse_change(to_text(written));
    REQUIRE(read);
    CHECK(read->server == written.server);
    CHECK(read->name == written.name);
    CHECK(read->before == written.before);
    CHECK(read->wanted == written.wanted);
    CHECK(read->helper == written.helper);
    CHECK(read->began == written.began);
    CHECK(read->fetching == written.fetching);
}

TEST_CASE("a content that replaces another is told apart from a pull, and says which lock ends it") {
    Change written = change("mistral");
    written.replacing = Change::Replacing{"/project/codemate.lock"};
    const auto with_lock = parse_change(to_text(written));
    REQUIRE(with_lock);
    REQUIRE(with_lock->replacing);
    CHECK(with_lock->replacing->lock == "/project/codemate.lock");
    written.replacing->lock.reset();
    const auto without = parse_change(to_text(written));
    REQUIRE(without);
    REQUIRE(without->replacing);
    CHECK_FALSE(without->replacing->lock);
    CHECK_FALSE(parse_change(to_text(change("mistral")))->replacing);
}

TEST_CASE("a model that is removed to be brought back comes back with its manifest, and only with that") {
    Change written = change("mistral");
    written.before = Digest::of("{}\n");
    written.restoring = Change::Restoring{"{}\n", {ModelName::parse("mistral"), ModelName::parse("a.example/o/m:t")}};
    const std::string text = to_text(written);
    CHECK(text.starts_with(R"({"schema":2,)")); // an older codemate leaves it alone
    const auto read = parse_change(text);
    REQUIRE(read);
    REQUIRE(read->restoring);
    CHECK(read->restoring->manifest == "{}\n");
    CHECK(read->restoring->places == written.restoring->places);
    written.before = Digest::of("another");
    CHECK_FALSE(parse_change(to_text(written)));
}

TEST_CASE("texts of another form are no changes") {
    const auto text = GENERATE(as<std::string>(), "", "{}", "{", R"({"schema":2})", R"({"schema":1,"server":"x"})");
    CHECK_FALSE(parse_change(text));
}

TEST_CASE("a change is there while it is under way, and nobody else's then") {
    const test::TempDir dir;
    const Changes changes(dir / "a/changes");
    CHECK(changes.left_behind().empty());
    auto held = changes.begin(change("mistral"), {});
    CHECK(changes.left_behind().empty()); // its process lives
    held.done();
    CHECK(changes.left_behind().empty());
    CHECK(std::filesystem::is_empty(dir / "a/changes"));
}

TEST_CASE("what a process left that is gone is found by the next, once, the oldest first") {
    const test::TempDir dir;
    const Changes changes(dir / "changes");
    leave(changes, change("second", 2));
    leave(changes, change("first", 1));
    {
        auto left = changes.left_behind();
        REQUIRE(left.size() == 2);
        CHECK(left.front().change().name == ModelName::parse("first"));
        CHECK(changes.left_behind().empty()); // held
        left.front().done();
    }
    CHECK(changes.left_behind().size() == 1); // the other one was not settled
}

TEST_CASE("other files in the directory are passed over") {
    const test::TempDir dir;
    dir.write("changes/a.json", "nonsense");
    dir.write("changes/b.txt", to_text(change("m")));
    CHECK(Changes(dir / "changes").left_behind().empty());
}

TEST_CASE("other files in the directory are removed when they are old and nobody holds them") {
    const test::TempDir dir;
    const Changes changes(dir / "changes");
    leave(changes, change("m"));
    std::filesystem::path changed; // not the lock that was left with it
    for (const auto& entry : std::filesystem::directory_iterator(dir / "changes")) {
        if (entry.path().extension() == ".json") changed = entry.path();
    }
    const auto age = [](const std::filesystem::path& file, int days) {
        std::filesystem::last_write_time(file,
                                         std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * days));
        return file;
    };
    const auto nonsense = age(dir.write("changes/a.json", "nonsense"), 31);
    const auto newer_form = age(dir.write("changes/b.json", R"({"schema":2})"), 29);
    const auto long_one = age(dir.write("changes/c.json", std::string(100'000, ' ')), 31);
    const auto half_written = age(dir.write("changes/d.json.AbCdEf", to_text(change("m"))), 31);
    const auto held = age(dir.write("changes/e.json", "nonsense"), 31);
    std::filesystem::create_directory(dir / "changes/directory");
    age(changed, 100); // of this form: kept, however old
    {
        const FileLock lock(held, {});
        CHECK(changes.left_behind().size() == 1);
    }
    CHECK_FALSE(std::filesystem::exists(nonsense));
    CHECK(std::filesystem::exists(newer_form));
    CHECK_FALSE(std::filesystem::exists(long_one));
    CHECK_FALSE(std::filesystem::exists(half_written));
    CHECK(std::filesystem::exists(held));
    CHECK(std::filesystem::exists(changed));
    CHECK(std::filesystem::exists(dir / "changes/directory"));
    CHECK(changes.left_behind().size() == 1);
    CHECK_FALSE(std::filesystem::exists(held));
}

TEST_CASE("a directory that cannot be made is an error") {
    const test::TempDir dir;
    dir.write("file", "");
    CHECK_THROWS_AS(Changes(dir / "file/changes").begin(change("m"), {}), Error);
}

TEST_CASE("one at a time changes a model of a server") {
    const test::TempDir dir;
    const Changes changes(dir / "changes");
    const ModelName name = ModelName::parse("mistral");
    auto held = changes.try_alone("http://a:1", name);
    REQUIRE(held);
    CHECK_FALSE(changes.try_alone("http://a:1", ModelName::parse("Mistral:latest")));
    CHECK(changes.try_alone("http://a:1", ModelName::parse("mistral:7b")));
    CHECK(changes.try_alone("http://b:1", name));
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(changes.alone("http://a:1", name, stop.get_token()), Interrupted);
    held.reset();
    CHECK(changes.alone("http://a:1", name, {}));
    CHECK(std::filesystem::is_empty(dir / "changes"));
}
