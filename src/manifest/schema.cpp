#include "manifest/schema.hpp"

#include <charconv>

namespace codemate::manifest {
namespace {

constexpr std::uint64_t understood_schema = 1;

} // namespace

// Its message is "manifest is not valid JSON: line 3, column 7: …".
Problem syntax_problem(const Error& error) {
    Problem problem;
    problem.text = error.message();
    constexpr std::string_view before = "line ";
    const std::size_t at = problem.text.find(before);
    if (at == std::string::npos) return problem;
    const char* end = problem.text.data() + problem.text.size();
    const auto number = std::from_chars(problem.text.data() + at + before.size(), end, problem.line);
    std::string_view rest(number.ptr, static_cast<std::size_t>(end - number.ptr));
    if (rest.starts_with(", ")) rest.remove_prefix(2);
    problem.text = "not valid JSON: " + std::string(rest);
    return problem;
}

bool is_newer_schema(const json::Value& root, std::string_view what, Problems& problems) {
    const json::Value* schema = root.find("schema");
    const auto number = schema == nullptr ? std::nullopt : schema->unsigned_integer();
    if (!number || *number <= understood_schema) return false;
    problems.add(schema->extent(), "/schema",
                 "the " + std::string(what) + " has schema " + std::to_string(*number) +
                     "; this codemate understands schema " + std::to_string(understood_schema) + " and nothing newer");
    return true;
}

void require_schema(const json::Value& root, Problems& problems) {
    if (root.is_object() && root.find("schema") == nullptr)
        problems.add(root.extent(), "/schema", "the key is missing; write \"schema\": 1");
}

void read_schema_number(Reader& reader, const Node& number) {
    if (number.value.unsigned_integer() != understood_schema) reader.wrong(number, "1");
}

} // namespace codemate::manifest
