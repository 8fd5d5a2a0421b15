#include "support/fake_server.hpp"

#include "ollama/error_text.hpp"
#include "ollama/misread.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::test {

using ollama::Flow;
using ollama::PullEnd;
using ollama::PullEvent;
using Stage = PullEvent::Stage;
using Sink = std::function<Flow(const PullEvent&)>;

namespace {

template<typename Map>
auto find_folded(Map& map, const ModelName& name) {
    return std::ranges::find_if(map, [&](const auto& each) { return each.first.same_on_server(name); });
}

PullEvent layer_event(const FakeServer::Layer& layer, ByteCount completed) {
    return {.stage = Stage::layer,
            .layer = layer.digest,
            .layer_name = layer.digest.text(),
            .completed = completed,
            .total = layer.size,
            .status = "pulling " + layer.digest.id()};
}

Error not_installed(const ModelName& name) {
    http::Response answer;
    answer.status = 404;
    answer.body = R"({"error":"model not found"})";
    return ollama::answer_error(answer, &name, "the fake server");
}

} // namespace

ByteCount FakeServer::Model::size() const {
    ByteCount sum;
    for (const auto& each : layers)
        sum += each.size;
    return sum;
}

FakeServer::Layer FakeServer::layer(std::string_view content, ByteCount size) {
    return {Digest::of(content), size};
}

FakeServer::Model FakeServer::model(std::vector<Layer> layers) {
    std::string manifest;
    for (const auto& each : layers)
        manifest += each.digest.text() + ' ' + std::to_string(each.size.count()) + '\n';
    return {.digest = Digest::of(manifest), .layers = std::move(layers)};
}

void FakeServer::offer(std::string_view name, Model model) {
    const std::lock_guard lock(mutex_);
    const ModelName parsed = ModelName::parse(name);
    hosts_.push_back(to_lower(parsed.host()));
    catalogue_.insert_or_assign(parsed, std::move(model));
}

void FakeServer::withdraw(std::string_view name) {
    const std::lock_guard lock(mutex_);
    catalogue_.erase(ModelName::parse(name));
}

void FakeServer::install(std::string_view name, Model model) {
    const std::lock_guard lock(mutex_);
    for (const auto& each : model.layers)
        blobs_[each.digest] = each.size;
    installed_.insert_or_assign(ModelName::parse(name), std::move(model));
}

void FakeServer::join(std::string host_and_port, std::shared_ptr<Host> host) {
    const std::lock_guard lock(mutex_);
    if (host)
        joined_.insert_or_assign(std::move(host_and_port), std::move(host));
    else
        joined_.erase(host_and_port);
}

std::shared_ptr<FakeServer::Host> FakeServer::host_of(const ModelName& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = joined_.find(name.host());
    return found == joined_.end() ? nullptr : found->second;
}

void FakeServer::load(std::string_view name, std::uint64_t context_length, ByteCount in_vram) {
    const std::lock_guard lock(mutex_);
    const auto found = find(ModelName::parse(name));
    if (found == installed_.end()) throw not_installed(ModelName::parse(name));
    running_.push_back({.name = found->first,
                        .digest = found->second.digest,
                        .size = found->second.size(),
                        .size_vram = in_vram,
                        .context_length = context_length,
                        .expires = now_ + std::chrono::minutes(5)});
}

void FakeServer::fail_pull(std::string_view name, Fault fault) {
    const std::lock_guard lock(mutex_);
    faults_.insert_or_assign(ModelName::parse(name), std::move(fault));
}

void FakeServer::fail(Call::What what, Error error, int after, int times) {
    const std::lock_guard lock(mutex_);
    failures_.push_back({what, std::move(error), after, times});
}

void FakeServer::garble_copy_to(std::string_view name) {
    const std::lock_guard lock(mutex_);
    garbled_.push_back(ModelName::parse(name));
}

void FakeServer::script(std::string_view name, std::vector<PullEvent> events) {
    const std::lock_guard lock(mutex_);
    scripts_.insert_or_assign(ModelName::parse(name), std::move(events));
}

std::vector<FakeServer::Call> FakeServer::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

std::vector<Digest> FakeServer::blobs() const {
    const std::lock_guard lock(mutex_);
    std::vector<Digest> all;
    for (const auto& [digest, size] : blobs_)
        all.push_back(digest);
    return all;
}

