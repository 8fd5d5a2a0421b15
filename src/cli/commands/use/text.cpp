#include "codemate/base/text.hpp"

#include "cli/commands/rebuild.hpp"
#include "cli/commands/use/render.hpp"

namespace codemate::cli::use {
namespace {

constexpr std::size_t most_places = 12;

std::string names(const std::vector<ModelName>& models) {
    std::vector<std::string> texts;
    for (const ModelName& name : models)
        texts.push_back(name.display());
    return listed(texts);
}

std::string references(const lifecycle::use::Plan& plan, const std::vector<Mentioned>& mentioned) {
    if (mentioned.empty()) return {};
    std::vector<std::string> places;
    for (const Mentioned& each : mentioned)
        if (places.size() < most_places) places.push_back(printable(each.file) + ":" + std::to_string(each.line));
    const std::string before = plan.before->display_short();
    std::string text =
        "references: " + counted(mentioned.size(), "mention") + " of " + before + ": " + joined(places, ", ");
    if (mentioned.size() > places.size()) text += " and more (codemate refs " + before + ")";
    return text + "; `codemate refs --rewrite " + before + " " + plan.after.display_short() + "` changes them\n";
}

} // namespace

std::string text(const lifecycle::use::Plan& plan, const std::vector<Mentioned>& mentioned,
                 const manifest::Origin& origin, Run run) {
    const std::string role = printable(plan.role);
    if (!plan.changes()) return role + ": " + plan.after.display() + ", as before; nothing was changed\n";
    std::string text =
        role + ": " + (plan.before ? plan.before->display() : "(new role)") + " → " + plan.after.display() + "\n";
    if (!plan.newly_required.empty()) text += "required now: " + names(plan.newly_required) + "\n";
    if (!plan.no_more_required.empty()) text += "no longer required: " + names(plan.no_more_required) + "\n";
    for (const lifecycle::use::Consequence& each : plan.consequences)
        text += std::string(lifecycle::use::to_string(each.what)) + ": " + printable(each.text, 1000) + "\n";
    text += references(plan, mentioned);
    if (const std::string rebuild = rebuild_text(plan.rebuild); !rebuild.empty()) text += rebuild;
    return text + (run == Run::dry ? "nothing was changed\n" : "changed " + origin.display() + "\n");
}

} // namespace codemate::cli::use
