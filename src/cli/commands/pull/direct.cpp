#include "cli/commands/pull/direct.hpp"

#include "cli/commands/pull/direct_directory.hpp"
#include "cli/commands/pull/lock_consent.hpp"
#include "cli/commands/pull/lookups.hpp"
#include "cli/exit_status.hpp"
#include "cli/store_directory.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/random.hpp"
#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"
#include "codemate/base/token_bucket.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/machine/system.hpp"
#include "codemate/store/layout.hpp"
#include "codemate/store/local_disk.hpp"
#include "codemate/ui/markup.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unistd.h>

namespace codemate::cli::pull {
namespace {

namespace use = lifecycle::direct;
namespace fs = std::filesystem;

constexpr std::uint32_t directory_mode = 0755; // the umask is the system's to take off

// Holds a rate over all connections.
std::function<void(ByteCount, Stop)> pace_of(ByteCount rate, const Clock& clock) {
    struct Shared {
        std::mutex mutex;
        TokenBucket bucket;
    };
    const auto shared = std::make_shared<Shared>();
    shared->bucket.bytes_a_second = rate.count();
    return [shared, &clock](ByteCount bytes, const Stop& stop) {
        const SteadyTime now = clock.steady();
        SteadyTime begins{};
        {
            const std::lock_guard lock(shared->mutex);
            const Turn turn = take(shared->bucket, bytes, now);
            shared->bucket = turn.after;
            begins = turn.begins;
        }
        if (begins > now) pause(begins - now, stop);
    };
}

use::Options options_of(const Direct& direct, const fs::path& models, const Clock& clock) {
    use::Options options;
    options.targets = direct.targets;
    options.locked = direct.locked;
    options.consent = direct.yes;
    options.force = direct.force;
    options.from = direct.from;
    if (direct.from) options.download.where = direct.from->where;
    options.models = models;
    options.hidden_modes = machine::hidden_modes();
    options.as_root = ::geteuid() == 0;
    options.download.boot = machine::boot_id();
    options.download.random = &random_fraction;
    if (direct.retries) options.download.retries = *direct.retries;
    if (direct.rate) options.download.pace = pace_of(*direct.rate, clock);
    return options;
}

class Run final {
public:
    Run(const Direct& direct, const std::optional<manifest::LockFile>& lock_file, registry::Registry& registry,
        Wiring& wiring)
        : direct_(direct), lock_file_(lock_file), wiring_(wiring), models_(wiring.models_directory_to_write()),
          options_(options_of(direct, models_, wiring.clock())), ports_{nullptr, registry, wiring.clock()} {
        ports_.journal = wiring.journal();
        ports_.verified = wiring.verified_blobs();
        ports_.space = [this] { return space_of(nearest_of(models_)); };
        if (lock_file_) ports_.lock_file = &*lock_file_;
        if (const auto url = wiring.registry()) options_.download.public_registry = printable(url->authority());
    }

    int run() {
        refuse_exports();
        say_what_is_used();
        try {
            return direct_.dry_run ? look() : act();
        } catch (const Error& error) {
            throw with_owner(error, models_);
        }
    }

private:
    // A second copy of everything would come into it.
    void refuse_exports() const {
        std::error_code unknown;
        const std::string there = quoted(models_.string());
        if (direct_.from_directory && fs::equivalent(*direct_.from_directory, models_, unknown))
            throw Error(Kind::usage, "--from names " + there + ", and so does --models-dir")
                .hint("--models-dir names where the models shall be");
        if (!depot::is_layout(models_)) return;
        throw Error(Kind::usage, there + " is an export, not a models directory")
            .hint("--from " + shell_word(models_.string()) +
                  " takes models out of it; --models-dir names where they shall be");
    }

    void say_what_is_used() {
        const manifest::Origin& origin = wiring_.manifest().origin;
        if (wiring_.options().quiet) return;
        wiring_.err().write("models directory " + printable(models_.string(), 1000) + ", no server; " +
                            (origin.is_built_in() ? "" : "manifest ") + printable(origin.display()) + "\n");
    }

    use::Plan make_plan(store::Disk* disk) {
        ports_.disk = disk;
        const manifest::Lock* lock = nullptr;
        if (lock_file_) lock = &wiring_.lock(named_lock(direct_.locked, direct_.from.has_value(), options_.targets));
        const Places places = options_.from ? Places::one_for_all : Places::each_at_its_host;
        const auto registry = for_lookups(ports_.registry, options_.download.retries, places, wiring_);
        const use::Facts facts = use::gather(options_, wiring_.manifest(), lock, ports_at(*registry), events());
        use::Plan plan = use::plan(facts, options_);
        if (plan.steps.empty())
            wiring_.note("the manifest requires no model: it has neither roles nor a group \"default\"");
        return plan;
    }

    use::Ports ports_at(registry::Registry& registry) const {
        return {ports_.disk, registry, ports_.clock, ports_.lock_file, ports_.journal, ports_.verified, ports_.space};
    }

