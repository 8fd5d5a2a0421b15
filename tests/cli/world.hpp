#pragma once

#include "support/process.hpp"
#include "support/sandbox.hpp"
#include "support/temp_dir.hpp"

#include "codemate/json/value.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace codemate::test {

using Arguments = std::vector<std::string>;

// Runs codemate in an empty directory with an environment of its own: no home, no network but loopback, and nothing of
// the machine's settings.
class Place {
public:
    Place();

    const TempDir& directory() const { return directory_; }
    const TempDir& state() const { return state_; } // codemate/ in it is the state directory
    void set(const std::string& variable, const std::string& value) { variables_[variable] = value; }
    void server(const std::string& url) { set("OLLAMA_HOST", url); }
    void later(std::chrono::seconds by); // what runs from here on has a calendar that is so far ahead; not the server

    Command command(const Arguments&) const;
    Finished codemate(const Arguments&) const;
    Finished in_terminal(const Arguments&, unsigned short columns = 80) const;

private:
    TempDir directory_, state_;
    std::map<std::string, std::string> variables_;
};

// The same beside a running sandbox.
struct World : Place {
    World() : World(Sandbox::Options{}) {}
    explicit World(const Sandbox::Options&);
    Sandbox sandbox;
};

// What differs from run to run, replaced: the server's address (http://SERVER) and store (STORE), durations ("in
// TIME"), times in JSON.
std::string steady(std::string text, const Sandbox&);

// The document, after checking that it is one, and that it fits docs/json/<command>.schema.json; mistakes are thrown as
// std::runtime_error.
json::Value checked_document(const std::string& text, const std::string& command);

bool has_escape(const std::string& text); // an escape byte anywhere

} // namespace codemate::test
