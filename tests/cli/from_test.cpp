#include "cli/locks.hpp"
#include "support/catch.hpp"
#include "support/depots.hpp"
#include "support/docker_registry.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

// The whole program: pull --from a directory and a registry.

using namespace codemate;
namespace fs = std::filesystem;
using test::DockerRegistry;
using test::FakeRegistry;
using test::read_text;
using test::Sandbox;
using test::World;

namespace {

// What a sandbox has installed under that name, with the bytes of its blobs.
FakeRegistry::Model installed_on(const Sandbox& sandbox, const std::string& model) {
    FakeRegistry::Model found{test::locked(sandbox, model).bytes.value(), {}};
    for (const Layer& blob : found.image().blobs())
        found.blobs.emplace(blob.digest, read_text(sandbox.store() / ("blobs/sha256-" + blob.digest.hex())));
    return found;
}

// A project whose lock was made beside another server, `there`. The one at hand has nothing, and nobody but it gets to
// a registry: what stands for the public one is a port where nobody listens.
struct Site : World {
    Site() {
        there.pull("mistral");
        write_project(there);
        set("CODEMATE_REGISTRY", "http://127.0.0.1:1");
    }
    void write_project(const Sandbox& of) const {
        directory().write("codemate.json", R"({"schema":1,"roles":{"chat":"mistral"}})");
        manifest::Lock lock;
        const manifest::Locked entry = test::locked(of, "mistral");
        lock.models.emplace(entry.source, entry);
        directory().write("codemate.lock", manifest::to_text(lock));
    }
    Digest pin() const { return test::locked(there, "mistral").digest; }
    FakeRegistry::Model model() const { return installed_on(there, "mistral"); }
    Layer weights() const { return model().image().layers.front(); }
    fs::path blob(const fs::path& layout, const Digest& digest) const { return layout / "blobs/sha256" / digest.hex(); }
    // An export of it.
    fs::path layout() const {
        const fs::path path = directory() / "usb";
        test::add_to_layout(path, ModelName::parse("mistral"), model());
        return path;
    }
    void remove_mistral() const { sandbox.remove("mistral"); }
    bool is_there() const {
        return fs::exists(sandbox.store() / "manifests/registry.ollama.ai/library/mistral/latest") &&
               test::locked(sandbox, "mistral").digest == pin();
    }
    bool has_helper() const {
        for (const auto& entry : fs::recursive_directory_iterator(sandbox.store() / "manifests")) {
            if (entry.path().filename().string().starts_with("codemate-")) return true;
        }
        return false;
    }

    Sandbox there;
};

std::string text_of(const json::Value& document, std::string_view key) {
    const json::Value* value = document.find(key);
    return value != nullptr && value->string() != nullptr ? *value->string() : "";
}

} // namespace

TEST_CASE("across a gap: an export, a models directory and a registry bring exactly what is locked") {
    const Site site;
    const fs::path usb = site.layout();
    for (const std::string& where : {std::string("usb"), site.there.store().string(), site.there.url()}) {
        INFO(where);
        const auto plan = site.codemate({"pull", "--from", where, "--dry-run", "--json"});
        const json::Value planned = test::checked_document(plan.out, "pull");
        CHECK(text_of(planned, "from") == where);
        CHECK(text_of(planned.find("models")->elements().front(), "do") == "fetch_locked");
        CHECK_FALSE(site.is_there());

        const auto result = site.codemate({"pull", "--from", where});
        INFO(result.err);
        CHECK(result.status() == 0);
        CHECK(result.out.find(", from " + where) != std::string::npos);
        CHECK(site.is_there());
        CHECK_FALSE(site.has_helper());
        CHECK(site.codemate({"verify", "-q", "--deep"}).status() == 0);
        const auto again = site.codemate({"pull", "--from", where, "--json"});
        CHECK(text_of(test::checked_document(again.out, "pull"), "from") == where);
        CHECK(again.out.find("\"unchanged\"") != std::string::npos);
        site.remove_mistral();
    }
}