    codemate::Run events() {
        return {wiring_.stop(), [this](const Event& event) { wiring_.progress().handle(event); }};
    }

    int look() {
        std::error_code failure;
        const std::unique_ptr<store::Disk> disk = fs::exists(models_, failure) ? store::open_disk(models_) : nullptr;
        const use::Plan plan = make_plan(disk.get());
        std::vector<int> failures;
        for (const use::Step& step : plan.steps) {
            if (!step.obstacle) continue;
            failures.push_back(exit_status(step.obstacle->kind()));
            Error error = *step.obstacle;
            wiring_.say(error.context("cannot pull " + quoted(step.name.display())));
        }
        int status = common_status(failures);
        if (plan.refusal) {
            wiring_.say(*plan.refusal);
            status = exit_status(plan.refusal->kind());
        }
        return show(plan, {}, status);
    }

    int act() {
        std::error_code failure;
        if (fs::exists(models_, failure) && !fs::is_directory(models_, failure))
            throw Error(Kind::usage, quoted(models_.string()) + " is no directory")
                .hint("name a models directory with --models-dir DIR");
        std::vector<fs::path> new_ones = store::make_models_directory(models_, directory_mode, options_.as_root);
        const auto when = new_ones.empty() ? ServersThere::When::before : ServersThere::When::in_a_new_one;
        const Made made(models_, std::move(new_ones));
        const std::unique_ptr<store::Disk> disk = store::open_disk(models_);
        const std::unique_ptr<FileLock> lock = alone(models_, wiring_);
        const Tidy tidy(*disk);
        use::make_directories(*disk, options_);
        return act_alone(*disk, when);
    }

    int act_alone(store::Disk& disk, ServersThere::When when) {
        ServersThere servers(options_, wiring_);
        if (auto objection = servers.objection(disk, when)) throw std::move(*objection);
        ports_.in_use = [&](const Stop&) { return servers.objection(disk, ServersThere::When::meanwhile); };
        const use::Plan plan = make_plan(&disk);
        if (const auto refusal = plan.refusal ? plan.refusal : ask(plan)) {
            wiring_.say(*refusal);
            return show(plan, refusal, exit_status(refusal->kind()));
        }
        const use::Report report = use::execute(plan, options_, ports_, events());
        wiring_.progress().clear();
        return show(report);
    }

    std::optional<Error> ask(const use::Plan& plan) {
        if (!plan.wants_consent()) return std::nullopt;
        return objection_to({reasons_to_ask(plan.steps), question(plan, options_), direct_.yes || direct_.locked,
                             options_.from.has_value()},
                            wiring_);
    }

    int show(const use::Plan& plan, const std::optional<Error>& refusal, int status) {
        if (wiring_.options().json)
            wiring_.out().write(json::to_pretty(document(plan, models_, refusal, status, wiring_)) + "\n");
        else
            wiring_.out().write(text(plan, models_, wiring_.out_terminal().columns));
        wiring_.summarize([&] { return ui::markdown_preformatted(text(plan, models_, 0)); });
        return status;
    }

    int show(const use::Report& report) {
        std::vector<int> failures;
        for (const use::Item& item : report.items) {
            if (!item.error) continue;
            failures.push_back(exit_status(item.error->kind()));
            wiring_.say(with_owner(*item.error, models_));
        }
        const int status = report.interrupted ? wiring_.status_when_interrupted() : common_status(failures);
        if (report.interrupted) say_interrupted();
        if (wiring_.options().json)
            wiring_.out().write(json::to_pretty(document(report, models_, status, wiring_)) + "\n");
        else
            wiring_.out().write(text(report, wiring_.out_terminal().columns));
        wiring_.summarize([&] { return markdown(report); });
        return status;
    }

    void say_interrupted() {
        if (auto error = wiring_.out_of_time())
            return wiring_.say(error->hint("what was fetched stays: the next pull --direct goes on there"));
        wiring_.err().write("codemate: interrupted; what was fetched stays, and the next pull --direct resumes\n");
    }

    const Direct& direct_;
    const std::optional<manifest::LockFile>& lock_file_;
    Wiring& wiring_;
    fs::path models_;
    use::Options options_;
    use::Ports ports_;
};

} // namespace

Wiring::NamedLock named_lock(bool locked, bool from_one_place, const std::vector<std::string>& targets) {
    const bool by_digest =
        std::ranges::any_of(targets, [](const std::string& target) { return target.find('@') != std::string::npos; });
    return locked || (from_one_place && !by_digest) ? Wiring::NamedLock::must_exist : Wiring::NamedLock::may_be_new;
}

int run_direct(const Direct& direct, const std::optional<manifest::LockFile>& lock_file, registry::Registry& registry,
               Wiring& wiring) {
    return Run(direct, lock_file, registry, wiring).run();
}

} // namespace codemate::cli::pull