std::vector<Digest> FakeServer::orphans() const {
    std::vector<Digest> all = blobs();
    const std::lock_guard lock(mutex_);
    for (const auto& [name, model] : installed_) {
        for (const auto& each : model.layers)
            std::erase(all, each.digest);
    }
    return all;
}

ByteCount FakeServer::fetched() const {
    const std::lock_guard lock(mutex_);
    return fetched_;
}

// Notes the call, and lets it fail where that was asked for.
void FakeServer::record(Call call, const Stop& stop) {
    throw_if_stopped(stop);
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
    for (auto& planned : failures_) {
        if (planned.what != call.what || planned.times == 0) continue;
        if (planned.after-- > 0) continue;
        --planned.times;
        throw planned.error;
    }
}

std::string FakeServer::version(Stop stop) {
    record({Call::What::version}, stop);
    return version_;
}

std::vector<ollama::Installed> FakeServer::installed(Stop stop) {
    record({Call::What::installed}, stop);
    const std::lock_guard lock(mutex_);
    std::vector<ollama::Installed> list;
    for (const auto& [name, model] : installed_) {
        list.push_back({.name = name,
                        .digest = model.digest,
                        .size = model.size(),
                        .modified = model.modified,
                        .format = model.format,
                        .family = model.family,
                        .parameter_size = model.parameter_size,
                        .quantization = model.quantization,
                        .context_length = lists_context_ ? model.context_length : 0,
                        .capabilities = model.capabilities});
    }
    return list;
}

std::vector<ollama::Running> FakeServer::running(Stop stop) {
    record({Call::What::running}, stop);
    const std::lock_guard lock(mutex_);
    std::vector<ollama::Running> list = running_;
    std::ranges::sort(list, {}, &ollama::Running::name);
    return list;
}

void FakeServer::spoil_blob(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    spoiled_.insert(digest);
}

void FakeServer::lose_blob(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    blobs_.erase(digest);
}

void FakeServer::cut_blob(const Digest& digest, ByteCount size) {
    const std::lock_guard lock(mutex_);
    blobs_[digest] = size;
}

void FakeServer::lose_records(const Digest& digest, ByteCount planned) {
    const std::lock_guard lock(mutex_);
    lacking_records_[digest] = planned;
}

// The mismatch that comes of it costs them.
std::optional<ByteCount> FakeServer::take_lacking_records(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    const auto node = lacking_records_.extract(digest);
    return node ? std::optional(node.mapped()) : std::nullopt;
}

ollama::Shown FakeServer::show(const ModelName& name, Stop stop) {
    ollama::refuse_misread(name, "shown");
    record({.what = Call::What::show, .name = name.display()}, stop);
    const std::lock_guard lock(mutex_);
    const auto found = find(name);
    if (found == installed_.end()) throw not_installed(name);
    const Model& model = found->second;
    for (const Layer& layer : model.layers) {
        if (!blobs_.contains(layer.digest)) throw not_installed(name);
        if (spoiled_.contains(layer.digest)) throw Error(Kind::failed, "the server failed (500): invalid file magic");
    }
    const std::string weights = model.layers.empty() ? "" : "sha256-" + model.layers.front().digest.hex();
    return {.format = model.format,
            .family = model.family,
            .parameter_size = model.parameter_size,
            .quantization = model.quantization,
            .context_length = model.context_length,
            .embedding_length = model.embedding_length,
            .attention = model.attention,
            .capabilities = model.capabilities,
            .template_text = model.template_text,
            .system = model.system,
            .license = model.license,
            .weights_file = weights.empty() ? "" : models_directory_ + "/blobs/" + weights};
}

bool FakeServer::has_blob(const Digest& digest, Stop stop) {
    record({.what = Call::What::has_blob, .name = digest.text()}, stop);
    const std::lock_guard lock(mutex_);
    return blobs_.contains(digest);
}

// One pull: its events, until the fault that it was told to have.
class FakeServer::Pulling {
public:
    Pulling(FakeServer& server, const ModelName& name, const Sink& sink, const Stop& stop)
        : server_(server), name_(name), sink_(sink), stop_(stop), fault_(server.take_fault(name)) {}

    PullEnd run();

private:
    struct Dropped {};

