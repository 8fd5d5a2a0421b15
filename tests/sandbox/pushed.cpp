#include "sandbox/pushed.hpp"

#include "codemate/base/digest.hpp"

#include <utility>

namespace codemate::sandbox {

std::string Pushed::begin(const std::string& repository) {
    const std::lock_guard lock(mutex_);
    std::string name = "upload-" + std::to_string(next_++);
    uploads_[name] = {repository, {}};
    return name;
}

std::optional<std::uint64_t> Pushed::size(const std::string& upload) const {
    const std::lock_guard lock(mutex_);
    const auto found = uploads_.find(upload);
    if (found == uploads_.end()) return std::nullopt;
    return found->second.bytes.size();
}

void Pushed::append(const std::string& upload, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    received_ += bytes.size();
    if (const auto found = uploads_.find(upload); found != uploads_.end()) found->second.bytes += bytes;
}

bool Pushed::end(const std::string& upload, const std::string& digest) {
    const std::lock_guard lock(mutex_);
    const auto found = uploads_.find(upload);
    if (found == uploads_.end() || Digest::of(found->second.bytes).text() != digest) return false;
    blobs_[found->second.repository][digest] = std::make_shared<const std::string>(std::move(found->second.bytes));
    uploads_.erase(found);
    return true;
}

void Pushed::forget(const std::string& upload) {
    const std::lock_guard lock(mutex_);
    uploads_.erase(upload);
}

std::size_t Pushed::uploads() const {
    const std::lock_guard lock(mutex_);
    return uploads_.size();
}

bool Pushed::mount(const std::string& repository, const std::string& from, const std::string& digest) {
    const Bytes found = blob(from, digest);
    if (!found) return false;
    const std::lock_guard lock(mutex_);
    blobs_[repository][digest] = found;
    return true;
}

Pushed::Bytes Pushed::blob(const std::string& repository, const std::string& digest) const {
    const std::lock_guard lock(mutex_);
    const auto here = blobs_.find(repository);
    if (here == blobs_.end()) return nullptr;
    const auto found = here->second.find(digest);
    return found == here->second.end() ? nullptr : found->second;
}

void Pushed::put(const std::string& repository, const std::string& tag, Manifest manifest) {
    const std::lock_guard lock(mutex_);
    auto& here = manifests_[repository];
    here[manifest.digest] = manifest;
    here[tag] = std::move(manifest);
}

std::optional<Pushed::Manifest> Pushed::manifest(const std::string& repository, const std::string& reference) const {
    const std::lock_guard lock(mutex_);
    const auto here = manifests_.find(repository);
    if (here == manifests_.end()) return std::nullopt;
    const auto found = here->second.find(reference);
    return found == here->second.end() ? std::nullopt : std::optional(found->second);
}

std::uint64_t Pushed::received() const {
    const std::lock_guard lock(mutex_);
    return received_;
}

} // namespace codemate::sandbox
