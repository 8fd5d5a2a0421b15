#include "codemate/download/download.hpp"

#include "download/assembly.hpp"
#include "download/earlier.hpp"
#include "download/reading.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/model/mirror.hpp"

#include <algorithm>
#include <utility>

namespace codemate::download {
namespace {

// With another place to go to, one that does not answer is not waited for so long.
constexpr int retries_before_another = 2;

class Fetching {
public:
    Fetching(const Wanted& wanted, const Target& target, registry::Registry& registry, store::Disk& disk,
             const Options& options, const std::function<void(ByteCount)>& progress)
        : wanted_(wanted), target_(target), registry_(registry), disk_(disk), options_(options), progress_(progress),
          places_(wanted.places) {
        std::ranges::stable_partition(places_, [&](const ModelName& place) { return !is_unreached(place); });
    }

    Report run(const Stop& stop) {
        for (bool first = true;; first = false) {
            auto assembly = std::make_unique<Assembly>(wanted_, target_, disk_, options_, progress_);
            if (first) report_.resumed = assembly->resumed();
            const bool is_resumed = assembly->resumed() > ByteCount();
            used_.clear();
            try {
                collect(*assembly, stop);
            } catch (...) {
                const bool nothing_came = assembly->there() == ByteCount();
                assembly.reset();
                if (nothing_came) discard_quietly();
                throw;
            }
            const std::optional<Digest> found = digest_of(*assembly, stop);
            if (found == wanted_.digest) {
                assembly->finish();
                return report();
            }
            assembly.reset();
            discard(target_, disk_);
            begin_anew(found, is_resumed);
        }
    }

    Report report() const {
        Report report = report_;
        report.fetched = ByteCount(tally_.fetched);
        report.retried = tally_.retried;
        return report;
    }

private:
    // What has failed already is what there is to say.
    void discard_quietly() const noexcept {
        try {
            discard(target_, disk_);
        } catch (...) { // what stays is empty, and the next run's
        }
    }

    // Until the file is complete.
    void collect(Assembly& assembly, const Stop& stop) {
        for (std::size_t i = 0; !assembly.complete(); ++i) {
            const bool last = i + 1 >= places_.size();
            const ModelName& place = places_.at(i);
            used_.push_back(place);
            try {
                Reading(wanted_, place, registry_, assembly, options_, retries_at(place, last), tally_).run(stop);
                if (options_.unreached) options_.unreached->remove(asked_at(place, options_));
            } catch (const Error& error) {
                if (options_.unreached && error.kind() == Kind::unreachable)
                    options_.unreached->add(asked_at(place, options_));
                if (error.kind() == Kind::storage || error.kind() == Kind::defect || last) throw;
                note(error.message() + "; going on at " + asked_at(places_[i + 1], options_));
            }
        }
    }

    bool is_unreached(const ModelName& place) const {
        return options_.unreached && options_.unreached->has(asked_at(place, options_));
    }

    int retries_at(const ModelName& place, bool last) const {
        if (is_unreached(place)) return 0;
        return last ? options_.retries : std::min(options_.retries, retries_before_another);
    }

    // Nothing: the file has been cut behind our back.
    std::optional<Digest> digest_of(Assembly& assembly, const Stop& stop) const {
        try {
            return assembly.digest(stop);
        } catch (const Error& error) {
            if (error.kind() != Kind::damaged) throw;
            return std::nullopt;
        }
    }

    // What an earlier run left may have been lost with the power, or spoilt by somebody: the registry is not to blame.
    // Else the places that it came from do not have what they say.
    void begin_anew(const std::optional<Digest>& found, bool is_resumed) {
        if (is_resumed || !found) {
            if (std::exchange(doubted_, true)) throw damaged(found);
            report_.resumed = {};
            return note("what an earlier run left of " + wanted_.digest.id() + " is damaged: it is fetched anew");
        }
        std::vector<ModelName> others;
        std::ranges::copy_if(places_, std::back_inserter(others),
                             [&](const ModelName& place) { return !std::ranges::count(used_, place); });
        if (others.empty()) throw damaged(found);
        report_.resumed = {};
        note(damaged(found).message() + "; going on at " + asked_at(others.front(), options_));
        places_ = std::move(others);
    }

    Error damaged(const std::optional<Digest>& found) const {
        std::vector<std::string> names;
        for (const ModelName& place : used_)
            names.push_back(shown_name(place));
        const std::string at = options_.where.empty() ? "" : " at " + options_.where;
        const std::string from = names.empty() ? at : " from " + listed(names) + at;
        return Error(Kind::damaged, "the blob " + wanted_.digest.id() + from + " is not what its digest says" +
                                        (found ? ": its content has " + found->id() : ""))
            .hint("nothing of it was kept; try again, and tell whoever runs the registry if it stays so");
    }

    void note(const std::string& text) const {
        if (options_.note) options_.note(text);
    }

    const Wanted& wanted_;
    const Target& target_;
    registry::Registry& registry_;
    store::Disk& disk_;
    const Options& options_;
    const std::function<void(ByteCount)>& progress_;
    std::vector<ModelName> places_, used_;
    Tally tally_;
    Report report_;
    bool doubted_ = false;
};

} // namespace

void Unreached::add(const std::string& place) {
    const std::lock_guard lock(mutex_);
    places_.insert(place);
}

void Unreached::remove(const std::string& place) {
    const std::lock_guard lock(mutex_);
    places_.erase(place);
}

bool Unreached::has(const std::string& place) const {
    const std::lock_guard lock(mutex_);
    return places_.contains(place);
}

std::string asked_at(const ModelName& place, const Options& options) {
    if (!options.where.empty()) return options.where;
    if (place.on_public_registry() && !options.public_registry.empty()) return options.public_registry;
    return shown_host(place);
}

std::string journal_of(const std::string& partial) {
    return partial + ".journal";
}

void discard(const Target& target, store::Disk& disk) {
    disk.remove(target.partial);
    disk.remove(journal_of(target.partial));
}

ByteCount left_over(const Wanted& wanted, const Target& target, store::Disk& disk) {
    try {
        const auto file = disk.stat(target.partial);
        if (!file || file->type != store::Type::file) return {};
        const auto journal = earlier_journal(wanted, file->identity, target, disk, {});
        return journal ? bytes_there(*journal) : ByteCount();
    } catch (const Error& error) {
        diagnostics::debug(error.message());
        return {};
    }
}

Report fetch(const Wanted& wanted, const Target& target, registry::Registry& registry, store::Disk& disk,
             const Options& options, const std::function<void(ByteCount done)>& progress, Stop stop) {
    throw_if_stopped(stop);
    if (wanted.places.empty()) throw Error(Kind::defect, "a download from nowhere");
    const auto in_the_way = disk.stat(target.whole);
    if (in_the_way && in_the_way->type == store::Type::directory)
        throw Error(Kind::storage, quoted(target.whole) + " is a directory; the blob belongs there")
            .hint("move it away");
    return Fetching(wanted, target, registry, disk, options, progress).run(stop);
}

} // namespace codemate::download
