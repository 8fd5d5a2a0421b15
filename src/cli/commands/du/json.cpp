#include "cli/commands/du/render.hpp"
#include "cli/exit_status.hpp"

#include "codemate/ui/message.hpp"

namespace codemate::cli::du {
namespace {

namespace use = lifecycle::du;
using json::Value;

std::string_view word(store::Temporary::What what) {
    switch (what) {
    case store::Temporary::What::upload:
        return "upload";
    case store::Temporary::What::conversion:
        return "conversion";
    case store::Temporary::What::unfinished:
        break;
    }
    return "unfinished";
}

Value bytes(const std::optional<ByteCount>& count) {
    return count ? Value(count->count()) : Value();
}

Value row_json(const use::Row& row) {
    using Footprint = store::Footprint;
    const auto part = [&](ByteCount Footprint::*which) {
        return row.on_disk ? std::optional(*row.on_disk.*which) : std::nullopt;
    };
    Value object = Value::object();
    object.set("name", row.name.display()).set("size", row.stated.count());
    object.set("referenced", bytes(row.on_disk ? std::optional(row.referenced()) : std::nullopt));
    object.set("unique", bytes(part(&Footprint::alone))).set("shared", bytes(part(&Footprint::shared)));
    if (row.on_disk) object.set("missing_blobs", row.missing);
    return object;
}

Value partial_json(const store::Partial& partial) {
    return Value::object()
        .set("digest", partial.digest.text())
        .set("extent", partial.extent.count())
        .set("fetched", partial.recorded.count())
        .set("on_disk", partial.on_disk.count())
        .set("modified", to_rfc3339(partial.modified))
        .set("blocked", partial.is_blocked());
}

Value temporary_json(const store::Temporary& temporary) {
    return Value::object()
        .set("path", temporary.path)
        .set("what", word(temporary.what))
        .set("size", temporary.size.count())
        .set("on_disk", temporary.on_disk.count())
        .set("modified", to_rfc3339(temporary.modified));
}

Value oddity_json(const store::Oddity& oddity) {
    return Value::object().set("path", oddity.path).set("why", oddity.why).set("on_disk", oddity.on_disk.count());
}

// {"bytes": …, <what>: [ … ]}
template<typename Each, typename ToJson>
Value list_json(ByteCount sum, std::string_view what, const std::vector<Each>& all, ToJson&& to_json) {
    Value array = Value::array();
    for (const Each& each : all)
        array.add(to_json(each));
    return Value::object().set("bytes", sum.count()).set(what, std::move(array));
}

Value disk_json(const use::Report& report, const std::string& directory) {
    const use::Parts& parts = *report.parts;
    const store::Inventory& inventory = report.disk->inventory;
    Value object = Value::object();
    object.set("path", directory).set("models", parts.models.count()).set("shared", parts.shared.count());
    object.set("snapshots", parts.snapshots.count());
    object.set("orphaned", Value::object()
                               .set("bytes", parts.orphaned.count())
                               .set("blobs", report.orphans)
                               .set("certain", inventory.orphans_certain));
    object.set("partial", list_json(parts.partial, "downloads", inventory.partials, partial_json));
    object.set("temporary", list_json(parts.temporary, "files", inventory.temporaries, temporary_json));
    object.set("other", list_json(parts.odd, "files", inventory.oddities, oddity_json));
    object.set("manifests", parts.manifests.count()).set("directories", parts.directories.count());
    object.set("total", parts.sum().count());
    const auto& space = report.disk->space;
    const auto of_space = [&](ByteCount machine::DiskSpace::*which) {
        return bytes(space ? std::optional(*space.*which) : std::nullopt);
    };
    return object.set("file_system", Value::object()
                                         .set("size", of_space(&machine::DiskSpace::total))
                                         .set("free", of_space(&machine::DiskSpace::free)));
}

} // namespace

Value document(const use::Report& report, const std::string& directory, const std::string& why_not,
               const http::Url& server) {
    Value document = ui::envelope("du", 1, done);
    document.set("server", Value::object().set("url", server.text()));
    document.set("disk", report.disk != nullptr ? disk_json(report, directory) : Value());
    if (report.disk == nullptr) document.set("disk_not_checked", why_not);
    Value models = Value::array();
    for (const use::Row& row : report.rows)
        models.add(row_json(row));
    Value passing = Value::array();
    for (const use::Row& row : report.passing)
        passing.add(row_json(row));
    return document.set("models", std::move(models))
        .set("size", report.stated.count())
        .set("free_without", bytes(report.free_without))
        .set("hidden", report.hidden)
        .set("passing", std::move(passing));
}

} // namespace codemate::cli::du
