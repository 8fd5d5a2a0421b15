#include "sandbox/go_json.hpp"
#include "sandbox/handlers.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/base/time.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <future>
#include <stop_token>

namespace codemate::sandbox {
namespace {

// One pull: what it sends while it works, and what has been switched on for it.
class Pull {
public:
    using Emit = std::function<bool(const json::Value&)>; // false: nobody listens any more

    Pull(World& world, Name name, bool insecure, const Request& request, Emit emit)
        : world_(world), name_(std::move(name)), insecure_(insecure), peer_(request.peer), emit_(std::move(emit)),
          faults_(std::make_shared<PullFaults>(world.faults, Occasion{request.path, name_})) {}

    // Throws PullFailure, StoreError or PullCanceled.
    void run() {
        const auto former = former_blobs();
        tell("pulling manifest");
        const auto source = world_.source_for(name_, insecure_);
        const std::string text = fetch_manifest(*source);
        const auto manifest = parse(text);
        const auto fetched = fetch_blobs(manifest, source);
        tell("verifying sha256 digest");
        for (const auto& digest : fetched)
            verify(digest);
        tell("writing manifest");
        world_.store.write_manifest(name_, text);
        remove_unused(former, manifest);
        tell("success");
        refresh_listed(world_, name_);
    }

    PullFaults& faults() { return *faults_; }

private:
    bool gone() const { return (peer_ != nullptr && peer_->gone()) || world_.stop.stop_requested(); }
    void send(const json::Value& event) const {
        if (!emit_(event)) throw PullCanceled();
    }
    void tell(std::string_view status) const {
        auto event = json::Value::object();
        event.set("status", status);
        send(event);
    }
    bool tell_progress(const std::string& digest, BlobProgress progress) const {
        auto event = json::Value::object();
        event.set("status", "pulling " + digest.substr(7, 12));
        event.set("digest", digest);
        if (progress.total != 0) event.set("total", progress.total);
        if (progress.completed != 0) event.set("completed", progress.completed);
        return emit_(event);
    }

    std::vector<std::string> former_blobs() const {
        try {
            return world_.store.manifest(name_).blobs();
        } catch (const StoreError&) { // none, or a damaged one, which is written over
            return {};
        }
    }
    // In a thread of its own: the registry may take as long as it likes, and the client may go meanwhile.
    std::string fetch_manifest(const Source& source) const {
        std::stop_source stop;
        auto answer = std::async(std::launch::async, [&] { return source.manifest(name_, stop.get_token()); });
        while (answer.wait_for(world_.waits.event) == std::future_status::timeout)
            if (gone()) stop.request_stop();
        try {
            return answer.get();
        } catch (const PullFailure& failure) {
            throw PullFailure{"pull model manifest: " + failure.text};
        }
    }
    static StoredManifest parse(const std::string& text) {
        try {
            go::decode(text, go::Rest::refused);
            return parse_manifest(text);
        } catch (const go::JsonError& error) {
            throw PullFailure{"pull model manifest: " + error.text};
        }
    }

    // One after the other, what is there already with one event. Returns what had to be fetched.
    std::vector<std::string> fetch_blobs(const StoredManifest& manifest, const std::shared_ptr<const Source>& source) {
        std::vector<std::string> fetched;
        for (const auto& digest : wanted(manifest)) {
            if (digest.empty()) throw PullFailure{name_.owner + "/" + name_.model + ": digest is empty"};
            if (const auto size = world_.store.blob_size(digest)) {
                if (!tell_progress(digest, {*size, *size})) throw PullCanceled();
                continue;
            }
            world_.downloads.fetch(
                {name_, digest, source, faults_, fetched.empty()},
                [&](BlobProgress progress) { return tell_progress(digest, progress); }, [this] { return gone(); });
            fetched.push_back(digest);
        }
        return fetched;
    }
    static std::vector<std::string> wanted(const StoredManifest& manifest) {
        std::vector<std::string> digests;
        for (const auto& layer : manifest.layers)
            digests.push_back(layer.digest);
        if (manifest.config && !manifest.config->digest.empty()) digests.push_back(manifest.config->digest);
        return digests;
    }
    void verify(const std::string& digest) {
        if (const auto slow = faults_->now("slow-verify"))
            wait_for(std::chrono::duration_cast<std::chrono::milliseconds>(parse_duration(slow->value)),
                     world_.stop.get_token());
        const auto path = world_.store.blob_path(digest);
        std::ifstream file(path, std::ios::binary);
        Sha256 hash;
        std::vector<char> buffer(1 << 20);
        while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0)
            hash.update({buffer.data(), static_cast<std::size_t>(file.gcount())});
        const auto found = hash.finish().text();
        if (found == digest) return;
        std::filesystem::remove(path);
        throw PullFailure{"digest mismatch, file must be downloaded again: want " + digest + ", got " + found};
    }
    void remove_unused(const std::vector<std::string>& former, const StoredManifest& manifest) {
        const auto kept = wanted(manifest);
        std::vector<std::string> unused;
        for (const auto& digest : former)
            if (std::ranges::find(kept, digest) == kept.end()) unused.push_back(digest);
        if (unused.empty()) return;
        tell("removing unused layers");
        world_.store.remove_unused(unused);
    }

