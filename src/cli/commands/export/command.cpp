#include "cli/command.hpp"

#include "cli/commands/export/arguments.hpp"
#include "cli/commands/export/models.hpp"
#include "cli/commands/export/render.hpp"
#include "cli/commands/targets.hpp"
#include "cli/exit_status.hpp"
#include "cli/store_directory.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/random.hpp"
#include "codemate/base/text.hpp"
#include "codemate/depot/writer.hpp"
#include "codemate/machine/disk_space.hpp"
#include "codemate/rules/targets.hpp"
#include "codemate/store/local_disk.hpp"

#include <algorithm>
#include <filesystem>

namespace codemate::cli {
namespace {

namespace use = lifecycle::exports;
namespace fs = std::filesystem;

bool is_below(const std::string& path, const std::string& directory) {
    return directory.size() > 1 && path.starts_with(directory.ends_with('/') ? directory : directory + '/');
}

std::string boot_id() {
    try {
        return std::string(trimmed(read_file("/proc/sys/kernel/random/boot_id", ByteCount(100))));
    } catch (const Error& error) { // then what an earlier run left is hashed again
        diagnostics::info(error.message());
        return {};
    }
}

std::shared_ptr<store::Disk> make_directory(const fs::path& path) {
    std::error_code failure;
    fs::create_directories(path, failure);
    if (failure) throw_errno(failure.value(), "make", path);
    return store::open_disk(path);
}

class Export final : public Command {
public:
    void declare(Options& options) override {
        options.arguments("TARGET", targets_, "groups, roles, models; none: the required set");
        options.argument("DIR", directory_, "the directory; with --to there is none");
        options.value("--to", "URL", to_, "push to that registry, as in https://registry.corp/models");
        options.flag("--dry-run", dry_run_, "say what would be done, change nothing");
    }

    int run(Wiring& wiring) override {
        std::vector<std::string> targets = targets_; // and DIR: what repeats takes all words
        if (directory_) targets.push_back(*directory_);
        const exporting::To to = where(targets);
        std::unique_ptr<registry::Publisher> publisher;
        if (to_) publisher = wiring.publisher(exporting::registry_url(*to_));
        const manifest::Manifest& manifest = wiring.manifest();
        refuse_without_manifest(manifest, targets);
        const manifest::Lock& lock = wiring.lock();

        const auto destination = publisher ? use::to_registry({*publisher, wiring.clock(), wiring.uploads()})
                                           : use::to_directory(directory_ports(to.shown, wiring));
        use::Ports ports{wiring.registry_server(plain_http_hosts(targets, manifest)), *destination};
        ports.journal = wiring.journal();
        exporting::look_for_models(ports, wiring);
        if (!to_) refuse_doubtful_directory(to.shown, targets, manifest, lock, ports.installed);
        if (!to_ && targets.empty() && exporting::may_be_model(to.shown)) {
            wiring.note(codemate::quoted(to.shown) +
                        " becomes a new directory; for a model of that name: `codemate "
                        "export " +
                        printable(to.shown, 200) + " DIR`");
        }
        const std::string home = wiring.environment()["HOME"];
        const std::string store = ports.store ? ports.store->path.string() : "";
        ports.is_private = [home, store](const std::string& path) {
            std::error_code ignored;
            return is_below(path, store) || is_below(path, home) || fs::exists(path, ignored);
        };
        const Run run{wiring.stop(), [&](const Event& event) { wiring.progress().handle(event); }};
        use::Plan plan = use::plan(use::gather({targets}, manifest, lock, ports, run));
        if (plan.steps.empty())
            wiring.note("the manifest requires no model: it has neither roles nor a group \"default\"");
        say_what_is_served(plan, wiring);
        if (to_) explain_directories(plan, targets);
        if (plan.refusal && !dry_run_) throw *plan.refusal;
        if (dry_run_) return show(plan, to, ports, wiring);
        if (!to_) refuse_without_room(plan, to.shown);
        const use::Report report = use::execute(plan, ports, run);
        wiring.progress().clear();
        return show(report, to, ports, wiring);
    }

private:
    exporting::To where(std::vector<std::string>& targets) const {
        if (to_) return {*to_, exporting::To::Form::registry};
        if (targets.empty()) {
            throw Error(Kind::usage, "nothing says where to export to")
                .hint("`codemate export DIR` writes a directory, `codemate export --to URL` pushes to a registry");
        }
        exporting::To to{targets.back()};
        targets.pop_back();
        if (to.shown.find("://") != std::string::npos)
            throw Error(Kind::usage, codemate::quoted(to.shown) + " is no directory")
                .hint("a registry is named with --to URL");
        if (to.shown.empty()) throw Error(Kind::usage, "the directory to export to has an empty name");
        return to;
    }

    void refuse_without_manifest(const manifest::Manifest& manifest, const std::vector<std::string>& targets) const {
        if (!targets.empty() || manifest.origin.how != manifest::Origin::How::built_in) return;
        throw Error(Kind::usage, "there is no codemate.json here, so nothing says which models to export")
            .hint("name them before the " + std::string(to_ ? "option" : "directory") +
                  ", as in `codemate export mistral " + (to_ ? "--to URL`" : "DIR`"));
    }

    static void refuse_doubtful_directory(const std::string& directory, const std::vector<std::string>& targets,
                                          const manifest::Manifest& manifest, const manifest::Lock& lock,
                                          const std::vector<ollama::Installed>& installed) {
        const std::vector<std::string> words = manifest::known_words(manifest);
        exporting::check_words(targets, directory, [&](const std::string& word) {
            if (std::ranges::find(words, word) != words.end()) return true;
            if (word.find("@sha256:") != std::string::npos) return true;
            try {
                const ModelName name = ModelName::parse(word);
                return lock.find(name) != nullptr || rules::find(installed, name) != nullptr;
            } catch (const Error&) { // no name of a model
                return false;
            }
        });
    }

