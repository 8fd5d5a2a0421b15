#include "cli/command.hpp"

#include "cli/commands/prune/flow.hpp"
#include "cli/values.hpp"

namespace codemate::cli {
namespace {

class Prune final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", line_.options.targets,
                          "models, roles, groups, patterns with * and ?; none: all that is installed");
        options.value("--older-than", "DUR", older_than_, "only what was pulled and last read longer ago (30d, 12h …)");
        options.value("--to-free", "SIZE", to_free_, "no more than it takes to free so much, the oldest first");
        options.values("--keep", "NAME", keep_, "keep these too, as if they were protected; may be repeated");
        options.flag("--optional", line_.options.optional_too, "declared models that are not required may go, too");
        options.flag("--leftovers", line_.options.leftovers,
                     "remove what is no model's: orphaned blobs, unfinished downloads, temporary files");
        options.flag("--only-this-manifest", line_.only_this_manifest,
                     "do not keep what other projects on this machine require");
        options.flag("--dry-run", line_.dry_run, "say what would be done, change nothing");
        options.flag("-y,--yes", line_.yes, "answer every question with yes");
    }

    int run(Wiring& wiring) override {
        if (older_than_) line_.options.older_than = duration("--older-than", *older_than_);
        if (to_free_) line_.options.to_free = bytes("--to-free", *to_free_);
        for (const std::string& name : keep_)
            line_.options.keep.push_back(NamePattern::parse(name));
        return prune::remove_models(line_, wiring);
    }

    bool takes_several_manifests() const override { return true; }

private:
    prune::Line line_;
    std::optional<std::string> older_than_, to_free_;
    std::vector<std::string> keep_;
};

} // namespace

std::unique_ptr<Command> make_prune() {
    return std::make_unique<Prune>();
}

} // namespace codemate::cli
