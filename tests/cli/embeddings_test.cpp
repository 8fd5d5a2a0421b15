#include "cli/world.hpp"
#include "support/catch.hpp"
#include "unit/vector_store/worlds.hpp"

#include <filesystem>

// The embedding model beside the store that was built with it, as a project uses it.

using namespace codemate;
using test::World;
using test::Writer;

namespace {

struct Project : World {
    Project() {
        set("CODEMATE_REGISTRY", sandbox.url());
        directory().write("codemate.json", R"({"schema": 1, "roles": {"embedding": "nomic-embed-text"},
            "vector_store": {"chroma": "chroma_db", "rebuild": "make vectors"}})");
        std::filesystem::create_directory(directory() / "chroma_db");
        store(test::tables_040 + "INSERT INTO collections (id, name, topic, dimension) VALUES ('1', 'docs', 't', 64);");
        CHECK(codemate({"pull", "--yes"}).status() == 0);
    }
    void store(const std::string& sql) const { Writer(directory() / "chroma_db/chroma.sqlite3").run(sql); }
    std::string lock_text() const { return test::read_text(directory() / "codemate.lock"); }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the model's vectors are remembered the first time, and a change is noticed") {
    Project place;
    const std::string before = place.lock_text();
    place.set("CI", "true");
    const auto in_ci = place.codemate({"embeddings"});
    CHECK(in_ci.status() == 0);
    CHECK(has(in_ci.err, "these vectors were not remembered"));
    CHECK(place.lock_text() == before);
    place.set("CI", "");

    const auto first = place.codemate({"embeddings"});
    CAPTURE(first.out, first.err);
    CHECK(first.status() == 0);
    CHECK(has(first.out, "vectors: 64 numbers each; remembered in the lock from now on\n"));
    CHECK(has(first.out, "docs          64           0             -        yes\n"));
    CHECK_FALSE(has(first.out, "rm -rf"));
    CHECK(has(place.lock_text(), R"("vectors": "1:64:)"));
    const json::Value known = test::checked_document(place.codemate({"embeddings", "--json"}).out, "embeddings");
    CHECK(*known.find("vectors")->find("verdict")->string() == "same");
    CHECK(known.find("remembered")->boolean() == false);
    CHECK(known.find("rebuild")->find("steps")->elements().size() == 7);

    // The tag serves other weights, and the project takes them: the store is still that of the old ones.
    place.sandbox.set_fault("moving-tag=nomic-embed-text:latest");
    REQUIRE(place.codemate({"lock", "--upgrade", "--yes"}).status() == 0);
    REQUIRE(place.codemate({"pull", "--yes"}).status() == 0);
    const auto changed = place.codemate({"embeddings"});
    CAPTURE(changed.out, changed.err);
    CHECK(changed.status() == 3);
    CHECK(has(changed.out, "problem: nomic-embed-text:latest: the vectors changed: "));
    CHECK(has(changed.out, "tar -czf chroma_db-backup-$(date +%Y%m%d).tar.gz chroma_db/\n"));
    CHECK(has(changed.out, "       make vectors\n"));
    CHECK(place.codemate({"embeddings"}).status() == 3); // seeing it accepts nothing
    const auto accepted = place.codemate({"embeddings", "--accept-new-vectors"});
    CAPTURE(accepted.out);
    CHECK(accepted.status() == 0);
    CHECK(has(accepted.out, "remembered in the lock from now on"));
    CHECK(has(accepted.out, "note: the vectors of nomic-embed-text:latest are accepted as those of the store"));
    CHECK_FALSE(has(accepted.out, "problem: "));
    CHECK_FALSE(has(accepted.out, "rm -rf"));
    CHECK(place.codemate({"embeddings"}).status() == 0);
}

TEST_CASE("a store of another dimension, a server that is gone, both") {
    Project place;
    place.store("UPDATE collections SET dimension = 3584");
    const auto other = place.codemate({"embeddings", "--json"});
    CHECK(other.status() == 3);
    const json::Value document = test::checked_document(other.out, "embeddings");
    CHECK(document.find("must_rebuild")->boolean() == true);
    CHECK(document.find("store")->find("collections")->elements()[0].find("agrees")->boolean() == false);
    CHECK(document.find("problems")->integer() == 1);
    CHECK(document.find("remembered")->boolean() == false); // on first use, but the store disagrees
    CHECK_FALSE(has(place.lock_text(), "vectors"));

    place.store("UPDATE collections SET dimension = 64");
    CHECK(place.codemate({"embeddings"}).status() == 0); // remembered now
    place.store("UPDATE collections SET dimension = 3584");
    place.server("http://127.0.0.1:1");
    const auto both = place.codemate({"embeddings"});
    CHECK(both.status() == 1);
    CHECK(has(both.out, "was built with vectors of 3584 numbers"));
    place.store("UPDATE collections SET dimension = 64");
    const auto gone = place.codemate({"embeddings", "--json"});
    CHECK(gone.status() == 4);
    const json::Value without = test::checked_document(gone.out, "embeddings");
    CHECK(without.find("store")->find("collections")->elements().size() == 1);
    CHECK(without.find("model")->find("dimension")->integer() == 64);
}

TEST_CASE("a server that does not answer as it should when it is asked for vectors; a damaged store") {
    Project place;
    for (const char* fault :
         {"status=500@/api/embed", "html@/api/embed", "forbidden@/api/embed", "hang@/api/embed", "generate-error"}) {
        CAPTURE(fault);
        place.sandbox.set_fault(fault);
        const auto failed = place.codemate({"embeddings", "--timeout", "300ms"});
        place.sandbox.clear_faults();
        CAPTURE(failed.out, failed.err);
        CHECK(failed.status() == 4);
        CHECK(has(failed.out, "the vectors of nomic-embed-text:latest were not seen: "));
        for (const char* of_pull : {"transfer", "partial", "pull again", "failed: failed"})
            CHECK_FALSE(has(failed.out + failed.err, of_pull));
    }
    for (const std::string& content : {std::string(8192, 'x'), std::string()}) {
        place.directory().write("chroma_db/chroma.sqlite3", content);
        const auto damaged = place.codemate({"embeddings", "--locked"});
        CHECK(damaged.status() == 6);
        CHECK(has(damaged.out, "restore it from its backup, or build the store anew"));
    }
}

TEST_CASE("options that contradict each other, and a project without a store") {
    test::Place place;
    CHECK(place.codemate({"embeddings", "--locked", "--accept-new-vectors"}).status() == 2);
    CHECK(place.codemate({"embeddings", "--accept-new-vectors"}).status() == 2); // the built-in manifest has no lock
    place.directory().write("codemate.json", R"({"schema": 1, "roles": {"primary": "mistral"}})");
    const auto nothing = place.codemate({"embeddings"});
    CHECK(nothing.status() == 0);
    CHECK(has(nothing.out, "there is nothing to check"));
    test::checked_document(place.codemate({"embeddings", "--json"}).out, "embeddings");
}