    void send(const PullEvent&);
    void deliver(const PullEvent&);
    [[noreturn]] void strike();
    void play(const std::vector<PullEvent>&);
    void fetch(const Layer&);
    void check_way(const Layer&, ByteCount done);
    Model resolve();

    FakeServer& server_;
    const ModelName& name_;
    const Sink& sink_;
    const Stop& stop_;
    std::optional<Fault> fault_;
    std::shared_ptr<Host> host_; // of a name that is not the catalogue's
    int sent_ = 0;
};

void FakeServer::Pulling::send(const PullEvent& event) {
    if (fault_ && sent_ >= fault_->after_events) strike();
    ++sent_;
    deliver(event);
}

void FakeServer::Pulling::deliver(const PullEvent& event) {
    if (server_.before_each_event_) server_.before_each_event_();
    throw_if_stopped(stop_);
    if (sink_(event) == Flow::drop) throw Dropped{};
}

void FakeServer::Pulling::strike() {
    if (fault_->type == Fault::Type::error) throw ollama::pull_error(fault_->text, name_);
    if (fault_->type == Fault::Type::cut) throw Error(Kind::unreachable, "the connection was cut");
    for (;;)
        deliver({.stage = Stage::silence}); // stalled
}

FakeServer::Model FakeServer::Pulling::resolve() {
    host_ = server_.host_of(name_);
    if (host_) {
        if (auto model = host_->manifest(name_)) return *std::move(model);
        throw ollama::pull_error("pull model manifest: file does not exist", name_);
    }
    const std::lock_guard lock(server_.mutex_);
    const auto found = find_folded(server_.catalogue_, name_);
    if (found != server_.catalogue_.end()) return found->second;
    if (server_.reachable(name_)) throw ollama::pull_error("pull model manifest: file does not exist", name_);
    if (name_.host().find_first_not_of("0123456789.:") == std::string::npos) {
        throw ollama::pull_error("pull model manifest: Get \"http://" + name_.host() + "/v2/\": dial tcp " +
                                     name_.host() + ": connect: connection refused",
                                 name_);
    }
    throw ollama::pull_error("pull model manifest: Get \"https://" + name_.host() + "/v2/\": dial tcp: lookup " +
                                 name_.host() + ": no such host",
                             name_);
}

// A server learns a blob's address once: it stays with one that gives nothing until it gives up.
void FakeServer::Pulling::check_way(const Layer& layer, ByteCount done) {
    constexpr int events_until_giving_up = 1000;
    switch (host_->way_to(layer.digest)) {
    case Host::Way::open:
        return;
    case Host::Way::gone:
        throw ollama::pull_error("file does not exist", name_);
    case Host::Way::stuck:
        for (int i = 0; i < events_until_giving_up; ++i)
            send(layer_event(layer, done));
        throw ollama::pull_error("max retries exceeded: dial tcp: i/o timeout", name_);
    case Host::Way::cut:
        throw ollama::pull_error("max retries exceeded: unexpected EOF", name_);
    }
}

void FakeServer::Pulling::fetch(const Layer& layer) {
    std::optional<Layer> cached;
    ByteCount done;
    {
        const std::lock_guard lock(server_.mutex_);
        const auto there = server_.blobs_.find(layer.digest);
        if (there != server_.blobs_.end()) cached = {layer.digest, there->second}; // whatever its length
        if (const auto found = server_.partials_.find(layer.digest); found != server_.partials_.end())
            done = found->second;
    }
    if (cached) return send(layer_event(*cached, cached->size));
    if (const auto planned = server_.take_lacking_records(layer.digest)) {
        send(layer_event({layer.digest, *planned}, {}));
        throw ollama::pull_error("digest mismatch, file must be downloaded again: want " + layer.digest.text() +
                                     ", got " + Digest::of("a part of it").text(),
                                 name_);
    }
    if (host_) check_way(layer, done);
    send(layer_event(layer, done));
    const auto steps = static_cast<std::uint64_t>(server_.events_per_layer_);
    for (std::uint64_t step = 1; step <= steps; ++step) {
        const ByteCount now(layer.size.count() * step / steps);
        if (now <= done) continue;
        {
            const std::lock_guard lock(server_.mutex_);
            server_.fetched_ += now - done;
            server_.partials_[layer.digest] = now;
        }
        if (host_) host_->sent(layer.digest, now - done);
        done = now;
        send(layer_event(layer, done));
    }
    const std::lock_guard lock(server_.mutex_);
    server_.partials_.erase(layer.digest);
    server_.blobs_[layer.digest] = layer.size;
}