    static use::DirectoryPorts directory_ports(const std::string& shown, Wiring& wiring) {
        std::error_code failure;
        const fs::path path = fs::absolute(shown, failure);
        if (failure) throw_errno(failure.value(), "find", shown);
        use::DirectoryPorts ports{path, shown, nullptr, {}, {}, wiring.clock()};
        const fs::file_status there = fs::status(path, failure);
        if (fs::exists(there) && !fs::is_directory(there)) {
            throw Error(Kind::usage, codemate::quoted(shown) + " is no directory")
                .hint("name a new or an empty directory, or one that an export has written");
        }
        if (fs::exists(there)) ports.disk = store::open_disk(path);
        ports.make = [path] { return make_directory(path); };
        ports.lock = [path](const Stop& stop) { return std::make_unique<FileLock>(path / "index.json", stop); };
        ports.verified = wiring.verified_blobs();
        ports.download.boot = boot_id();
        ports.download.random = &random_fraction;
        return ports;
    }

    // Before gigabytes are written in vain. What shares blocks, as on some file systems, may fit all the same.
    static void refuse_without_room(const use::Plan& plan, const std::string& shown) {
        std::error_code failure;
        fs::path path = fs::absolute(shown, failure);
        if (fs::exists(path / depot::work_directory, failure)) return; // some of it is written
        while (!fs::exists(path, failure) && path.has_relative_path())
            path = path.parent_path();
        const std::optional<machine::DiskSpace> space = space_of(path);
        const ByteCount needed = plan.from_store() + plan.from_registry();
        if (!space || space->free >= needed) return;
        throw Error(Kind::storage, "the disk of " + codemate::quoted(shown) + " has " + to_string(space->free) +
                                       " free, and " + to_string(needed) + " are to be written")
            .hint("free some space there, or name a directory on another disk");
    }

    // Others tell by the lock's manifest that it is the same.
    static std::string lack_of(const ModelName& name, Wiring& wiring) {
        const manifest::Locked* locked = wiring.lock().find(name);
        if (locked == nullptr || locked->bytes) return "";
        return "; the lock has no manifest, by which others would see that: run `codemate lock` where the models "
               "directory can be read, or pull there with the codemate.lock of the export (--lock)";
    }

    static void say_what_is_served(const use::Plan& plan, Wiring& wiring) {
        for (const use::Step& step : plan.steps) {
            if (step.why == use::Facts::Why::served && step.image)
                wiring.note(codemate::quoted(step.name.display()) +
                            " is neither locked nor installed; what its tag serves now is exported, " +
                            step.image->digest.id());
            if (step.original)
                wiring.note(codemate::quoted(step.name.display()) +
                            " goes without the paths of this machine that its manifest " +
                            "names: its digest there is " + step.image->digest.id() + ", here it is " +
                            step.original->id() + ", and the content is the same" + lack_of(step.name, wiring));
        }
    }

    // Who has written directories so far may name one here, too.
    static void explain_directories(use::Plan& plan, const std::vector<std::string>& targets) {
        for (use::Step& step : plan.steps) {
            if (!step.obstacle || step.obstacle->kind() != Kind::not_found) continue;
            if (exporting::is_directory_among(targets, step.name))
                step.obstacle->hint("there is a directory of that name: with --to there is no DIR, all words are "
                                    "models");
        }
    }

    static std::optional<std::string> store_of(const use::Ports& ports) {
        return ports.store ? std::optional(ports.store->path.string()) : std::nullopt;
    }

    int show(const use::Plan& plan, const exporting::To& to, const use::Ports& ports, Wiring& wiring) const {
        std::vector<int> failures;
        for (const use::Step& step : plan.steps) {
            if (!step.obstacle) continue;
            failures.push_back(exit_status(step.obstacle->kind()));
            Error error = *step.obstacle;
            error.context("cannot export " + codemate::quoted(step.name.display()));
            wiring.say(error);
        }
        int status = common_status(failures);
        if (plan.refusal) {
            wiring.say(*plan.refusal);
            status = exit_status(plan.refusal->kind());
        }
        if (wiring.options().json)
            wiring.out().write(json::to_pretty(exporting::document(plan, to, store_of(ports), status, wiring)) + "\n");
        else
            wiring.out().write(exporting::text(plan, to, wiring.out_terminal().columns));
        return status;
    }

    int show(const use::Report& report, const exporting::To& to, const use::Ports& ports, Wiring& wiring) const {
        std::vector<int> failures;
        for (const use::Item& item : report.items) {
            if (!item.error) continue;
            failures.push_back(exit_status(item.error->kind()));
            wiring.say(*item.error);
        }
        int status = common_status(failures);
        if (report.ending == use::Ending::interrupted) {
            status = wiring.status_when_interrupted();
            wiring.err().write("codemate: interrupted; the next export goes on with what is there\n");
        }
        if (wiring.options().json)
            wiring.out().write(json::to_pretty(exporting::document(report, to, store_of(ports), status, wiring)) +
                               "\n");
        else
            wiring.out().write(exporting::text(report, to, wiring.out_terminal().columns));
        wiring.summarize([&] { return exporting::markdown(report, to); });
        return status;
    }

    std::vector<std::string> targets_;
    std::optional<std::string> directory_, to_;
    bool dry_run_ = false;
};

} // namespace

std::unique_ptr<Command> make_export() {
    return std::make_unique<Export>();
}

} // namespace codemate::cli
