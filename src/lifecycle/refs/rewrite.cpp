#include "lifecycle/refs/line_diff.hpp"
#include "lifecycle/refs/past.hpp"
#include "lifecycle/refs/replacement.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/refs.hpp"

#include <algorithm>

namespace codemate::lifecycle::refs {
namespace {

std::string read_again(const std::filesystem::path& directory, const FileFacts& file) {
    std::string text;
    if (const auto unread = checkout::read_text(directory, file.path, text)) {
        throw Error(Kind::storage, "cannot read " + quoted(file.path) + " again: it is gone, or no text any more")
            .hint("try again when nothing else changes the files");
    }
    for (const Mention& mention : file.mentions) {
        if (text.compare(mention.offset, mention.length, mention.text) == 0) continue;
        throw changed_meanwhile(file.path);
    }
    return text;
}

// Mentions of it in one file; nothing where there are none to be changed.
std::optional<Edit> edit_of(const std::filesystem::path& directory, const FileFacts& file, const ModelName& before,
                            const std::string& after, std::vector<std::string>& left_alone) {
    std::vector<const Mention*> mentions;
    for (const Mention& mention : file.mentions) {
        if (!mention.name.same_on_server(before)) continue;
        if (mention.pinned)
            left_alone.push_back(file.path + ":" + std::to_string(mention.line));
        else if (mention.text != after)
            mentions.push_back(&mention);
    }
    if (mentions.empty()) return std::nullopt;
    Edit edit{file.path, mentions.size(), {}, read_again(directory, file), ""};
    std::vector<std::size_t> lines;
    std::size_t copied = 0;
    for (const Mention* mention : mentions) {
        edit.after.append(edit.before, copied, mention->offset - copied).append(after);
        copied = mention->offset + mention->length;
        if (lines.empty() || lines.back() != mention->line) lines.push_back(mention->line);
    }
    edit.after.append(edit.before, copied);
    edit.diff = line_diff(file.path, edit.before, edit.after, lines);
    return edit;
}

} // namespace

Error changed_meanwhile(const std::string& file) {
    return Error(Kind::storage, quoted(file) + " has changed since it was read; nothing was changed")
        .hint("try again when nothing else changes the files");
}

std::size_t Rewrite::mentions() const {
    std::size_t sum = 0;
    for (const Edit& edit : edits)
        sum += edit.mentions;
    return sum;
}

Rewrite plan_rewrite(const std::filesystem::path& directory, const Facts& facts, const ModelName& before,
                     const std::string& after) {
    ModelName::parse(after);
    Rewrite rewrite;
    for (const FileFacts& file : facts.found) {
        if (tells_of_the_past(file.path)) {
            const bool mentioned = std::any_of(file.mentions.begin(), file.mentions.end(), [&](const Mention& mention) {
                return mention.name.same_on_server(before);
            });
            if (mentioned) rewrite.past.push_back(file.path);
            continue;
        }
        if (auto edit = edit_of(directory, file, before, after, rewrite.left_alone))
            rewrite.edits.push_back(std::move(*edit));
    }
    return rewrite;
}

void execute_rewrite(const std::filesystem::path& directory, const Rewrite& rewrite, const Run& run) {
    std::vector<Replacement> replacements;
    replacements.reserve(rewrite.edits.size());
    for (const Edit& edit : rewrite.edits) {
        throw_if_stopped(run.stop);
        replacements.emplace_back(directory, edit);
    }
    // From here on there is no stop: half of the files would be the worst of all ends.
    std::size_t done = 0;
    try {
        for (; done < replacements.size(); ++done)
            replacements[done].put_in_place();
    } catch (Error& error) {
        std::vector<std::string> lost;
        while (done-- > 0) {
            if (!replacements[done].take_back()) lost.push_back(rewrite.edits[done].file);
        }
        throw error.note(lost.empty() ? "what was changed before is as it was"
                                      : "these could not be put back, and are changed: " + listed(lost));
    }
}

} // namespace codemate::lifecycle::refs
