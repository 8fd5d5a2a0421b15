#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/vector_store/worlds.hpp"

#include "codemate/base/error.hpp"
#include "codemate/vector_store/chroma.hpp"

#include <chrono>
#include <set>

using namespace codemate;
using namespace codemate::vector_store;
using test::TempDir;
using test::Writer;

namespace {

constexpr Duration no_patience{0};

Chroma read(const TempDir& directory) {
    return read_chroma(directory.path(), {}, no_patience);
}

void make(const TempDir& directory, const std::string& sql) {
    Writer(directory / "chroma.sqlite3").run(sql);
}

std::set<std::string> names_in(const std::filesystem::path& directory) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.insert(entry.path().filename().string());
    return names;
}

Kind kind_of(const TempDir& directory) {
    try {
        read(directory);
    } catch (const Error& error) {
        INFO(error.message());
        CHECK(error.message().find(directory.path().string()) != std::string::npos);
        return error.kind();
    }
    return Kind::defect;
}

const std::string docs = "INSERT INTO collections (id, name, topic, dimension) VALUES ('c1', 'docs', 't', 3584);";

} // namespace

TEST_CASE("three generations of Chroma's tables are read") {
    const TempDir directory;
    make(directory, test::tables_040 + docs + test::embeddings_of("c1", 3));
    Chroma chroma = read(directory);
    CHECK(chroma.version == "0.4.0 to 0.4.14");
    CHECK(chroma.file == directory / "chroma.sqlite3");
    REQUIRE(chroma.collections.size() == 1);
    CHECK(chroma.collections[0].name == "docs");
    CHECK(chroma.collections[0].dimension == 3584U);
    CHECK(chroma.collections[0].embeddings == 3);
    CHECK(chroma.collections[0].database.empty());

    make(directory, test::to_0415);
    chroma = read(directory);
    CHECK(chroma.version == "0.4.15 to 0.4.24");
    REQUIRE(chroma.collections.size() == 1);
    CHECK(chroma.collections[0].database == "default_database");
    CHECK(chroma.collections[0].dimension == 3584U);

    make(directory, test::to_15 + "INSERT INTO collections VALUES ('c2', 'a', NULL, "
                                  "'00000000-0000-0000-0000-000000000000', '{\"embedding_function\":"
                                  "{\"name\":\"ollama\",\"config\":{\"model_name\":\"m\"}}}', NULL);"
                                  "INSERT INTO collection_metadata (collection_id, key, str_value) VALUES "
                                  "('c1', 'hnsw:space', 'cosine'), ('c1', 'embedding_model', 'nomic-embed-text');");
    chroma = read(directory);
    CHECK(chroma.version == "1.1 or newer");
    REQUIRE(chroma.collections.size() == 2);
    CHECK(chroma.collections[0].name == "a"); // by name
    CHECK(chroma.collections[0].dimension == std::nullopt);
    CHECK(chroma.collections[0].embeddings == 0);
    CHECK(chroma.collections[0].function == "ollama");
    CHECK(chroma.collections[0].model == "m");
    CHECK(chroma.collections[1].model == "nomic-embed-text");
    CHECK(chroma.collections[1].embeddings == 3);
    CHECK_FALSE(chroma.behind);
}

TEST_CASE("a store without collections, and one whose tables say no dimension") {
    const TempDir directory;
    make(directory, test::tables_040);
    CHECK(read(directory).collections.empty());
    make(directory, docs +
                        "ALTER TABLE collections DROP COLUMN dimension; DROP TABLE migrations; DROP TABLE embeddings;"
                        "DROP TABLE collection_metadata;");
    const Chroma bare = read(directory);
    CHECK(bare.version == "unknown version");
    REQUIRE(bare.collections.size() == 1);
    CHECK_FALSE(bare.collections[0].dimension);
    CHECK(bare.collections[0].embeddings == 0);
}

TEST_CASE("a newer form of the tables is read as far as it is known") {
    const TempDir directory;
    make(directory, test::tables_040 + docs + test::to_0415 + test::to_15 +
                        "INSERT INTO migrations VALUES ('sysdb', 99, '', '', '');"
                        "ALTER TABLE segments RENAME COLUMN collection TO collections;");
    const Chroma chroma = read(directory);
    REQUIRE(chroma.collections.size() == 1);
    CHECK(chroma.collections[0].dimension == 3584U);
    CHECK(chroma.collections[0].embeddings == 0); // nobody says to which collection they belong
}

TEST_CASE("what is no store of a known form has its own words") {
    const TempDir directory;
    CHECK(kind_of(directory) == Kind::not_found);
    CHECK_THROWS_AS(read_chroma(directory / "none", {}), Error);
    directory.write("file", "");
    try {
        read_chroma(directory / "file", {});
        FAIL("a file is no directory");
    } catch (const Error& error) {
        CHECK(error.kind() == Kind::not_found);
    }

    directory.write("chroma-collections.parquet", "PAR1");
    CHECK(kind_of(directory) == Kind::unsupported);
    directory.write("chroma.sqlite3", "");
    CHECK(kind_of(directory) == Kind::damaged); // for SQLite an empty file is a database without tables
    directory.write("chroma.sqlite3", std::string(5000, 'x'));
    CHECK(kind_of(directory) == Kind::damaged);
    std::filesystem::remove(directory / "chroma.sqlite3");
    make(directory, "CREATE TABLE collections (something TEXT)");
    CHECK(kind_of(directory) == Kind::unsupported);
    std::filesystem::remove(directory / "chroma.sqlite3");
    make(directory, "CREATE TABLE collections (name TEXT)"); // without an id
    CHECK(kind_of(directory) == Kind::unsupported);
    std::filesystem::remove(directory / "chroma.sqlite3");
    std::filesystem::create_directory(directory / "chroma.sqlite3");
    CHECK(kind_of(directory) == Kind::storage);
}

