#include "vector_store/database.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <array>
#include <fstream>
#include <memory>
#include <sqlite3.h>
#include <thread>

namespace codemate::vector_store {
namespace {

using std::filesystem::path;

constexpr int steps_between_looks = 10'000; // of SQLite's machine, until a stop is looked for

bool has_content(const path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    return !error && size > 0;
}

path beside(const path& file, const char* suffix) {
    path other = file;
    return other += suffix;
}

// Byte 18 of the header says who may write it: 2 is a database in WAL mode.
bool in_wal_mode(const path& file) {
    std::ifstream in(file, std::ios::binary);
    std::array<char, 20> header{};
    return in.read(header.data(), header.size()) && (header[18] == 2 || header[19] == 2);
}

// As a URI, in which ?, # and % would mean something else.
std::string uri_of(const path& file, std::string_view options) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string uri = "file:";
    for (const char letter : std::filesystem::absolute(file).string()) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '?' || letter == '#' || letter == '%') {
            uri += '%';
            uri += digits[byte >> 4U];
            uri += digits[byte & 15U];
        } else {
            uri += letter;
        }
    }
    return uri.append(options);
}

// Throws Error{not_found, storage} where it is not there, or no file.
void require_file(const path& file) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (status.type() == std::filesystem::file_type::not_found)
        throw Error(Kind::not_found, "there is no file " + quoted(file.string()));
    if (error) throw Error(Kind::storage, "cannot read " + quoted(file.string()) + ": " + error.message());
    if (!std::filesystem::is_regular_file(status))
        throw Error(Kind::storage, quoted(file.string()) + " is no regular file");
}

} // namespace

std::string Row::text(int column) const {
    const unsigned char* text = sqlite3_column_text(statement_, column);
    if (text == nullptr) return {};
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    std::string copy;
    copy.reserve(size);
    for (std::size_t i = 0; i < size; ++i)
        copy += static_cast<char>(text[i]);
    return copy;
}

std::optional<std::int64_t> Row::integer(int column) const {
    if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) return std::nullopt;
    return sqlite3_column_int64(statement_, column);
}

// A read-only connection to a database with a rollback journal, as Chroma makes it, writes nothing anywhere. One in WAL
// mode does: it makes -wal and -shm files where they lack, of this user, and may remove those that it finds. So that is
// read as if nobody had it open ("immutable"), which leaves out what is in the -wal file alone.
Database::Database(const path& file, Stop stop, Duration patience)
    : path_(file), stop_(std::move(stop)), until_(std::chrono::steady_clock::now() + patience) {
    require_file(file);
    const bool wal = in_wal_mode(file);
    behind_ = wal && has_content(beside(file, "-wal"));
    const std::string uri = uri_of(file, wal ? "?mode=ro&immutable=1" : "?mode=ro");
    const int code = sqlite3_open_v2(uri.c_str(), &handle_, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
    if (code != SQLITE_OK) {
        const Error error(Kind::storage, "cannot open " + quoted(file.string()) + ": " +
                                             (handle_ == nullptr ? "no memory" : sqlite3_errmsg(handle_)));
        sqlite3_close(handle_);
        throw error;
    }
    // A file may come from anywhere: its own views and triggers get no functions that do more than compute.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_busy_handler(
        handle_, [](void* self, int) { return static_cast<Database*>(self)->wait_for_writer(); }, this);
    sqlite3_progress_handler(
        handle_, steps_between_looks,
        [](void* self) { return static_cast<Database*>(self)->stop_.stop_requested() ? 1 : 0; }, this);
}

Database::~Database() {
    sqlite3_close(handle_);
}

// A commit takes milliseconds. 0 gives up.
int Database::wait_for_writer() {
    if (stop_.stop_requested() || std::chrono::steady_clock::now() >= until_) return 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return 1;
}

void Database::each(const std::string& sql, const std::function<void(const Row&)>& take) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr);
    if (code != SQLITE_OK) fail(code);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> owner(statement, sqlite3_finalize);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        take(Row(statement));
    if (code != SQLITE_DONE) fail(code);
}

bool Database::has_column(const std::string& table, const std::string& column) {
    bool found = false;
    each("SELECT name FROM pragma_table_info('" + table +
             "') WHERE EXISTS "
             "(SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '" +
             table + "')",
         [&](const Row& row) { found = found || row.text(0) == column; });
    return found;
}

void Database::fail(int code) const {
    throw_if_stopped(stop_);
    const std::string name = quoted(path_.string());
    switch (code & 0xff) { // without the finer code above
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        throw Error(Kind::storage, "another program is writing to " + name)
            .hint("try again when it is done, or stop what has the store open");
    case SQLITE_NOTADB:
        throw Error(Kind::damaged, name + " is no SQLite database").hint(std::string(way_back));
    case SQLITE_CORRUPT:
        throw Error(Kind::damaged, name + " is a damaged database: " + sqlite3_errmsg(handle_))
            .hint(behind_ ? "another program has it open; stop it, and try again" : std::string(way_back));
    case SQLITE_READONLY: // a journal that would have to be rolled back, which writes
        throw Error(Kind::storage, "a program that wrote to " + name + " was stopped in the middle")
            .hint("it is put right when the project opens the store the next time");
    case SQLITE_ERROR: // no such table or column
        throw Error(Kind::unsupported, name + " has tables of an unknown form: " + printable(sqlite3_errmsg(handle_)));
    default:
        throw Error(Kind::storage, "cannot read " + name + ": " + sqlite3_errmsg(handle_));
    }
}

} // namespace codemate::vector_store
