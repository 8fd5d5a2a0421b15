#include "lifecycle/outdated/inquire.hpp"

#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/outdated.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>

namespace codemate::lifecycle::outdated {
namespace {

// Connections at a time. A registry is somebody else's machine; but 40 models, each with three questions if all have
// moved, shall not take longer than six round trips.
constexpr std::size_t workers = 20;

std::vector<manifest::Wanted> wanted(const Options& options, const manifest::Manifest& manifest,
                                     const std::vector<ollama::Installed>& installed) {
    const std::vector<std::string> everything{"all"};
    auto models = rules::resolve(manifest, options.targets.empty() ? everything : options.targets, installed);
    if (options.targets.empty()) {
        std::ranges::stable_sort(models, {}, [](const manifest::Wanted& each) { return each.name.display(); });
    }
    return models;
}

Inquiry inquiry_for(const manifest::Wanted& wanted, const manifest::Manifest& manifest, const manifest::Lock& lock,
                    const std::vector<ollama::Installed>& installed) {
    Inquiry inquiry{wanted.name, wanted.name};
    inquiry.target = wanted.target;
    if (const manifest::Declared* declared = manifest.declared(wanted.name); declared != nullptr && declared->from)
        inquiry.source = *declared->from;
    if (const manifest::Locked* locked = lock.find(wanted.name)) {
        inquiry.locked = *locked;
        inquiry.source = locked->source;
    }
    if (const ollama::Installed* found = rules::find(installed, wanted.name)) {
        inquiry.installed = *found;
        inquiry.is_cloud = found->cloud();
    }
    inquiry.is_known = wanted.declared || inquiry.locked || inquiry.installed;
    return inquiry;
}

} // namespace

Facts gather(const Options& options, const manifest::Manifest& manifest, const manifest::Lock& lock, const Ports& ports,
             const Run& run) {
    // A misspelt target needs no server to be refused.
    const bool all = options.targets.empty() || std::ranges::find(options.targets, "all") != options.targets.end();
    if (!all) manifest::resolve(manifest, options.targets);
    const std::vector<ollama::Installed> installed = ports.server.installed(run.stop);
    Facts facts;
    for (const manifest::Wanted& each : wanted(options, manifest, installed))
        facts.inquiries.push_back(inquiry_for(each, manifest, lock, installed));
    for_each_parallel(facts.inquiries.size(), workers,
                      [&](std::size_t i) { inquire(facts.inquiries[i], options, ports, run.stop); });
    return facts;
}

} // namespace codemate::lifecycle::outdated
