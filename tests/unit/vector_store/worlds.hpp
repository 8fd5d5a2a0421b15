#pragma once

#include <filesystem>
#include <sqlite3.h>
#include <stdexcept>
#include <string>

namespace codemate::test {

// A database that is open for writing, as a project has it.
class Writer {
public:
    explicit Writer(const std::filesystem::path& file) {
        if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error(file.string());
    }
    ~Writer() { sqlite3_close(handle_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void run(const std::string& sql) {
        char* text = nullptr;
        if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, &text) != SQLITE_OK)
            throw std::runtime_error(text == nullptr ? sql : text);
    }

private:
    sqlite3* handle_ = nullptr;
};

// The tables as Chroma's own migrations leave them, of 0.4.0, 0.4.15 and 1.5; of the columns those that are read, and
// some that are not.
inline const std::string tables_040 = R"(
CREATE TABLE migrations (dir TEXT NOT NULL, version INTEGER NOT NULL, filename TEXT NOT NULL, sql TEXT NOT NULL,
    hash TEXT NOT NULL, PRIMARY KEY (dir, version));
CREATE TABLE collections (id TEXT PRIMARY KEY, name TEXT NOT NULL, topic TEXT NOT NULL, UNIQUE (name));
CREATE TABLE collection_metadata (collection_id TEXT REFERENCES collections(id) ON DELETE CASCADE, key TEXT NOT NULL,
    str_value TEXT, int_value INTEGER, float_value REAL, PRIMARY KEY (collection_id, key));
CREATE TABLE segments (id TEXT PRIMARY KEY, type TEXT NOT NULL, scope TEXT NOT NULL, topic TEXT,
    collection TEXT REFERENCES collection(id));
ALTER TABLE collections ADD COLUMN dimension INTEGER;
CREATE TABLE embeddings (id INTEGER PRIMARY KEY, segment_id TEXT NOT NULL, embedding_id TEXT NOT NULL,
    seq_id BLOB NOT NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, UNIQUE (segment_id, embedding_id));
INSERT INTO migrations VALUES ('sysdb', 1, '', '', ''), ('sysdb', 2, '', '', ''), ('sysdb', 3, '', '', ''),
    ('metadb', 5, '', '', '');
)";

inline const std::string to_0415 = R"(
CREATE TABLE databases (id TEXT PRIMARY KEY, name TEXT NOT NULL, tenant_id TEXT NOT NULL, UNIQUE (tenant_id, name));
INSERT INTO databases VALUES ('00000000-0000-0000-0000-000000000000', 'default_database', 'default_tenant');
CREATE TABLE collections_tmp (id TEXT PRIMARY KEY, name TEXT NOT NULL, topic TEXT NOT NULL, dimension INTEGER,
    database_id TEXT NOT NULL REFERENCES databases(id) ON DELETE CASCADE, UNIQUE (name, database_id));
INSERT INTO collections_tmp
    SELECT id, name, topic, dimension, '00000000-0000-0000-0000-000000000000' FROM collections;
DROP TABLE collections;
ALTER TABLE collections_tmp RENAME TO collections;
INSERT INTO migrations VALUES ('sysdb', 4, '', '', '');
)";

inline const std::string to_15 = R"(
ALTER TABLE collections DROP COLUMN topic;
ALTER TABLE segments DROP COLUMN topic;
ALTER TABLE collection_metadata ADD COLUMN bool_value INTEGER;
ALTER TABLE collections ADD COLUMN config_json_str TEXT;
ALTER TABLE collections ADD COLUMN schema_str TEXT;
INSERT INTO migrations VALUES ('sysdb', 10, '', '', '');
)";

inline std::string embeddings_of(const std::string& collection, int count) {
    std::string sql = "INSERT INTO segments (id, type, scope, collection) VALUES ('v-" + collection +
                      "', 'hnsw', 'VECTOR', '" + collection + "'), ('m-" + collection + "', 'sqlite', 'METADATA', '" +
                      collection + "');";
    for (int i = 0; i < count; ++i)
        sql += "INSERT INTO embeddings (segment_id, embedding_id, seq_id) VALUES ('m-" + collection + "', '" +
               std::to_string(i) + "', 1);";
    return sql;
}

} // namespace codemate::test
