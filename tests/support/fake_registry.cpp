#include "support/fake_registry.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace codemate::test {

namespace {

std::string layer_json(std::string_view media_type, const std::string& content, std::optional<ByteCount> size) {
    const std::uint64_t bytes = size ? size->count() : content.size();
    return R"({"mediaType":")" + std::string(media_type) + R"(","digest":")" + Digest::of(content).text() +
           R"(","size":)" + std::to_string(bytes) + '}';
}

std::pair<std::string, std::string> repository_of(const ModelName& name) {
    return {name.host(), name.owner() + '/' + name.model()};
}

} // namespace

FakeRegistry::Model FakeRegistry::model(std::string_view configuration, const std::vector<Part>& parts) {
    Model made;
    const std::string config(configuration);
    made.blobs[Digest::of(config)] = config;
    std::string layers;
    for (const auto& part : parts) {
        layers += layers.empty() ? "" : ",";
        layers += layer_json("application/vnd.ollama.image." + part.type, part.content, part.size);
        made.blobs[Digest::of(part.content)] = part.content;
    }
    made.manifest =
        R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":)" +
        layer_json("application/vnd.docker.container.image.v1+json", config, {}) + R"(,"layers":[)" + layers + "]}";
    return made;
}

void FakeRegistry::offer(std::string_view name, Model model) {
    const ModelName parsed = ModelName::parse(name);
    const std::lock_guard lock(mutex_);
    manifests_[repository_of(parsed)][Digest::of(model.manifest)] = model.manifest;
    tags_[repository_of(parsed)][parsed.tag()] = std::move(model.manifest);
    for (auto& [digest, bytes] : model.blobs)
        blobs_[repository_of(parsed)].try_emplace(digest, std::make_shared<const std::string>(std::move(bytes)));
}

void FakeRegistry::withdraw(std::string_view name) {
    const ModelName parsed = ModelName::parse(name);
    const std::lock_guard lock(mutex_);
    tags_[repository_of(parsed)].erase(parsed.tag());
}

void FakeRegistry::lose_blob(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    for (auto& [repository, blobs] : blobs_)
        blobs.erase(digest);
}

void FakeRegistry::garble_blob(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    for (auto& [repository, blobs] : blobs_) {
        const auto found = blobs.find(digest);
        if (found == blobs.end() || found->second->empty()) continue;
        std::string garbled = *found->second;
        garbled.front() = static_cast<char>(garbled.front() ^ 1);
        found->second = std::make_shared<const std::string>(std::move(garbled));
    }
}

void FakeRegistry::disturb_blob(const Digest& digest, Trouble trouble, std::uint64_t after) {
    const std::lock_guard lock(mutex_);
    troubles_.insert_or_assign(digest, std::pair(trouble, after));
}

void FakeRegistry::wait_for_readings(std::size_t count) const {
    std::unique_lock lock(mutex_);
    if (!readings_changed_.wait_for(lock, std::chrono::seconds(30), [&] { return readings_ == count; }))
        throw std::runtime_error("there are " + std::to_string(readings_) + " readings");
}

void FakeRegistry::fail(Call::What what, Error error, int after, int times) {
    const std::lock_guard lock(mutex_);
    failures_.push_back({what, std::move(error), after, times});
}

void FakeRegistry::fail_model(std::string_view name, Error error) {
    const std::lock_guard lock(mutex_);
    failing_.insert_or_assign(ModelName::parse(name), std::move(error));
}

std::vector<FakeRegistry::Call> FakeRegistry::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

std::size_t FakeRegistry::count(Call::What what) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(calls_, what, &Call::what));
}

void FakeRegistry::forget_calls() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
}

void FakeRegistry::record(const Call& call, const ModelName& name, const Stop& stop) {
    throw_if_stopped(stop);
    if (before_each_) before_each_(call);
    throw_if_stopped(stop);
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
    if (const auto failing = failing_.find(name); failing != failing_.end()) throw failing->second;
    for (auto& failure : failures_) {
        if (failure.what != call.what || failure.times == 0) continue;
        if (failure.after-- > 0) continue;
        failure.after = 0;
        --failure.times;
        throw failure.error;
    }
    const bool answers = name.on_public_registry() || std::ranges::any_of(tags_, [&](const auto& entry) {
                             return entry.first.first == name.host();
                         });
    if (!answers) throw Error(Kind::unreachable, "nothing is listening on https://" + name.host());
}

void FakeRegistry::throw_no_tag(const ModelName& name) const {
    Error error(Kind::not_found, name.host() + " has no " + quoted(name.display()));
    const auto known = tags_.find(repository_of(name));
    std::vector<std::string> tags;
    if (lists_ && known != tags_.end()) {
        for (const auto& [tag, manifest] : known->second)
            tags.push_back(tag);
    }
    const auto near = nearest(name.tag(), tags);
    if (near) error.hint("did you mean " + quoted(name.with_tag(*near).display()) + '?');
    throw error;
}

const std::string& FakeRegistry::manifest(const ModelName& name) const {
    const auto repository = tags_.find(repository_of(name));
    if (repository == tags_.end()) throw_no_tag(name);
    const auto tag = repository->second.find(name.tag());
    if (tag == repository->second.end()) throw_no_tag(name);
    return tag->second;
}

