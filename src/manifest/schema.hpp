#pragma once

#include "manifest/reader.hpp"

#include "codemate/base/error.hpp"

// What both files have at their top: JSON with a number of the schema.
namespace codemate::manifest {

// The reader's complaint about a text that is no JSON; its line has a place of its own.
Problem syntax_problem(const Error&);

// Of a newer schema nothing else can be said. `what`: "manifest" or "lock".
bool is_newer_schema(const json::Value& root, std::string_view what, Problems&);

void require_schema(const json::Value& root, Problems&);     // that the key is there
void read_schema_number(Reader&, const Node& schema_number); // that it is the understood one

} // namespace codemate::manifest
