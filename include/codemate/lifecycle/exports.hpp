#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/run.hpp"
#include "codemate/download/download.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/image.hpp"
#include "codemate/ollama/types.hpp"
#include "codemate/registry/push.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/state/uploads.hpp"
#include "codemate/state/verified.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/inventory.hpp"
#include "codemate/upstream/supply.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Models as they are locked, or else installed, into a directory that travels, or to a registry. (`export` is a word of
// C++.)
namespace codemate::lifecycle::exports {

// Where a blob is read.
struct Source {
    registry::Registry& registry;
    std::vector<ModelName> places; // names under which that one has it
    bool at_hand = false;          // on a disk of this machine
    std::string where = {};        // as messages call it: "the models directory '/models'"
};

// What was done about one blob.
struct Carried {
    ByteCount moved;   // written, or sent
    ByteCount resumed; // of an earlier run
    bool mounted = false;
    std::size_t begun_anew = 0;
};

// Where models go. For one caller at a time. Throws Error, Interrupted.
class Destination {
public:
    virtual ~Destination() = default;

    virtual std::string place(const ModelName&) const = 0;             // for people; two models cannot have the same
    virtual bool has(const ModelName&, const Layer&, const Stop&) = 0; // in its size, whatever its content
    virtual std::optional<Digest> served(const ModelName&, const Stop&) = 0;
    virtual ByteCount left_over(const Layer&) { return {}; } // of an earlier run, which it goes on with

    // From here on it is written to.
    virtual void begin(const Run&) = 0;
    // Which of those that are there have another content. They are gone then.
    // Tells of it as of the whole.
    virtual std::vector<Digest> check(const std::vector<Layer>&, const Run&) = 0;
    virtual Carried put(const ModelName&, const Layer&, const Source&, const std::function<void(ByteCount)>& progress,
                        const Stop&) = 0;
    virtual void put_model(const ModelName&, const Image&, const manifest::Locked& entry, const Stop&) = 0;
    virtual void end() = 0; // throws nothing
};

struct DirectoryPorts {
    std::filesystem::path path;                                 // as absolute
    std::string shown;                                          // as the user named it
    std::shared_ptr<store::Disk> disk;                          // nullptr: there is no such directory
    std::function<std::shared_ptr<store::Disk>()> make;         // makes it
    std::function<std::unique_ptr<FileLock>(const Stop&)> lock; // against a second export into it; may be empty
    const Clock& clock;
    const state::VerifiedBlobs* verified = nullptr; // nullptr: all that is there is hashed each time
    download::Options download = {};
};
// An OCI image layout with codemate.lock in it. Throws Error{usage} for a directory that is none and not empty,
// Error{damaged, storage}.
std::unique_ptr<Destination> to_directory(DirectoryPorts);

struct RegistryPorts {
    registry::Publisher& publisher;
    const Clock& clock;
    const state::Uploads* uploads = nullptr; // nullptr: uploads that are cut off begin anew in the next run
};
std::unique_ptr<Destination> to_registry(RegistryPorts);

struct Options {
    std::vector<std::string> targets; // empty: the required set; NAME@sha256:… for a content whatever the lock says
};

// A models directory of this machine.
struct Store {
    std::filesystem::path path;
    std::shared_ptr<store::Disk> disk;
    store::Inventory inventory; // its blobs are known
};

struct Ports {
    registry::Registry& registry; // of the models' places
    Destination& destination;
    std::optional<Store> store = {};
    std::string why_no_store = {};                 // a clause, fit for a terminal
    const state::Journal* journal = nullptr;       // of pulls; what it remembers can be asked for by its digest
    std::vector<ollama::Installed> installed = {}; // as the server lists it, or by the store where none answers
    // Whether a path in a manifest tells of this machine. Absolute ones are asked for only.
    std::function<bool(const std::string&)> is_private = {};
};

struct Facts {
    enum class Why { asked, locked, installed, served };
    struct Model {
        ModelName name;
        bool declared = false;
        ModelName source; // its place
        std::vector<ModelName> places{};
        std::optional<manifest::Locked> locked{}; // by the lock, or by the digest that is asked for
        std::optional<Image> image{};             // as it goes out
        std::optional<Digest> original{};         // of what it was before paths of this machine were taken out
        Why why = Why::locked;
        std::optional<Error> error{};             // why there is no image
        std::optional<Error> refused{};           // what the destination says to being asked what it has of it
        std::set<Digest> there{};                 // at the destination
        std::map<Digest, ByteCount> left_over{};  // likewise, of what is not whole
        std::optional<Digest> served{};           // likewise, under that name
        std::optional<upstream::Supply> supply{}; // where something is neither there nor in the store
    };
    std::vector<Model> models;
    std::set<Digest> stored{};                // in the store, in their sizes
    std::map<ModelName, std::string> where{}; // each model's place
    std::string why_no_store{};
    std::map<Digest, std::string> unfit{}; // what is wrong with the store's file of a layer that is nowhere else
};
std::string_view to_string(Facts::Why); // the enumerator's name, as it stands in JSON

struct Blob {
    Layer layer;
    bool there = false, stored = false;
    bool shared = false;   // comes with a model before this one
    ByteCount left_over{}; // of an earlier run
};

struct Step {
    ModelName name;
    std::string place;
    Facts::Why why = Facts::Why::locked;
    std::optional<Image> image{};
    std::optional<Digest> original{};
    std::optional<manifest::Locked> entry{}; // of the lock that goes along
    std::vector<ModelName> places{};         // where its layers are to be had, but for the store
    std::vector<Blob> blobs{};
    bool up_to_date = false;          // as far as one can tell without reading it all
    std::optional<Digest> replaced{}; // what stands under that name there
    std::optional<Error> obstacle{};

    ByteCount from_store() const, from_registry() const, there() const;
    ByteCount left_over() const; // of from_store() and from_registry()
};

struct Plan {
    std::vector<Step> steps;
    std::optional<Error> refusal{};
    ByteCount from_store() const, from_registry() const;
};

struct Item {
    Step step;
    bool done = false;
    Carried carried{};
    std::size_t mounted = 0;
    ByteCount kept{}; // of a layer that is not whole: the next run may go on with it
    std::optional<Error> error{};
};

enum class Ending { complete, interrupted };
struct Report {
    std::vector<Item> items; // in the plan's order
    Ending ending = Ending::complete;
};

Facts gather(const Options&, const manifest::Manifest&, const manifest::Lock&, const Ports&, const Run&);
Plan plan(const Facts&); // pure
// A model that fails does not stop the others. What is not whole when it ends is gone on with by the next run.
Report execute(const Plan&, const Ports&, const Run&);

} // namespace codemate::lifecycle::exports
