#include "lifecycle/pull/ahead.hpp"

#include "lifecycle/pull/room.hpp"

#include "codemate/base/deadline.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/parallel.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace codemate::lifecycle::pull {
namespace {

using Do = Step::Do;

constexpr std::size_t workers = 20; // connections at a time, as when tags are looked up

class Ahead {
public:
    Ahead(Facts& facts, const Options& options, const Ports& ports, const Run& run)
        : facts_(facts), options_(options), ports_(ports), run_(run) {}

    void look() {
        plan_ = plan(facts_, options_);
        ask_tags();
        plan_ = plan(facts_, options_);
        coming_ = what_comes(plan_, facts_);
        look_for_blobs();
        look_at_memory();
        look_at_what_runs();
    }

private:
    // The server's directory is looked for meanwhile where something has to be fetched, whatever the tags serve.
    void ask_tags() {
        std::vector<const Step*> asked;
        for (const Step& step : plan_.steps) {
            if (is_to_be_asked_for(step)) asked.push_back(&step);
        }
        const bool is_new = std::ranges::any_of(plan_.steps, [](const Step& step) {
            return step.what == Do::fetch_locked || (fetches(step) && !step.before);
        });
        std::optional<Deadline> deadline;
        if (!asked.empty()) deadline.emplace(run_.stop, options_.look_ahead_for);
        std::vector<Offer> offers(asked.size());
        for_each_parallel(asked.size() + 1, workers, [&](std::size_t i) {
            if (i > 0)
                offers[i - 1] = offer_of(*asked[i - 1], deadline->stop());
            else if (is_new)
                look_at_storage();
        });
        for (std::size_t i = 0; i < asked.size(); ++i)
            facts_.offers.emplace(asked[i]->name, std::move(offers[i]));
    }

    // Of a pin whose tag could not be looked up no more is found out by asking again.
    bool is_to_be_asked_for(const Step& step) const {
        if (ports_.registry == nullptr || step.what != Do::fetch || image_to_come(step, facts_)) return false;
        const auto known = facts_.upstream.find(step.name);
        return known == facts_.upstream.end() || !known->second.error;
    }

    Offer offer_of(const Step& step, const Stop& in_time) const {
        try {
            return {ports_.registry->image(step.origin, in_time)};
        } catch (const Error& error) {
            diagnostics::info(error.message());
            return {std::nullopt, error.message()};
        } catch (const Interrupted&) {
            throw_if_stopped(run_.stop);
            return {std::nullopt, "its registry did not answer within " + to_text(options_.look_ahead_for)};
        }
    }

    void look_at_storage() {
        if (!ports_.storage || looked_at_storage_) return;
        looked_at_storage_ = true;
        facts_.storage = ports_.storage(facts_.installed);
    }

    bool is_installed(const Image& image) const {
        return std::ranges::any_of(facts_.installed,
                                   [&](const ollama::Installed& model) { return model.digest == image.digest; });
    }

    // What is installed has its layers, as a rule; whether it has is for verify, and for whoever asks what would be
    // done.
    void look_for_blobs() {
        rules::Present present;
        std::vector<Digest> in_question;
        std::set<Digest> met;
        for (const Image& image : coming_.images) {
            const bool taken_for_there = options_.look == Options::Look::quick && is_installed(image);
            for (const Layer& blob : image.blobs()) {
                if (taken_for_there)
                    present.blobs.insert(blob.digest);
                else if (met.insert(blob.digest).second)
                    in_question.push_back(blob.digest);
            }
        }
        if (!in_question.empty()) look_at_storage();
        if (facts_.storage.found)
            facts_.present = rules::present_in(facts_.storage.found->inventory);
        else if (ask_server(in_question, present))
            facts_.present = std::move(present);
    }

    bool ask_server(const std::vector<Digest>& blobs, rules::Present& present) const {
        if (blobs.empty()) return true;
        const Deadline deadline(run_.stop, options_.look_ahead_for);
        std::vector<char> there(blobs.size(), 0);
        try {
            for_each_parallel(blobs.size(), workers, [&](std::size_t i) {
                there[i] = ports_.server.has_blob(blobs[i], deadline.stop()) ? 1 : 0;
            });
        } catch (const Error& error) {
            diagnostics::info(error.message());
            return false;
        } catch (const Interrupted&) {
            throw_if_stopped(run_.stop);
            return false;
        }
        for (std::size_t i = 0; i < blobs.size(); ++i) {
            if (there[i] != 0) present.blobs.insert(blobs[i]);
        }
        return true;
    }

    // Only of a server that runs on this machine for sure.
    void look_at_memory() {
        if (!facts_.storage.found || !facts_.storage.found->doubt.empty() || coming_.images.empty()) return;
        if (!ports_.memory) return;
        if (const auto memory = ports_.memory()) facts_.memory.main = memory->total;
        const bool decide = facts_.memory.main && std::ranges::any_of(coming_.images, [&](const Image& image) {
                                return rules::weights_of(image) > *facts_.memory.main;
                            });
        if (ports_.gpus && (decide || options_.look == Options::Look::thorough))
            facts_.memory.gpus = ports_.gpus(run_.stop);
    }

    // What is loaded is in use; wanted where it has to be said what is not.
    void look_at_what_runs() {
        if (!facts_.storage.found || !facts_.storage.found->space || !facts_.present) return;
        const rules::Needs needs = rules::what_is_missing(coming_.images, *facts_.present);
        if (needs.to_write > facts_.storage.found->space->free)
            facts_.running = ollama::running_if_told(ports_.server, run_.stop);
    }

    Facts& facts_;
    const Options& options_;
    const Ports& ports_;
    const Run& run_;
    Plan plan_;
    Coming coming_;
    bool looked_at_storage_ = false;
};

} // namespace

void look_ahead(Facts& facts, const Options& options, const Ports& ports, const Run& run) {
    Ahead(facts, options, ports, run).look();
}

} // namespace codemate::lifecycle::pull