TEST_CASE("a view in place of a table is not run: it may have no end") {
    const TempDir directory;
    const std::string endless = " AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT ";
    make(directory, "CREATE VIEW collections" + endless + "x AS id, 'a' AS name, 3 AS dimension FROM n");
    CHECK(kind_of(directory) == Kind::unsupported);
    std::filesystem::remove(directory / "chroma.sqlite3");
    make(directory, test::tables_040 + docs + "DROP TABLE embeddings; CREATE VIEW embeddings" + endless +
                        "'m' AS segment_id FROM n; DROP TABLE migrations; CREATE VIEW migrations" + endless +
                        "x AS version, 'sysdb' AS dir FROM n;");
    CHECK(read(directory).collections.at(0).embeddings == 0);
}

TEST_CASE("a database that is cut off is damaged") {
    const TempDir directory;
    make(directory, test::tables_040 + docs + test::embeddings_of("c1", 2000));
    const std::string whole = test::read_text(directory / "chroma.sqlite3");
    for (const std::size_t length : {whole.size() / 2, std::size_t{5000}, std::size_t{1024}}) {
        directory.write("chroma.sqlite3", whole.substr(0, length));
        CHECK(kind_of(directory) == Kind::damaged);
    }
    for (const std::string& content : {std::string(), std::string(4096, 'x'), whole.substr(0, whole.size() / 2)}) {
        directory.write("chroma.sqlite3", content);
        try {
            read(directory);
            FAIL("it is damaged");
        } catch (const Error& error) {
            CHECK(error.hint() == "restore it from its backup, or build the store anew");
        }
    }
}

TEST_CASE("a program that is writing is waited for, and then named") {
    const TempDir directory;
    make(directory, test::tables_040 + docs);
    Writer writer(directory / "chroma.sqlite3");
    writer.run("BEGIN IMMEDIATE; INSERT INTO collections (id, name, topic, dimension) VALUES ('x', 'y', 't', 2);");
    CHECK(read(directory).collections.size() == 1); // a writer that has not committed yet hides nothing
    writer.run("ROLLBACK; BEGIN EXCLUSIVE;");
    CHECK(kind_of(directory) == Kind::storage);
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_THROWS_AS(read_chroma(directory.path(), stopped.get_token(), std::chrono::hours(1)), Interrupted);
    writer.run("COMMIT");
    CHECK(read(directory).collections.size() == 1);
}

TEST_CASE("nothing is written beside the store, in WAL mode either") {
    const TempDir directory;
    make(directory, test::tables_040 + docs);
    const auto before = names_in(directory.path());
    read(directory);
    CHECK(names_in(directory.path()) == before);

    make(directory, "PRAGMA journal_mode = WAL");
    read(directory);
    CHECK(names_in(directory.path()) == before); // an ordinary reader leaves -wal and -shm here for a while

    Writer writer(directory / "chroma.sqlite3");
    writer.run("PRAGMA wal_autocheckpoint = 0; INSERT INTO collections (id, name, topic, dimension) "
               "VALUES ('x', 'y', 't', 2);");
    const std::string wal = test::read_text(directory / "chroma.sqlite3-wal");
    const Chroma chroma = read(directory);
    CHECK(chroma.behind); // so it says that it does not see all
    CHECK(chroma.collections.size() == 1);
    CHECK(test::read_text(directory / "chroma.sqlite3-wal") == wal);
    CHECK(names_in(directory.path()).size() == before.size() + 2); // the writer's own
}

TEST_CASE("a journal that a killed program left is not rolled back by a look") {
    const TempDir directory;
    make(directory, test::tables_040 + docs);
    const std::string good = test::read_text(directory / "chroma.sqlite3");
    std::string journal;
    {
        Writer writer(directory / "chroma.sqlite3");
        writer.run("PRAGMA cache_size = 2; BEGIN; " + test::embeddings_of("c1", 500));
        journal = test::read_text(directory / "chroma.sqlite3-journal");
    }
    REQUIRE_FALSE(journal.empty());
    directory.write("chroma.sqlite3", good);
    directory.write("chroma.sqlite3-journal", journal);
    CHECK(kind_of(directory) == Kind::storage);
    CHECK(test::read_text(directory / "chroma.sqlite3-journal") == journal);
    CHECK(test::read_text(directory / "chroma.sqlite3") == good);
}

TEST_CASE("names with letters that mean something in a URI") {
    const TempDir directory;
    const auto odd = directory / "a?mode=rwc#b%20c";
    std::filesystem::create_directory(odd);
    Writer(odd / "chroma.sqlite3").run(test::tables_040 + docs);
    CHECK(read_chroma(odd, {}).collections.size() == 1);
}
