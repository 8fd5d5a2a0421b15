#include "codemate/base/text.hpp"
#include "codemate/lifecycle/outdated.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::outdated {
namespace {

std::vector<manifest::Wanted> wanted(const Options& options, const manifest::Manifest& manifest,
                                     const std::vector<ollama::Installed>& installed) {
    const std::vector<std::string> everything{"all"};
    auto models = rules::resolve(manifest, options.targets.empty() ? everything : options.targets, installed);
    if (options.targets.empty()) {
        std::ranges::stable_sort(models, {}, [](const manifest::Wanted& each) { return each.name.display(); });
    }
    return models;
}

upstream::Inquiry inquiry_for(const manifest::Wanted& wanted, const manifest::Manifest& manifest,
                              const manifest::Lock& lock, const rules::InstalledByName& installed) {
    upstream::Inquiry inquiry{wanted.name, manifest.source_of(wanted.name)};
    if (const manifest::Locked* locked = lock.find(wanted.name)) {
        inquiry.locked = *locked;
        inquiry.source = locked->source;
    }
    if (const ollama::Installed* found = installed.find(wanted.name)) inquiry.installed = *found;
    return inquiry;
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock& lock,
             const upstream::Ports& ports, const Run& run) {
    // A misspelt target needs no server to be refused.
    const bool all = options.targets.empty() || std::ranges::find(options.targets, "all") != options.targets.end();
    if (!all) manifest::resolve(manifest, options.targets);
    const std::vector<ollama::Installed> installed = ports.server->installed(run.stop);
    const rules::InstalledByName by_name(installed);
    Facts facts;
    for (const manifest::Wanted& each : wanted(options, manifest, installed)) {
        upstream::Inquiry inquiry = inquiry_for(each, manifest, lock, by_name);
        const bool is_known = each.declared || inquiry.locked || inquiry.installed;
        facts.unknown_words.push_back(is_known ? "" : each.target);
        facts.inquiries.push_back(std::move(inquiry));
    }
    upstream::inquire(facts.inquiries, options.texts, ports, run);
    return facts;
}

} // namespace codemate::lifecycle::outdated