TEST_CASE("--direct says the place that everything comes from, and what it lacks, as a pull through a server does") {
    const Site site;
    const fs::path usb = site.layout();
    const test::Arguments into{"pull", "--direct", "--models-dir", "image", "--from"};
    const auto direct = [&](const test::Arguments& more) {
        test::Arguments all = into;
        all.insert(all.end(), more.begin(), more.end());
        return site.codemate(all);
    };
    const auto plan = direct({"usb", "--dry-run"});
    CHECK(plan.status() == 0);
    CHECK(plan.out.find("locked; usb has it") != std::string::npos);
    const auto wrong = direct({site.there.url() + "/nope", "--locked", "--dry-run"});
    CHECK(wrong.status() == 5);
    CHECK(wrong.err.find("is the path right?") != std::string::npos);
    CHECK(direct({site.there.url() + "/nope"}).status() == 5);
    const auto nobody = direct({"127.0.0.1:1/models", "--locked"});
    CHECK(nobody.status() == 4);
    CHECK(nobody.err.find("trying again") == std::string::npos);
    CHECK_FALSE(fs::exists(site.directory() / "image"));
    // Neither is an export a models directory, nor a model.
    const auto into_it = site.codemate({"pull", "--direct", "--models-dir", "usb"});
    CHECK(into_it.status() == 2);
    CHECK(into_it.err.find("usb' is an export, not a models directory") != std::string::npos);
    CHECK(site.codemate({"pull", "--direct", "--models-dir", "usb", "--from", "usb"}).status() == 2);
    const auto named = site.codemate({"pull", "./usb"});
    CHECK(named.status() == 2);
    CHECK(named.err.find("--from ./usb takes models out of it") != std::string::npos);

    const auto result = direct({"usb"});
    INFO(result.err);
    CHECK(result.status() == 0);
    CHECK(result.out.find(", from usb") != std::string::npos);
    CHECK(text_of(test::checked_document(direct({"usb", "--json"}).out, "pull"), "from") == "usb");
}

TEST_CASE("a registry that Ollama cannot use, at a path of it, and at a limited rate") {
    if (!DockerRegistry::program()) {
        WARN(DockerRegistry::absence());
        return;
    }
    const Site site;
    const DockerRegistry docker;
    docker.push("mirrors/library/mistral", "latest", site.model());
    const auto nothing = site.codemate({"pull", "--from", docker.url()});
    CHECK(nothing.status() == 5);
    CHECK(nothing.err.find("is the path right?") != std::string::npos);
    CHECK(nothing.err.find("are not at " + docker.url()) != std::string::npos);
    const auto result = site.codemate({"pull", "-v", "--from", docker.url() + "/mirrors", "--limit-rate", "20MB/s"});
    INFO(result.err);
    CHECK(result.status() == 0);
    CHECK(result.err.find("CODEMATE_REGISTRY is not asked") != std::string::npos);
    CHECK(site.is_there());
    site.remove_mistral();
    // For every run, and into a directory: the manifest's "mirrors" takes what --from takes.
    site.directory().write("codemate.json",
                           R"({"schema":1,"roles":{"chat":"mistral"},"mirrors":[")" + docker.url() + R"(/mirrors"]})");
    const auto plan = site.codemate({"pull", "--locked", "--dry-run"});
    CHECK(plan.out.find(" from " + docker.url().substr(std::string("http://").size()) + "\n") != std::string::npos);
    const auto mirrored = site.codemate({"pull", "--locked"});
    INFO(mirrored.err);
    CHECK(mirrored.status() == 0);
    CHECK(site.is_there());
    CHECK(site.codemate({"pull", "--direct", "--locked", "--models-dir", "image"}).status() == 0);
    site.write_project(site.there);
    docker.remove_blob("mirrors/library/mistral", site.weights().digest);
    site.remove_mistral();
    const auto lost = site.codemate({"pull", "--from", docker.url() + "/mirrors"});
    CHECK(lost.status() == 5);
    CHECK(lost.err.find("its weights " + site.weights().digest.id()) != std::string::npos);
    CHECK(lost.err.find("is the path right?") == std::string::npos);
}

TEST_CASE("without a pin nothing comes from there, and what the hint says works") {
    const Site site;
    const fs::path usb = site.layout();
    fs::rename(site.directory() / "codemate.lock", usb / "codemate.lock");
    fs::remove(site.directory() / "codemate.json");
    const auto refused = site.codemate({"pull", "--from", "usb", "mistral"});
    CHECK(refused.status() == 3);
    CHECK(refused.err.find("hint: --lock usb/codemate.lock pins what was exported") != std::string::npos);
    const auto all = site.codemate({"pull", "--from", "usb"});
    CHECK(all.status() == 2);
    CHECK(all.err.find("hint: name what was exported: --lock usb/codemate.lock NAME…") != std::string::npos);
    const auto other = site.codemate({"pull", "--from", "usb", "--lock", "usb/codemate.lock", "gemma:7b"});
    CHECK(other.status() == 3);
    CHECK(other.err.find("hint: it was not exported to usb, which has mistral:latest: ") != std::string::npos);
    // Nothing would be written into it: a name that is mistyped is said to be one.
    const auto absent = site.codemate({"pull", "--from", "usb", "--lock", "usb/codemate.loc", "mistral"});
    CHECK(absent.status() == 5);
    CHECK(absent.err.find("--lock: there is no file 'usb/codemate.loc'") != std::string::npos);
    CHECK_FALSE(site.is_there());
    CHECK(site.codemate({"pull", "--from", "usb", "--lock", "usb/codemate.lock", "mistral"}).status() == 0);
    CHECK(site.is_there());
    site.remove_mistral();
    CHECK(site.codemate({"pull", "--from", "usb", "mistral@sha256:" + site.pin().hex()}).status() == 0);
    CHECK(site.is_there());
}

