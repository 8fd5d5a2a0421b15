#include "lifecycle/direct/blobs.hpp"

#include "lifecycle/direct/ownership.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"
#include "codemate/store/check.hpp"
#include "codemate/store/layout.hpp"

#include <algorithm>

namespace codemate::lifecycle::direct {
namespace {

using Verdict = store::Checked::Verdict;

constexpr std::size_t small_at_once = 4;
constexpr auto oldest_partial = std::chrono::days(30);
constexpr std::string_view journal_ending = ".journal";

download::Target target_of(const Digest& digest, store::Disk& disk, const Options& options) {
    return {std::string(work_directory) + "/sha256-" + digest.hex(), store::blob_path(digest),
            file_ownership(disk, options)};
}

// Several blobs come at once: what is there of them all.
class Sum {
public:
    Sum(ByteCount total, const std::function<void(ByteCount, ByteCount)>& amount) : total_(total), amount_(amount) {}

    void set(const Digest& blob, ByteCount done) {
        const std::lock_guard lock(mutex_);
        done_[blob] = done;
        ByteCount sum;
        for (const auto& [digest, count] : done_)
            sum += count;
        if (amount_) amount_(sum, total_);
    }

private:
    ByteCount total_;
    const std::function<void(ByteCount, ByteCount)>& amount_;
    std::mutex mutex_;
    std::map<Digest, ByteCount> done_;
};

// Of a download that ends early: what came and stays.
struct Came {
    Blobs::Brought& brought;
    std::mutex& mutex;
    std::optional<ByteCount> first{};
    ByteCount last{};
    bool known = false; // its report says more

