#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/depot/index.hpp"
#include "codemate/depot/writer.hpp"
#include "codemate/lifecycle/exports.hpp"
#include "codemate/store/check.hpp"

#include <algorithm>

namespace codemate::lifecycle::exports {
namespace {

constexpr Duration good_for = std::chrono::days(3650); // a file that is the very same needs no second reading
constexpr std::string_view docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr ByteCount longest_lock(std::uint64_t{16} << 20); // as of a project's own
constexpr ByteCount longest_configuration(std::uint64_t{4} << 20);

class Directory final : public Destination {
public:
    explicit Directory(DirectoryPorts ports) : ports_(std::move(ports)) {
        if (!ports_.disk) return;
        index_ = read_index();
        check_lock();
    }

    std::string place(const ModelName& name) const override { return name.full(); }

    bool has(const ModelName& /*name*/, const Layer& layer, const Stop& /*stop*/) override {
        if (!ports_.disk) return false;
        const auto found = ports_.disk->stat(depot::blob_path(layer.digest));
        return found && found->type == store::Type::file && found->identity.size == layer.size;
    }

    std::optional<Digest> served(const ModelName& name, const Stop& /*stop*/) override {
        const depot::Entry* entry = index_.find(name);
        return entry == nullptr ? std::nullopt : std::optional(entry->digest);
    }

    ByteCount left_over(const Layer& layer) override {
        if (!ports_.disk) return {};
        return download::left_over({layer.digest, layer.size, {}}, target_of(layer), *ports_.disk);
    }

    void begin(const Run& run) override {
        if (!ports_.disk) ports_.disk = ports_.make();
        if (ports_.lock) lock_ = ports_.lock(run.stop);
        // Another export may have written meanwhile.
        index_ = read_index();
        depot::prepare(*ports_.disk);
        begun_ = true;
        events_ = run.events;
    }

    std::vector<Digest> check(const std::vector<Layer>& layers, const Run& run) override {
        const std::vector<store::ToCheck> unknown = not_known_to_be_good(layers);
        if (unknown.empty()) return {};
        const Time at = ports_.clock.now();
        const auto checked = read_all(unknown, run);
        remember(checked, at, run.stop);
        throw_if_stopped(run.stop);
        return remove_bad(checked);
    }

    Carried put(const ModelName& name, const Layer& layer, const Source& source,
                const std::function<void(ByteCount)>& progress, const Stop& stop) override {
        if (written_.contains(layer.digest)) return {};
        // Another export has written it while this one waited.
        if (has(name, layer, stop) && check({layer}, {stop, {}}).empty()) return {};
        tell_of_what_is_replaced(layer);
        const download::Target target = target_of(layer);
        download::Options options = ports_.download;
        if (events_ && !options.note)
            options.note = [&](const std::string& text) { events_({Event::Type::note, {}, text, {}, {}}); };
        if (source.at_hand) {
            options.connections = 2; // one that reads, one that is hashed
            options.where = source.where;
        }
        const download::Report report = download::fetch({layer.digest, layer.size, source.places}, target,
                                                        source.registry, *ports_.disk, options, progress, stop);
        written_.insert(layer.digest);
        return {report.fetched, report.resumed};
    }

    // Whoever reads the index finds all that it names; whoever reads the lock, what the index will name.
    void put_model(const ModelName& name, const Image& image, const manifest::Locked& entry,
                   const Stop& stop) override {
        refuse_unless_whole(image);
        if (!has_manifest(image)) depot::put_blob(*ports_.disk, image.digest, image.bytes);
        depot::Index index = index_;
        std::erase_if(index.models, [&](const depot::Entry& other) { return other.name.same_on_server(name); });
        const bool known = depot::is_manifest_type(image.media_type);
        index.models.push_back({name, known ? image.media_type : std::string(docker_manifest), image.digest,
                                ByteCount(image.bytes.size())});
        index = depot::parse_index(depot::to_text(index)); // in its order
        write_lock(name, with_quantization(entry, image), index, stop);
        if (!(depot::to_text(index) == depot::to_text(index_)) || !ports_.disk->stat(depot::index_file))
            depot::put_index(*ports_.disk, index);
        index_ = std::move(index);
    }

