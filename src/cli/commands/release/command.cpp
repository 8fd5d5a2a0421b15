#include "cli/command.hpp"

#include "cli/commands/release/render.hpp"
#include "cli/exit_status.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/docs.hpp"

#include <system_error>

namespace codemate::cli {
namespace {

namespace fs = std::filesystem;
namespace use = lifecycle::release;
using lifecycle::docs::document_path;
using lifecycle::docs::document_shown;
using manifest::Origin;
using manifest::Release;

constexpr std::string_view range = "..";

std::string today(const Clock& clock) {
    return to_rfc3339(clock.now()).substr(0, 10);
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

// As people know it, beside the manifest as they know that.
std::string shown_beside(const Origin& origin, const fs::path& file) {
    return printable((fs::path(origin.shown).parent_path() / file).string());
}

class RecordRelease final : public Command {
public:
    void declare(Options& options) override {
        options.argument("RELEASE", what_, "a version to record, or A..B to compare; none: list them");
        options.value("--notes", "TEXT", notes_, "what there is to say of it");
        options.value("--date", "DATE", date_, "of the release, as in 2026-01-31 (default: today, in UTC)");
        options.flag("--tag", tag_, "tag the commit that has the release, which is recorded already");
        options.flag("--dry-run", dry_run_, "say what would be done, change nothing");
    }

    int run(Wiring& wiring) override {
        const bool compares = what_ && what_->find(range) != std::string::npos;
        if (!what_ || compares) {
            refuse_idle_options(compares ? "comparing" : "listing");
            return compares ? compare(wiring) : list(wiring);
        }
        refuse_built_in(wiring);
        const manifest::Releases releases = releases_of(wiring).load();
        const Release* recorded = releases.find(*what_);
        if (tag_ && recorded == nullptr) refuse_to_tag_what_is_not_recorded();
        return tag_ && recorded != nullptr ? tag(*recorded, releases, wiring) : record(wiring);
    }

private:
    void refuse_idle_options(std::string_view doing) const {
        const char* idle = notes_ ? "--notes" : date_ ? "--date" : tag_ ? "--tag" : dry_run_ ? "--dry-run" : nullptr;
        if (idle == nullptr) return;
        throw Error(Kind::usage, std::string(idle) + " means nothing for " + std::string(doing) + " releases")
            .hint("name the version to record: codemate release 1.2.3 " + std::string(idle));
    }

    // Before anything is written: a script that goes on with `&& git push` has to stop here.
    void refuse_to_tag_what_is_not_recorded() const {
        const std::string version = what_->starts_with('v') ? what_->substr(1) : *what_;
        if (!manifest::is_semantic_version(version)) return; // that comes first
        throw Error(Kind::refused, "release " + version + " is not recorded, so no commit has it that could be tagged")
            .hint("`codemate release " + version +
                  "` records it and prints the commands for the commit; then the same "
                  "again");
    }

    static void refuse_built_in(Wiring& wiring) {
        const Origin& origin = wiring.manifest().origin;
        if (!origin.is_built_in()) return;
        throw Error(Kind::usage, origin.how == Origin::How::built_in
                                     ? "there is no codemate.json here whose release could be recorded"
                                     : "the built-in manifest is part of codemate, and so are its releases")
            .hint("`codemate init` writes a codemate.json; `codemate init --from builtin` one with the built-in set");
    }

    static manifest::ReleasesFile releases_of(Wiring& wiring) {
        return manifest::ReleasesFile(wiring.manifest().origin);
    }

    static void show(Wiring& wiring, const std::string& text, const json::Value& document) {
        wiring.out().write(wiring.options().json ? json::to_pretty(document) + "\n" : text);
    }

    int list(Wiring& wiring) const {
        const manifest::Manifest& manifest = wiring.manifest();
        const manifest::Releases releases = releases_of(wiring).load();
        show(wiring, release::list_text(releases, manifest.version, wiring.out_terminal().columns),
             release::list_json(releases, manifest.version, manifest.origin));
        if (releases.releases.empty()) wiring.note("`codemate release VERSION` records the first one");
        return done;
    }

    // "A..B", and "A.." for what is declared and locked now.
    int compare(Wiring& wiring) const {
        const std::size_t at = what_->find(range);
        const std::string from = what_->substr(0, at);
        const std::string to = what_->substr(at + range.size());
        if (from.empty()) {
            throw Error(Kind::usage, quoted(*what_) + " does not say what to compare with")
                .hint("write A..B for two releases, or A.. for one and what is locked now");
        }
        const manifest::Manifest& manifest = wiring.manifest();
        use::Facts facts{manifest, {}, {}, releases_of(wiring).load(), {}};
        if (to.empty()) facts.lock = wiring.lock();
        const Release before = use::release_named(from, facts);
        const Release after = use::release_named(to, facts);
        const use::Comparison comparison = use::compare(before, after);
        show(wiring, release::compare_text(before, after, comparison),
             release::compare_json(before, after, comparison, manifest.origin));
        return done;
    }

    int record(Wiring& wiring) const {
        const Origin& origin = wiring.manifest().origin;
        const manifest::ManifestFile manifest(origin);
        const manifest::ReleasesFile releases(origin);
        const fs::path changelog = origin.path.parent_path() / "CHANGELOG.md";
        const use::Options options{*what_, notes_.value_or(""), date_.value_or(today(wiring.clock()))};
        const use::Ports ports{manifest, releases, changelog};
        const Run run{wiring.stop(), {}};
        const manifest::Lock& lock = wiring.lock();
        use::Report report;
        if (dry_run_)
            report.plan = use::plan(use::gather(lock, ports, run), options);
        else
            report = use::execute(lock, options, ports, run);
        release::Recorded recorded{report.plan, {}, shown_beside(origin, "CHANGELOG.md"), is_there(changelog), {}};
        for (const fs::path& path : report.written)
            recorded.written.push_back(shown_beside(origin, path.filename()));
        if (!dry_run_) {
            if (bring_document_up_to_date(wiring)) recorded.written.push_back(document_shown(origin));
            recorded.next = next(report.plan.release, wiring);
        }
        const release::Run how = dry_run_ ? release::Run::dry : release::Run::real;
        show(wiring, release::record_text(recorded, how), release::record_json(recorded, how, origin));
        return done;
    }

    // Whoever checks a tag out wants the lock of that release there.
    static void refuse_another_state(const Release& recorded, const manifest::Releases& releases, Wiring& wiring) {
        const use::Facts facts{wiring.manifest(), {}, wiring.lock(), releases, {}};
        const std::string why = use::moved_on_since(recorded, facts);
        if (why.empty()) return;
        throw Error(Kind::refused, "release " + recorded.version + " is not what would be tagged: " + why)
            .hint(
                "check out the commit that has it: `git log -- codemate.releases.json` finds it; then the same again");
    }

    int tag(const Release& recorded, const manifest::Releases& releases, Wiring& wiring) const {
        if (notes_ || date_) {
            throw Error(Kind::usage, "release " + recorded.version + " is recorded already, with its date and notes")
                .hint("to tag it, leave --notes and --date out");
        }
        refuse_another_state(recorded, releases, wiring);
        const auto programs = machine::make_programs();
        const use::Tagged tagged = use::tag(recorded, place(wiring), *programs,
                                            dry_run_ ? use::Tagging::dry : use::Tagging::real, wiring.stop());
        const release::Run how = dry_run_ ? release::Run::dry : release::Run::real;
        show(wiring, release::tag_text(tagged, how),
             release::tag_json(recorded, tagged, how, wiring.manifest().origin));
        return done;
    }

    // Where there is a document; what is wrong with it is no reason not to record a release.
    static bool bring_document_up_to_date(Wiring& wiring) {
        const Origin& origin = wiring.manifest().origin;
        if (!is_there(document_path(origin))) {
            wiring.note("`codemate docs` writes " + document_shown(origin));
            return false;
        }
        try {
            const manifest::ReleasesFile releases(origin);
            const lifecycle::docs::Ports ports{releases, nullptr, document_path(origin)};
            const manifest::Manifest now = wiring.manifests_now().front();
            return lifecycle::docs::execute(now, wiring.lock(), ports, {wiring.stop(), {}}).wrote_document;
        } catch (const Error& error) {
            wiring.warn(document_shown(origin) + " was not brought up to date: " + error.message());
            return false;
        }
    }

    use::Place place(Wiring& wiring) const {
        const Origin& origin = wiring.manifest().origin;
        use::Place place{origin.path.parent_path(), {}};
        std::vector<fs::path> files{origin.path, releases_of(wiring).path(), place.directory / "CHANGELOG.md",
                                    document_path(origin)};
        if (const auto lock = wiring.lock_file()) files.insert(files.begin() + 1, lock->path());
        for (const fs::path& file : files) {
            if (is_there(file))
                place.files.push_back(fs::absolute(file).lexically_normal().lexically_relative(place.directory));
        }
        const fs::path shown = fs::path(origin.shown).parent_path();
        if (!shown.empty() && shown != ".") place.git += " -C " + shell_word(shown.string());
        if (origin.how == Origin::How::option) place.codemate += " --manifest " + shell_word(origin.shown);
        if (const auto& lock = wiring.options().lock) place.codemate += " --lock " + shell_word(*lock);
        return place;
    }

    use::Commands next(const Release& recorded, Wiring& wiring) const {
        const auto programs = machine::make_programs();
        try {
            return use::next_commands(recorded, place(wiring), *programs, wiring.stop());
        } catch (const Error& error) { // the release is recorded, whatever git says
            return {{}, "git does not say what is to be committed: " + error.message()};
        }
    }

    std::optional<std::string> what_, notes_, date_;
    bool tag_ = false;
    bool dry_run_ = false;
};

} // namespace

std::unique_ptr<Command> make_release() {
    return std::make_unique<RecordRelease>();
}

} // namespace codemate::cli
