#include "contract/registry_worlds.hpp"
#include "support/catch.hpp"
#include "support/docker_registry.hpp"

#include "codemate/base/error.hpp"
#include "codemate/http/client.hpp"
#include "codemate/registry/credentials.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>

// What every registry::Registry keeps to, whoever stands behind it.

using namespace codemate;
using namespace codemate::registry;
using codemate::test::DockerRegistry;
using codemate::test::RegistryWorld;

namespace {

constexpr ByteCount enough(std::uint64_t{16} << 20);

std::unique_ptr<RegistryWorld> new_world() {
    const auto kind = GENERATE(from_range(test::registry_worlds()));
    UNSCOPED_INFO("on " << kind);
    return test::make_registry_world(kind);
}

Error error_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        UNSCOPED_INFO(error.message());
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

http::Flow take_all(std::string_view) {
    return http::Flow::go_on;
}

const Layer& weights_of(const Image& image) {
    const auto found = std::ranges::find(image.layers, LayerRole::weights, &Layer::role);
    REQUIRE(found != image.layers.end());
    return *found;
}

} // namespace

TEST_CASE("docker-registry is there, or it is said that it is not") {
    if (!DockerRegistry::program()) WARN(DockerRegistry::absence());
    CHECK(test::registry_worlds().size() == (DockerRegistry::program() ? 9 : 6));
}

TEST_CASE("the digest is that of the manifest's bytes") {
    const auto world = new_world();
    for (const auto* model : {"first", "second"}) {
        const std::string bytes = world->manifest(model);
        CHECK(world->registry().digest(world->name(model), {}) == Digest::of(bytes));
        const Image image = world->registry().image(world->name(model), {});
        CHECK(image.bytes == bytes);
        CHECK(image.digest == Digest::of(bytes));
    }
    CHECK(world->manifest("first") != world->manifest("second"));
}

TEST_CASE("a tag that moves has another digest at once") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const Image before = world->registry().image(name, {});
    world->move("first");
    const Digest after = world->registry().digest(name, {});
    CHECK(after != before.digest);
    CHECK(after == Digest::of(world->manifest("first")));
    CHECK(world->registry().image(name, {}).digest == after);
    CHECK(world->registry().find_blob(name, weights_of(before).digest, {})); // the old ones stay
    const auto old = world->registry().image(name, before.digest, {});
    CHECK(old.has_value() == world->serves_by_digest());
    if (old) CHECK(old->bytes == before.bytes);
}

TEST_CASE("a manifest by its digest, where the registry serves it so") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const Image image = world->registry().image(name, {});
    const auto found = world->registry().image(name.with_tag("other"), image.digest, {}); // the tag is of no matter
    CHECK(found.has_value() == world->serves_by_digest());
    if (found) CHECK(found->bytes == image.bytes);
    CHECK_FALSE(world->registry().image(name, Digest::of("none has this"), {}));
    CHECK_FALSE(world->registry().image(world->name("none"), image.digest, {}));
}

TEST_CASE("every blob of an image is there, with the digest and size that the manifest states") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const Image image = world->registry().image(name, {});
    REQUIRE(image.blobs().size() >= 3);
    for (const Layer& layer : image.blobs()) {
        const auto place = world->registry().find_blob(name, layer.digest, {});
        REQUIRE(place);
        CHECK(place->open.has_value() == world->has_addresses());
        const std::string path = "://" + world->shown() + world->path_of_blobs() + layer.digest.text();
        if (place->open) CHECK(place->open->substr(place->open->find("://")) == path);
        const std::string content = world->registry().blob(name, layer.digest, enough, {});
        CHECK(content.size() == layer.size.count());
        CHECK(Digest::of(content) == layer.digest);
    }
    CHECK_NOTHROW(Configuration::parse(world->registry().blob(name, image.config.digest, enough, {})));
}

TEST_CASE("a limit is kept to") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const Image image = world->registry().image(name, {});
    const ByteCount size = image.config.size;
    CHECK_NOTHROW(world->registry().blob(name, image.config.digest, size, {}));
    const auto act = [&] { world->registry().blob(name, image.config.digest, size - ByteCount(1), {}); };
    CHECK(error_of(act).kind() == Kind::protocol);
}

TEST_CASE("the first bytes of a blob are those of the whole") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const Layer weights = weights_of(world->registry().image(name, {}));
    const std::string whole = world->registry().blob(name, weights.digest, enough, {});
    REQUIRE(whole.size() > 100'000);
    for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{70'000}}) {
        CHECK(world->registry().blob_head(name, weights.digest, ByteCount(count), {}) == whole.substr(0, count));
    }
    CHECK(world->registry().blob_head(name, weights.digest, enough, {}) == whole);
    CHECK(world->registry().blob_head(name, weights.digest, ByteCount(), {}).empty());
}

