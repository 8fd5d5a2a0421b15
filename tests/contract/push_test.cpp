#include "support/catch.hpp"
#include "support/docker_registry.hpp"
#include "support/fake_registry.hpp"
#include "support/sandbox.hpp"

#include "codemate/base/error.hpp"
#include "codemate/http/client.hpp"
#include "codemate/registry/credentials.hpp"
#include "codemate/registry/push.hpp"
#include "codemate/registry/registry.hpp"

#include <functional>
#include <map>

// What registry::Publisher keeps to, on the sandbox's registry and on Debian's docker-registry, with and without a
// password, with and without a prefix; and what it makes of a registry's troubles.

using namespace codemate;
using namespace codemate::registry;
using codemate::test::DockerRegistry;
using codemate::test::Sandbox;

namespace {

constexpr ByteCount part(std::uint64_t{64} << 10);

std::string weights_of(char seed, std::size_t size = 300'000) {
    std::string bytes;
    for (std::size_t i = 0; bytes.size() < size; ++i)
        bytes += seed + std::to_string(i * 2654435761U);
    return bytes.substr(0, size);
}

// A registry that takes models.
class World {
public:
    explicit World(const std::string& kind) {
        if (kind.starts_with("docker")) {
            const bool locked = kind.find("htpasswd") != std::string::npos;
            docker_ = std::make_unique<DockerRegistry>(locked ? DockerRegistry::Access::htpasswd
                                                              : DockerRegistry::Access::open);
            if (locked)
                credentials_ =
                    fixed_credentials(docker_->address(), {.user = std::string(DockerRegistry::user),
                                                           .password = std::string(DockerRegistry::password)});
        } else {
            sandbox_ = std::make_unique<Sandbox>();
        }
        if (kind.ends_with("prefix")) prefix_ = "corp/models";
        registry_ = registry::connect(*client_, {.plain_http_hosts = {address()}, .credentials = credentials_});
    }

    std::unique_ptr<Publisher> publisher() {
        PushOptions options{.registry =
                                http::Url::parse("http://" + address() + (prefix_.empty() ? "" : "/" + prefix_))};
        options.credentials = credentials_;
        options.part = part;
        options.wait = [this](Duration span, const Stop&) { waits_.push_back(span); };
        return publish_to(*client_, std::move(options));
    }
    std::string address() const { return docker_ ? docker_->address() : sandbox_->address(); }
    const Sandbox& sandbox() const { return *sandbox_; }
    const std::vector<Duration>& waits() const { return waits_; }

    // What is served now, by plain requests.
    std::string get(const std::string& path) {
        http::Request request;
        request.url = http::Url::parse("http://" + address()) / ("v2/" + (prefix_.empty() ? "" : prefix_ + "/") + path);
        if (const auto who = credentials_ ? credentials_(address()) : std::nullopt)
            request.headers.push_back({"Authorization", "Basic bWU6Y29ycmVjdCBob3JzZQ=="});
        request.headers.push_back({"Accept", "application/vnd.docker.distribution.manifest.v2+json"});
        const auto answer = client_->send(request, Stop());
        return answer.status == 200 ? answer.body : "status " + std::to_string(answer.status);
    }

private:
    std::unique_ptr<http::Client> client_ = http::make_client({.user_agent = "codemate-contract"});
    std::unique_ptr<DockerRegistry> docker_;
    std::unique_ptr<Sandbox> sandbox_;
    CredentialsFor credentials_;
    std::string prefix_;
    std::unique_ptr<registry::Registry> registry_;
    std::vector<Duration> waits_;
};

std::vector<std::string> worlds() {
    std::vector<std::string> all{"sandbox", "sandbox with a prefix"};
    if (DockerRegistry::program())
        all.insert(all.end(), {"docker-registry", "docker-registry with htpasswd", "docker-registry with a prefix"});
    return all;
}

// Read from memory; how often, and how much.
struct Blob {
    explicit Blob(std::string content) : bytes(std::move(content)), digest(Digest::of(bytes)) {}
    Content content() {
        return {digest, ByteCount(bytes.size()),
                [this](ByteRange range, const Stop& stop) {
                    throw_if_stopped(stop);
                    read += range.count;
                    return bytes.substr(range.first, range.count);
                },
                true};
    }
    std::string bytes;
    Digest digest;
    std::uint64_t read = 0;
};

Error error_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        UNSCOPED_INFO(error.message());
        return error;
    }
    return {Kind::defect, "nothing was thrown"};
}

