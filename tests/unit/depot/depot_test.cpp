#include "support/catch.hpp"
#include "support/depots.hpp"

#include "codemate/base/error.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/depot/index.hpp"
#include "codemate/store/layout.hpp"

#include <functional>

// What the contract of registry::Registry (tests/contract) does not say of directories: damage, permission, links.

using namespace codemate;
using namespace codemate::depot;
using test::FakeRegistry;
using test::MemoryDisk;
using Call = MemoryDisk::Call;

namespace {

const ModelName mistral = ModelName::parse("mistral");
constexpr std::string_view where = "/mnt/usb";

FakeRegistry::Model made(std::string_view weights = "weights") {
    return FakeRegistry::model(R"({"model_format":"gguf"})", {{"model", std::string(weights)}});
}

struct World {
    explicit World(Form of) : form(of) {
        if (form == Form::layout)
            test::add_to_layout(*disk, mistral, made());
        else
            test::add_to_store(*disk, mistral, made());
        registry = open(disk, std::string(where));
    }
    std::string path_of(const Digest& digest) const {
        return form == Form::layout ? blob_path(digest) : store::blob_path(digest);
    }

    Form form;
    std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();
    std::unique_ptr<registry::Registry> registry;
};

World new_world() {
    const Form form = GENERATE(Form::layout, Form::store);
    UNSCOPED_INFO((form == Form::layout ? "an export" : "a models directory"));
    return World(form);
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

const Digest weights = Digest::of("weights");

} // namespace

TEST_CASE("a directory that is neither says what was looked for") {
    const auto disk = std::make_shared<MemoryDisk>();
    disk->make_directory("blobs");
    CHECK_FALSE(form_of(*disk));
    const Error error = error_of([&] { open(disk, "/tmp/x"); });
    CHECK(error.kind() == Kind::usage);
    CHECK(error.message() == "/tmp/x is neither an export nor a models directory: it has no file oci-layout, nor "
                             "directories manifests and blobs");
    disk->make_directory("manifests");
    CHECK(form_of(*disk) == Form::store);
    disk->put("oci-layout", R"({"imageLayoutVersion":"3.0.0"})");
    CHECK(form_of(*disk) == Form::layout);
    CHECK(error_of([&] { open(disk, "/tmp/x"); }).message() ==
          "/tmp/x: oci-layout: its version is '3.0.0', and 1.0.0 is understood");
    disk->put("oci-layout", std::string(5000, ' '));
    CHECK(error_of([&] { open(disk, "/tmp/x"); }).kind() == Kind::storage);
}

TEST_CASE("names are found whatever their letter case, and those that are there are said") {
    const World world = new_world();
    CHECK(world.registry->digest(ModelName::parse("MISTRAL"), {}) == Digest::of(made().manifest));
    const Error near = error_of([&] { world.registry->image(ModelName::parse("mistrl"), {}); });
    CHECK(near.message() == "/mnt/usb has no 'mistrl:latest'");
    CHECK(near.hint() == "did you mean 'mistral:latest'?");
    const Error none = error_of([&] { world.registry->image(ModelName::parse("hf.co/library/mistral"), {}); });
    CHECK(none.hint() == "it has mistral:latest");
    CHECK(world.registry->image(ModelName::parse("hf.co/library/mistral"), Digest::of(made().manifest), {}));
}

TEST_CASE("an empty directory says so") {
    const auto layout = std::make_shared<MemoryDisk>(), models = std::make_shared<MemoryDisk>();
    layout->put("oci-layout", layout_text());
    layout->put("index.json", to_text(Index{}));
    models->make_directory("blobs");
    models->make_directory("manifests");
    for (const auto& disk : {layout, models}) {
        const auto registry = open(disk, std::string(where));
        const Error error = error_of([&] { registry->image(mistral, {}); });
        CHECK(error.kind() == Kind::not_found);
        CHECK(error.hint() == "there is no model in it at all");
    }
}

TEST_CASE("a blob's size is that of its file, and what it has beyond is not made up") {
    const World world = new_world();
    CHECK(world.registry->find_blob(mistral, weights, {})->size == ByteCount(7));
    world.disk->change(world.path_of(weights), [](std::string& content) { content.resize(3); });
    CHECK(world.registry->find_blob(mistral, weights, {})->size == ByteCount(3));
    std::string got;
    const auto take = [&](std::string_view bytes) {
        got += bytes;
        return http::Flow::go_on;
    };
    const Error error = error_of([&] { world.registry->read_blob(mistral, weights, {1, 6}, take, {}); });
    CHECK(error.kind() == Kind::check);
    CHECK_FALSE(worth_retrying(error.kind()));
    CHECK(error.message() ==
          "the blob " + weights.id() +
              " of 'mistral:latest' in /mnt/usb ends after 3 B: it is shorter than the manifest says");
    CHECK(got == "ei");
    CHECK(error_of([&] { world.registry->read_blob(mistral, weights, {3, 1}, take, {}); }).kind() == Kind::check);
    CHECK(error_of([&] { world.registry->blob(mistral, weights, ByteCount(100), {}); }).message() ==
          "the blob " + weights.id() + " of 'mistral:latest' in /mnt/usb does not have its digest");
}

TEST_CASE("links are not followed, and what is no file is no blob") {
    const World world = new_world();
    const std::string path = world.path_of(weights);
    world.disk->remove(path);
    world.disk->put("secret", "weights");
    world.disk->put_link(path, "../../secret");
    for (const auto& act :
         std::vector<std::function<void()>>{[&] { world.registry->find_blob(mistral, weights, {}); },
                                            [&] { world.registry->blob(mistral, weights, ByteCount(100), {}); },
                                            [&] { world.registry->blob_head(mistral, weights, ByteCount(100), {}); }}) {
        const Error error = error_of(act);
        CHECK(error.kind() == Kind::storage);
        CHECK((error.message() + error.hint()).find("link") != std::string::npos);
    }
    world.disk->remove(path);
    world.disk->make_directory(path);
    CHECK(error_of([&] { world.registry->find_blob(mistral, weights, {}); }).message() ==
          "/mnt/usb: " + path + " is a directory");
}

TEST_CASE("what cannot be read is an error of storage") {
    const World world = new_world();
    const Error denied(Kind::storage, "cannot read it: permission denied");
    world.disk->fail(Call::open, world.path_of(weights), denied);
    CHECK(error_of([&] { world.registry->find_blob(mistral, weights, {}); }).kind() == Kind::storage);
    CHECK(error_of([&] { world.registry->blob(mistral, weights, ByteCount(100), {}); }).kind() == Kind::storage);
    world.disk->fail(Call::open, world.form == Form::layout ? "index.json" : store::manifest_path(mistral), denied);
    CHECK(error_of([&] { world.registry->image(mistral, {}); }).kind() == Kind::storage);
}

TEST_CASE("a manifest that is none, or has other bytes than the index says") {
    const World world = new_world();
    const Digest digest = Digest::of(made().manifest);
    const std::string path = world.form == Form::layout ? blob_path(digest) : store::manifest_path(mistral);
    world.disk->change(path, [](std::string& content) { content += ' '; });
    if (world.form == Form::layout) {
        CHECK(error_of([&] { world.registry->image(mistral, {}); }).message() ==
              "the manifest of 'mistral:latest' in /mnt/usb does not have its digest");
        CHECK(error_of([&] { world.registry->image(mistral, digest, {}); }).kind() == Kind::damaged);
    } else {
        CHECK(world.registry->digest(mistral, {}) == Digest::of(made().manifest + ' '));
        CHECK_FALSE(world.registry->image(mistral, digest, {}));
    }
    const std::string none = R"({"schemaVersion":2,"layers":"none"})";
    if (world.form == Form::layout)
        test::add_to_layout(*world.disk, mistral, {none, {}});
    else
        test::add_to_store(*world.disk, mistral, {none, {}});
    const Error error = error_of([&] { world.registry->image(mistral, {}); });
    CHECK(error.kind() == Kind::damaged);
    CHECK(error.message().starts_with("/mnt/usb has no manifest of 'mistral:latest': "));
    world.disk->change(path, [](std::string& content) { content.assign(std::size_t{5} << 20, ' '); });
    const auto read = [&] { world.registry->image(mistral, Digest::of("other"), {}); };
    CHECK_NOTHROW(read());
}

TEST_CASE("an export without its index, or with one that is none") {
    World world(Form::layout);
    world.disk->put("index.json", "{}");
    CHECK(error_of([&] { world.registry->digest(mistral, {}); }).message().starts_with("/mnt/usb: index.json: "));
    world.disk->put("index.json", std::string((std::size_t{16} << 20) + 1, ' '));
    CHECK(error_of([&] { world.registry->digest(mistral, {}); }).kind() == Kind::storage);
    world.disk->remove("index.json");
    const Error error = error_of([&] { world.registry->digest(mistral, {}); });
    CHECK(error.kind() == Kind::damaged);
    CHECK(error.message() == "/mnt/usb has no file index.json");
}

// The server's decoder stops reading at the brace where its buffer ends there: facts.md 4.3.
TEST_CASE("a store has a manifest by the digest that its server lists, too") {
    World world(Form::store);
    auto model = made();
    model.manifest.insert(1, std::string(512 - model.manifest.size(), ' '));
    const Digest listed = Digest::of(model.manifest);
    model.manifest += '\n';
    test::add_to_store(*world.disk, mistral, model);
    CHECK(world.registry->digest(mistral, {}) == Digest::of(model.manifest));
    REQUIRE(world.registry->image(mistral, listed, {}));
    CHECK(world.registry->image(mistral, listed, {})->bytes.size() == 512);
    CHECK(world.registry->image(mistral, Digest::of(model.manifest), {})->bytes == model.manifest);
}

TEST_CASE("what is no model's in a models directory is passed over") {
    World world(Form::store);
    world.disk->put("manifests/stray", "x");
    world.disk->put("manifests/registry.ollama.ai/library/-bad name-/latest", "x");
    world.disk->fail(Call::list, "manifests/registry.ollama.ai/other", Error(Kind::storage, "permission denied"));
    world.disk->put("manifests/registry.ollama.ai/other/model/latest", "x");
    CHECK(error_of([&] { world.registry->image(ModelName::parse("nothing-like-it"), {}); }).hint() ==
          "it has mistral:latest");
}
