#include "sandbox/store.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include "codemate/base/digest.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <thread>

using namespace codemate;
using namespace codemate::sandbox;
namespace fs = std::filesystem;
using namespace std::string_literals;

namespace {

std::string digest_of(std::string_view text) {
    return Digest::of(text).text();
}

std::string manifest_text(const std::vector<std::string>& layers) {
    std::string text = R"({"schemaVersion":2,"layers":[)";
    for (const auto& layer : layers)
        text += std::string(text.back() == '[' ? "" : ",") +
                R"({"mediaType":"application/vnd.ollama.image.template","digest":")" + digest_of(layer) +
                R"(","size":)" + std::to_string(layer.size()) + "}";
    return text + "]}";
}

struct Fixture {
    test::TempDir directory;
    Store store{directory.path()};
    Name name(std::string_view text) const { return *Name::parse(text); }
    void install(std::string_view as, const std::vector<std::string>& layers) const {
        for (const auto& layer : layers)
            store.add_blob(layer);
        store.write_manifest(name(as), manifest_text(layers));
    }
    bool has(std::string_view layer) const { return store.blob_size(digest_of(layer)).has_value(); }
};

std::string failure_of(const std::function<void()>& action) {
    try {
        action();
        return "";
    } catch (const StoreError& error) {
        return error.text;
    }
}

// The first failure of either, of `action` done this often while another thread does `other` again and again.
std::string failure_beside(const std::function<void()>& other, int times, const std::function<void()>& action) {
    std::string others_failure;
    std::jthread beside([&](const std::stop_token& stop) {
        while (!stop.stop_requested() && others_failure.empty())
            others_failure = failure_of(other);
    });
    std::string failure;
    for (int i = 0; i < times && failure.empty(); ++i)
        failure = failure_of(action);
    beside.request_stop();
    beside.join();
    return failure.empty() ? others_failure : failure;
}

} // namespace

TEST_CASE_METHOD(Fixture, "manifests lie where the server keeps them") {
    install("me/model:7b", {"a", "b"});
    CHECK(fs::exists(directory / "manifests/registry.ollama.ai/me/model/7b"));
    const auto found = store.manifests();
    REQUIRE(found.size() == 1);
    CHECK(found[0].name.display() == "me/model:7b");
    CHECK(found[0].size() == 2);
    CHECK(found[0].digest == Digest::of(manifest_text({"a", "b"})).hex());
    CHECK(test::read_text(directory / ("blobs/sha256-" + digest_of("a").substr(7))) == "a");
}

TEST_CASE_METHOD(Fixture, "delete takes with it what no other model needs") {
    install("one", {"shared", "mine"});
    install("two", {"shared"});
    store.remove(store.manifest(name("one")));
    CHECK_FALSE(has("mine"));
    CHECK(has("shared"));
    store.remove(store.manifest(name("two")));
    CHECK_FALSE(has("shared"));
    CHECK(fs::is_empty(directory / "manifests"));
}

TEST_CASE_METHOD(Fixture, "what only a damaged manifest needs goes as well") {
    install("one", {"layer"});
    directory.write("manifests/registry.ollama.ai/library/two/latest", "{" + manifest_text({"layer"}));
    store.remove(store.manifest(name("one")));
    CHECK_FALSE(has("layer"));
}

TEST_CASE_METHOD(Fixture, "a copy over another leaves orphans") {
    install("one", {"new"});
    install("two", {"old"});
    store.copy_manifest(name("one"), name("two"));
    CHECK(store.manifest(name("two")).digest == store.manifest(name("one")).digest);
    CHECK(has("old"));
}

TEST_CASE_METHOD(Fixture, "what is no manifest is skipped, but a link to nowhere stops the walk") {
    install("one", {"a"});
    directory.write("manifests/registry.ollama.ai/library/one/.DS_Store", "x");
    directory.write("manifests/registry.ollama.ai/library/broken/latest", "");
    CHECK(store.manifests().size() == 1);
    fs::create_symlink("/nonexistent", directory / "manifests/registry.ollama.ai/library/one/link");
    CHECK(failure_of([&] { store.manifests(); }) ==
          "stat " + (directory / "manifests/registry.ollama.ai/library/one/link").string() +
              ": no such file or directory");
}

TEST_CASE_METHOD(Fixture, "what one removes takes no directory from under what another one writes") {
    install("kept", {"a"});
    const auto come_and_go = [&](const std::string& as) {
        return [this, as] {
            store.write_manifest(name(as), manifest_text({"a"}));
            store.remove(store.manifest(name(as)));
        };
    };
    CHECK(failure_beside(come_and_go("one"), 200, come_and_go("two")).empty());
    const auto copied = [&] {
        store.copy_manifest(name("kept"), name("three"));
        store.remove(store.manifest(name("three")));
    };
    CHECK(failure_beside(come_and_go("one"), 200, copied).empty());
    CHECK(has("a"));
}

TEST_CASE_METHOD(Fixture, "a list misses nothing that is written over meanwhile, and stands what vanishes") {
    install("kept", {"a"});
    std::size_t fewest = 1;
    const auto list = [&] { fewest = std::min(fewest, store.manifests().size()); };
    const auto write_over = [&] { store.write_manifest(name("kept"), manifest_text({"a"})); };
    CHECK(failure_beside(write_over, 200, list) == "");
    CHECK(fewest == 1);
    const auto come_and_go = [&] { // by somebody else's hand
        fs::remove(directory.write("manifests/registry.ollama.ai/library/kept/new", "{}"));
    };
    CHECK(failure_beside(come_and_go, 1000, list) == "");
}

TEST_CASE_METHOD(Fixture, "digests are looked at before they become paths") {
    for (const auto& digest :
         {std::string(), "x"s, "sha256:"s, "sha256:../../etc/passwd"s, "md5:" + std::string(64, '0')})
        CHECK(failure_of([&] { store.blob_path(digest); }) == "invalid digest format");
    CHECK(store.blob_path("sha256:" + std::string(64, 'a')) == store.blob_path("sha256-" + std::string(64, 'a')));
}

TEST_CASE("the digest of a manifest is of what Go's decoder reads of it") {
    const auto padded = [](std::size_t size) {
        std::string text = R"({"layers":[],"x":")";
        return text + std::string(size - text.size() - 2, 'x') + "\"}";
    };
    for (const std::size_t size : {511U, 512U, 513U, 1535U, 1536U, 1537U, 3584U}) {
        INFO(size);
        const auto text = padded(size);
        const bool at_boundary = size == 512 || size == 1536 || size == 3584;
        CHECK(manifest_digest(text) == Digest::of(text).hex());
        CHECK(manifest_digest(text + "\n") == Digest::of(at_boundary ? text : text + "\n").hex());
    }
}