const ModelName first("registry.ollama.ai", "library", "first", "latest");
const ModelName second("registry.corp:5000", "team", "second", "7b");

} // namespace

TEST_CASE("a model that was pushed is served byte for byte") {
    const auto kind = GENERATE(from_range(worlds()));
    INFO("on " << kind);
    World world(kind);
    const auto publisher = world.publisher();
    Blob weights(weights_of('w')), config(R"({"model_format":"gguf"})"), empty("");
    const auto model = test::FakeRegistry::model(config.bytes, {{"model", weights.bytes}, {"template", empty.bytes}});
    const Image image = Image::parse(model.manifest + "\n"); // as Ollama stores what was made there

    CHECK_FALSE(publisher->served(first, {}));
    // Whose blobs are not there: refused, in the registry's words.
    const Error early = error_of([&] { publisher->put_manifest(first, image, {}); });
    CHECK((early.kind() == Kind::failed || early.kind() == Kind::not_found));
    for (Blob* blob : {&weights, &config, &empty}) {
        CHECK_FALSE(publisher->has_blob(first, blob->digest, ByteCount(blob->bytes.size()), {}));
        std::vector<std::uint64_t> progress;
        Sending sending;
        sending.progress = [&](ByteCount there) { progress.push_back(there.count()); };
        const Sent sent = publisher->upload(first, blob->content(), sending, {});
        CHECK(sent.sent.count() == blob->bytes.size());
        CHECK(sent.resumed == ByteCount());
        CHECK(sent.begun_anew == 0);
        CHECK(std::is_sorted(progress.begin(), progress.end()));
        CHECK(progress.back() == blob->bytes.size());
        CHECK(publisher->has_blob(first, blob->digest, ByteCount(blob->bytes.size()), {}));
        CHECK(world.get("library/first/blobs/" + blob->digest.text()) == blob->bytes);
    }
    publisher->put_manifest(first, image, {});
    CHECK(publisher->served(first, {}) == image.digest);
    CHECK(world.get("library/first/manifests/latest") == image.bytes);
    CHECK(world.get("library/first/manifests/" + image.digest.text()) == image.bytes);

    // Into another repository nothing is sent again.
    for (Blob* blob : {&weights, &config, &empty}) {
        const Sent sent = publisher->upload(second, blob->content(), {.mount_from = first}, {});
        CHECK(sent.mounted);
        CHECK(sent.sent == ByteCount());
        CHECK(world.get("team/second/blobs/" + blob->digest.text()) == blob->bytes);
    }
    Blob more(weights_of('m', 70'000)); // what is not there to be mounted is sent
    const Sent sent = publisher->upload(second, more.content(), {.mount_from = first}, {});
    CHECK_FALSE(sent.mounted);
    CHECK(world.get("team/second/blobs/" + more.digest.text()) == more.bytes);
    publisher->put_manifest(second, image, {});
    CHECK(world.get("team/second/manifests/7b") == image.bytes);
}

TEST_CASE("a stop between two parts leaves an upload that another run goes on with") {
    const auto kind = GENERATE(from_range(worlds()));
    INFO("on " << kind);
    World world(kind);
    Blob weights(weights_of('w'));
    std::string address;
    std::stop_source stop;
    Sending sending;
    sending.address = [&](const std::string& now) { address = now; };
    sending.progress = [&](ByteCount there) {
        if (there.count() == 2 * part.count()) stop.request_stop();
    };
    CHECK_THROWS_AS(world.publisher()->upload(first, weights.content(), sending, stop.get_token()), Interrupted);
    REQUIRE_FALSE(address.empty());

    weights.read = 0;
    Sending again{.unfinished = address};
    again.address = sending.address;
    const Sent sent = world.publisher()->upload(first, weights.content(), again, {});
    CHECK(world.get("library/first/blobs/" + weights.digest.text()) == weights.bytes);
    CHECK(address.empty());
    CHECK(weights.read >= weights.bytes.size()); // hashed from its beginning
    if (sent.begun_anew == 0) {
        CHECK(sent.resumed.count() >= part.count());
        CHECK(sent.sent.count() + sent.resumed.count() == weights.bytes.size());
    }
    // docker-registry throws away what does not end where the last address says.
    CHECK((sent.begun_anew == 0 || kind.starts_with("docker")));
}

TEST_CASE("an upload that nobody knows begins anew, and what was read wrong is not put there") {
    const auto kind = GENERATE(from_range(worlds()));
    INFO("on " << kind);
    World world(kind);
    const std::string known = "http://" + world.address() + "/v2/library/first/blobs/uploads/no-such-upload";
    for (const std::string& address : {known, std::string("nonsense")}) {
        Blob weights(weights_of(address[0], 200'000));
        const Sent sent = world.publisher()->upload(first, weights.content(), {.unfinished = address}, {});
        CHECK(sent.sent.count() == weights.bytes.size());
        CHECK(world.get("library/first/blobs/" + weights.digest.text()) == weights.bytes);
    }
    for (const std::size_t size : {std::size_t{1000}, std::size_t{300'000}}) {
        Blob wrong(weights_of('w', size));
        wrong.bytes[size - 7] ^= 1;
        const auto upload = [&] { world.publisher()->upload(first, wrong.content(), {}, {}); };
        CHECK(error_of(upload).kind() == Kind::damaged);
        CHECK_FALSE(world.publisher()->has_blob(first, wrong.digest, ByteCount(size), {}));
    }
}

TEST_CASE("a registry that wants a password says so, and what it is not given is not shown") {
    if (!DockerRegistry::program()) return;
    const DockerRegistry docker(DockerRegistry::Access::htpasswd);
    const auto client = http::make_client({.user_agent = "codemate-contract"});
    const auto upload_as = [&](CredentialsFor who) {
        PushOptions options{.registry = http::Url::parse(docker.url()), .credentials = std::move(who)};
        Blob blob("bytes");
        publish_to(*client, options)->upload(first, blob.content(), {}, {});
    };
    const Error none = error_of([&] { upload_as({}); });
    CHECK(none.kind() == Kind::unauthorised);
    const Error wrong =
        error_of([&] { upload_as(fixed_credentials(docker.address(), {.user = "me", .password = "hunter2"})); });
    CHECK(wrong.kind() == Kind::unauthorised);
    CHECK(wrong.message().find("hunter2") == std::string::npos);
}

TEST_CASE("troubles of a registry that pass") {
    struct Case {
        std::string fault;
        std::uint64_t most_sent; // of 300,000 bytes in parts of 65,536
        std::size_t begun_anew;
    };
    const auto trouble = GENERATE(values<Case>({{"push-cut#1", 370'000, 0},
                                                {"push-cut#3", 500'000, 0},
                                                {"push-cut-at-end", 300'000, 0},
                                                {"push-forgets#1", 700'000, 0},
                                                {"push-part-limit=20000", 700'000, 0},
                                                {"push-no-parts", 400'000, 0},
                                                {"push-status=503#2", 300'000, 0}}));
    INFO(trouble.fault);
    World world("sandbox");
    world.sandbox().set_fault(trouble.fault);
    Blob weights(weights_of('w'));
    const Sent sent = world.publisher()->upload(first, weights.content(), {}, {});
    CHECK(sent.sent.count() <= trouble.most_sent);
    CHECK(world.get("library/first/blobs/" + weights.digest.text()) == weights.bytes);
}

TEST_CASE("troubles of a registry that stay") {
    struct Case {
        std::string fault;
        Kind kind;
        std::string message;
    };
    const auto trouble = GENERATE(values<Case>({{"push-status=403", Kind::forbidden, "forbids"},
                                                {"push-status=507", Kind::storage, "has no space left"},
                                                {"push-status=503", Kind::busy, "asks to come back later"},
                                                {"push-status=500", Kind::unreachable, "failed (500)"},
                                                {"push-forgets", Kind::protocol, "does not go on with the upload of"},
                                                {"push-part-limit=1000", Kind::failed, "takes no part of"},
                                                {"push-wrong-digest", Kind::damaged, "digest"}}));
    INFO(trouble.fault);
    World world("sandbox");
    world.sandbox().set_fault(trouble.fault);
    Blob weights(weights_of('w'));
    const Error error = error_of([&] { world.publisher()->upload(first, weights.content(), {}, {}); });
    CHECK(error.kind() == trouble.kind);
    CHECK(error.message().find(trouble.message) != std::string::npos);
    CHECK(world.waits().size() <= 5);
}