    void end() override {
        if (begun_) depot::clear_work(*ports_.disk);
        lock_.reset();
        events_ = nullptr;
    }

private:
    static download::Target target_of(const Layer& layer) {
        return {depot::partial_path(layer.digest), depot::blob_path(layer.digest), {}};
    }

    // Somebody may be tidying up there while gigabytes come.
    void refuse_unless_whole(const Image& image) const {
        for (const Layer& layer : image.blobs()) {
            const auto found = ports_.disk->stat(depot::blob_path(layer.digest));
            const bool is_file = found && found->type == store::Type::file;
            if (is_file && found->identity.size == layer.size) continue;
            const std::string what = !found     ? "has gone from "
                                     : !is_file ? "is now " + std::string(store::to_string(found->type)) + " in "
                                                : "has now " + to_string(found->identity.size) + " in ";
            throw Error(Kind::storage, "its " + std::string(to_string(layer.role)) + " " + layer.digest.id() + " (" +
                                           to_string(layer.size) + ") " + what + quoted(ports_.shown) +
                                           " while the export was at work")
                .hint("see to it that nobody else changes what is in there, then run the command again: it brings "
                      "what is missing");
        }
    }

    // As of one that has its size, and other bytes.
    void tell_of_what_is_replaced(const Layer& layer) const {
        const auto found = ports_.disk->stat(depot::blob_path(layer.digest));
        if (!found || !events_) return;
        const std::string what = found->type == store::Type::file ? "a file of " + to_string(found->identity.size) +
                                                                        " instead of " + to_string(layer.size)
                                                                  : std::string(store::to_string(found->type));
        events_({Event::Type::note,
                 {},
                 "a layer that was there is " + what + ", and comes again: " + layer.digest.id(),
                 {},
                 {}});
    }

    std::vector<store::Checked> read_all(const std::vector<store::ToCheck>& blobs, const Run& run) const {
        const auto tell = [&](const Event& event) {
            if (run.events) run.events(event);
        };
        store::CheckOptions options;
        options.path = &depot::blob_path;
        options.progress = [&](ByteCount done, ByteCount total) { tell({Event::Type::amount, {}, {}, done, total}); };
        tell({Event::Type::begin, {}, "checking what is there already", {}, {}});
        try {
            auto checked = store::check_blobs(*ports_.disk, blobs, options, run.stop);
            const bool stopped = run.stop.stop_requested();
            tell({Event::Type::end, {}, stopped ? "interrupted" : "checked", {}, {}, stopped});
            return checked;
        } catch (...) {
            tell({Event::Type::end, {}, run.stop.stop_requested() ? "interrupted" : "failed", {}, {}, true});
            throw;
        }
    }

    // What stands there now. What is wrong with it is no damage of the user's project.
    depot::Index read_index() const {
        constexpr const char* or_else = "name another directory; or remove this one, and what it has is exported again";
        try {
            return depot::written_so_far(*ports_.disk, ports_.shown).value_or(depot::Index{});
        } catch (Error& error) {
            if (error.kind() == Kind::usage) throw;
            error.context("cannot export to " + quoted(ports_.shown));
            if (error.kind() == Kind::damaged || error.hint().empty()) error.hint(or_else);
            throw;
        }
    }

    manifest::Lock read_lock() const {
        if (!ports_.disk->stat(depot::lock_file)) return {};
        const auto file = ports_.disk->open(depot::lock_file);
        manifest::ParsedLock parsed =
            manifest::parse_lock(store::read_all(*file, longest_lock, std::string(depot::lock_file)));
        if (parsed.problems.empty()) return std::move(parsed.lock);
        const manifest::Origin origin{manifest::Origin::How::found, lock_path(), {}};
        throw manifest::to_error(origin, parsed.problems);
    }

    std::filesystem::path lock_path() const { return ports_.path / std::string(depot::lock_file); }

