#pragma once

#include "codemate/base/clock.hpp"
#include "codemate/base/error.hpp"
#include "codemate/ollama/server.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace codemate::test {

// An Ollama server in memory: names, layers, blobs that models share, pulls that can be told to go wrong. Kept honest
// by the contract suite (tests/contract). All of it may be called from several threads.
class FakeServer final : public ollama::Server {
public:
    struct Layer {
        Digest digest;
        ByteCount size;
        bool operator==(const Layer&) const = default;
    };
    struct Model {
        Digest digest;
        std::vector<Layer> layers;
        Time modified{};
        std::string format = "gguf", family = "llama", parameter_size = "7B", quantization = "Q4_0";
        std::uint64_t context_length = 0;
        std::uint64_t embedding_length = 0;
        ollama::Attention attention = {};
        std::vector<std::string> capabilities = {}; // sorted
        std::string license = {}, template_text = {}, system = {};

        ByteCount size() const;
    };

    // What a pull does instead of going well.
    struct Fault {
        enum class Type {
            error, // the stream ends with this error line
            stall, // nothing but silence, until the client goes or is stopped
            cut,   // the connection breaks
        };
        Type type = Type::error;
        std::string text = {}; // of error: as a server words it
        int after_events = 1;  // that the pull sends first
        int times = 1'000'000; // pulls that it befalls
    };

    struct Call {
        enum class What {
            version,
            installed,
            running,
            show,
            has_blob,
            pull,
            generate,
            embed,
            load,
            unload,
            copy,
            remove
        };
        What what;
        std::string name = {};   // display form
        std::string second = {}; // of copy: the destination
        ollama::Transport transport = ollama::Transport::https;
        bool operator==(const Call&) const = default;
    };

    // A registry that answers for itself, beside the catalogue: what FakeRelays opens.
    class Host {
    public:
        virtual ~Host() = default;
        virtual std::optional<Model> manifest(const ModelName&) = 0; // nothing: 404
        enum class Way { open, gone, stuck, cut };
        virtual Way way_to(const Digest&) = 0; // asked once for each blob of a pull, before its first byte
        virtual void sent(const Digest&, ByteCount) = 0;
    };

    // What an answer is like: how long it takes by the server's own figures, and what is wrong with it.
    struct Answer {
        Duration load = std::chrono::seconds(2);         // where it has to be loaded first
        double prefill_rate = 10'000, decode_rate = 100; // tokens a second
        Duration stall{0};                               // before the first token, in no figure
        std::optional<std::uint64_t> tokens = {};        // fewer than asked for
        bool without_final = false, without_metrics = false, reloaded = false, thinks = false;
        std::optional<Error> error = {};
    };

    // A layer and a model made up from a text: the same text, the same digest.
    static Layer layer(std::string_view content, ByteCount size);
    static Model model(std::vector<Layer>);

    // What can be pulled, and what is installed. A registry is reachable if the catalogue has a name on it, or is the
    // public one.
    void offer(std::string_view name, Model);
    void install(std::string_view name, Model);
    void withdraw(std::string_view name); // from the catalogue; its host stays reachable

    void spoil_blob(const Digest&); // until it is removed the server cannot show the models that use it
    void lose_blob(const Digest&);
    void cut_blob(const Digest&, ByteCount size);        // there is so much of it, which is taken for the whole
    void lose_records(const Digest&, ByteCount planned); // of an unfinished download: what the others add up to

    void join(std::string host_and_port, std::shared_ptr<Host>); // nullptr: it answers no more

    void load(std::string_view name, std::uint64_t context_length, ByteCount in_vram = {}); // of an installed one
    void answer(Answer usual) { answer_ = std::move(usual); }
    void answer_next(Answer, int times = 1); // before the usual one, in this order
    // What time is for answers: `pass` lets a span of it go by. Otherwise they take none.
    void keep_time(const Clock& clock, std::function<void(Duration)> pass) {
        clock_ = &clock;
        pass_ = std::move(pass);
    }
    std::vector<ollama::Prompt> prompts() const;
    std::vector<ollama::Passage> passages() const; // to make vectors of

