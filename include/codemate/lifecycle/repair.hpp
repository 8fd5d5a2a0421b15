#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/manifest/lock.hpp"
#include "codemate/manifest/manifest.hpp"
#include "codemate/model/image.hpp"
#include "codemate/registry/registry.hpp"
#include "codemate/state/journal.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/inventory.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Heals a models directory, file by file: each bad blob is fetched by its digest, hashed on the way, and takes the bad
// one's place in one step. No tag is pulled, so that no version can change; a server's own pull would take the bad file
// for good (facts.md 4.6).
namespace codemate::lifecycle::repair {

// A blob that is missing, or has not the content that its name says.
struct BadBlob {
    Layer layer;
    std::vector<ModelName> models{};        // that use it
    std::optional<store::Identity> found{}; // what stands in its place, as it was judged; nothing: no file
};

// A manifest that says nothing any more.
struct BadManifest {
    ModelName name;
    std::string path; // the disk's
};

struct Damage {
    std::vector<BadBlob> blobs;
    std::vector<BadManifest> manifests;
    bool empty() const { return blobs.empty() && manifests.empty(); }
};

struct Ports {
    store::Disk& disk;
    registry::Registry& registry;
};

// What is known to help, beside the registries.
struct Memory {
    const manifest::Manifest& manifest;
    const manifest::Lock& lock;
    std::vector<state::Pulled> pulled; // from this server, oldest first
};

struct Facts {
    struct Blob {
        BadBlob bad;
        std::vector<ModelName> sources{}; // that have it, likely ones first
        std::vector<Error> unanswered{};  // of places that could not be asked
    };
    struct Manifest {
        BadManifest bad;
        std::optional<Image> image{}; // exactly as it was
        std::string from{};           // "codemate.lock" or "the journal of pulls"
    };
    std::vector<Blob> blobs; // also those that a manifest names which is to be rebuilt
    std::vector<Manifest> manifests;
};

struct Step {
    enum class Do {
        fetch_blob,
        rebuild_manifest,
        nothing, // there is no source: it stays as it is
    } what = Do::nothing;
    std::optional<BadBlob> blob{}; // else a manifest
    std::optional<BadManifest> manifest{};
    std::vector<ModelName> sources{};
    std::string bytes{};  // of the manifest
    std::string reason{}; // where it comes from, or why nothing can be done; fit for a terminal

    std::string subject() const; // "weights 6a0746a1ec1a (4.1 GB) of mistral:latest"
};
std::string_view to_string(Step::Do); // the enumerator's name, as it stands in JSON

struct Plan {
    std::vector<Step> steps;
    ByteCount to_fetch() const;
    std::size_t count(Step::Do) const;
};

struct Item {
    Step step;
    bool done = false;
    std::optional<Error> error{}; // then the disk is as it was
};

struct Report {
    std::vector<Item> items; // in the plan's order; those that a stop left out are not done and have no error
    bool interrupted = false;
};

// `inventory`: of the same disk, for blobs that a rebuilt manifest will name.
Facts gather(const Damage&, const store::Inventory& inventory, const Memory&, const Ports&, const Run&);
Plan plan(const Facts&); // pure: blobs first, so that a manifest comes back to what is whole
Report execute(const Plan&, const Ports&, const Run&);

} // namespace codemate::lifecycle::repair
