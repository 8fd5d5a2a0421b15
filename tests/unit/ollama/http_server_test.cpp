#include "support/catch.hpp"
#include "support/http_doubles.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/ollama/vectors.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <optional>
#include <thread>

using namespace codemate;
using namespace codemate::ollama;
using test::Script;

namespace {

const http::Url address = http::Url::parse("http://h:1/base");

std::string header(const http::Request& request, std::string_view name) {
    const auto found = std::ranges::find(request.headers, name, &http::Header::name);
    return found == request.headers.end() ? "" : found->value;
}

} // namespace

TEST_CASE("requests as Ollama wants them") {
    Script client({.status = 200, .steps = {std::string(R"({"version":"1","models":[]})")}});
    const auto server = connect(client, address);
    CHECK(server->version({}) == "1");
    CHECK(server->installed({}).empty());
    server->copy(ModelName::parse("a"), ModelName::parse("b:c"), {});
    server->remove(ModelName::parse("hf.co/o/r:Q4"), {});
    CHECK(server->running({}).empty());
    CHECK(server->show(ModelName::parse("Mistral"), {}).family.empty());

    const auto sent = client.requests();
    REQUIRE(sent.size() == 6);
    CHECK(sent[0].method == "GET");
    CHECK(sent[0].url.text() == "http://h:1/base/api/version");
    CHECK(sent[0].body.empty());
    CHECK(header(sent[0], "Accept") == "application/json");
    CHECK(header(sent[0], "Content-Type").empty());
    CHECK(sent[1].url.text() == "http://h:1/base/api/tags");
    CHECK(sent[2].method == "POST");
    CHECK(sent[2].url.text() == "http://h:1/base/api/copy");
    CHECK(sent[2].body == R"({"source":"a:latest","destination":"b:c"})");
    CHECK(header(sent[2], "Content-Type") == "application/json");
    CHECK(sent[3].method == "DELETE");
    CHECK(sent[3].url.text() == "http://h:1/base/api/delete");
    CHECK(sent[3].body == R"({"model":"hf.co/o/r:Q4"})");
    CHECK(sent[4].url.text() == "http://h:1/base/api/ps");
    CHECK(sent[5].url.text() == "http://h:1/base/api/show");
    CHECK(sent[5].body == R"({"model":"Mistral:latest"})");
    for (const auto& request : sent)
        CHECK(request.timeout.has_value());
    CHECK(*sent[4].timeout <= std::chrono::seconds(10)); // it hangs while a model loads
}

TEST_CASE("a vector is asked for as Ollama wants it, and read with what is told of it") {
    Script client({.status = 200,
                   .steps = {std::string(R"({"model":"a","embeddings":[[0.5,0.25,1]],)"
                                         R"("total_duration":9,"load_duration":2,"prompt_eval_count":4})")}});
    const auto server = connect(client, address);
    const Embedded answer = server->embed({.model = ModelName::parse("a"),
                                           .text = "some \"text\"",
                                           .load = {.num_ctx = 512},
                                           .patience = std::chrono::seconds(7)},
                                          {});
    CHECK(answer.vectors == 1);
    CHECK(answer.dimensions == 3);
    CHECK(answer.numbers == std::vector<float>{0.5F, 0.25F, 1});
    CHECK(answer.total == Duration(9));
    CHECK(answer.load == Duration(2));
    CHECK(answer.tokens == 4U);
    const auto sent = client.requests();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].url.text() == "http://h:1/base/api/embed");
    CHECK(sent[0].body == R"({"model":"a:latest","options":{"num_ctx":512},"input":"some \"text\""})");
    CHECK_FALSE(sent[0].timeout); // loading may take long
    CHECK(sent[0].silence == std::chrono::seconds(7));
}

