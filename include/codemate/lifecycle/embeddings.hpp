#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/time.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/rules/rebuild.hpp"
#include "codemate/rules/vectors.hpp"
#include "codemate/vector_store/chroma.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Whether the embedding role's model still agrees with the store that was built with it: its dimension and who is
// recorded there, and its vectors against those that the lock remembers. Nothing in the store is changed.
namespace codemate::lifecycle::embeddings {

struct Ports {
    ollama::Server& server;
    std::vector<std::filesystem::path> volumes;  // where this machine keeps what is in named volumes
    Duration patience = std::chrono::minutes(5); // with the server, in all
};

struct Facts {
    manifest::Manifest manifest;
    std::optional<ModelName> model; // that has the role
    std::optional<manifest::Locked> locked{};
    // What the lock remembers of other models, where it remembers nothing of this one: of one that had the role before.
    std::map<ModelName, std::string, ServerOrder> others{};

    std::optional<Error> server_failure{}; // nothing could be asked
    std::optional<ollama::Installed> installed{};
    std::vector<std::string> capabilities{}; // that the server tells; empty: it tells none
    std::size_t stated_dimension = 0;        // by the header of its weights; 0: not known
    std::optional<Error> embed_failure{};    // it made no vectors
    std::vector<rules::Vector> measured{};   // of rules::sentences()

    std::filesystem::path directory{}; // where the store was looked for; empty: none is declared
    bool in_volume = false;            // that directory is the named volume's own
    std::optional<vector_store::Chroma> chroma{};
    std::optional<Error> store_failure{};
};

enum class Severity { problem, warning, note };
std::string_view to_string(Severity);

struct Finding {
    enum class What {
        no_role,      // nothing says which model makes the vectors
        no_store,     // nothing says where they are kept
        server,       // it does not answer
        absent,       // the model is not installed
        capability,   // it makes no vectors, or is not meant to
        flaw,         // its vectors are good for nothing
        vectors,      // beside those that the lock remembers
        pin,          // why its vectors cannot be remembered
        dimension,    // of the model, the store, the manifest
        other_model,  // the store names another one
        collection,   // the declared one is not there
        store,        // it cannot be read, or is not there
        store_behind, // what is read of it may be old
    };
    Severity severity;
    What what;
    std::string text;
    std::string hint = {};
    Kind kind = Kind::check; // of a problem: what decides the exit status
};
std::string_view to_string(Finding::What); // the enumerator's name, as it stands in JSON

// A collection beside the model.
struct Row {
    vector_store::Collection collection;
    bool counts = true;               // the manifest names another one otherwise
    std::optional<bool> agrees{};     // its dimension with the model's; nothing: one of them is not known
    std::optional<bool> same_model{}; // who is recorded; nothing: nobody is
};

struct Report {
    std::optional<std::size_t> dimension{}; // the model's: measured, else by its header, else as remembered
    std::optional<rules::VectorComparison> vectors{};
    std::optional<ModelName> vectors_of{}; // whose they are compared with, where that is another model
    std::vector<Row> rows;
    std::vector<Finding> findings; // problems first, then warnings, then notes
    bool must_rebuild = false;     // the store no longer agrees with the model
    bool store_disagrees = false;  // by its dimension or its recorded model: then nothing is remembered unasked
    rules::Rebuild rebuild;
    std::string to_remember{}; // what the lock shall say; empty: nothing can be remembered
    bool remembered = false;   // it has been written

    std::size_t count(Severity) const;
};

// Asks the model for vectors; it is loaded for that, and unloaded afterwards if it was not loaded before. A server that
// does not answer, and a store that cannot be read, become values.
Facts gather(const manifest::Manifest&, const manifest::Lock&, const Ports&, const Run&);
Report examine(const Facts&); // pure

// Writes the model's vectors into its entry of the lock: where there are none yet and the store does not disagree, or
// all the same if they are accepted, and then those of models that had the role before go; never over what another
// process has written since, nor into a pin of other content. Says in the report whether it did, and takes out of it
// what is settled by that. Error{manifest, storage}.
enum class Accept { first_only, any };
void remember(Report&, const Facts&, const manifest::LockFile&, Accept, const Run&);

} // namespace codemate::lifecycle::embeddings
