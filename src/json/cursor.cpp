#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

namespace codemate::json {

bool Cursor::has(std::string_view key) const {
    const Value* found = value_->find(key);
    return found != nullptr && !found->is_null();
}

Cursor Cursor::at(std::string_view key) const {
    if (!value_->is_object()) fail("an object");
    const Value* found = value_->find(key);
    const std::string path = path_ + pointer_step(key);
    if (found != nullptr) return Cursor(*found, what_, path);
    throw Error(Kind::protocol, std::string(what_) + ": " + printable(path) + " (line " +
                                    std::to_string(value_->extent().line) + ") is missing");
}

std::vector<Cursor> Cursor::elements() const {
    if (value_->is_null()) return {};
    if (!value_->is_array()) fail("an array");
    std::vector<Cursor> all;
    all.reserve(value_->elements().size());
    for (const Value& element : value_->elements()) {
        all.push_back(Cursor(element, what_, path_ + "/" + std::to_string(all.size())));
    }
    return all;
}

const std::string& Cursor::string() const {
    if (!value_->is_string()) fail("a string");
    return *value_->string();
}

std::uint64_t Cursor::unsigned_integer() const {
    const auto number = value_->unsigned_integer();
    if (!number) fail("a whole number that is not negative");
    return *number;
}

bool Cursor::boolean() const {
    const auto boolean = value_->boolean();
    if (!boolean) fail("true or false");
    return *boolean;
}

Time Cursor::time() const {
    const auto time = parse_rfc3339(string());
    if (!time) fail("a time such as 2026-08-20T10:11:12Z");
    return *time;
}

std::string Cursor::string_or(std::string_view key, std::string_view fallback) const {
    return has(key) ? at(key).string() : std::string(fallback);
}

std::uint64_t Cursor::unsigned_or(std::string_view key, std::uint64_t fallback) const {
    return has(key) ? at(key).unsigned_integer() : fallback;
}

void Cursor::fail(std::string_view expected) const {
    std::string found(value_->type_name());
    if (value_->is_string()) found += " " + quoted(*value_->string(), 60);
    throw Error(Kind::protocol, std::string(what_) + ": " + (path_.empty() ? "the whole" : printable(path_)) +
                                    " (line " + std::to_string(value_->extent().line) + "): expected " +
                                    std::string(expected) + ", found " + found);
}

} // namespace codemate::json
