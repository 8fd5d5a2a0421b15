#include "cli/commands/verify/repair.hpp"

#include "codemate/base/text.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/ui/message.hpp"

#include <algorithm>

namespace codemate::cli::verify {
namespace {

namespace check = lifecycle::verify;
namespace use = lifecycle::repair;
using What = check::Finding::What;

bool is_bad_blob(const check::Finding& finding) {
    const bool of_content =
        finding.what == What::layer_missing || finding.what == What::layer_size || finding.what == What::layer_damaged;
    return of_content && finding.layer;
}

// All models of the disk that have it, whether they were asked for or not.
std::vector<ModelName> users_of(const Digest& digest, const store::Inventory& inventory) {
    std::vector<ModelName> users;
    for (const store::Entry& entry : inventory.models) {
        const std::vector<Layer> blobs = entry.image.blobs();
        if (std::ranges::find(blobs, digest, &Layer::digest) != blobs.end()) users.push_back(entry.name);
    }
    return users;
}

std::optional<store::Identity> judged(const Digest& digest, const check::Facts& facts,
                                      const store::Inventory& inventory) {
    if (const check::BlobContent* content = facts.content ? facts.content->find(digest) : nullptr) {
        if (content->checked.identity) return content->checked.identity;
    }
    const store::Blob* const there = inventory.find(digest);
    return there == nullptr ? std::nullopt : std::optional(there->stat.identity);
}

} // namespace

use::Damage damage_of(const check::Facts& facts, const check::Report& report) {
    use::Damage damage;
    if (!facts.reach || !facts.reach->store) return damage;
    const store::Inventory& inventory = facts.reach->store->inventory;
    const auto known = [&](const Digest& digest) {
        return std::ranges::any_of(damage.blobs, [&](const use::BadBlob& blob) { return blob.layer.digest == digest; });
    };
    for (const check::Row& row : report.rows) {
        for (const check::Finding& finding : row.findings) {
            if (!is_bad_blob(finding) || known(finding.layer->digest)) continue;
            const Digest& digest = finding.layer->digest;
            damage.blobs.push_back({*finding.layer, users_of(digest, inventory), judged(digest, facts, inventory)});
        }
        for (const store::Oddity& oddity : inventory.oddities) {
            const bool broken = oddity.what == store::Oddity::What::empty_manifest ||
                                oddity.what == store::Oddity::What::damaged_manifest;
            if (broken && oddity.name && oddity.name->same_on_server(row.name))
                damage.manifests.push_back({*oddity.name, oddity.path});
        }
    }
    return damage;
}

std::vector<std::string> lines_of(const use::Plan& plan) {
    std::vector<std::string> lines;
    for (const use::Step& step : plan.steps) {
        const bool helpless = step.what == use::Step::Do::nothing;
        lines.push_back(step.subject() + (helpless ? " stays as it is: " : " will come ") + step.reason);
    }
    return lines;
}

std::string question(const use::Plan& plan, const std::string& store) {
    const std::size_t files = plan.count(use::Step::Do::fetch_blob) + plan.count(use::Step::Do::rebuild_manifest);
    return "replace " + counted(files, "file") + " in " + store + ", fetching " + to_string(plan.to_fetch()) + "?";
}

json::Value repair_json(const Repair& repair) {
    json::Value steps = json::Value::array();
    for (std::size_t i = 0; i < repair.plan.steps.size(); ++i) {
        const use::Step& step = repair.plan.steps[i];
        json::Value object = json::Value::object();
        object.set("do", use::to_string(step.what)).set("reason", step.reason);
        json::Value models = json::Value::array();
        if (step.blob) {
            object.set("digest", step.blob->layer.digest.text()).set("role", to_string(step.blob->layer.role));
            object.set("size", step.blob->layer.size.count());
            for (const ModelName& model : step.blob->models)
                models.add(model.display());
        } else {
            models.add(step.manifest->name.display());
        }
        object.set("models", std::move(models));
        if (repair.report) {
            const use::Item& item = repair.report->items.at(i);
            object.set("done", item.done);
            if (item.error) object.set("error", ui::error_json(*item.error));
        }
        steps.add(std::move(object));
    }
    json::Value object = json::Value::object();
    object.set("to_fetch", repair.plan.to_fetch().count()).set("executed", repair.report.has_value());
    return object.set("steps", std::move(steps));
}

} // namespace codemate::cli::verify
