#include "codemate/base/text.hpp"
#include "codemate/depot/depot.hpp"
#include "codemate/lifecycle/exports.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

namespace codemate::lifecycle::exports {
namespace {

bool may_be_elsewhere(const Error& error) {
    return error.kind() == Kind::damaged || error.kind() == Kind::not_found;
}

std::string hosts_of(const std::vector<ModelName>& places) {
    std::vector<std::string> hosts;
    for (const ModelName& place : places)
        if (std::ranges::find(hosts, place.host()) == hosts.end()) hosts.push_back(place.host());
    return listed(hosts);
}

class Executor {
public:
    Executor(const Plan& plan, const Ports& ports, const Run& run) : plan_(plan), ports_(ports), run_(run) {
        if (ports.store) store_ = depot::store_registry(ports.store->disk, ports.store->path.string());
        for (const Step& step : plan.steps)
            report_.items.push_back({step});
    }

    Report execute() {
        bool begun = false;
        try {
            const auto goes = [](const Step& step) { return !step.obstacle; };
            if (std::ranges::any_of(plan_.steps, goes)) { // else nothing is made
                ports_.destination.begin(run_);
                check();
            }
            tell({Event::Type::begin, {}, "exporting", {}, total()});
            begun = true;
            for (Item& item : report_.items)
                carry(item);
        } catch (const Interrupted&) {
            report_.ending = Ending::interrupted;
        } catch (...) {
            ports_.destination.end();
            if (begun) tell({Event::Type::end, {}, "failed", {}, {}, true});
            throw;
        }
        ports_.destination.end();
        if (!begun) return std::move(report_);
        const bool whole = std::ranges::all_of(report_.items, &Item::done);
        const bool stopped = report_.ending == Ending::interrupted;
        tell({Event::Type::end,
              {},
              stopped ? "interrupted"
              : whole ? "exported"
                      : "not all is exported",
              {},
              {},
              stopped || !whole});
        return std::move(report_);
    }

private:
    ByteCount total() const { return plan_.from_store() + plan_.from_registry() + coming_again_; }

    // What is there already is trusted no further than it was seen to be good.
    void check() {
        std::map<Digest, Layer> there;
        for (const Step& step : plan_.steps) {
            for (const Blob& blob : step.blobs)
                if (blob.there && !step.obstacle) there.emplace(blob.layer.digest, blob.layer);
        }
        std::vector<Layer> layers;
        for (auto& [digest, layer] : there)
            layers.push_back(layer);
        for (const Digest& bad : ports_.destination.check(layers, run_)) {
            bad_.insert(bad);
            coming_again_ += there.at(bad).size;
            tell({Event::Type::note, {}, "a layer that was there is damaged, and comes again: " + bad.id(), {}, {}});
        }
    }

    void carry(Item& item) {
        const Step& step = item.step;
        if (step.obstacle) {
            item.error = step.obstacle;
            item.error->context("cannot export " + quoted(step.name.display()));
            return;
        }
        throw_if_stopped(run_.stop);
        const std::string name = step.name.display();
        tell({Event::Type::begin, name, "exporting", {}, step.from_store() + step.from_registry()});
        try {
            for (const Blob& blob : step.blobs)
                carry(item, blob);
            ports_.destination.put_model(step.name, *step.image, *step.entry, run_.stop);
            item.done = true;
            const bool idle = step.up_to_date && item.carried.moved == ByteCount();
            tell({Event::Type::end, name, idle ? "there already" : "exported", {}, {}});
        } catch (const Error& error) {
            item.error = error;
            item.error->context("cannot export " + quoted(name));
            tell({Event::Type::end, name, error.message(), {}, {}, true});
        } catch (const Interrupted&) {
            tell({Event::Type::end, name, "interrupted", {}, {}, true});
            throw;
        }
    }

    void carry(Item& item, const Blob& blob) {
        if (blob.there && !bad_.contains(blob.layer.digest)) return;
        const ByteCount before = item.carried.moved;
        const ByteCount whole_before = done_;
        ByteCount kept;
        // One that has come already, with a model before this one, counts once.
        const bool is_new = counted_.insert(blob.layer.digest).second;
        const auto progress = [&](ByteCount there) {
            kept = there;
            if (!is_new) return;
            const ByteCount own = before + there;
            tell({Event::Type::amount, item.step.name.display(), {}, own, {}});
            tell({Event::Type::amount, {}, {}, whole_before + there, total()});
        };
        Carried carried;
        try {
            carried = from_anywhere(item, blob, progress);
        } catch (const Error& error) {
            if (is_new) counted_.erase(blob.layer.digest);
            if (error.kind() != Kind::damaged) item.kept = kept;
            throw;
        } catch (const Interrupted&) {
            item.kept = kept;
            throw;
        }
        if (is_new) done_ += blob.layer.size;
        item.carried.moved += carried.moved;
        item.carried.resumed += carried.resumed;
        item.carried.begun_anew += carried.begun_anew;
        item.mounted += carried.mounted ? 1 : 0;
    }

    // The store first, if it has the layer and it is whole.
    Carried from_anywhere(const Item& item, const Blob& blob, const std::function<void(ByteCount)>& progress) {
        const ModelName& name = item.step.name;
        const Source elsewhere{ports_.registry, item.step.places, false, hosts_of(item.step.places)};
        if (!blob.stored || !store_) return ports_.destination.put(name, blob.layer, elsewhere, progress, run_.stop);
        try {
            const std::string whose = "the models directory " + quoted(ports_.store->path.string());
            return ports_.destination.put(name, blob.layer, {*store_, {name}, true, whose}, progress, run_.stop);
        } catch (Error& error) {
            if (!may_be_elsewhere(error)) throw;
            tell({Event::Type::note,
                  name.display(),
                  error.message() + "; it is looked for at the registries instead",
                  {},
                  {}});
            try {
                return ports_.destination.put(name, blob.layer, elsewhere, progress, run_.stop);
            } catch (const Error& other) {
                throw error.note("and elsewhere: " + other.message())
                    .hint("`codemate verify --deep --repair` looks for what is damaged, and heals it");
            }
        }
    }

    void tell(const Event& event) const {
        if (run_.events) run_.events(event);
    }

    const Plan& plan_;
    const Ports& ports_;
    const Run& run_;
    std::unique_ptr<registry::Registry> store_;
    std::set<Digest> bad_, counted_;
    ByteCount done_, coming_again_;
    Report report_;
};

} // namespace

Report execute(const Plan& plan, const Ports& ports, const Run& run) {
    // A blob that comes over several connections tells of each from its own thread.
    std::mutex one_at_a_time;
    Run told{run.stop, {}};
    if (run.events) {
        told.events = [&](const Event& event) {
            const std::lock_guard lock(one_at_a_time);
            run.events(event);
        };
    }
    return Executor(plan, ports, told).execute();
}

} // namespace codemate::lifecycle::exports