    World& world_;
    Name name_;
    bool insecure_;
    const Peer* peer_;
    Emit emit_;
    std::shared_ptr<PullFaults> faults_;
};

json::Value error_value(std::string_view text) {
    auto value = json::Value::object();
    value.set("error", text);
    return value;
}

// The text of the failure; nothing: it went well. PullCanceled is nobody's to hear.
std::optional<std::string> outcome(Pull& pull) {
    try {
        pull.run();
        return std::nullopt;
    } catch (const PullFailure& failure) {
        return failure.text;
    } catch (const StoreError& error) {
        return error.text;
    } catch (const PullCanceled&) {
        return "context canceled";
    }
}

// The lines of a pull, and how faults cut them off.
class Lines {
public:
    explicit Lines(Sink& sink) : sink_(sink) {}

    bool write(const json::Value& event, PullFaults& faults) {
        if (ended_) return false;
        const std::string line = go::encode(event) + "\n";
        const auto* status = event.find("status");
        const bool success = status != nullptr && *status == json::Value("success");
        if (success && faults.on("cut-before-success")) return true; // done, but not said
        if (count_++ > 0 && faults.on("cut-line")) {
            sink_.write(line.substr(0, line.size() / 2));
            end_ = StreamEnd::cut;
            ended_ = true;
            return false;
        }
        return sink_.write(line);
    }
    bool ended() const { return ended_; }
    StreamEnd end() const { return end_; }

private:
    Sink& sink_;
    int count_ = 0;
    bool ended_ = false;
    StreamEnd end_ = StreamEnd::complete;
};

StreamEnd stream_pull(World& world, const Name& name, bool insecure, const Request& request, Sink& sink) {
    Lines lines(sink);
    std::shared_ptr<Pull> pull;
    pull = std::make_shared<Pull>(world, name, insecure, request,
                                  [&](const json::Value& event) { return lines.write(event, pull->faults()); });
    const auto failure = outcome(*pull);
    if (failure && !lines.ended()) sink.write(go::encode(error_value(*failure)) + "\n");
    return lines.end();
}

Reply whole_pull(World& world, const Name& name, bool insecure, const Request& request) {
    json::Value last;
    Pull pull(world, name, insecure, request, [&](const json::Value& event) {
        last = event;
        return true;
    });
    const auto failure = outcome(pull);
    auto reply = json_reply(failure ? 500 : 200, failure ? error_value(*failure) : last);
    reply.headers = {{"Content-Type", "application/json"}}; // without charset, unlike elsewhere
    return reply;
}

} // namespace

Reply handle_pull(World& world, const Request& request) {
    using go::Type;
    constexpr std::array fields{go::Field{"model", Type::string},    go::Field{"insecure", Type::boolean},
                                go::Field{"username", Type::string}, go::Field{"password", Type::string},
                                go::Field{"stream", Type::boolean},  go::Field{"name", Type::string}};
    const go::Body body(request.body, "PullRequest", fields);
    const auto reference = Reference::parse(body.string("model").empty() ? body.string("name") : body.string("model"));
    if (reference.problem == Reference::Problem::conflicting)
        throw Refusal{400, "use either :local or :cloud, not both: " + go::quoted(reference.trimmed)};
    const auto parsed = Name::parse(reference.pull_name());
    if (!parsed) throw Refusal{400, "invalid model name"};
    Name name = *parsed;
    try {
        name = folded(*parsed, world.store.names());
    } catch (const StoreError& error) {
        throw Refusal{400, error.text};
    }
    const bool insecure = body.boolean("insecure").value_or(false);
    if (!body.boolean("stream").value_or(true)) return whole_pull(world, name, insecure, request);

    Reply reply{.headers = {{"Content-Type", "application/x-ndjson"}}};
    reply.stream = [&world, name, insecure, request](Sink& sink) {
        return stream_pull(world, name, insecure, request, sink);
    };
    return reply;
}

} // namespace codemate::sandbox
