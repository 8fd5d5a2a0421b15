#include "cli/commands/json_parts.hpp"
#include "cli/commands/refs/render.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ui/message.hpp"

namespace codemate::cli::refs {
namespace {

namespace use = lifecycle::refs;
using json::Value;

Value item_json(const use::Item& item, const Project& project) {
    const use::Mention& mention = item.mention;
    Value object = Value::object();
    // Paths are bytes: what is no text is escaped as everywhere.
    object.set("file", printable(project.shown(item.file), 4096))
        .set("line", mention.line)
        .set("column", mention.column);
    object.set("offset", mention.offset).set("text", mention.text).set("model", mention.name.display());
    object.set("how", use::to_string(mention.how)).set("state", use::to_string(item.state));
    if (!mention.key.empty()) object.set("key", mention.key);
    if (mention.embeds) object.set("embeds", true);
    if (mention.pinned) object.set("pinned", true);
    if (item.installed) object.set("installed", *item.installed);
    if (item.meant) object.set("meant", item.meant->display());
    if (!item.text.empty()) object.set("problem", item.text);
    return object;
}

std::vector<std::string> shown(const std::vector<std::string>& files, const Project& project) {
    std::vector<std::string> paths;
    for (const std::string& file : files)
        paths.push_back(printable(project.shown(file), 4096));
    return paths;
}

Value beginning(const use::Facts& facts, const Project& project, int status) {
    Value document = ui::envelope("refs", 1, status);
    document.set("manifest", manifest_json(facts.manifest.origin))
        .set("directory", printable(project.directory.string(), 4096));
    document.set("listed_by", facts.listed_by == checkout::Listing::How::git ? "git" : "walk")
        .set("files", facts.files);
    document.set("not_entered", strings(shown(facts.nested, project)));
    std::vector<std::string> unread;
    for (const use::NotRead& file : facts.unread)
        unread.push_back(file.file);
    return document.set("unread", strings(shown(unread, project)));
}

Value edit_json(const use::Edit& edit, const Project& project) {
    Value object = Value::object();
    object.set("file", printable(project.shown(edit.file), 4096)).set("mentions", edit.mentions);
    return object.set("diff", strings(edit.diff));
}

} // namespace

Value document(const use::Report& report, const use::Facts& facts, const Project& project, int status) {
    Value document = beginning(facts, project, status);
    Value mentions = Value::array();
    std::size_t problems = 0;
    for (const use::Item& item : report.items) {
        mentions.add(item_json(item, project));
        if (item.is_problem()) ++problems;
    }
    document.set("mentions", std::move(mentions)).set("models", report.models).set("in_files", report.in_files);
    return document.set("problems", problems).set("undeclared", report.count(use::State::undeclared));
}

Value document(const use::Rewrite& rewrite, const Asked& asked, const use::Facts& facts, const Project& project,
               const std::optional<Error>& error, int status) {
    Value document = beginning(facts, project, status);
    if (error) document.set("error", ui::error_json(*error));
    Value edits = Value::array();
    for (const use::Edit& edit : rewrite.edits)
        edits.add(edit_json(edit, project));
    Value object = Value::object();
    object.set("before", asked.before.display()).set("after", asked.after).set("dry_run", asked.dry_run);
    object.set("changed", asked.done).set("mentions", rewrite.mentions()).set("edits", std::move(edits));
    return document.set("rewrite", object.set("left_alone", strings(rewrite.left_alone)));
}

} // namespace codemate::cli::refs
