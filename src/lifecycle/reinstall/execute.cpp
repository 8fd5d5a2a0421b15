#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/reinstall.hpp"
#include "codemate/rules/loaded.hpp"
#include "codemate/rules/targets.hpp"

#include <algorithm>
#include <set>

namespace codemate::lifecycle::reinstall {
namespace {

using Do = Step::Do;
using state::Changes;

class Executor {
public:
    Executor(const Plan& plan, const Ports& ports, const Run& run) : plan_(plan), ports_(ports), run_(run) {}

    Report execute() {
        for (const Step& step : plan_.steps)
            report_.items.push_back({step});
        intents_.resize(plan_.steps.size());
        try {
            each(Do::complete, [&](std::size_t i) { bring(i); });
            remove_all();
            // Not before: what comes back would keep the damaged files that it shares.
            each(Do::reinstall, [&](std::size_t i) {
                if (report_.items[i].removed) bring(i);
            });
            each(Do::bring_back, [&](std::size_t i) { bring(i); });
        } catch (const Interrupted&) {
            report_.interrupted = true;
        }
        return std::move(report_);
    }

private:
    template<typename Act>
    void each(Do what, Act&& act) const {
        for (std::size_t i = 0; i < report_.items.size(); ++i) {
            if (plan_.steps[i].what == what) act(i);
        }
    }

    // What is brought back after one that fails is worth no less.
    void bring(std::size_t i) {
        Item& item = report_.items[i];
        try {
            throw_if_stopped(run_.stop);
            ports_.bring(item.step.delivery, run_);
            check(item.step.delivery);
            item.done = true;
        } catch (const Error& error) {
            item.error = error;
        }
        item.back = item.done || is_back(item.step.delivery);
        if (intents_[i] && item.back) intents_[i]->done();
    }

    void check(const Delivery& delivery) const {
        if (!is_back(delivery))
            throw Error(Kind::failed, "the server does not list " + quoted(delivery.name.display()) + " at " +
                                          delivery.image.digest.id());
        try {
            ports_.server.show(delivery.name, run_.stop);
        } catch (Error& error) {
            throw error.context(quoted(delivery.name.display()) + " is there, and the server cannot read it");
        }
    }

    bool is_back(const Delivery& delivery) const {
        try {
            const std::vector<ollama::Installed> now = ports_.server.installed({});
            const ollama::Installed* there = rules::find(now, delivery.name);
            return there != nullptr && there->digest == delivery.image.digest;
        } catch (const Error& error) {
            diagnostics::info(error.message());
            return false;
        }
    }

    // All of them before the first comes back: what one of them keeps stays damaged.
    void remove_all() {
        if (!plan_.irreversible()) return;
        try {
            throw_if_stopped(run_.stop);
            look_for_strangers();
            each(Do::reinstall, [&](std::size_t i) { look_again(i); });
            each(Do::reinstall, [&](std::size_t i) { write_down(i); });
            each(Do::reinstall, [&](std::size_t i) {
                throw_if_stopped(run_.stop);
                look_again(i);
                remove(i);
            });
        } catch (const Error& error) {
            each(Do::reinstall, [&](std::size_t i) {
                if (!report_.items[i].removed) give_up(i, error);
            });
            return;
        } catch (const Interrupted&) {
            each(Do::reinstall, [&](std::size_t i) {
                if (!report_.items[i].removed && intents_[i]) intents_[i]->done();
            });
            throw;
        }
        tell_what_stayed();
    }

    void give_up(std::size_t i, const Error& error) {
        if (intents_[i]) intents_[i]->done();
        report_.items[i].error = error;
        report_.items[i].error->context(quoted(plan_.steps[i].delivery.name.display()) + " is as it was");
    }

    // A model that has come since the plan may share a layer.
    void look_for_strangers() const {
        for (const ollama::Installed& model : ports_.server.installed(run_.stop)) {
            const auto same = [&](const ModelName& name) { return name.same_on_server(model.name); };
            if (std::ranges::none_of(plan_.known, same))
                throw Error(Kind::failed, quoted(model.name.display()) + " has come since the plan was made")
                    .hint("run the command again");
        }
    }

    void look_again(std::size_t i) const {
        const Delivery& delivery = plan_.steps[i].delivery;
        const std::vector<ollama::Installed> now = ports_.server.installed(run_.stop);
        const ollama::Installed* there = rules::find(now, delivery.name);
        const bool as_planned =
            plan_.steps[i].listed == (there != nullptr) && (there == nullptr || there->digest == delivery.image.digest);
        if (!as_planned)
            throw Error(Kind::failed, quoted(delivery.name.display()) + " has changed since the plan was made")
                .hint("run the command again");
        const auto running = ports_.server.running(run_.stop);
        if (rules::loaded_as(delivery.name, delivery.image.digest, running) != nullptr)
            throw Error(Kind::refused, quoted(delivery.name.display()) + " has been loaded meanwhile")
                .hint("`ollama stop " + printable(delivery.name.display()) + "` unloads it");
    }

    void write_down(std::size_t i) {
        const Delivery& delivery = plan_.steps[i].delivery;
        state::Change change{ports_.address, delivery.name, delivery.image.digest, {delivery.image.digest}};
        change.began = ports_.clock.now();
        change.restoring = state::Change::Restoring{delivery.image.bytes, delivery.places};
        intents_[i].emplace(ports_.changes->begin(change, run_.stop));
    }

    // One with a damaged manifest the server neither lists nor removes; what is brought is written over it.
    void remove(std::size_t i) {
        const ModelName& name = plan_.steps[i].delivery.name;
        note(name, "is removed, to be brought back at " + plan_.steps[i].delivery.image.digest.id());
        report_.items[i].removed = true; // also where the answer is lost
        try {
            ports_.server.remove(name, run_.stop);
        } catch (const Error& error) {
            if (plan_.steps[i].listed && error.kind() != Kind::not_found) {
                if (is_back(plan_.steps[i].delivery)) report_.items[i].removed = false; // it never went
                if (!report_.items[i].removed) throw;
            }
            diagnostics::info(error.message());
        }
    }

    void tell_what_stayed() const {
        std::set<Digest> told;
        each(Do::reinstall, [&](std::size_t i) {
            const Step& step = plan_.steps[i];
            if (!step.suspect) return; // of one that shares a layer, others may be used by models that stay
            for (const Layer& layer : step.delivery.image.blobs()) {
                if (!told.insert(layer.digest).second || !ports_.server.has_blob(layer.digest, run_.stop)) continue;
                note(step.delivery.name, std::string(to_string(layer.role)) + " " + layer.digest.id() +
                                             " is still on the server: something that it does not list uses it");
            }
        });
    }

    void note(const ModelName& name, std::string text) const {
        if (run_.events) run_.events({Event::Type::note, name.display(), std::move(text), {}, {}});
    }

    const Plan& plan_;
    const Ports& ports_;
    const Run& run_;
    Report report_;
    std::vector<std::optional<Changes::Held>> intents_;
};

} // namespace

std::vector<ModelName> Report::gone() const {
    std::vector<ModelName> names;
    for (const Item& item : items) {
        const bool away = item.removed || item.step.what == Do::bring_back;
        if (away && !item.back) names.push_back(item.step.delivery.name);
    }
    return names;
}

Report execute(const Plan& plan, const Ports& ports, const Run& run) {
    return Executor(plan, ports, run).execute();
}

} // namespace codemate::lifecycle::reinstall