TEST_CASE("any part of a blob is that of the whole, and nothing else of it comes") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const Layer weights = weights_of(world->registry().image(name, {}));
    const std::string whole = world->registry().blob(name, weights.digest, enough, {});
    const std::uint64_t size = whole.size();
    const auto read = [&](std::uint64_t first, std::uint64_t count) {
        std::string got;
        const auto take = [&](std::string_view bytes) {
            got += bytes;
            return http::Flow::go_on;
        };
        world->registry().read_blob(name, weights.digest, {first, count}, take, {});
        return got;
    };
    CHECK(read(0, size) == whole);
    CHECK(read(0, 1) == whole.substr(0, 1));
    CHECK(read(0, size - 1) == whole.substr(0, size - 1));
    CHECK(read(70'000, 100'000) == whole.substr(70'000, 100'000));
    CHECK(read(size - 1, 1) == whole.substr(size - 1));
    CHECK(read(5, 0).empty());
    CHECK(read(size + 1, 0).empty());
    // As a connection that breaks off, also docker-registry's 416; by the size that a registry states; by that of a
    // file.
    const auto is_too_short = [](Kind kind) {
        return kind == Kind::unreachable || kind == Kind::protocol || kind == Kind::check;
    };
    for (const registry::ByteRange longer : {registry::ByteRange{0, size + 1}, registry::ByteRange{size - 5, 6}}) {
        const Kind kind = error_of([&] { read(longer.first, longer.count); }).kind();
        CHECK(is_too_short(kind));
    }
    for (const std::uint64_t beyond : {size, size + 1000}) {
        const Kind kind = error_of([&] { read(beyond, 1); }).kind();
        CHECK(is_too_short(kind));
    }
}

TEST_CASE("who takes a blob ends it: by wanting no more, by throwing, by stopping") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const Layer weights = weights_of(world->registry().image(name, {}));
    const registry::ByteRange all{0, weights.size.count()};
    int calls = 0;
    const auto drop = [&](std::string_view) {
        ++calls;
        return http::Flow::drop;
    };
    CHECK_NOTHROW(world->registry().read_blob(name, weights.digest, all, drop, {}));
    CHECK(calls == 1);
    const auto fail = [](std::string_view) -> http::Flow { throw std::runtime_error("full"); };
    CHECK_THROWS_AS(world->registry().read_blob(name, weights.digest, all, fail, {}), std::runtime_error);
    std::stop_source stop;
    const auto stop_it = [&](std::string_view) {
        stop.request_stop();
        return http::Flow::go_on;
    };
    // The last piece may be in hand when the stop comes.
    try {
        world->registry().read_blob(name, weights.digest, all, stop_it, stop.get_token());
    } catch (const Interrupted&) {
    }
    CHECK_THROWS_AS(world->registry().read_blob(name, weights.digest, all, stop_it, stop.get_token()), Interrupted);
}

TEST_CASE("a blob that is not there") {
    const auto world = new_world();
    const ModelName name = world->name("first");
    const Digest none = Digest::of("no blob of anybody's");
    CHECK_FALSE(world->registry().find_blob(name, none, {}));
    const auto read = [&] { world->registry().read_blob(name, none, {0, 1}, take_all, {}); };
    CHECK(error_of(read).kind() == Kind::not_found);
    CHECK(error_of([&] { world->registry().blob(name, none, enough, {}); }).kind() == Kind::not_found);
    CHECK(error_of([&] { world->registry().blob_head(name, none, enough, {}); }).kind() == Kind::not_found);
}

TEST_CASE("a model or tag that is not there, with the nearest where tags are listed") {
    const auto world = new_world();
    const ModelName near = world->name("first").with_tag("latst"), none = world->name("none");
    for (const auto& name : {near, none}) {
        CHECK(error_of([&] { world->registry().digest(name, {}); }).kind() == Kind::not_found);
        CHECK(error_of([&] { world->registry().image(name, {}); }).kind() == Kind::not_found);
    }
    const Error error = error_of([&] { world->registry().digest(near, {}); });
    CHECK(error.message() == world->shown() + " has no '" + near.display() + "'");
    const std::string hint = "did you mean '" + near.with_tag("latest").display() + "'?";
    CHECK(error.hint() == (world->lists_tags() ? hint : ""));
    CHECK(error_of([&] { world->registry().digest(none, {}); }).hint().empty() != world->says_what_it_has());
}

TEST_CASE("a registry where nobody answers is unreachable") {
    const auto world = new_world();
    if (!world->unreachable()) return; // a directory of this machine, or one address for all names
    const ModelName name = *world->unreachable();
    CHECK(error_of([&] { world->registry().digest(name, {}); }).kind() == Kind::unreachable);
    CHECK(error_of([&] { world->registry().image(name, {}); }).kind() == Kind::unreachable);
    CHECK(error_of([&] { world->registry().image(name, Digest(), {}); }).kind() == Kind::unreachable);
    CHECK(error_of([&] { world->registry().find_blob(name, Digest(), {}); }).kind() == Kind::unreachable);
    const auto read = [&] { world->registry().read_blob(name, Digest(), {0, 1}, take_all, {}); };
    CHECK(error_of(read).kind() == Kind::unreachable);
    CHECK(error_of([&] { world->registry().blob(name, Digest(), enough, {}); }).kind() == Kind::unreachable);
    CHECK(error_of([&] { world->registry().blob_head(name, Digest(), enough, {}); }).kind() == Kind::unreachable);
}

