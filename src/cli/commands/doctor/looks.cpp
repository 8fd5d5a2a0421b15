#include "cli/commands/doctor/looks.hpp"

#include "cli/references.hpp"
#include "cli/store_directory.hpp"
#include "cli/store_reach.hpp"
#include "cli/wiring.hpp"

#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/check.hpp"
#include "codemate/lifecycle/refs.hpp"

#include <algorithm>
#include <system_error>

namespace codemate::cli::doctor {
namespace {

namespace fs = std::filesystem;
namespace use = lifecycle::doctor;
namespace locate = lifecycle::locate;
namespace refs = lifecycle::refs;

constexpr ByteCount small_file(std::uint64_t{256} << 10);
constexpr auto patience = std::chrono::seconds(3);
constexpr auto patience_with_gpus = std::chrono::seconds(2);
constexpr std::size_t most_names = 50'000; // of a directory

use::Store::Standing standing_of(locate::Report::Standing standing) {
    switch (standing) {
    case locate::Report::Standing::proven:
        return use::Store::Standing::proven;
    case locate::Report::Standing::named:
        return use::Store::Standing::named;
    case locate::Report::Standing::unreadable:
        return use::Store::Standing::unreadable;
    case locate::Report::Standing::unprovable:
        return use::Store::Standing::unprovable;
    case locate::Report::Standing::elsewhere:
        break;
    }
    return use::Store::Standing::elsewhere;
}

use::Store store_of(locate::Report report, const manifest::Manifest* manifest, Wiring& wiring) {
    use::Store store{standing_of(report.standing)};
    store.doubt = doubt_about(report);
    for (const locate::DanglingLink& link : report.dangling)
        store.dangling.push_back(quoted(link.path.string()) + ", " + link.why);
    if (manifest != nullptr) store.ways = ways_to_store(report, {"doctor"}, wiring);
    if (report.unreadable) store.path = report.unreadable->path.string();
    if (!report.store) return store;
    store.path = report.store->place.path.string();
    store.space = space_of(store.path);
    store.inventory = std::move(report.store->inventory);
    return store;
}

std::vector<std::string> contradictions(const manifest::Manifest& manifest, const std::optional<manifest::Lock>& lock) {
    std::vector<std::string> texts;
    for (const auto& finding : lifecycle::check::examine({manifest, lock}).findings) {
        if (finding.severity == lifecycle::check::Severity::problem) texts.push_back(printable(finding.text));
    }
    return texts;
}

std::optional<use::Reference::State> state_of(const refs::Item& item) {
    switch (item.state) {
    case refs::State::misspelt:
        return use::Reference::State::misspelt;
    case refs::State::contradicting:
        return use::Reference::State::contradicting;
    case refs::State::past:
        return std::nullopt;
    case refs::State::locked:
    case refs::State::declared:
    case refs::State::undeclared:
        break;
    }
    if (item.mention.embeds && !item.mention.comment) return use::Reference::State::embedding;
    if (item.state == refs::State::undeclared) return use::Reference::State::undeclared;
    return std::nullopt;
}

std::vector<use::Reference> references(const manifest::Manifest& manifest, const std::optional<manifest::Lock>& lock,
                                       const std::vector<ollama::Installed>* installed, const Project& project,
                                       const Stop& stop) {
    const auto programs = machine::make_programs();
    const auto names = [installed]() -> std::optional<std::vector<ModelName>> {
        if (installed == nullptr) return std::nullopt;
        std::vector<ModelName> all;
        for (const ollama::Installed& model : *installed)
            all.push_back(model.name);
        return all;
    };
    const refs::Facts facts =
        refs::gather(project.directory, manifest, {*programs, lock ? &*lock : nullptr, names}, {stop, {}});
    std::vector<use::Reference> references;
    for (const refs::Item& item : refs::examine(facts).items) {
        const auto state = state_of(item);
        if (!state) continue;
        references.push_back(
            {*state, item.mention.name, project.shown(item.file) + ":" + std::to_string(item.mention.line), item.text});
    }
    return references;
}

std::optional<std::string> read(const fs::path& path) {
    try {
        return read_file(path, small_file);
    } catch (const Error& error) {
        if (error.kind() == Kind::not_found) return std::nullopt;
        throw;
    }
}

std::vector<std::string> list(const fs::path& directory) {
    std::vector<std::string> names;
    std::error_code failure;
    fs::directory_iterator at(directory, failure);
    for (const fs::directory_iterator end; !failure && at != end; at.increment(failure)) {
        if (names.size() == most_names)
            throw Error(Kind::storage,
                        quoted(directory.string()) + " has more than " + std::to_string(most_names) + " entries");
        names.push_back(at->path().filename().string());
    }
    const bool absent = failure == std::errc::no_such_file_or_directory || failure == std::errc::not_a_directory;
    if (failure && !absent) throw_errno(failure.value(), "list", directory);
    std::ranges::sort(names);
    return names;
}

use::Machine look_at_machine(const Stop& stop) {
    const auto programs = machine::make_programs();
    return {machine::memory(), machine::gpus(*programs, stop, patience_with_gpus)};
}

std::optional<manifest::Lock> lock_of(Wiring& wiring) {
    const auto file = wiring.lock_file();
    if (!file || (!wiring.options().lock && !file->exists())) return std::nullopt;
    return wiring.lock();
}

// Nothing where it cannot be read, which the checks of the manifest say.
const manifest::Manifest* manifest_of(Wiring& wiring) {
    try {
        return &wiring.manifest();
    } catch (const Error&) {
        return nullptr;
    }
}

// "../../codemate.json": the nearest one above that does not count, as no checkout reaches up to it. Empty: none.
std::string unseen_manifest(const fs::path& here) {
    fs::path up = "..";
    for (fs::path at = here.parent_path(); at.has_relative_path() || at == at.root_path(); at = at.parent_path()) {
        std::error_code failure;
        if (fs::is_regular_file(at / "codemate.json", failure)) return (up / "codemate.json").string();
        if (at == at.parent_path()) break;
        up /= "..";
    }
    return {};
}

} // namespace

use::Options options_of(Wiring& wiring) {
    use::Options options;
    try {
        options.endpoint = wiring.endpoint();
        options.address = options.endpoint->text();
        wiring.server();
    } catch (const Error& error) {
        if (wiring.options().host) throw;
        options.bad_address = error;
    }
    options.environment = wiring.environment();
    options.in_ci = wiring.in_ci();
    std::error_code failure;
    const manifest::Manifest* const manifest = manifest_of(wiring);
    if (manifest != nullptr && manifest->origin.how == manifest::Origin::How::built_in) {
        if (const fs::path here = fs::current_path(failure); !failure) options.unseen_manifest = unseen_manifest(here);
    }
    if (manifest != nullptr)
        options.project = project_of(wiring).directory;
    else if (const fs::path here = fs::current_path(failure); !failure)
        options.project = here;
    return options;
}

use::Ports ports_of(Wiring& wiring) {
    const manifest::Manifest* const manifest = manifest_of(wiring);
    const auto project = manifest ? std::optional(project_of(wiring)) : std::nullopt;
    return {
        .knock = [&wiring](const Stop& stop) { return wiring.knock(patience, stop); },
        .server = [&wiring]() -> ollama::Server& { return wiring.server(); },
        .store =
            [&wiring, manifest](std::vector<ollama::Installed> installed, const Stop& stop) {
                return store_of(wiring.locate_store(std::move(installed), stop), manifest, wiring);
            },
        .machine = look_at_machine,
        .manifest = [&wiring] { return wiring.manifest(); },
        .lock = [&wiring] { return lock_of(wiring); },
        .contradictions = contradictions,
        .references = [project](const manifest::Manifest& declared, const std::optional<manifest::Lock>& lock,
                                const std::vector<ollama::Installed>* installed,
                                const Stop& stop) { return references(declared, lock, installed, *project, stop); },
        .chroma = [](const fs::path& directory,
                     const Stop& stop) { return vector_store::read_chroma(directory, stop, patience_with_gpus); },
        .read = read,
        .list = list,
        .clock = wiring.clock(),
        .answer = patience,
        .look = patience,
    };
}

} // namespace codemate::cli::doctor