FakeRegistry::Content FakeRegistry::content(const ModelName& name, const Digest& digest) const {
    const auto repository = blobs_.find(repository_of(name));
    if (repository == blobs_.end()) return nullptr;
    const auto blob = repository->second.find(digest);
    return blob == repository->second.end() ? nullptr : blob->second;
}

FakeRegistry::Content FakeRegistry::existing_blob(const ModelName& name, const Digest& digest) const {
    Content found = content(name, digest);
    if (!found)
        throw Error(Kind::not_found, name.host() + " has no blob " + digest.id() + " of " + quoted(name.display()));
    return found;
}

Digest FakeRegistry::digest(const ModelName& name, Stop stop) {
    record({Call::What::digest, name.display()}, name, stop);
    const std::lock_guard lock(mutex_);
    return Digest::of(manifest(name));
}

Image FakeRegistry::image(const ModelName& name, Stop stop) {
    record({Call::What::image, name.display()}, name, stop);
    const std::lock_guard lock(mutex_);
    return Image::parse(manifest(name));
}

std::optional<Image> FakeRegistry::image(const ModelName& name, const Digest& digest, Stop stop) {
    record({Call::What::image_by_digest, name.display(), digest}, name, stop);
    const std::lock_guard lock(mutex_);
    const auto repository = manifests_.find(repository_of(name));
    if (!by_digest_ || repository == manifests_.end()) return std::nullopt;
    const auto found = repository->second.find(digest);
    return found == repository->second.end() ? std::nullopt : std::optional(Image::parse(found->second));
}

std::optional<registry::BlobPlace> FakeRegistry::find_blob(const ModelName& name, const Digest& digest, Stop stop) {
    record({Call::What::find_blob, name.display(), digest}, name, stop);
    const std::lock_guard lock(mutex_);
    const Content there = content(name, digest);
    if (!there) return std::nullopt;
    registry::BlobPlace place{std::nullopt, ByteCount(there->size())};
    if (name.host() != wants_login_)
        place.open = "https://" + name.host() + "/v2/" + repository_of(name).second + "/blobs/" + digest.text();
    return place;
}

std::string FakeRegistry::blob(const ModelName& name, const Digest& digest, ByteCount limit, Stop stop) {
    record({Call::What::blob, name.display(), digest}, name, stop);
    const std::lock_guard lock(mutex_);
    const Content found = existing_blob(name, digest);
    if (ByteCount(found->size()) > limit) throw Error(Kind::protocol, "the blob is longer than " + to_string(limit));
    if (Digest::of(*found) != digest) throw Error(Kind::damaged, "the blob does not have its digest");
    return *found;
}

std::string FakeRegistry::blob_head(const ModelName& name, const Digest& digest, ByteCount count, Stop stop) {
    record({Call::What::blob_head, name.display(), digest}, name, stop);
    const std::lock_guard lock(mutex_);
    return existing_blob(name, digest)->substr(0, count.count());
}

// One call of read_blob, counted while it lasts.
class FakeRegistry::Reading {
public:
    explicit Reading(FakeRegistry& registry) : registry_(registry) { count(1); }
    ~Reading() { count(-1); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    void stall(const Stop& stop) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any never;
        never.wait(lock, stop, [] { return false; });
        throw_if_stopped(stop);
    }

private:
    void count(int change) {
        const std::lock_guard lock(registry_.mutex_);
        registry_.readings_ += static_cast<std::size_t>(change);
        registry_.readings_changed_.notify_all();
    }

    FakeRegistry& registry_;
};

std::optional<std::uint64_t> FakeRegistry::trouble_after(const Digest& digest, Trouble trouble) const {
    const std::lock_guard lock(mutex_);
    const auto found = troubles_.find(digest);
    if (found == troubles_.end() || found->second.first != trouble) return std::nullopt;
    return found->second.second;
}

void FakeRegistry::read_blob(const ModelName& name, const Digest& digest, registry::ByteRange range,
                             const std::function<http::Flow(std::string_view)>& take, Stop stop) {
    constexpr std::uint64_t piece = 64 << 10;
    if (range.count == 0) return;
    record({Call::What::read_blob, name.display(), digest, range}, name, stop);
    Reading reading(*this);
    const Content whole = [&] {
        const std::lock_guard lock(mutex_);
        return existing_blob(name, digest);
    }();
    const auto cut = trouble_after(digest, Trouble::cut), stall = trouble_after(digest, Trouble::stall);
    for (std::uint64_t done = 0; done < range.count;) {
        throw_if_stopped(stop);
        if (stall && done >= *stall) reading.stall(stop);
        std::uint64_t size = std::min(piece, range.count - done);
        if (cut) size = std::min(size, *cut - std::min(done, *cut));
        if (stall) size = std::min(size, *stall - done);
        if (range.first >= whole->size()) throw Error(Kind::protocol, name.host() + " says that it is not that long");
        const auto bytes = std::string_view(*whole)
                               .substr(range.first, whole->size())
                               .substr(std::min<std::uint64_t>(done, whole->size() - range.first), size);
        if (bytes.empty()) throw Error(Kind::unreachable, "the connection to " + name.host() + " was cut");
        if (take(bytes) == http::Flow::drop) return;
        done += bytes.size();
    }
}

} // namespace codemate::test
