#include "lifecycle/docs/writing.hpp"

#include "codemate/base/text.hpp"

namespace codemate::lifecycle::docs {
namespace {

std::string project_of(const Facts& facts) {
    return facts.manifest.project.empty() ? "this project" : prose(facts.manifest.project);
}

std::vector<std::string> all_prose(const std::vector<std::string>& texts) {
    std::vector<std::string> result;
    for (const std::string& text : texts)
        result.push_back(prose(text));
    return result;
}

bool is_markdown(std::string_view path) {
    return path.ends_with(".md");
}

} // namespace

std::vector<Section> sections(const Facts& facts) {
    return {
        {"overview", overview_text(facts)},         {"current", current_text(facts)},
        {"criteria", criteria_text(facts)},         {"history", history_text(facts)},
        {"alternatives", alternatives_text(facts)}, {"procedure", procedure_text(facts)},
        {"checksums", checksums_text(facts)},       {"storage", storage_text(facts)},
        {"benchmarks", speeds_text(facts)},         {"troubleshooting", troubleshooting_text(facts)},
        {"references", references_text(facts)},     {"questions", questions_text(facts)},
    };
}

std::string overview_text(const Facts& facts) {
    std::string text = "# Model Version History\n\nThis document tracks the model artifacts used in each release of " +
                       project_of(facts) + ".\n\n## Overview\n\n";
    if (!facts.manifest.about.purpose.empty()) text += bullets(all_prose(facts.manifest.about.purpose)) + "\n";
    return text +
           "The parts between the markers are written by `codemate docs` from `codemate.json`, `codemate.lock` and "
           "`codemate.releases.json`; `codemate docs --check` says whether they are up to date. \"Stated\" is what "
           "somebody wrote down, \"locked\" what a digest pins, \"measured\" what `codemate benchmark` found.\n";
}

std::string criteria_text(const Facts& facts) {
    const manifest::Manifest& manifest = facts.manifest;
    std::vector<std::string> lines;
    for (const std::string& each : manifest.about.criteria) {
        const std::size_t colon = each.find(':');
        const std::string number = std::to_string(lines.size() + 1) + ". ";
        lines.push_back(number + (colon == std::string::npos
                                      ? prose(each)
                                      : "**" + prose(each.substr(0, colon)) + ":** " + prose(each.substr(colon + 1))));
    }
    std::vector<std::string> checked;
    if (manifest.disk_budget) {
        checked.push_back("The required set takes at most " + to_string(*manifest.disk_budget) +
                          " of disk: `codemate pull` refuses more, `codemate check` compares with the lock.");
    }
    if (!manifest.preferred_quantizations.empty()) {
        checked.push_back("Preferred quantizations: " + prose(listed(manifest.preferred_quantizations)) +
                          "; `codemate check` warns of others.");
    }
    if (!manifest.ollama.empty())
        checked.push_back("Ollama " + prose(manifest.ollama) + "; `codemate verify` asks the server.");
    if (lines.empty() && checked.empty()) return {};
    std::string text = "## Model Selection Criteria\n\n";
    if (!lines.empty())
        text += "When selecting models for " + project_of(facts) + ", we consider:\n\n" + joined(lines, "\n") + "\n";
    if (!checked.empty())
        text += std::string(lines.empty() ? "" : "\n") + "What codemate holds the set to:\n\n" + bullets(checked);
    if (!lines.empty())
        text +=
            "\nSpeed is measured by `codemate benchmark`, and held to a `promise` of the manifest with `--gate`. The "
            "licence is a layer of the model: a digest pins it, and `codemate outdated` says where it has "
            "changed. Quality is not judged by codemate.\n";
    return text;
}

std::string references_text(const Facts& facts) {
    std::vector<std::string> lines{"[Ollama Model Library](https://ollama.com/library)"};
    for (const auto& [title, target] : facts.manifest.about.references)
        lines.push_back(link_to(facts, title, target));
    return "## References\n\n" + bullets(lines);
}

std::string questions_text(const Facts& facts) {
    std::vector<std::string> lines;
    for (const auto& [title, target] : facts.manifest.about.references) {
        if (!is_url(target) && is_markdown(target)) lines.push_back("Review " + link_to(facts, title, target));
    }
    lines.push_back("Check [Ollama documentation](https://github.com/ollama/ollama)");
    lines.push_back("`codemate help` and `codemate COMMAND --help` say what codemate does");
    lines.push_back("Open an issue where this project is hosted");
    return "## Questions?\n\nFor questions about model selection or updates:\n\n" + bullets(lines);
}

} // namespace codemate::lifecycle::docs
