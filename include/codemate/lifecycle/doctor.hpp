#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/http/client.hpp"
#include "codemate/http/silence.hpp"
#include "codemate/machine/disk_space.hpp"
#include "codemate/machine/memory.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/store/inventory.hpp"
#include "codemate/vector_store/chroma.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What is wrong with the machine, the server and the project, one line a check: what was found, why it matters, what to
// do. Only questions are asked, no model is loaded, nothing is written. Each look has a limit of its own, and whatever
// becomes of it the others go on.
namespace codemate::lifecycle::doctor {

using Environment = std::map<std::string, std::string, std::less<>>;

struct Options {
    std::string address;                 // of the server, as it is shown
    std::optional<http::Url> endpoint{}; // nothing: what names it makes no sense
    std::optional<Error> bad_address{};  // why it cannot be asked: its address, or the key for it
    Environment environment{};           // of this process
    std::filesystem::path project{};     // where compose files and .env are looked for; empty: nowhere
    bool in_ci = false;                  // nobody types there
    std::string unseen_manifest{};       // a codemate.json above that does not count here: fit for a terminal
};

// What came of a look: a value, or why there is none, or neither where nobody looked.
template<typename T>
struct Look {
    std::optional<T> value{};
    std::optional<Error> failure{};

    explicit operator bool() const { return value.has_value(); }
    const T* operator->() const { return &*value; }
    const T& operator*() const { return *value; }
};

// The server's models directory, as far as it is in reach.
struct Store {
    enum class Standing { proven, named, unreadable, elsewhere, unprovable };
    Standing standing = Standing::elsewhere;
    std::string path{};                          // of what was found, or may not be read
    std::string doubt{};                         // why it is not proven: a clause, fit for a terminal
    std::optional<store::Inventory> inventory{}; // of proven and named
    std::optional<machine::DiskSpace> space{};   // of its file system
    std::vector<std::string> dangling{};         // links among the manifests that lead nowhere: sentences
    std::vector<std::string> ways{};             // command lines that get to it all the same
};

struct Machine {
    std::optional<machine::Memory> memory{};
    std::optional<std::vector<machine::Gpu>> gpus{}; // nothing: not known
};

// A mention of a model in the project's files that matters here.
struct Reference {
    enum class State { misspelt, contradicting, undeclared, embedding }; // embedding: of a model that makes vectors
    State state = State::undeclared;
    ModelName name;
    std::string place{}; // "src/app.py:12"
    std::string text{};  // of misspelt and contradicting: what is wrong
};

// A variable OLLAMA_… where somebody gives it a value.
struct Setting {
    // An Ollama server's, surely another program's, of whatever reads this file, or not known.
    enum class Whose { server, program, readers, anyone };
    std::string name;
    std::optional<std::string> value{}; // nothing: it is put together from others
    std::string place{};                // "docker-compose.yml:12", "the environment"
    Whose whose = Whose::anyone;
};

struct Settings {
    std::vector<Setting> all;
    std::vector<std::string> unread{}; // what could not be looked at, and why: clauses, fit for a terminal
};

// Whether the user's shell completes codemate's lines.
struct Completion {
    std::string shell;          // "bash"; empty: none that codemate has a script for
    std::string found{};        // the file that says so; empty: none of the usual ones
    bool lacks_package = false; // of bash: bash-completion, which loads scripts from their directories
    std::string not_loaded{};   // the script that stands in one without it
};

// How a request for the version ended, whoever answered it.
struct Contact {
    std::optional<http::Response> answer{};
    std::optional<Error> failure{};              // of no answer
    http::Silence silence = http::Silence::none; // of whoever took the connection
    Time asked{}, answered{};                    // by our clock
    std::string version{};                       // of an Ollama server
};

struct Facts {
    Options options;
    Contact contact{};
    Look<std::vector<ollama::Installed>> installed{};
    std::size_t unusable = 0; // entries of the server's list beside these, with names that no model can have
    Look<std::vector<ollama::Running>> running{};
    std::map<ModelName, ollama::Shown, ServerOrder> shown{}; // of required models, a few at most
    std::optional<Error> shows_none{};                       // of several models none can be shown: why not
    Look<Store> store{};
    Look<Machine> machine{};
    Look<manifest::Manifest> manifest{};
    Look<std::optional<manifest::Lock>> lock{};      // a value without one: there is no such file
    Look<std::vector<std::string>> contradictions{}; // between the two: sentences
    Look<std::vector<Reference>> references{};
    Look<vector_store::Chroma> chroma{};
    Look<std::vector<Setting>> settings{};
    std::vector<std::string> settings_unread{}; // files that may set some, and could not be looked at: clauses
    Look<Completion> completion{};
    Time now{};
};

// Where looks are taken. What they throw becomes a failure of that look alone.
struct Ports {
    std::function<http::Response(Stop)> knock; // GET /api/version, as it is answered
    std::function<ollama::Server&()> server;
    std::function<Store(std::vector<ollama::Installed>, Stop)> store;
    std::function<Machine(Stop)> machine;
    std::function<manifest::Manifest()> manifest;
    std::function<std::optional<manifest::Lock>()> lock;
    std::function<std::vector<std::string>(const manifest::Manifest&, const std::optional<manifest::Lock>&)>
        contradictions;
    // `installed`: on the server; nullptr: not known.
    std::function<std::vector<Reference>(const manifest::Manifest&, const std::optional<manifest::Lock>&,
                                         const std::vector<ollama::Installed>* installed, Stop)>
        references;
    std::function<vector_store::Chroma(const std::filesystem::path&, Stop)> chroma;
    // The text of a small regular file; nothing where there is none. The names in a directory; none where there is
    // none. Error where one is there and cannot be read.
    std::function<std::optional<std::string>(const std::filesystem::path&)> read;
    std::function<std::vector<std::string>(const std::filesystem::path&)> list;
    const Clock& clock;
    // The longest that is waited for one answer of the server, for all of them, and for each other look.
    Duration answer = std::chrono::seconds(3), answers = std::chrono::seconds(5), look = std::chrono::seconds(3);
};

enum class Level { ok, note, problem, skipped };
std::string_view to_string(Level); // the enumerator's name, as it stands in JSON

// One line of the report.
struct Finding {
    Level level = Level::ok;
    std::string cause{};               // of a note and a problem: "host_refused"
    std::string found{};               // fit for a terminal, as all here; of skipped: why
    std::string why{};                 // why it matters
    std::vector<std::string> advice{}; // what to do: sentences
    std::string check{};               // the check's id
    std::string id() const { return cause.empty() ? check : check + "." + cause; }
};
using Findings = std::vector<Finding>;

// A check: one more is one more row of the table in src/lifecycle/doctor/examine.cpp.
struct Check {
    std::string_view id;
    Findings (*examine)(const Facts&); // pure; what it throws is said in its line
};
std::span<const Check> checks();

struct Report {
    std::vector<Finding> findings; // in the order of the table
    std::string version;           // of the server; empty: it did not say

    std::size_t count(Level) const;
};

// Throws nothing but Interrupted.
Facts gather(const Options&, const Ports&, const Run&);
Report examine(const Facts&, std::span<const Check> = checks()); // pure

} // namespace codemate::lifecycle::doctor
