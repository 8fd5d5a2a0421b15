#include "codemate/json/value.hpp"

#include "codemate/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace codemate::json {
namespace {

// Both are exact powers of two, so the comparisons below are exact.
constexpr double two_to_63 = 9223372036854775808.0;
constexpr double two_to_64 = 18446744073709551616.0;

bool same_number(const Value& a, const Value& b) {
    if (a.integer() && b.integer()) return a.integer() == b.integer();
    if (a.unsigned_integer() && b.unsigned_integer()) return a.unsigned_integer() == b.unsigned_integer();
    return a.number() == b.number();
}

} // namespace

Value::Value() = default;
Value::Value(std::nullptr_t) {}
Value::Value(bool value) : data_(value) {}
Value::Value(std::int64_t value) : data_(value) {}
Value::Value(std::uint64_t value) : data_(value) {}
Value::Value(int value) : data_(std::int64_t{value}) {}
Value::Value(double value) : data_(value) {}
Value::Value(std::string value) : data_(std::move(value)) {}
Value::Value(std::string_view value) : data_(std::string(value)) {}
Value::Value(const char* value) : data_(std::string(value)) {}
Value::Value(Array value) : data_(std::move(value)) {}
Value::Value(Object value) : data_(std::move(value)) {}
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

bool Value::is_null() const {
    return std::holds_alternative<std::monostate>(data_);
}

bool Value::is_array() const {
    return std::holds_alternative<Array>(data_);
}

bool Value::is_object() const {
    return std::holds_alternative<Object>(data_);
}

bool Value::is_string() const {
    return std::holds_alternative<std::string>(data_);
}

Value Value::array() {
    return Value(Array{});
}
Value Value::object() {
    return Value(Object{});
}

std::string_view Value::type_name() const {
    switch (data_.index()) {
    case 0:
        return "null";
    case 1:
        return "true or false";
    case 5:
        return "a string";
    case 6:
        return "an array";
    case 7:
        return "an object";
    default:
        return "a number";
    }
}

std::optional<bool> Value::boolean() const {
    if (const bool* value = std::get_if<bool>(&data_)) return *value;
    return std::nullopt;
}

std::optional<std::int64_t> Value::integer() const {
    if (const auto* value = std::get_if<std::int64_t>(&data_)) return *value;
    if (const auto* value = std::get_if<std::uint64_t>(&data_)) {
        if (*value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return static_cast<std::int64_t>(*value);
        }
    }
    if (const auto* value = std::get_if<double>(&data_)) {
        if (std::trunc(*value) == *value && *value >= -two_to_63 && *value < two_to_63) {
            return static_cast<std::int64_t>(*value);
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Value::unsigned_integer() const {
    if (const auto* value = std::get_if<std::uint64_t>(&data_)) return *value;
    if (const auto* value = std::get_if<std::int64_t>(&data_)) {
        if (*value >= 0) return static_cast<std::uint64_t>(*value);
    }
    if (const auto* value = std::get_if<double>(&data_)) {
        if (std::trunc(*value) == *value && *value >= 0 && *value < two_to_64)
            return static_cast<std::uint64_t>(*value);
    }
    return std::nullopt;
}

std::optional<double> Value::number() const {
    if (const auto* value = std::get_if<double>(&data_)) return *value;
    if (const auto* value = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*value);
    if (const auto* value = std::get_if<std::uint64_t>(&data_)) return static_cast<double>(*value);
    return std::nullopt;
}

const std::string* Value::string() const {
    return std::get_if<std::string>(&data_);
}

std::span<const Value> Value::elements() const {
    if (const Array* array = std::get_if<Array>(&data_)) return *array;
    return {};
}

std::span<const Member> Value::members() const {
    if (const Object* object = std::get_if<Object>(&data_)) return *object;
    return {};
}

const Value* Value::find(std::string_view key) const {
    const std::span<const Member> all = members();
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Member& member) { return member.key == key; });
    return found == all.rend() ? nullptr : &found->value;
}

Value& Value::set(std::string_view key, Value value) {
    if (is_null()) data_ = Object{};
    auto* object = std::get_if<Object>(&data_);
    if (object == nullptr) throw Error(Kind::defect, "a member was set on " + std::string(type_name()));
    const auto found =
        std::find_if(object->begin(), object->end(), [&](const Member& member) { return member.key == key; });
    if (found != object->end()) {
        found->value = std::move(value);
    } else {
        object->push_back({std::string(key), std::move(value), {}});
    }
    return *this;
}

Value& Value::add(Value value) {
    if (is_null()) data_ = Array{};
    auto* array = std::get_if<Array>(&data_);
    if (array == nullptr) throw Error(Kind::defect, "an element was added to " + std::string(type_name()));
    array->push_back(std::move(value));
    return *this;
}

void Value::append_member(Member member) {
    if (is_null()) data_ = Object{};
    std::get<Object>(data_).push_back(std::move(member));
}

bool Value::operator==(const Value& other) const {
    if (number() && other.number()) return same_number(*this, other);
    if (data_.index() != other.data_.index()) return false;
    if (is_array()) {
        const auto a = elements();
        const auto b = other.elements();
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }
    if (is_object()) {
        const auto a = members();
        const auto b = other.members();
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [](const Member& x, const Member& y) { return x.key == y.key && x.value == y.value; });
    }
    if (is_string()) return *string() == *other.string();
    return boolean() == other.boolean();
}

} // namespace codemate::json
