#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/ollama/server.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/inventory.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Where the models directory of the server that is asked is on this machine, if it is. No server says it: a loopback
// address may be a tunnel's or a container's, and a directory at a usual place another server's (facts.md 1.5, 11.37).
// So whatever directory there is has to be proved by what the server lists.
namespace codemate::lifecycle::locate {

struct Place {
    enum class Origin {
        named,       // by --models-dir: it and no other
        environment, // OLLAMA_MODELS, which is the server's own only where it was started with the same
        usual,       // of a user's server, of the system service
        volume,      // of a container, by the mount point of its volume
        shown,       // the server tells where a model's weights are on its own file system
    };
    std::filesystem::path path;
    Origin origin = Origin::usual;
};
std::string_view to_string(Place::Origin); // the enumerator's name, as it stands in JSON

struct Options {
    std::vector<Place> places; // likely ones first; a named one stands alone
};

struct Ports {
    ollama::Server& server;
    std::function<std::unique_ptr<store::Disk>(const std::filesystem::path&)> open;  // store::open_disk
    std::function<std::optional<std::uint32_t>(const std::filesystem::path&)> owner; // owner_of
};

// A place that was looked at.
struct Candidate {
    Place place;
    std::optional<Error> error{}; // why it could not be read; not_found: it is not there
    std::string owner{};          // a user who may read it, as far as one can tell; of an error only
    std::shared_ptr<store::Disk> disk{};
    store::Inventory inventory{};
    // Of the models that the server does not list: those of which it cannot list any more, as their configuration or
    // template is damaged (facts.md 3.2).
    std::vector<ModelName> hidden{};
};

struct Facts {
    std::vector<ollama::Installed> installed; // as the server listed it last
    std::vector<Candidate> candidates;
    std::optional<std::filesystem::path> shown; // on the server's file system
};

// Whether a directory is what the server reads: all the models that both know have one digest and one time, to the
// nanosecond, there is at least one, and whatever only one of them knows is explained by damage.
struct Proof {
    std::size_t matching = 0;
    std::string against{}; // "mistral:latest has another digest there": what speaks against it; fit for a terminal
    bool holds() const { return matching > 0 && against.empty(); }
};
Proof prove(const Candidate&, const std::vector<ollama::Installed>&); // pure

struct Store {
    Place place;
    bool proven = false;
    std::string doubt{}; // why it is not proven, and used because it was named
    std::shared_ptr<store::Disk> disk{};
    store::Inventory inventory{};
};

struct Dismissed {
    Place place;
    std::string why; // fit for a terminal
};

// Among the manifests. As long as it is there the server lists no model at all (facts.md 3.2).
struct DanglingLink {
    std::filesystem::path path;
    std::string why; // "it is a link that leads nowhere, to '/x'"; fit for a terminal
};

struct Report {
    enum class Standing {
        proven,
        named,      // used because the user says so; not proven
        unreadable, // it seems to be here, and somebody else may read it
        elsewhere,  // the server is remote, or in a container, or it is none of the places
        unprovable, // the server has no models: no directory can be told from another one
    };
    Standing standing = Standing::elsewhere;
    std::optional<Store> store{};
    std::vector<Dismissed> dismissed{};
    std::vector<ollama::Installed> installed{};
    std::optional<std::filesystem::path> shown{}; // on the server's file system
    std::string user{};                           // of unreadable: who may read it
    std::optional<Place> unreadable{};
    std::vector<DanglingLink> dangling{}; // in all places that were looked at
};
std::string_view to_string(Report::Standing); // the enumerator's name, as it stands in JSON

// `installed`: what the server lists. Asks it where its models are, and looks there and at the places in turn, until
// one is proven. A directory that agrees in part is looked at twice, for the server may be at work. Throws what is
// wrong with a named directory.
Facts gather(const Options&, std::vector<ollama::Installed> installed, const Ports&, Stop);
Report examine(Facts); // pure

} // namespace codemate::lifecycle::locate
