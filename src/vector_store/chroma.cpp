#include "codemate/vector_store/chroma.hpp"

#include "vector_store/database.hpp"
#include "vector_store/recorded.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace codemate::vector_store {
namespace {

using std::filesystem::path;

bool is_there(const path& file) {
    std::error_code error;
    return std::filesystem::exists(file, error);
}

// Which file to read. Chroma 0.3 kept its tables in Parquet files, which DuckDB read.
path file_in(const path& directory) {
    std::error_code error;
    const auto type = std::filesystem::status(directory, error).type();
    if (type == std::filesystem::file_type::not_found)
        throw Error(Kind::not_found, "there is no directory " + quoted(directory.string()));
    if (error) throw Error(Kind::storage, "cannot look into " + quoted(directory.string()) + ": " + error.message());
    if (type != std::filesystem::file_type::directory)
        throw Error(Kind::not_found, quoted(directory.string()) + " is no directory")
            .hint("name the directory of the store, which holds chroma.sqlite3");
    if (const path file = directory / "chroma.sqlite3"; is_there(file)) {
        if (std::filesystem::is_regular_file(file, error) && std::filesystem::file_size(file, error) == 0 && !error)
            throw Error(Kind::damaged, quoted(file.string()) + " is an empty file, which is no store")
                .hint(std::string(way_back));
        return file;
    }
    if (is_there(directory / "chroma-collections.parquet")) {
        throw Error(Kind::unsupported,
                    quoted(directory.string()) +
                        " is a store of Chroma 0.3 or older, in Parquet files, which codemate does not read")
            .hint("state its dimension in codemate.json: \"vector_store\": { \"dimension\": … }");
    }
    throw Error(Kind::not_found, "there is no chroma.sqlite3 in " + quoted(directory.string()));
}

// The number of the last change that Chroma made to its tables of collections; 0 without a list of them.
std::int64_t last_migration(Database& database) {
    std::int64_t last = 0;
    if (!database.has_column("migrations", "version")) return last;
    database.each("SELECT max(version) FROM migrations WHERE dir = 'sysdb'",
                  [&](const Row& row) { last = row.integer(0).value_or(0); });
    return last;
}

// By the migrations that each version of its package carries.
std::string version_of(std::int64_t migration, bool has_schema) {
    if (migration == 0) return "unknown version";
    if (migration < 4) return "0.4.0 to 0.4.14";
    if (migration == 4) return "0.4.15 to 0.4.24";
    if (migration < 8) return "0.5.0 to 0.5.11";
    return has_schema ? "1.1 or newer" : "0.5.12 to 1.0";
}

using Collections = std::map<std::string, Collection>; // by their ids

Collections read_rows(Database& database) {
    const auto column = [&](const char* name) {
        return database.has_column("collections", name) ? std::string(name) : std::string("NULL");
    };
    const std::string sql = "SELECT id, name, " + column("dimension") + ", " + column("database_id") + ", " +
                            column("config_json_str") + ", " + column("schema_str") + " FROM collections";
    Collections found;
    database.each(sql, [&](const Row& row) {
        const Recorded recorded = recorded_in(row.text(5), row.text(4));
        Collection collection{
            .name = row.text(1), .database = row.text(3), .function = recorded.function, .model = recorded.model};
        if (const auto dimension = row.integer(2); dimension && *dimension > 0)
            collection.dimension = static_cast<std::uint64_t>(*dimension);
        found.emplace(row.text(0), std::move(collection));
    });
    return found;
}

void name_databases(Database& database, Collections& collections) {
    std::map<std::string, std::string> names;
    if (database.has_column("databases", "name")) {
        database.each("SELECT id, name FROM databases",
                      [&](const Row& row) { names.emplace(row.text(0), row.text(1)); });
    }
    for (auto& [id, collection] : collections) {
        const auto name = names.find(collection.database);
        collection.database = name == names.end() ? "" : name->second;
    }
}

void count_embeddings(Database& database, Collections& collections) {
    if (!database.has_column("embeddings", "segment_id") || !database.has_column("segments", "collection")) return;
    database.each("SELECT s.collection, count(*) FROM embeddings e JOIN segments s ON s.id = e.segment_id "
                  "GROUP BY s.collection",
                  [&](const Row& row) {
                      const auto found = collections.find(row.text(0));
                      if (found == collections.end()) return;
                      found->second.embeddings = static_cast<std::uint64_t>(row.integer(1).value_or(0));
                  });
}

// What the project itself wrote down, which says more than Chroma's own entry.
void read_metadata(Database& database, Collections& collections) {
    if (!database.has_column("collection_metadata", "str_value")) return;
    database.each("SELECT collection_id, str_value FROM collection_metadata WHERE str_value <> '' AND key IN "
                  "('embedding_model', 'embedding_model_name', 'embed_model')",
                  [&](const Row& row) {
                      const auto found = collections.find(row.text(0));
                      if (found != collections.end()) found->second.model = row.text(1);
                  });
}

} // namespace

Chroma read_chroma(const path& directory, Stop stop, Duration patience) {
    Chroma chroma{.file = file_in(directory)};
    Database database(chroma.file, std::move(stop), patience);
    if (!database.has_column("collections", "name")) {
        throw Error(Kind::unsupported, quoted(chroma.file.string()) + " has no table of collections as Chroma makes it")
            .hint("state the dimension in codemate.json: \"vector_store\": { \"dimension\": … }");
    }
    chroma.version = version_of(last_migration(database), database.has_column("collections", "schema_str"));
    Collections collections = read_rows(database);
    name_databases(database, collections);
    count_embeddings(database, collections);
    read_metadata(database, collections);
    for (auto& [id, collection] : collections)
        chroma.collections.push_back(std::move(collection));
    std::sort(chroma.collections.begin(), chroma.collections.end(), [](const Collection& one, const Collection& other) {
        return std::tie(one.name, one.database) < std::tie(other.name, other.database);
    });
    chroma.behind = database.behind();
    return chroma;
}

} // namespace codemate::vector_store