TEST_CASE("the vectors of several texts are asked for one by one; none at all is no answer") {
    Script two({.status = 200, .steps = {std::string(R"({"embeddings":[[1,0]]})")}});
    const auto server = connect(two, address);
    const std::vector<std::string_view> texts{"one", "two"};
    const auto vectors = vectors_of(*server, ModelName::parse("a"), texts, {.num_ctx = 64}, {});
    CHECK(vectors == std::vector<std::vector<float>>{{1, 0}, {1, 0}});
    REQUIRE(two.requests().size() == 2);
    CHECK(two.requests()[1].body == R"({"model":"a:latest","options":{"num_ctx":64},"input":"two"})");
    Script none({.status = 200, .steps = {std::string(R"({"embeddings":[]})")}});
    const auto silent = connect(none, address);
    CHECK_THROWS_AS(vectors_of(*silent, ModelName::parse("a"), texts, {}, {}), Error);
    Script odd({.status = 200, .steps = {std::string(R"({"embeddings":[[1,"x",null]]})")}});
    const Embedded spoiled = connect(odd, address)->embed({.model = ModelName::parse("a"), .text = "x"}, {});
    REQUIRE(spoiled.numbers.size() == 3);
    CHECK(std::isnan(spoiled.numbers[1]));
    CHECK(std::isnan(spoiled.numbers[2]));
}

TEST_CASE("what is no vector") {
    for (const char* body : {"<html>", "[]", "{}", R"({"model":"a"})"}) {
        Script client({.status = 200, .steps = {std::string(body)}});
        const auto server = connect(client, address);
        CHECK_THROWS_AS(server->embed({.model = ModelName::parse("a"), .text = "x"}, {}), Error);
    }
    Script bare({.status = 200, .steps = {std::string(R"({"embeddings":[]})")}});
    const Embedded nothing = connect(bare, address)->embed({.model = ModelName::parse("a"), .text = ""}, {});
    CHECK(nothing.vectors == 0);
    CHECK_FALSE((nothing.total || nothing.load || nothing.tokens));
}

TEST_CASE("who one is goes with every request, and into no error") {
    const std::string secret = "Bearer s3cret";
    Script client({.status = 401, .steps = {std::string("no")}});
    const auto server = connect(client, address, secret);
    const ModelName name = ModelName::parse("m");
    const auto ignore = [](const PullEvent&) { return Flow::go_on; };
    const std::vector<std::function<void()>> calls{
        [&] { server->version({}); },
        [&] { server->installed({}); },
        [&] { server->running({}); },
        [&] { server->show(name, {}); },
        [&] { server->has_blob(Digest::of("x"), {}); },
        [&] { server->pull(name, Transport::https, ignore, {}); },
        [&] { server->copy(name, name, {}); },
        [&] { server->remove(name, {}); },
    };
    for (const auto& call : calls) {
        try {
            call();
            FAIL_CHECK("succeeded");
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::unauthorised);
            CHECK(error.hint().find("OLLAMA_API_KEY") != std::string::npos);
            CHECK((error.message() + error.hint()).find("s3cret") == std::string::npos);
        }
    }
    REQUIRE(client.requests().size() == calls.size());
    for (const auto& request : client.requests())
        CHECK(header(request, "Authorization") == secret);
}

TEST_CASE("the list is ordered by name whatever the server's order") {
    Script client(
        {.status = 200, .steps = {std::string(R"({"models":[{"name":"b:2"},{"name":"a:9"},{"name":"b:1"}]})")}});
    std::vector<std::string> names;
    for (const auto& model : connect(client, address)->installed({}))
        names.push_back(model.name.display());
    CHECK(names == std::vector<std::string>{"a:9", "b:1", "b:2"});
}

TEST_CASE("a list that is beyond all reason is refused while it comes") {
    const std::string megabyte(1'000'000, ' ');
    std::vector<Script::Step> steps(33, megabyte);
    Script endless({.steps = steps});
    const auto server = connect(endless, address);
    for (const std::function<void()>& call :
         {std::function<void()>([&] { server->installed({}); }), std::function<void()>([&] { server->running({}); })}) {
        try {
            call();
            FAIL_CHECK("was taken");
        } catch (const Error& error) {
            CHECK(error.kind() == Kind::protocol);
            CHECK(error.message() == "the list of models of http://h:1/base is longer than 32 MB");
        }
    }
}

