#include "codemate/base/error.hpp"
#include "codemate/lifecycle/use.hpp"

namespace codemate::lifecycle::use {
namespace {

Facts facts_of(const std::optional<std::string>& text, const manifest::Origin& origin) {
    if (!text) throw Error(Kind::not_found, "there is no " + origin.display()).hint("`codemate init` writes one");
    manifest::Parsed parsed = manifest::parse(*text, origin);
    if (!parsed.problems.empty()) throw manifest::to_error(origin, parsed.problems);
    return {std::move(parsed.manifest), *text};
}

} // namespace

Facts gather(const Options&, const Ports& ports, const Run&) {
    return facts_of(ports.file.read(), ports.file.origin());
}

Report execute(const Options& options, const Ports& ports, const Run& run) {
    std::optional<Plan> done;
    ports.file.update(
        [&](const std::optional<std::string>& text) {
            done = plan(facts_of(text, ports.file.origin()), options);
            return done->text;
        },
        run.stop);
    return {*std::move(done)};
}

} // namespace codemate::lifecycle::use