TEST_CASE("a stop ends everything") {
    const auto world = new_world();
    std::stop_source stop;
    stop.request_stop();
    const Stop token = stop.get_token();
    const ModelName name = world->name("first");
    CHECK_THROWS_AS(world->registry().digest(name, token), Interrupted);
    CHECK_THROWS_AS(world->registry().image(name, token), Interrupted);
    CHECK_THROWS_AS(world->registry().image(name, Digest(), token), Interrupted);
    CHECK_THROWS_AS(world->registry().find_blob(name, Digest(), token), Interrupted);
    CHECK_THROWS_AS(world->registry().read_blob(name, Digest(), {0, 1}, take_all, token), Interrupted);
    CHECK_THROWS_AS(world->registry().blob(name, Digest(), enough, token), Interrupted);
    CHECK_THROWS_AS(world->registry().blob_head(name, Digest(), enough, token), Interrupted);
}

TEST_CASE("several threads ask at once") {
    const auto world = new_world();
    const Digest first = Digest::of(world->manifest("first")), second = Digest::of(world->manifest("second"));
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&, i] {
                const bool even = i % 2 == 0;
                const Digest got = world->registry().digest(world->name(even ? "first" : "second"), {});
                right += got == (even ? first : second) ? 1 : 0;
            });
        }
    }
    CHECK(right == 8);
}

TEST_CASE("a real registry that wants a password") {
    if (!DockerRegistry::program()) {
        WARN(DockerRegistry::absence());
        return;
    }
    const DockerRegistry docker(DockerRegistry::Access::htpasswd);
    const auto model = test::FakeRegistry::model("{}", {{"model", "weights"}});
    docker.push("team/m", "latest", model);
    const ModelName name(docker.address(), "team", "m", "latest");
    const auto client = http::make_client({.user_agent = "codemate-contract"});
    const auto digest_as = [&](CredentialsFor credentials) {
        const Options options{.plain_http_hosts = {docker.address()}, .credentials = std::move(credentials)};
        return registry::connect(*client, options)->digest(name, {});
    };
    const auto no_helper = [](const std::string&, const std::string&) -> std::string {
        throw Error(Kind::not_found, "no helper");
    };
    const std::string login = R"({"auths":{")" + docker.address() + R"(":{"auth":"bWU6Y29ycmVjdCBob3JzZQ=="}}})";
    CHECK(digest_as(docker_credentials(login, no_helper)) == Digest::of(model.manifest));
    CHECK(digest_as(
              docker_credentials(R"({"credsStore":"test"})", [&](const std::string& program, const std::string& host) {
                  CHECK(program == "docker-credential-test");
                  CHECK(host == docker.address());
                  return std::string(R"({"Username":"me","Secret":"correct horse"})");
              })) == Digest::of(model.manifest));

    const Error none = error_of([&] { digest_as({}); });
    CHECK(none.kind() == Kind::unauthorised);
    CHECK(none.message() == docker.address() + " wants credentials for '" + name.display() + "'");
    const Error wrong =
        error_of([&] { digest_as(fixed_credentials(docker.address(), {.user = "me", .password = "hunter2"})); });
    CHECK(wrong.kind() == Kind::unauthorised);
    CHECK(wrong.message() == docker.address() + " refuses the credentials for '" + name.display() + "'");
    CHECK(wrong.message().find("hunter2") == std::string::npos);
}

TEST_CASE("a real registry that has lost a blob, and what is pushed") {
    if (!DockerRegistry::program()) {
        WARN(DockerRegistry::absence());
        return;
    }
    const DockerRegistry docker;
    const auto model = test::FakeRegistry::model("{}", {{"model", "weights"}});
    docker.push("team/m", "latest", model);
    const ModelName name(docker.address(), "team", "m", "latest");
    const auto client = http::make_client({.user_agent = "codemate-contract"});
    const auto registry = registry::connect(*client, {.plain_http_hosts = {docker.address()}});
    const auto place = registry->find_blob(name, Digest::of("weights"), {});
    REQUIRE(place);
    http::Request as_anybody;
    as_anybody.url = http::Url::parse(place->open.value());
    CHECK(client->send(as_anybody, {}).body == "weights");
    docker.remove_blob("team/m", Digest::of("weights"));
    CHECK_FALSE(registry->find_blob(name, Digest::of("weights"), {}));
    CHECK(registry->image(name, {}).bytes == model.manifest); // the manifest still names it
}
