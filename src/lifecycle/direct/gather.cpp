#include "lifecycle/direct/asked.hpp"
#include "lifecycle/direct/images.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/lifecycle/direct.hpp"
#include "codemate/rules/targets.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>
#include <mutex>

namespace codemate::lifecycle::direct {
namespace {

constexpr std::size_t most_at_once = 8; // models that registries are asked for
constexpr Duration longest_trusted = std::chrono::days(30);

// What unfinished downloads have on the disk already.
std::map<Digest, ByteCount> begun_downloads(store::Disk& disk, const Stop& stop) {
    std::map<Digest, ByteCount> begun;
    if (!disk.stat(work_directory)) return begun;
    for (const store::Listed& entry : disk.list(work_directory, stop).entries) {
        const auto digest = Digest::parse(entry.name);
        if (digest && entry.stat.type == store::Type::file) begun.emplace(*digest, entry.stat.on_disk);
    }
    return begun;
}

std::set<Digest> verified_blobs(const store::Inventory& inventory, const Ports& ports) {
    std::set<Digest> verified;
    if (ports.verified == nullptr) return verified;
    try {
        for (const state::Verified& entry : ports.verified->entries()) {
            const store::Blob* blob = inventory.find(entry.digest);
            if (blob != nullptr && state::still_good(entry, blob->stat.identity, ports.clock.now(), longest_trusted))
                verified.insert(entry.digest);
        }
    } catch (const Error& error) {
        diagnostics::info(error.message());
    }
    return verified;
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock* lock, const Ports& ports,
             const Run& run) {
    const rules::Targets targets = rules::parse_targets(options.targets);
    Facts facts{manifest, manifest::resolve(manifest, targets.words)};
    if (lock != nullptr) facts.lock = *lock;
    if (ports.disk != nullptr) {
        facts.inventory = store::take_inventory(store::scan(*ports.disk, run.stop));
        facts.begun = begun_downloads(*ports.disk, run.stop);
        facts.verified = verified_blobs(facts.inventory, ports);
    }
    find_asked(facts, targets.with_digest, options, ports, run);
    std::mutex mutex;
    for_each_parallel(facts.wanted.size(), most_at_once, [&](std::size_t i) {
        Found found = find_content(facts.wanted[i], facts, options, ports, run);
        const std::lock_guard guard(mutex);
        facts.found.insert_or_assign(facts.wanted[i].name, std::move(found));
    });
    if (ports.space) facts.space = ports.space();
    return facts;
}

} // namespace codemate::lifecycle::direct
