#include "codemate/base/text.hpp"

#include "cli/commands/pull/render.hpp"
#include "cli/commands/pull/tally.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/model/mirror.hpp"
#include "codemate/ui/markup.hpp"
#include "codemate/ui/table.hpp"

#include <algorithm>

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::pull;
using ui::Table;
using use::Outcome;
using Do = use::Step::Do;

std::string source_of(const use::Step& step, const use::Plan& plan) {
    if (step.what == Do::nothing || step.what == Do::refuse) return "-";
    if (step.what == Do::fetch_locked) return plan.from.empty() ? "layer by layer" : plan.from;
    if (step.what == Do::fetch_limited) return step.origin.display();
    return step.what == Do::copy_installed ? "installed " + step.source.display() : step.source.display();
}

std::string arrived(const use::Item& item) {
    return item.fetched == ByteCount() ? "" : " " + to_string(item.fetched);
}

std::string result(const use::Item& item) {
    switch (item.outcome) {
    case Outcome::pulled:
        return "pulled" + arrived(item) + " in " + to_text(item.took);
    case Outcome::updated:
        return "updated" + arrived(item) + " in " + to_text(item.took) +
               (item.step.before ? ", was " + item.step.before->id() : "");
    case Outcome::copied:
        return "copied from " + item.step.source.display() + ", nothing fetched";
    case Outcome::unchanged:
        return item.step.pin ? "up to date, locked" : "up to date";
    case Outcome::failed:
        return "failed";
    case Outcome::interrupted:
        return "interrupted";
    case Outcome::not_started:
        break;
    }
    return "not started";
}

std::string with_source(const use::Item& item, const use::Report& report) {
    const bool there = item.outcome == Outcome::pulled || item.outcome == Outcome::updated;
    std::string text = result(item);
    if (item.step.what == Do::fetch_locked && there)
        text += report.from.empty() ? ", layer by layer" : ", from " + report.from;
    else if (item.step.copies() && there)
        text += ", from " + item.step.source.display();
    if (item.pace != use::Pace::none && there)
        text += item.pace == use::Pace::average ? ", rate held on average" : ", through codemate";
    if (!item.attempts.empty() && there) {
        text += ", " + std::to_string(item.attempts.size()) + " broken off before";
        if (item.lost > ByteCount()) text += " (" + to_string(item.lost) + " lost)";
    }
    if (item.locked_now) text += ", locked now";
    return text;
}

// "2.0 MB/s at most"
std::string at_most(ByteCount rate) {
    return to_string(rate) + "/s at most";
}

bool is_pulled(const use::Step& step) {
    return step.what == Do::fetch || step.what == Do::fetch_locked || step.what == Do::fetch_limited;
}

// How the limit was held, of a model for which it was not held smoothly.
std::string limit_text(const use::Report& report) {
    const bool average =
        std::ranges::any_of(report.items, [](const use::Item& item) { return item.pace == use::Pace::average; });
    return ", at " + to_string(*report.rate) + "/s " + (average ? "on average" : "at most");
}

// Where a layer is read: what stands in for a registry is what is asked.
std::string host_of(const relay::Source& source) {
    constexpr std::string_view joint = "://";
    if (!source.open) return shown_host(source.place);
    const std::size_t begin = source.open->find(joint) + joint.size();
    return source.open->substr(begin, source.open->find('/', begin) - begin);
}

// That layers are read from, each once.
void add_hosts(const upstream::Supply& supply, std::vector<std::string>& hosts) {
    for (const auto& [digest, source] : supply.sources) {
        if (std::ranges::find(hosts, host_of(source)) == hosts.end()) hosts.push_back(host_of(source));
    }
}

std::vector<std::string> hosts_of(const upstream::Supply& supply) {
    std::vector<std::string> hosts;
    if (!supply.where.empty())
        hosts.push_back(supply.where);
    else
        add_hosts(supply, hosts);
    return hosts;
}

// "mistral:latest: 3 layers on the server, 1 to fetch (4.1 GB) from registry.ollama.ai"
std::string layers_text(const use::Step& step) {
    const upstream::Supply& supply = *step.supply;
    const std::size_t blobs = supply.image.blobs().size();
    const std::vector<std::string> hosts = supply.sources.empty() ? std::vector<std::string>{} : hosts_of(supply);
    std::string text = step.name.display() + ": " + counted(blobs - supply.missing.size(), "layer") +
                       " on the server, " + std::to_string(supply.missing.size()) + " to fetch";
    if (!supply.missing.empty()) text += " (" + to_string(supply.to_fetch()) + ")";
    if (!hosts.empty()) text += " from " + listed(hosts);
    if (!supply.nowhere.empty())
        text += ", " + std::to_string(supply.nowhere.size()) + " of them " +
                (supply.where.empty() ? "to be had nowhere" : "not there");
    return text + "\n";
}

// "mistral:latest: 3 layers on the server, 1 to fetch (4.1 GB)"
std::string need_text(const use::Step& step) {
    const rules::Need& need = *step.need;
    std::string text = step.name.display() + ": " + counted(need.layers - need.missing.size(), "layer") +
                       " on the server, " + std::to_string(need.missing.size()) + " to fetch";
    if (!need.missing.empty()) text += " (" + to_string(need.to_fetch) + ")";
    if (need.with_others > ByteCount())
        text += ", of which " + to_string(need.with_others) + " come with another model";
    for (const rules::MissingLayer& missing : need.missing) {
        text += "\n    " + std::string(to_string(missing.layer.role)) + " " + missing.layer.digest.id() + "  " +
                to_string(missing.layer.size);
        if (missing.unfinished.kept > ByteCount()) text += ", " + to_string(missing.unfinished.kept) + " of it there";
    }
    return text + "\n";
}