void FakeServer::Pulling::play(const std::vector<PullEvent>& events) {
    for (const auto& event : events)
        send(event);
    if (fault_) strike();
}

PullEnd FakeServer::Pulling::run() {
    try {
        const auto script = find_folded(server_.scripts_, name_);
        if (script != server_.scripts_.end()) {
            play(script->second);
            server_.finish_pull(name_, resolve());
            return PullEnd::success;
        }
        send({.stage = Stage::resolving, .status = "pulling manifest"});
        const Model model = resolve();
        for (const auto& layer : model.layers)
            fetch(layer);
        send({.stage = Stage::verifying, .status = "verifying sha256 digest"});
        send({.stage = Stage::writing, .status = "writing manifest"});
        server_.finish_pull(name_, model);
        send({.stage = Stage::other, .status = "success"});
        if (fault_) strike();
        return PullEnd::success;
    } catch (const Dropped&) {
        return PullEnd::dropped;
    }
}

PullEnd FakeServer::pull(const ModelName& name, ollama::Transport transport, const Sink& on_event, Stop stop) {
    ollama::refuse_misread(name, "pulled");
    record({.what = Call::What::pull, .name = name.display(), .transport = transport}, stop);
    return Pulling(*this, name, on_event, stop).run();
}

void FakeServer::finish_pull(const ModelName& name, const Model& model) {
    const std::lock_guard lock(mutex_);
    const auto old = find(name);
    const std::vector<Layer> before = old == installed_.end() ? std::vector<Layer>{} : old->second.layers;
    Model now = model;
    now.modified = now_;
    for (const auto& each : now.layers)
        blobs_[each.digest] = each.size;
    installed_.insert_or_assign(old == installed_.end() ? name : old->first, std::move(now));
    drop_unused(before);
}

std::optional<FakeServer::Fault> FakeServer::take_fault(const ModelName& name) {
    const std::lock_guard lock(mutex_);
    const auto found = find_folded(faults_, name);
    if (found == faults_.end() || found->second.times == 0) return std::nullopt;
    --found->second.times;
    return found->second;
}

bool FakeServer::reachable(const ModelName& name) const {
    return name.on_public_registry() || std::ranges::find(hosts_, to_lower(name.host())) != hosts_.end();
}

std::map<ModelName, FakeServer::Model>::iterator FakeServer::find(const ModelName& name) {
    return find_folded(installed_, name);
}

// Of a model that is gone: the blobs that no other one needs.
void FakeServer::drop_unused(const std::vector<Layer>& layers) {
    for (const auto& layer : layers) {
        const bool used = std::ranges::any_of(installed_, [&](const auto& each) {
            return std::ranges::find(each.second.layers, layer.digest, &Layer::digest) != each.second.layers.end();
        });
        if (used) continue;
        blobs_.erase(layer.digest);
        spoiled_.erase(layer.digest);
    }
}

// Copying over an installed name leaves its layers on the disk, as the real server does.
void FakeServer::copy(const ModelName& from, const ModelName& to, Stop stop) {
    record({.what = Call::What::copy, .name = from.display(), .second = to.display()}, stop);
    const std::lock_guard lock(mutex_);
    const auto source = find(from);
    if (source == installed_.end()) throw not_installed(from);
    Model copy = source->second;
    copy.modified = now_;
    if (const auto garbled = std::ranges::find(garbled_, to); garbled != garbled_.end()) {
        copy.digest = Digest::of("something else");
        garbled_.erase(garbled);
    }
    const auto old = find(to);
    installed_.insert_or_assign(old == installed_.end() ? to : old->first, std::move(copy));
}

void FakeServer::remove(const ModelName& name, Stop stop) {
    ollama::refuse_misread(name, "removed");
    record({.what = Call::What::remove, .name = name.display()}, stop);
    const std::lock_guard lock(mutex_);
    const auto found = find(name);
    if (found == installed_.end()) throw not_installed(name);
    const auto layers = found->second.layers;
    std::erase_if(running_, [&](const ollama::Running& each) { return each.name == found->first; });
    installed_.erase(found);
    drop_unused(layers);
}

} // namespace codemate::test
