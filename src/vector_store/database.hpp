#pragma once

#include "codemate/base/run.hpp"
#include "codemate/base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace codemate::vector_store {

inline constexpr std::string_view way_back =
    "restore it from its backup, or build the store anew"; // of what is damaged

// A row of an answer. Columns from 0.
class Row {
public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    std::string text(int column) const; // empty for NULL
    std::optional<std::int64_t> integer(int column) const;

private:
    sqlite3_stmt* statement_;
};

// An SQLite file, read only, beside which nothing is written. Errors as read_chroma() says.
class Database {
public:
    Database(const std::filesystem::path&, Stop, Duration patience);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void each(const std::string& sql, const std::function<void(const Row&)>&);
    // False also where there is no such table, or a view of that name: that is a program, of whoever sent the file.
    bool has_column(const std::string& table, const std::string& column);
    bool behind() const { return behind_; } // its -wal file is not seen

private:
    [[noreturn]] void fail(int code) const;
    int wait_for_writer();

    std::filesystem::path path_;
    Stop stop_;
    SteadyTime until_;
    bool behind_ = false;
    sqlite3* handle_ = nullptr;
};

} // namespace codemate::vector_store