TEST_CASE("recorded failures of real servers") {
    struct Row {
        std::string scenario;
        Kind kind;
        std::function<void(Server&)> call;
    };
    const ModelName name = ModelName::parse("nope");
    const auto copy = [&](Server& server) { server.copy(name, name, {}); };
    const auto remove = [&](Server& server) { server.remove(name, {}); };
    const auto list = [](Server& server) { server.installed({}); };
    const auto show = [&](Server& server) { server.show(name, {}); };
    const std::vector<Row> rows = {
        {"copy-notfound", Kind::not_found, copy},     {"copy-bad", Kind::usage, copy},
        {"delete-notfound", Kind::not_found, remove}, {"delete-bad-name", Kind::usage, remove},
        {"delete-empty-name", Kind::usage, remove},   {"forbidden-host", Kind::forbidden, list},
        {"forbidden-origin", Kind::forbidden, list},  {"unknown-path", Kind::protocol, list},
        {"wrong-method", Kind::protocol, list},       {"root-get", Kind::protocol, list},
        {"show-notfound", Kind::not_found, show},     {"show-bad-name", Kind::usage, show},
    };
    const std::string version = GENERATE("ollama-0.24.0", "ollama-0.32.15");
    for (const auto& row : rows) {
        CAPTURE(version, row.scenario);
        test::Replay client(std::string(CODEMATE_TEST_DATA) + "/captures/" + version + "/" + row.scenario + ".json");
        try {
            row.call(*connect(client, address));
            FAIL_CHECK("succeeded");
        } catch (const Error& error) {
            CHECK(error.kind() == row.kind);
        }
    }
}

TEST_CASE("recorded successes of real servers") {
    const std::string directory =
        std::string(CODEMATE_TEST_DATA) + "/captures/" + GENERATE("ollama-0.24.0", "ollama-0.32.15");
    const ModelName name = ModelName::parse("x");
    test::Replay found(directory + "/blob-head-found.json");
    CHECK(connect(found, address)->has_blob(Digest::of("x"), {}));
    CHECK(found.requests().at(0).method == "HEAD");
    CHECK(found.requests().at(0).url.text() == "http://h:1/base/api/blobs/" + Digest::of("x").text());
    test::Replay missing(directory + "/blob-head-missing.json");
    CHECK_FALSE(connect(missing, address)->has_blob(Digest::of("x"), {}));
    test::Replay refused(directory + "/blob-head-bad.json");
    CHECK_THROWS_AS(connect(refused, address)->has_blob(Digest::of("x"), {}), Error);
    test::Replay copied(directory + "/copy.json");
    CHECK_NOTHROW(connect(copied, address)->copy(name, name, {}));
    test::Replay removed(directory + "/delete.json");
    CHECK_NOTHROW(connect(removed, address)->remove(name, {}));
}

TEST_CASE("how to start a server is said where none was reached, and nothing else about one that was") {
    Script refused({.steps = {Error(Kind::unreachable, "nothing is listening")}});
    Script unknown({.steps = {Error(Kind::unreachable, "cannot find the host 'modles'")}});
    Script cut({.steps = {Error(Kind::unreachable, "the connection was cut").hint("run the command again")}});
    Script strange({.steps = {Error(Kind::protocol, "not HTTP")}});
    const auto hint = [](Script& client) {
        try {
            connect(client, address)->installed({});
        } catch (const Error& error) {
            return error.hint();
        }
        return std::string("succeeded");
    };
    CHECK(hint(refused) == "start it with `ollama serve`, or name another server with --host or OLLAMA_HOST");
    CHECK(hint(unknown).starts_with("is the name spelt right?"));
    CHECK(hint(cut) == "run the command again");
    CHECK(hint(strange).find("ollama serve") == std::string::npos);
}

TEST_CASE("a tag that the server would misread is kept from it") {
    Script client(Script::Answer{.status = 200});
    const auto server = connect(client, address);
    const ModelName local = ModelName::parse("foo:Local");
    CHECK_THROWS_AS(server->remove(local, {}), Error);
    CHECK_THROWS_AS(server->pull(local, Transport::https, [](const PullEvent&) { return Flow::go_on; }, {}), Error);
    CHECK(client.requests().empty());
    server->remove(ModelName::parse("gpt-oss:20b-cloud"), {}); // the server means this one too
    CHECK(client.requests().size() == 1);
}