    void set(ByteCount there) {
        if (!first) first = there;
        last = there;
    }
    ~Came() {
        if (known || !first) return;
        const std::lock_guard lock(mutex);
        brought.fetched += last - *first;
        brought.resumed += *first;
    }
};

} // namespace

Blobs::Blobs(const Plan& plan, const Options& options, const Ports& ports, const Run& run)
    : plan_(plan), options_(options), ports_(ports), run_(run) {}

void Blobs::freshen() {
    for (const Step& step : plan_.steps) {
        if (step.what != Step::Do::fetch) continue;
        for (const Digest& digest : step.loose) {
            try {
                ports_.disk->touch(store::blob_path(digest));
                if (const auto stat = ports_.disk->stat(store::blob_path(digest)))
                    freshened_.insert_or_assign(digest, stat->identity);
            } catch (const Error& error) { // of another owner, as a rule
                diagnostics::info(error.message());
            }
        }
    }
}

void Blobs::check() {
    std::map<Digest, ByteCount> wanted;
    ByteCount total;
    for (const Step& step : plan_.steps) {
        if (step.what == Step::Do::refuse) continue;
        for (const Layer& layer : step.to_check)
            wanted.emplace(layer.digest, layer.size);
    }
    std::vector<store::ToCheck> list;
    for (const auto& [digest, size] : wanted) {
        list.push_back({digest, size});
        total += size;
    }
    if (list.empty()) return;
    const auto tell = [&](Event event) {
        if (run_.events) run_.events(event);
    };
    tell({Event::Type::stage, {}, "checking " + to_string(total) + " that are there already", {}, {}});
    const Time at = ports_.clock.now();
    for (const store::Checked& checked : store::check_blobs(*ports_.disk, list, {}, run_.stop)) {
        if (checked.verdict == Verdict::unchecked) throw_if_stopped(run_.stop);
        if (checked.verdict != Verdict::good) {
            damaged_.insert(checked.digest);
        } else if (checked.identity && state::worth_remembering(*checked.identity, at)) {
            good_.push_back({checked.digest, *checked.identity, at});
        }
    }
}

std::vector<Layer> Blobs::lacking(const Step& step) const {
    std::vector<Layer> layers;
    std::ranges::copy_if(step.missing, std::back_inserter(layers),
                         [&](const Layer& layer) { return !brought_.contains(layer.digest); });
    std::ranges::copy_if(step.to_check, std::back_inserter(layers), [&](const Layer& layer) {
        return damaged_.contains(layer.digest) && !brought_.contains(layer.digest);
    });
    for (const Layer& layer : step.image->blobs()) {
        const bool is_listed = std::ranges::find(layers, layer.digest, &Layer::digest) != layers.end();
        if (gone_.contains(layer.digest) && !brought_.contains(layer.digest) && !is_listed) layers.push_back(layer);
    }
    return layers;
}

std::vector<Layer> Blobs::gone(const Step& step) const {
    std::vector<Layer> layers;
    for (const Layer& layer : step.image->blobs()) {
        const auto stat = ports_.disk->stat(store::blob_path(layer.digest));
        if (!stat || stat->type != store::Type::file || stat->identity.size != layer.size) layers.push_back(layer);
    }
    return layers;
}

ByteCount Blobs::to_bring(const Step& step) const {
    ByteCount sum;
    for (const Layer& layer : lacking(step))
        sum += layer.size;
    return sum;
}

void Blobs::bring(const Step& step, Brought& brought, const std::function<void(ByteCount, ByteCount)>& amount) {
    std::vector<Layer> layers = lacking(step);
    Sum sum(to_bring(step), amount);
    const auto fetch_one = [&](const Layer& layer) {
        fetch(layer, step, brought, [&](ByteCount done) { sum.set(layer.digest, done); });
    };
    // Small ones, which take one connection each, side by side; then the large ones, which take several.
    const auto large = std::ranges::stable_partition(
        layers, [&](const Layer& layer) { return layer.size <= ByteCount(options_.download.part); });
    const std::span<const Layer> small(layers.begin(), large.begin());
    for_each_parallel(small.size(), small_at_once, [&](std::size_t i) { fetch_one(small[i]); });
    for (const Layer& layer : large)
        fetch_one(layer);
}

void Blobs::hold(const Step& step, Brought& brought, const std::function<void(ByteCount, ByteCount)>& amount) {
    const std::vector<Layer> lost = gone(step);
    if (lost.empty()) return;
    for (const Layer& layer : lost) {
        brought_.erase(layer.digest);
        gone_.insert(layer.digest);
    }
    if (run_.events) {
        run_.events({Event::Type::note,
                     {},
                     counted(lost.size(), "layer") + " of " + printable(step.name.display()) +
                         (lost.size() == 1 ? " was" : " were") +
                         " removed meanwhile, as a server does that starts: fetched again",
                     {},
                     {}});
    }
    bring(step, brought, amount);
    const std::vector<Layer> again = gone(step);
    if (again.empty()) return;
    const Layer& layer = again.front();
    throw Error(Kind::storage, "its " + std::string(to_string(layer.role)) + " " + layer.digest.id() +
                                   " was removed from " +
                                   quoted((options_.models / std::string(store::blobs_directory)).string()) +
                                   " while codemate was at work, twice")
        .hint("a server, or another program, removes blobs there: stop it, then pull again; `codemate pull` without "
              "--direct lets a server fetch the models");
}

void Blobs::fetch(const Layer& layer, const Step& step, Brought& brought, const std::function<void(ByteCount)>& done) {
    const download::Target target = target_of(layer.digest, *ports_.disk, options_);
    Came came{brought, mutex_};
    try {
        const bool replaces = ports_.disk->stat(target.whole).has_value(); // cut short, a link, or damaged
        const download::Report report = download::fetch(
            {layer.digest, layer.size, step.places}, target, ports_.registry, *ports_.disk, options_.download,
            [&](ByteCount there) {
                came.set(there);
                done(there);
            },
            run_.stop);
        came.known = true;
        const std::lock_guard lock(mutex_);
        brought.fetched += report.fetched;
        brought.resumed += report.resumed;
        brought_.insert(layer.digest);
        brought.in_vain += report.fetched - (layer.size - report.resumed);
        if (replaces) brought.damaged.push_back(layer.digest);
    } catch (const Error& error) {
        if (error.kind() != Kind::storage) throw;
        Error said = error;
        said.note("its " + std::string(to_string(layer.role)) + " " + layer.digest.id() + " has " +
                  to_string(layer.size));
        throw std::move(said).hint("what has come stays, and the next run goes on with it; to give it up, remove " +
                                   quoted((options_.models / work_directory).string()));
    }
}

// What was written within the last ticks of the file system's clock is not: it could change without a trace.
void Blobs::remember() {
    if (ports_.verified == nullptr) return;
    try {
        const Time now = ports_.clock.now();
        for (const Digest& digest : brought_) {
            const auto stat = ports_.disk->stat(store::blob_path(digest));
            if (stat && state::worth_remembering(stat->identity, now)) good_.push_back({digest, stat->identity, now});
        }
        for (const auto& [digest, identity] : freshened_) {
            const auto stat = ports_.disk->stat(store::blob_path(digest));
            if (stat && stat->identity == identity && !damaged_.contains(digest) && !brought_.contains(digest) &&
                state::worth_remembering(identity, now))
                good_.push_back({digest, identity, now});
        }
        if (!good_.empty()) ports_.verified->add(good_, run_.stop);
    } catch (const Error& error) {
        diagnostics::info("which blobs are good is not remembered: " + error.message());
    } catch (const Interrupted&) {
        diagnostics::info("which blobs are good is not remembered: interrupted");
    }
}

void Blobs::clean_up() {
    store::Disk& disk = *ports_.disk;
    try {
        for (const store::Listed& entry : disk.list(work_directory, {}).entries) {
            const std::string path = std::string(work_directory) + '/' + entry.name;
            std::string_view blob = entry.name;
            const bool is_journal = blob.ends_with(journal_ending);
            if (is_journal) blob.remove_suffix(journal_ending.size());
            if (!Digest::parse(blob)) continue;
            const bool is_alone = is_journal && !disk.stat(std::string(work_directory) + '/' + std::string(blob));
            if (is_alone || entry.stat.identity.modified + oldest_partial < ports_.clock.now()) disk.remove(path);
        }
    } catch (const Error& error) {
        diagnostics::info(error.message());
    }
}

} // namespace codemate::lifecycle::direct
