#include "cli/commands/json_parts.hpp"
#include "cli/commands/outdated/render.hpp"
#include "cli/commands/standing.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::outdated {

namespace use = lifecycle::outdated;
using json::Value;

Value document(const use::Report& report, int status, Wiring& wiring) {
    Value document = ui::envelope("outdated", 1, status);
    document.set("server", Value::object().set("url", wiring.endpoint().text()));
    document.set("manifest", manifest_json(wiring.manifest().origin));
    Value models = Value::array();
    for (const upstream::Standing& row : report.rows)
        models.add(standing_json(row));
    return document.set("models", std::move(models)).set("outdated", report.count(upstream::State::outdated));
}

} // namespace codemate::cli::outdated
