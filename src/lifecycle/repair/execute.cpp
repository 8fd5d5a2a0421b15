#include "codemate/base/random.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/repair.hpp"
#include "codemate/store/layout.hpp"

#include <utility>

namespace codemate::lifecycle::repair {
namespace {

constexpr ByteCount largest_manifest(64U << 20U);

// As the server calls what it is uploading: what a crash leaves behind it removes at a later start (facts.md 4.5).
std::string temporary_path() {
    std::string path = std::string(store::blobs_directory) + "/sha256-";
    for (const char digit : random_hex(16))
        path += static_cast<char>('0' + digit % 10);
    return path;
}

class Repairer {
public:
    Repairer(const Ports& ports, const Run& run) : ports_(ports), run_(run) {}

    Item run(const Step& step) {
        Item item{step};
        if (step.what == Step::Do::nothing) {
            item.error = Error(Kind::not_found, step.subject() + " cannot be repaired: " + step.reason);
            return item;
        }
        const ByteCount size = step.blob ? step.blob->layer.size : ByteCount(step.bytes.size());
        tell({Event::Type::begin, step.subject(), "repairing " + step.reason, {}, size});
        try {
            if (step.blob)
                fetch(step);
            else
                rebuild(step);
            item.done = true;
        } catch (const Error& error) {
            item.error = error;
            item.error->context(step.subject() + " is not repaired, and as it was");
        } catch (const Interrupted&) {
            tell({Event::Type::end, step.subject(), "interrupted", {}, size, true});
            throw;
        }
        tell(
            {Event::Type::end, step.subject(), item.done ? "repaired" : item.error->message(), size, size, !item.done});
        return item;
    }

private:
    // The next source where one fails.
    void fetch(const Step& step) {
        for (std::size_t i = 0;; ++i) {
            try {
                fetch_from(step, step.sources[i]);
                return;
            } catch (const Error& error) {
                const bool of_disk = error.kind() == Kind::storage;
                if (of_disk || i + 1 == step.sources.size()) throw;
                note(step.subject(), error.message());
            }
        }
    }

    void fetch_from(const Step& step, const ModelName& source) {
        const Layer& layer = step.blob->layer;
        const std::string place = store::blob_path(layer.digest);
        const std::string temporary = temporary_path();
        const auto file = ports_.disk.write(temporary, ownership_of(store::blobs_directory));
        Sha256 hash;
        ByteCount done;
        const auto take = [&](std::string_view piece) {
            throw_if_stopped(run_.stop);
            hash.update(piece);
            file->write(piece);
            done += ByteCount(piece.size());
            tell({Event::Type::amount, step.subject(), {}, done, layer.size});
            return http::Flow::go_on;
        };
        if (layer.size != ByteCount())
            ports_.registry.read_blob(source, layer.digest, {0, layer.size.count()}, take, run_.stop);
        if (hash.finish() != layer.digest)
            throw Error(Kind::damaged, "what " + quoted(source.display()) + " gives has not the digest either");
        file->finish();
        put_in_place(temporary, place, [&] { check_as_judged(place, step.blob->found); });
    }

    void rebuild(const Step& step) {
        const std::string& place = step.manifest->path;
        const std::string temporary = temporary_path();
        const auto file = ports_.disk.write(temporary, ownership_of(store::manifests_directory));
        file->write(step.bytes);
        file->finish();
        put_in_place(temporary, place, [&] { check_still_damaged(place); });
    }

    template<typename Check>
    void put_in_place(const std::string& temporary, const std::string& place, Check&& check) {
        try {
            check();
            ports_.disk.move(temporary, place);
        } catch (...) {
            remove(temporary);
            throw;
        }
    }

    void remove(const std::string& temporary) {
        try {
            ports_.disk.remove(temporary);
        } catch (const Error& error) { // the server removes it at its start
            note({}, error.message());
        }
    }

    // Somebody else may have repaired it meanwhile, or be about to.
    void check_as_judged(const std::string& place, const std::optional<store::Identity>& judged) {
        const std::optional<store::Stat> there = ports_.disk.stat(place);
        const bool is_file = there && there->type == store::Type::file;
        const std::optional<store::Identity> now = is_file ? std::optional(there->identity) : std::nullopt;
        if (now != judged)
            throw Error(Kind::storage, quoted(place) + " has changed since it was looked at")
                .hint("run the command again");
    }

    void check_still_damaged(const std::string& place) {
        const std::optional<store::Stat> there = ports_.disk.stat(place);
        if (!there || there->type != store::Type::file) return;
        try {
            Image::parse(store::read_all(*ports_.disk.open(place), largest_manifest, place));
        } catch (const Error&) {
            return;
        }
        throw Error(Kind::storage, quoted(place) + " has changed since it was looked at").hint("run the command again");
    }

    // As the server's own files: whoever owns the directory can read and remove them.
    store::Ownership ownership_of(std::string_view directory) {
        const std::optional<store::Stat> stat = ports_.disk.stat(directory);
        if (!stat) return {};
        return {stat->mode & 0666U, stat->owner, stat->group};
    }

    void note(const std::string& item, const std::string& text) const { tell({Event::Type::note, item, text, {}, {}}); }

    void tell(const Event& event) const {
        if (run_.events) run_.events(event);
    }

    const Ports& ports_;
    const Run& run_;
};

} // namespace

Report execute(const Plan& plan, const Ports& ports, const Run& run) {
    Report report;
    Repairer repairer(ports, run);
    for (const Step& step : plan.steps) {
        try {
            if (!report.interrupted) throw_if_stopped(run.stop);
            report.items.push_back(report.interrupted ? Item{step} : repairer.run(step));
        } catch (const Interrupted&) {
            report.interrupted = true;
            report.items.push_back({step});
        }
    }
    return report;
}

} // namespace codemate::lifecycle::repair
