#include "lifecycle/check/rules.hpp"

#include "codemate/base/text.hpp"

#include <map>

namespace codemate::lifecycle::check {
namespace {

// Bytes on the disk, shared layers once. Of a pin without its manifest's bytes only the sum is known.
class Space {
public:
    void add(const manifest::Locked& pin) {
        if (!pin.bytes) {
            wholes_.emplace(pin.digest, pin.size);
            return;
        }
        for (const Layer& blob : Image::parse(*pin.bytes).blobs())
            blobs_.emplace(blob.digest, blob.size);
    }
    ByteCount sum() const {
        ByteCount sum;
        for (const auto& [digest, size] : blobs_)
            sum += size;
        for (const auto& [digest, size] : wholes_)
            sum += size;
        return sum;
    }

private:
    std::map<Digest, ByteCount> blobs_, wholes_;
};

} // namespace

void check_budget(const Facts& facts, Findings& findings) {
    if (!facts.manifest.disk_budget) return;
    const ByteCount budget = *facts.manifest.disk_budget;
    Space space;
    std::size_t unknown = 0;
    for (const ModelName& name : manifest::required_set(facts.manifest)) {
        if (const manifest::Locked* pin = locked(facts, name))
            space.add(*pin);
        else
            ++unknown;
    }
    if (space.sum() <= budget) return;
    const std::string known = unknown == 0 ? "takes " : "takes at least ";
    findings.push_back({Severity::problem, Rule::budget, std::nullopt, "/budget/disk", false,
                        "the required set " + known + to_string(space.sum()) + " by the lock, " +
                            to_string(space.sum() - budget) + " more than the budget of " + to_string(budget),
                        "raise the budget, or require smaller models"});
}

} // namespace codemate::lifecycle::check