namespace {

Script::Answer that_went(const std::string& path) {
    return {.status = 500, .steps = {R"({"error":"open /m/manifests/)" + path + R"(: no such file or directory"})"}};
}

const std::string went = "127.0.0.1:33273/codemate-9915/myshare/latest";
const Script::Answer good{.status = 200, .steps = {std::string("{\"status\":\"success\"}\n")}};
const Script::Answer absent{.status = 404, .steps = {std::string(R"({"error":"model 'a:latest' not found"})")}};

std::optional<Kind> kind_of(const std::function<void()>& act) {
    try {
        act();
        return std::nullopt;
    } catch (const Error& error) {
        return error.kind();
    }
}

// Tells whether two requests were ever answered at the same time.
class Crowded final : public http::Client {
public:
    using http::Client::send;
    http::Response send(const http::Request&, const http::Receiver&, Stop) override {
        if (++inside_ > 1) ever_two = true;
        for (int i = 0; i < 50; ++i)
            std::this_thread::yield();
        --inside_;
        http::Response answer;
        answer.status = 200;
        return answer;
    }
    std::atomic<bool> ever_two = false;

private:
    std::atomic<int> inside_ = 0;
};

} // namespace

TEST_CASE("a name's place that went in the middle of a change is no failure: it is asked for again") {
    const ModelName a = ModelName::parse("a"), b = ModelName::parse("b");
    SECTION("a copy") {
        Script client({that_went(went), that_went(went), good});
        connect(client, address)->copy(a, b, {});
        CHECK(client.requests().size() == 3);
        CHECK(client.requests().back().body == client.requests().front().body);
    }
    SECTION("a pull, whose stream fails with its last step") {
        const Script::Answer fails{.steps = {"{\"status\":\"writing manifest\"}\n{\"error\":\"open /m/manifests/" +
                                             went + ": no such file or directory\"}\n"}};
        Script client({fails, good});
        CHECK(connect(client, address)->pull(a, Transport::https, [](const PullEvent&) { return Flow::go_on; }, {}) ==
              PullEnd::success);
        CHECK(client.requests().size() == 2);
    }
    SECTION("a removal, whose name is gone by then") {
        Script client({that_went("127.0.0.1:41971"), absent});
        connect(client, address)->remove(a, {});
        CHECK(client.requests().size() == 2);
    }
    SECTION("a removal that meets a name which comes") {
        Script client({Script::Answer{.status = 500,
                                      .steps = {std::string(
                                          R"({"error":"remove /m/manifests/127.0.0.1:36229: directory not empty"})")}},
                       absent});
        connect(client, address)->remove(a, {});
        CHECK(client.requests().size() == 2);
    }
    SECTION("a removal of what was never there") {
        Script client(absent);
        const auto server = connect(client, address);
        CHECK(kind_of([&] { server->remove(a, {}); }) == Kind::not_found);
        CHECK(client.requests().size() == 1);
    }
    SECTION("another failure is one at once") {
        Script client(Script::Answer{
            .status = 500,
            .steps = {std::string(R"({"error":"open /m/blobs/sha256-aa: no such file or directory"})")}});
        const auto server = connect(client, address);
        CHECK(kind_of([&] { server->copy(a, b, {}); }) == Kind::storage);
        CHECK(client.requests().size() == 1);
    }
}

TEST_CASE("a name's place that is never there is told without the word damaged") {
    Script client(that_went(went));
    const auto server = connect(client, address);
    try {
        server->copy(ModelName::parse("a"), ModelName::parse("b"), {});
        FAIL("it cannot be copied");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::storage);
        CHECK(error.message().find("damaged") == std::string::npos);
        CHECK(error.message().find(went) != std::string::npos);
    }
    CHECK(client.requests().size() == 3);
}

TEST_CASE("names are changed one at a time, whichever of a run's jobs does it") {
    Crowded client;
    const auto server = connect(client, address);
    for_each_parallel(200, 4, [&](std::size_t i) {
        if (i % 2 == 0)
            server->copy(ModelName::parse("a"), ModelName::parse("b"), {});
        else
            server->remove(ModelName::parse("b"), {});
    });
    CHECK_FALSE(client.ever_two);
}