    void fail_pull(std::string_view name, Fault);
    void fail(Call::What, Error, int after = 0, int times = 1); // the call after `after` ones of that kind that go well
    void garble_copy_to(std::string_view name);                 // the next copy to it has another digest
    void script(std::string_view name, std::vector<ollama::PullEvent>); // sent by pulls of that name, word for word
    void set_events_per_layer(int count) { events_per_layer_ = count; }
    void set_version(std::string version) { version_ = std::move(version); }
    void list_no_context() { lists_context_ = false; } // as servers before 0.30: only show() says it
    void set_models_directory(std::string path) { models_directory_ = std::move(path); } // that show() tells of
    void set_now(Time now) { now_ = now; }                                               // what `modified` becomes
    void before_each_event(std::function<void()> act) {
        before_each_event_ = std::move(act);
    } // of a pull: wind a clock

    std::vector<Call> calls() const;
    std::vector<Digest> blobs() const;   // on the disk
    std::vector<Digest> orphans() const; // on the disk and no model's
    ByteCount fetched() const;           // by all pulls so far

    std::string version(Stop) override;
    std::vector<ollama::Installed> installed(Stop) override;
    std::vector<ollama::Running> running(Stop) override;
    ollama::Shown show(const ModelName&, Stop) override;
    bool has_blob(const Digest&, Stop) override;
    ollama::PullEnd pull(const ModelName&, ollama::Transport,
                         const std::function<ollama::Flow(const ollama::PullEvent&)>&, Stop) override;
    ollama::Generated generate(const ollama::Prompt&, const std::function<ollama::Flow(const ollama::Chunk&)>&,
                               Stop) override;
    ollama::Embedded embed(const ollama::Passage&, Stop) override;
    void load(const ModelName&, const ollama::LoadOptions&, Stop) override;
    void unload(const ModelName&, Stop) override;
    void copy(const ModelName& from, const ModelName& to, Stop) override;
    void remove(const ModelName&, Stop) override;

private:
    class Pulling;
    enum class Was { loaded_before, loaded_now };
    void require_completion(const ModelName&);
    Was put_into_memory(const ModelName&, const ollama::LoadOptions&);
    Answer next_answer();
    void pass(Duration);
    struct PlannedFailure {
        Call::What what;
        Error error;
        int after, times;
    };

    void record(Call, const Stop&);
    void finish_pull(const ModelName&, const Model&);
    std::optional<Fault> take_fault(const ModelName&);
    std::shared_ptr<Host> host_of(const ModelName&) const;
    std::optional<ByteCount> take_lacking_records(const Digest&);
    bool reachable(const ModelName&) const;
    void drop_unused(const std::vector<Layer>&);
    std::map<ModelName, Model>::iterator find(const ModelName&);

    mutable std::mutex mutex_;
    std::map<ModelName, Model> catalogue_, installed_;
    std::vector<ollama::Running> running_;
    std::vector<std::string> hosts_;
    std::map<std::string, std::shared_ptr<Host>> joined_;
    std::map<Digest, ByteCount> blobs_;
    std::map<Digest, ByteCount> partials_; // fetched so far
    std::map<Digest, ByteCount> lacking_records_;
    std::set<Digest> spoiled_;
    std::map<ModelName, Fault> faults_;
    std::map<ModelName, std::vector<ollama::PullEvent>> scripts_;
    std::vector<PlannedFailure> failures_;
    std::vector<ModelName> garbled_;
    std::vector<Call> calls_;
    ByteCount fetched_;
    int events_per_layer_ = 3;
    bool lists_context_ = true;
    std::string version_ = "0.32.15-fake";
    std::string models_directory_ = "/of/the/fake/server";
    Time now_{};
    std::function<void()> before_each_event_;
    Answer answer_;
    std::vector<Answer> answers_;
    std::vector<ollama::Prompt> prompts_;
    std::vector<ollama::Passage> passages_;
    const Clock* clock_ = nullptr;
    std::function<void(Duration)> pass_;
};

} // namespace codemate::test
