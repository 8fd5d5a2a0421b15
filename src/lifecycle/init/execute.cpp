#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/lifecycle/init.hpp"

namespace codemate::lifecycle::init {
namespace {

constexpr ByteCount largest{4 * 1024 * 1024};

} // namespace

Facts gather(const Options& options, const Ports& ports, const Run& run) {
    Facts facts{ports.file.origin(), ports.file.read(), {}, {}};
    if (options.source == Source::file) facts.imported = read_file(options.from, largest);
    if (options.source == Source::installed) facts.installed = ports.server->installed(run.stop);
    return facts;
}

Report execute(const Facts& facts, const Options& options, const Ports& ports, const Run& run) {
    Report report;
    Facts now = facts;
    ports.file.update(
        [&](const std::optional<std::string>& text) {
            now.text = text;
            report.plan = plan(now, options);
            return report.plan.text;
        },
        run.stop);
    return report;
}

} // namespace codemate::lifecycle::init
