#include "cli/commands/docs/render.hpp"
#include "cli/commands/json_parts.hpp"
#include "cli/exit_status.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::docs {
namespace {

namespace use = lifecycle::docs;
using json::Value;

Value beginning(const std::string& path, int status, const manifest::Origin& origin) {
    Value document = ui::envelope("docs", 1, status);
    document.set("manifest", manifest_json(origin));
    if (!path.empty()) document.set("document", path);
    return document;
}

} // namespace

Value document(const use::Report& report, bool dry_run, const std::string& path, const manifest::Origin& origin) {
    Value document = beginning(path, done, origin);
    document.set("dry_run", dry_run).set("written", report.wrote_document);
    document.set("changed", strings(report.plan.composed.changed)).set("absent", strings(report.plan.composed.absent));
    document.set("recorded", report.plan.recorded);
    if (dry_run) document.set("text", report.plan.composed.text);
    return document;
}

Value findings_document(const std::vector<use::Finding>& findings, const std::string& path, int status,
                        const manifest::Origin& origin) {
    Value all = Value::array();
    for (const use::Finding& finding : findings) {
        Value object = Value::object().set("rule", use::to_string(finding.rule)).set("text", finding.text);
        if (finding.line != 0) object.set("line", finding.line);
        if (!finding.hint.empty()) object.set("hint", finding.hint);
        all.add(std::move(object));
    }
    return beginning(path, status, origin).set("findings", std::move(all));
}

} // namespace codemate::cli::docs
