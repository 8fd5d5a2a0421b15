#include "support/fake_registry.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

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
    tags_[repository_of(parsed)][parsed.tag()] = std::move(model.manifest);
    blobs_[repository_of(parsed)].merge(model.blobs);
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
        if (const auto found = blobs.find(digest); found != blobs.end() && !found->second.empty())
            found->second.front() = static_cast<char>(found->second.front() ^ 1);
    }
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

const std::string* FakeRegistry::find_blob(const ModelName& name, const Digest& digest) const {
    const auto repository = blobs_.find(repository_of(name));
    if (repository == blobs_.end()) return nullptr;
    const auto blob = repository->second.find(digest);
    return blob == repository->second.end() ? nullptr : &blob->second;
}

std::string FakeRegistry::existing_blob(const ModelName& name, const Digest& digest) const {
    const std::string* found = find_blob(name, digest);
    if (!found)
        throw Error(Kind::not_found, name.host() + " has no blob " + digest.id() + " of " + quoted(name.display()));
    return *found;
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

bool FakeRegistry::has_blob(const ModelName& name, const Digest& digest, Stop stop) {
    record({Call::What::has_blob, name.display(), digest}, name, stop);
    const std::lock_guard lock(mutex_);
    return find_blob(name, digest) != nullptr;
}

std::string FakeRegistry::blob(const ModelName& name, const Digest& digest, ByteCount limit, Stop stop) {
    record({Call::What::blob, name.display(), digest}, name, stop);
    const std::lock_guard lock(mutex_);
    std::string content = existing_blob(name, digest);
    if (ByteCount(content.size()) > limit) throw Error(Kind::protocol, "the blob is longer than " + to_string(limit));
    if (Digest::of(content) != digest) throw Error(Kind::damaged, "the blob does not have its digest");
    return content;
}

std::string FakeRegistry::blob_head(const ModelName& name, const Digest& digest, ByteCount count, Stop stop) {
    record({Call::What::blob_head, name.display(), digest}, name, stop);
    const std::lock_guard lock(mutex_);
    return existing_blob(name, digest).substr(0, count.count());
}

} // namespace codemate::test
