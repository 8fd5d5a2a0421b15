#include "cli/commands/verify/through_server.hpp"

#include "cli/bringing.hpp"

#include "codemate/base/text.hpp"
#include "codemate/model/mirror.hpp"
#include "codemate/ui/message.hpp"

#include <algorithm>

namespace codemate::cli::verify {
namespace {

namespace check = lifecycle::verify;
namespace use = lifecycle::reinstall;
using Do = use::Step::Do;
using What = check::Finding::What;

// What a server says of a damaged file; not that it may not, or is too old.
bool is_of_files(Kind kind) {
    switch (kind) {
    case Kind::usage:
    case Kind::busy:
    case Kind::forbidden:
    case Kind::unauthorised:
    case Kind::unsupported:
        return false;
    default:
        return true;
    }
}

bool tells_damage(const check::Finding& finding) {
    return finding.severity == check::Severity::problem &&
           (finding.what == What::unreadable || finding.what == What::layer_missing);
}

std::string sentence(const use::Step& step) {
    const std::string name = printable(step.delivery.name.display());
    const std::string id = step.delivery.image.digest.id();
    switch (step.what) {
    case Do::complete:
        return name + " will be completed with " + to_string(step.to_fetch) + ": " + step.reason;
    case Do::reinstall:
        return name + " will be removed and brought back at " + id + " (" + to_string(step.to_fetch) + ", from " +
               printable(shown_name(step.delivery.places.front())) + "): " + step.reason;
    case Do::bring_back:
        return name + " will be brought back at " + id + ": " + step.reason;
    case Do::refuse:
        break;
    }
    return name + " stays as it is: " + step.reason;
}

} // namespace

std::vector<use::Suspect> suspects_of(const check::Facts& facts, const check::Report& report) {
    std::vector<use::Suspect> suspects;
    for (std::size_t i = 0; i < report.rows.size(); ++i) { // a row for each subject
        const std::optional<Error>& unreadable = facts.subjects[i].unreadable;
        if (unreadable && !is_of_files(unreadable->kind())) continue;
        const check::Row& row = report.rows[i];
        const auto found = std::ranges::find_if(row.findings, tells_damage);
        if (found != row.findings.end()) suspects.push_back({row.name, found->text});
    }
    return suspects;
}

use::Ports reinstall_ports(registry::Registry& registry, std::vector<Digest> unverified, Wiring& wiring) {
    return {wiring.server(),  registry,           wiring.clock(),
            wiring.changes(), wiring.server_id(), Bringer(registry, std::move(unverified), Remember::pull, wiring)};
}

std::vector<std::string> lines_of(const use::Plan& plan) {
    std::vector<std::string> lines;
    for (const use::Step& step : plan.steps)
        lines.push_back(sentence(step));
    if (plan.irreversible())
        lines.emplace_back("removing them cannot be undone: should a source fail meanwhile, what it had is gone");
    return lines;
}

std::string question(const use::Plan& plan) {
    const std::size_t removed = plan.count(Do::reinstall);
    const std::size_t all = plan.steps.size() - plan.count(Do::refuse);
    if (removed == 0) return "fetch " + to_string(plan.to_fetch()) + " for " + counted(all, "model") + "?";
    return "remove " + counted(removed, "model") + " from the server, which cannot be undone, and fetch " +
           to_string(plan.to_fetch()) + "?";
}

json::Value reinstall_json(const Reinstall& reinstall) {
    json::Value steps = json::Value::array();
    for (std::size_t i = 0; i < reinstall.plan.steps.size(); ++i) {
        const use::Step& step = reinstall.plan.steps[i];
        json::Value models = json::Value::array();
        models.add(step.delivery.name.display());
        json::Value object = json::Value::object();
        object.set("do", use::to_string(step.what)).set("reason", step.reason);
        if (step.what != Do::refuse)
            object.set("digest", step.delivery.image.digest.text()).set("size", step.to_fetch.count());
        object.set("models", std::move(models));
        if (reinstall.report) {
            const use::Item& item = reinstall.report->items.at(i);
            object.set("done", item.done);
            if (item.error) object.set("error", ui::error_json(*item.error));
        }
        steps.add(std::move(object));
    }
    json::Value object = json::Value::object();
    object.set("to_fetch", reinstall.plan.to_fetch().count()).set("executed", reinstall.report.has_value());
    object.set("irreversible", reinstall.plan.irreversible());
    return object.set("steps", std::move(steps));
}

} // namespace codemate::cli::verify