TEST_CASE("what is wrong there ends clearly, and leaves nothing") {
    const Site site;
    const fs::path usb = site.layout(), weights = site.blob(usb, site.weights().digest);
    const std::string whole = read_text(weights);
    std::ofstream out;
    const auto put = [&](const std::string& content) { std::ofstream(weights, std::ios::binary) << content; };
    int status = 0;
    std::string says;
    SECTION("a byte is another one: the server refuses it") {
        std::string other = whole;
        other[other.size() / 2] ^= 1;
        put(other);
        status = 1, says = "hint: what usb has of it is damaged: bring it there again";
    }
    SECTION("a file is cut short") {
        put(whole.substr(0, whole.size() - 5));
        status = 3, says = "its weights " + site.weights().digest.id() + " has " + std::to_string(whole.size() - 5) +
                           " bytes at usb, not " + std::to_string(whole.size());
    }
    SECTION("a file is missing") {
        fs::remove(weights);
        status = 5, says = "its weights " + site.weights().digest.id();
    }
    SECTION("a link leads out of it") {
        fs::rename(weights, site.directory() / "elsewhere");
        fs::create_symlink(site.directory() / "elsewhere", weights);
        status = 6, says = " is a link";
    }
    SECTION("the index is none") {
        std::ofstream(usb / "index.json") << R"({"schemaVersion":2,"manifests":[7]})";
        status = 1, says = "usb: index.json: /manifests/0 (line 1): expected an object, found a number";
    }
    SECTION("the index leads to a manifest that it is not") {
        std::ofstream(site.blob(usb, site.pin()), std::ios::app) << ' ';
        fs::remove(site.directory() / "codemate.lock"); // else its bytes are known
        status = 3, says = "nothing pins it";
    }
    const auto result = site.codemate({"pull", "--from", "usb"});
    INFO(result.err);
    CHECK(result.status() == status);
    CHECK(result.err.find(says) != std::string::npos);
    CHECK_FALSE(site.is_there());
    CHECK_FALSE(site.has_helper());
}

TEST_CASE("a pull from a directory that is killed goes on where it was, and a registry that dies is said to have") {
    const Site site;
    const fs::path usb = site.layout();
    site.sandbox.set_fault("slow=400KB/s");
    test::Process process(site.command({"pull", "--from", "usb", "--progress", "json"}));
    REQUIRE(process.wait_for("\"amount\""));
    process.send(SIGKILL);
    CHECK(process.wait() == test::Exit{{}, SIGKILL});
    site.sandbox.clear_faults();
    const auto next = site.codemate({"pull", "--from", "usb"});
    INFO(next.err);
    CHECK(next.status() == 0);
    CHECK(site.is_there());
    CHECK(site.codemate({"verify", "-q", "--deep"}).status() == 0);
    site.remove_mistral();

    site.there.set_fault("registry-status=500");
    const auto dead = site.codemate({"pull", "--from", site.there.url(), "--retries", "0"});
    CHECK(dead.status() == 4);
    CHECK(dead.err.find(site.there.address() + " failed (500)") != std::string::npos);
    CHECK_FALSE(site.is_there());
}

TEST_CASE("what --from cannot be") {
    const World world;
    world.directory().write("a-file", "x");
    world.directory().write("usb/index.json", "{}");
    const struct {
        std::string where, says;
    } cases[] = {
        {"ftp://registry.corp", "names no place"},
        {"registry.corp/Models", "cannot be the beginning of a repository's name"}, // https://, as --to takes it
        {"nowhere", "hint: an address is http(s)://HOST[/PATH] or HOST/PATH; all else is a directory"},
        {"usb/index.json", "'usb/index.json' is no directory\nhint: name the directory that it is in"},
        {".", "is neither an export nor a models directory"},
        {"a-file", "a-file"},
        {"https://registry.corp/Models", "cannot be the beginning of a repository's name"},
        {"https://me:secret@registry.corp", "--from"},
    };
    for (const auto& [where, says] : cases) {
        CAPTURE(where);
        const auto result = world.codemate({"pull", "--from", where, "mistral"});
        CHECK(result.status() == 2);
        CHECK(result.err.find(says) != std::string::npos);
        CHECK(result.err.find("secret") == std::string::npos);
    }
}