std::string memory_text(const use::Step& step, const rules::MemoryOf& memory) {
    const std::string weights = step.name.display() + ": " + to_string(step.weights) + " of weights ";
    switch (step.fit) {
    case rules::Fit::unknown:
        return "";
    case rules::Fit::gpu:
        return weights + "fit into the memory of the GPUs (" + to_string(*memory.on_gpus()) + ")\n";
    case rules::Fit::split:
        return weights + "exceed that of the GPUs (" + to_string(*memory.on_gpus()) + "): it will be slower\n";
    case rules::Fit::main:
        return weights + "fit into main memory (" + to_string(*memory.main) + ")\n";
    case rules::Fit::too_large:
        break;
    }
    return weights + "are more than this machine's memory\n";
}

// What the pull takes, and what there is.
std::string room_text(const use::Plan& plan) {
    const use::Room& room = plan.room;
    std::string text = "to fetch: " + std::string(room.at_most ? "at most " : "") + to_string(room.to_fetch);
    if (room.unknown > 0) text += ", and " + counted(room.unknown, "model") + " of unknown size";
    text += "\n";
    if (room.disk)
        text += "disk: " + to_string(room.disk->space.free) + " free below " + room.disk->path.string() + ", " +
                to_string(room.to_write) + " would be written\n";
    else if (!room.disk_unknown.empty())
        text += "disk: not checked, " + room.disk_unknown + "\n";
    if (room.budget)
        text += "budget: the required set would take " + std::string(room.budget->at_least ? "at least " : "") +
                to_string(room.budget->taken) + " of " + to_string(room.budget->limit) + "\n";
    for (const use::Step& step : plan.steps)
        text += memory_text(step, room.memory);
    return text;
}

Table table_of(const use::Report& report) {
    Table table({{"MODEL"}, {"ID"}, {"SIZE"}, {"RESULT", Table::Cut::middle}});
    for (const use::Item& item : report.items) {
        table.add({item.step.name.display(), item.digest ? item.digest->id() : "-",
                   item.size == ByteCount() ? "-" : to_string(item.size), with_source(item, report)});
    }
    return table;
}

std::string below(const use::Report& report) {
    ByteCount fetched;
    std::string moves;
    for (const use::Item& item : report.items) {
        fetched += item.fetched;
        if (item.step.standing && item.step.what == Do::refuse) moves += changes_text(*item.step.standing);
    }
    const std::string outcomes = tally(report.items);
    return counted(report.items.size(), "model") + (outcomes.empty() ? "" : ": " + outcomes) + "; " +
           to_string(fetched) + " fetched in " + to_text(report.took) + (report.rate ? limit_text(report) : "") + "\n" +
           moves;
}

} // namespace

std::string question(const use::Plan& plan) {
    std::vector<std::string> names, hosts;
    ByteCount bytes;
    for (const use::Step& step : plan.steps) {
        if (!step.wants_consent) continue;
        if (plan.from.empty()) add_hosts(*step.supply, hosts);
        names.push_back(printable(step.name.display()) + " at " + step.pin->digest.id());
        bytes += step.supply->to_fetch();
    }
    if (!plan.from.empty()) hosts.push_back(plan.from);
    return "Install " + listed(names) + " as locked, " + to_string(bytes) + " to fetch" +
           (hosts.empty() ? "" : " from " + printable(listed(hosts), 200)) + "?";
}

std::string text(const use::Plan& plan, std::size_t columns) {
    Table table({{"MODEL"}, {"PULLED FROM"}, {"INSTALLED"}, {"LOCKED"}, {"WHY", Table::Cut::middle}});
    for (const use::Step& step : plan.steps) {
        table.add({step.name.display(), source_of(step, plan), step.before ? step.before->id() : "-",
                   step.pin ? step.pin->digest.id() : "-", step.reason});
    }
    const auto fetched = static_cast<std::size_t>(std::ranges::count_if(plan.steps, &is_pulled));
    const auto copied = std::ranges::count(plan.steps, Do::copy_installed, &use::Step::what);
    std::string text = table.text(columns) + counted(fetched, "model") + " would be pulled" +
                       (copied > 0 ? ", " + std::to_string(copied) + " copied" : "") +
                       (plan.rate && fetched > 0 ? "; through codemate, " + at_most(*plan.rate) : "") +
                       "; nothing was changed\n";
    for (const use::Step& step : plan.steps) {
        if (step.supply)
            text += layers_text(step);
        else if (step.need)
            text += need_text(step);
        else if (!step.size_unknown.empty())
            text += step.name.display() + ": how much is to be fetched is not known: " + step.size_unknown + "\n";
        if (step.standing) text += changes_text(*step.standing);
    }
    return fetched > 0 ? text + room_text(plan) : text;
}

std::string text(const use::Report& report, std::size_t columns) {
    return table_of(report).text(columns) + below(report);
}

std::string markdown(const use::Report& report) {
    return table_of(report).markdown() + "\n" + ui::markdown_preformatted(below(report));
}

} // namespace codemate::cli::pull