    void check_lock() const {
        try {
            read_lock();
        } catch (Error& error) {
            if (error.kind() != Kind::manifest) throw;
            throw error.context("cannot export to " + quoted(ports_.shown))
                .hint("name another directory; or remove that file, and export again all that is there");
        }
    }

    std::vector<store::ToCheck> not_known_to_be_good(const std::vector<Layer>& layers) const {
        std::vector<state::Verified> good;
        try {
            if (ports_.verified != nullptr) good = ports_.verified->entries();
        } catch (const Error& error) {
            diagnostics::info(error.message());
        }
        const auto is_good = [&](const Layer& layer) {
            const auto stat = ports_.disk->stat(depot::blob_path(layer.digest));
            const auto same = std::ranges::equal_range(good, layer.digest, {}, &state::Verified::digest);
            return stat && std::ranges::any_of(same, [&](const state::Verified& known) {
                       return state::still_good(known, stat->identity, ports_.clock.now(), good_for);
                   });
        };
        std::vector<store::ToCheck> unknown;
        for (const Layer& layer : layers)
            if (!is_good(layer)) unknown.push_back({layer.digest, layer.size});
        return unknown;
    }

    void remember(const std::vector<store::Checked>& checked, Time at, const Stop& stop) const {
        std::vector<state::Verified> good;
        for (const store::Checked& each : checked) {
            const bool whole = each.verdict == store::Checked::Verdict::good && each.identity;
            if (whole && state::worth_remembering(*each.identity, at))
                good.push_back({each.digest, *each.identity, at});
        }
        try {
            if (ports_.verified != nullptr) ports_.verified->add(good, stop);
        } catch (const Error& error) { // it is read again then
            diagnostics::info(error.message());
        }
    }

    std::vector<Digest> remove_bad(const std::vector<store::Checked>& checked) {
        std::vector<Digest> bad;
        for (const store::Checked& each : checked) {
            if (each.verdict == store::Checked::Verdict::good) continue;
            if (each.error && each.verdict == store::Checked::Verdict::unreadable) throw *each.error;
            ports_.disk->remove(depot::blob_path(each.digest));
            bad.push_back(each.digest);
        }
        return bad;
    }

    manifest::Locked with_quantization(manifest::Locked entry, const Image& image) const {
        if (!entry.quantization.empty()) return entry;
        try {
            const std::string path = depot::blob_path(image.config.digest);
            const auto file = ports_.disk->open(path);
            entry.quantization = known_quantization(
                Configuration::parse(store::read_all(*file, longest_configuration, path)).quantization);
        } catch (const Error& error) { // only for the reader of a diff
            diagnostics::info(error.message());
        }
        return entry;
    }

    bool has_manifest(const Image& image) const {
        const std::string path = depot::blob_path(image.digest);
        const auto found = ports_.disk->stat(path);
        if (!found || found->identity.size.count() != image.bytes.size()) return false;
        return store::read_all(*ports_.disk->open(path), ByteCount(image.bytes.size()), path) == image.bytes;
    }

    void write_lock(const ModelName& name, const manifest::Locked& entry, const depot::Index& index,
                    const Stop& stop) const {
        const FileLock held(lock_path(), stop); // `codemate lock` may be changing it
        manifest::Lock lock = read_lock();
        const std::string before = manifest::to_text(lock);
        std::erase_if(lock.models, [&](const auto& model) { return index.find(model.first) == nullptr; });
        lock.models.insert_or_assign(name, entry);
        const std::string after = manifest::to_text(lock);
        if (after != before) depot::put_lock(*ports_.disk, after);
    }

    DirectoryPorts ports_;
    std::unique_ptr<FileLock> lock_;
    EventSink events_; // of the run that writes
    bool begun_ = false;
    depot::Index index_;
    std::set<Digest> written_;
};

} // namespace

std::unique_ptr<Destination> to_directory(DirectoryPorts ports) {
    return std::make_unique<Directory>(std::move(ports));
}

} // namespace codemate::lifecycle::exports
