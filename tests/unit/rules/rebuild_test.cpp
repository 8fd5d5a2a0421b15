#include "support/catch.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/rules/rebuild.hpp"

#include <algorithm>

using namespace codemate;
using rules::Rebuild;
using rules::rebuild_with;
using rules::Seen;
using What = rules::RebuildStep::What;

namespace {

const ModelName model = ModelName::parse("nomic-embed-text");

Rebuild rebuild(const std::string& store, Seen seen) {
    return rebuild_with(test::manifest_of(R"({"schema": 1, "vector_store": )" + store + "}"), model, seen);
}

std::string command(const Rebuild& rebuild, What what) {
    const auto found = std::ranges::find(rebuild.steps, what, &rules::RebuildStep::what);
    return found == rebuild.steps.end() ? "no such step" : found->command;
}

bool warns_of(const Rebuild& rebuild, const std::string& part) {
    return std::ranges::any_of(rebuild.traps, [&](const std::string& trap) { return trap.find(part) != trap.npos; });
}

} // namespace

TEST_CASE("the steps of the built-in set are those of its document, word for word") {
    const auto built_in = manifest::parse(manifest::built_in_text(), {}).manifest;
    const Rebuild steps = rebuild_with(built_in, *built_in.embedding_model(), Seen::yes);
    CHECK(command(steps, What::backup) == "tar -czf chroma_db-backup-$(date +%Y%m%d).tar.gz chroma_db/");
    CHECK(command(steps, What::remove) == "rm -rf chroma_db/");
    CHECK(command(steps, What::rebuild) == "docker exec coding-assistant python src/memory_setup.py");
    CHECK(command(steps, What::install) == "codemate pull qwen2.5-coder:7b-q4_0");
    CHECK(warns_of(steps, "live SQLite file"));
    CHECK(warns_of(steps, "named volume"));
}

TEST_CASE("nothing is removed where no store was seen, nor outside the project") {
    for (const char* directory : {"db", "src", "../p1", "/", "."}) {
        const Rebuild unseen = rebuild(R"({"chroma": ")" + std::string(directory) + R"("})", Seen::no);
        CHECK(command(unseen, What::remove) == "no such step");
        CHECK(command(unseen, What::backup).empty());
    }
    for (const char* directory : {"../p1", "db/../../p1", "/srv/p1", "..", "/", ".", "db/.."}) {
        CAPTURE(directory);
        const Rebuild seen = rebuild(R"({"chroma": ")" + std::string(directory) + R"("})", Seen::yes);
        CHECK(command(seen, What::remove).empty());
        CHECK_FALSE(warns_of(seen, "-v ''"));
        CHECK_FALSE(warns_of(seen, "-v .:"));
        CHECK_FALSE(warns_of(seen, "-v ..:"));
    }
    CHECK(command(rebuild(R"({"chroma": "../p1"})", Seen::yes), What::backup).starts_with("tar -czf p1-backup-"));
    CHECK(command(rebuild(R"({"chroma": "a/../db"})", Seen::yes), What::remove) == "rm -rf a/../db/");
}

TEST_CASE("what is removed is backed up before, and the program is stopped first") {
    for (const Seen seen : {Seen::yes, Seen::no}) {
        const Rebuild steps = rebuild(R"({"chroma": "db", "volume": "v"})", seen);
        std::vector<What> order;
        for (const auto& step : steps.steps)
            order.push_back(step.what);
        CHECK(order == std::vector{What::stop, What::backup, What::test, What::remove, What::install, What::rebuild,
                                   What::accept});
    }
}

TEST_CASE("a store in a volume is backed up there, unless the directory holds it") {
    const std::string store = R"({"chroma": "db", "volume": "hub_db"})";
    const Rebuild elsewhere = rebuild(store, Seen::no);
    CHECK(command(elsewhere, What::backup) == "docker run --rm -v hub_db:/store:ro -v \"$PWD\":/backup alpine tar -czf "
                                              "/backup/hub_db-backup-$(date +%Y%m%d).tar.gz -C /store .");
    CHECK(command(elsewhere, What::remove) ==
          "docker run --rm -v hub_db:/store alpine find /store -mindepth 1 -delete");
    CHECK(warns_of(elsewhere, "a backup of the directory would be empty"));
    const Rebuild here = rebuild(store, Seen::yes);
    CHECK(command(here, What::remove) == "rm -rf db/");
    CHECK(warns_of(here, "as codemate.json says (hub_db)"));
    CHECK(warns_of(rebuild(R"({"chroma": "db"})", Seen::no), "may be empty"));
}

TEST_CASE("names that mean something to a shell are quoted") {
    const Rebuild odd = rebuild(R"({"chroma": "my data/$(x)//"})", Seen::yes);
    CHECK(command(odd, What::remove) == "rm -rf 'my data/$(x)'/");
    CHECK(command(odd, What::backup) == "tar -czf '$(x)'-backup-$(date +%Y%m%d).tar.gz 'my data/$(x)'/");
    const Rebuild dash = rebuild(R"({"chroma": "-rf"})", Seen::yes);
    CHECK(command(dash, What::remove) == "rm -rf ./-rf/");
    CHECK(command(rebuild(R"({"chroma": "/"})", Seen::yes), What::remove).find("rm") == std::string::npos);
    CHECK(command(rebuild(R"({"chroma": "."})", Seen::yes), What::remove).find("rm") == std::string::npos);
    CHECK(command(rebuild(R"({"chroma": "../.."})", Seen::yes), What::remove).find("rm") == std::string::npos);
}

TEST_CASE("of another kind of store only its own means are named; without one there is nothing to do") {
    const Rebuild other = rebuild(R"({"dimension": 768, "rebuild": "make vectors"})", Seen::no);
    CHECK(command(other, What::backup).empty());
    CHECK(command(other, What::remove) == "no such step");
    CHECK(command(other, What::rebuild) == "make vectors");
    CHECK(other.traps.empty());
    CHECK(rebuild_with(test::manifest_of(R"({"schema": 1})"), model, Seen::no).steps.empty());
    CHECK(warns_of(rebuild(R"({"chroma": "db", "collection": "docs"})", Seen::yes), "not docs alone"));
}
