#include "lifecycle/verify/content.hpp"

#include "codemate/base/text.hpp"
#include "codemate/store/check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace codemate::lifecycle::verify {
namespace {

using namespace std::chrono_literals;
using Verdict = store::Checked::Verdict;

constexpr Duration saving_distance = 30s; // a check of terabytes that is killed should not have been for nothing
constexpr Duration patience = 2s;         // with another process that writes down what it found

// Of the subjects' manifests on the disk. The size is none where two of them contradict each other.
std::vector<store::ToCheck> blobs_of(const Facts& facts, const store::Inventory& inventory) {
    std::set<ModelName, ServerOrder> names;
    for (const Subject& subject : facts.subjects)
        names.insert(subject.name);
    std::map<Digest, std::optional<ByteCount>> sizes;
    for (const store::Entry& entry : inventory.models) {
        if (!names.contains(entry.name)) continue;
        for (const Layer& layer : entry.image.blobs()) {
            const auto [known, is_new] = sizes.try_emplace(layer.digest, layer.size);
            if (!is_new && known->second != layer.size) known->second.reset();
        }
    }
    std::vector<store::ToCheck> blobs;
    for (const auto& [digest, size] : sizes)
        blobs.push_back({digest, size});
    return blobs;
}

class Reader {
public:
    Reader(const Store& store, const Options& options, const Ports& ports, const Run& run)
        : store_(store), options_(options), ports_(ports), run_(run), began_(ports.clock->now()),
          steady_(ports.clock->steady()), saved_(steady_) {}

    Content run(const std::vector<store::ToCheck>& blobs) {
        const std::vector<store::ToCheck> to_read = options_.rehash ? blobs : without_remembered(blobs);
        if (!to_read.empty()) read(to_read);
        std::ranges::sort(content_.blobs, {}, [](const BlobContent& each) { return each.checked.digest; });
        content_.took = ports_.clock->steady() - steady_;
        return std::move(content_);
    }

private:
    std::vector<store::ToCheck> without_remembered(const std::vector<store::ToCheck>& blobs) {
        const std::vector<state::Verified> known = remembered();
        std::vector<store::ToCheck> rest;
        for (const store::ToCheck& blob : blobs) {
            const store::Blob* const there = store_.inventory.find(blob.digest);
            const auto same = std::ranges::equal_range(known, blob.digest, {}, &state::Verified::digest);
            const bool good = there != nullptr && std::ranges::any_of(same, [&](const state::Verified& each) {
                                  return state::still_good(each, there->stat.identity, began_, options_.max_age);
                              });
            const bool wrong = good && blob.size && *blob.size != there->stat.identity.size;
            if (!good || wrong) {
                rest.push_back(blob);
                continue;
            }
            store::Checked checked{blob.digest, Verdict::good, blob.digest, there->stat.identity};
            content_.blobs.push_back({std::move(checked), there->stat.identity.size, true});
        }
        return rest;
    }

    std::vector<state::Verified> remembered() {
        if (ports_.verified == nullptr) return {};
        try {
            return ports_.verified->entries();
        } catch (const Error& error) {
            content_.forgotten = error;
            return {};
        }
    }

    void read(const std::vector<store::ToCheck>& blobs) {
        ByteCount total;
        for (const store::ToCheck& blob : blobs)
            total += size_of(blob.digest);
        const std::string what = "reading " + counted(blobs.size(), "blob") + ", " + to_string(total);
        tell({Event::Type::begin, {}, what, {}, total});
        store::CheckOptions options;
        options.progress = [&](ByteCount done, ByteCount all) { tell({Event::Type::amount, {}, {}, done, all}); };
        options.checked = [&](const store::Checked& checked) { note(checked); };
        std::vector<store::Checked> results;
        try {
            results = store::check_blobs(*store_.disk, blobs, options, run_.stop);
        } catch (...) {
            save();
            tell({Event::Type::end, {}, {}, {}, {}, true});
            throw;
        }
        save();
        std::size_t not_good = 0;
        for (store::Checked& checked : results) {
            if (checked.verdict != Verdict::good) ++not_good;
            content_.interrupted = content_.interrupted || checked.verdict == Verdict::unchecked;
            const ByteCount size = size_of(checked.digest);
            content_.blobs.push_back({std::move(checked), size, false});
        }
        tell({Event::Type::end, {}, outcome(total, not_good), total, total, not_good > 0});
    }

    std::string outcome(ByteCount total, std::size_t not_good) const {
        if (content_.interrupted) return "stopped";
        const Duration took = ports_.clock->steady() - steady_;
        const double seconds = in_seconds(took);
        std::string text =
            not_good == 0 ? "" : counted(not_good, "blob") + (not_good == 1 ? " is" : " are") + " not good; ";
        text += "read " + to_string(total) + " in " + to_text(took);
        if (seconds >= 1)
            text += ", " +
                    to_string(ByteCount(static_cast<std::uint64_t>(static_cast<double>(total.count()) / seconds))) +
                    "/s";
        return text;
    }

    ByteCount size_of(const Digest& digest) const {
        const store::Blob* const there = store_.inventory.find(digest);
        return there == nullptr ? ByteCount() : there->stat.identity.size;
    }

    // Called by one thread at a time.
    void note(const store::Checked& checked) {
        if (checked.verdict != Verdict::good || !checked.identity) return;
        if (state::worth_remembering(*checked.identity, began_))
            unsaved_.push_back({checked.digest, *checked.identity, began_});
        if (ports_.clock->steady() - saved_ >= saving_distance) save();
    }

    // Also after a stop, so it must not be stopped itself.
    void save() {
        saved_ = ports_.clock->steady();
        if (ports_.verified == nullptr || unsaved_.empty()) return;
        try {
            ports_.verified->add(unsaved_, {}, patience);
            unsaved_.clear();
        } catch (const Error& error) {
            content_.forgotten = error;
        }
    }

    void tell(const Event& event) const {
        if (run_.events) run_.events(event);
    }

    const Store& store_;
    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    Time began_;
    SteadyTime steady_, saved_;
    Content content_;
    std::vector<state::Verified> unsaved_;
};

} // namespace

Content read_content(const Facts& facts, const Store& store, const Options& options, const Ports& ports,
                     const Run& run) {
    return Reader(store, options, ports, run).run(blobs_of(facts, store.inventory));
}

const BlobContent* Content::find(const Digest& digest) const {
    const auto found =
        std::ranges::lower_bound(blobs, digest, {}, [](const BlobContent& each) { return each.checked.digest; });
    return found != blobs.end() && found->checked.digest == digest ? &*found : nullptr;
}

} // namespace codemate::lifecycle::verify
