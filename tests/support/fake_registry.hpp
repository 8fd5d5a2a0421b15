#pragma once

#include "codemate/base/error.hpp"
#include "codemate/registry/registry.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codemate::test {

// Registries in memory, every host in one: tags that can be moved, blobs that can be lost or spoilt, calls that can be
// told to go wrong. Kept honest by the contract suite (tests/contract). May be called from several threads.
class FakeRegistry final : public registry::Registry {
public:
    struct Part {
        std::string type; // behind application/vnd.ollama.image.: "model", "template", "license" …
        std::string content;
        std::optional<ByteCount> size = {}; // what the manifest states, where that is not the content's
    };
    struct Model {
        std::string manifest;
        std::map<Digest, std::string> blobs;

        Image image() const { return Image::parse(manifest); }
    };
    // The configuration is JSON text, as {"model_format":"gguf","model_type":"7B","file_type":"Q4_0"}.
    static Model model(std::string_view configuration, const std::vector<Part>&);

    void offer(std::string_view name, Model);      // also over another one: the tag has moved, the old blobs stay
    void withdraw(std::string_view name);          // the tag; its blobs and its host stay
    void lose_blob(const Digest&);                 // everywhere
    void garble_blob(const Digest&);               // one byte of it is another one
    void list_tags(bool lists) { lists_ = lists; } // whether it says near ones; Ollama's does not
    void serve_by_digest() { by_digest_ = true; }  // also what no tag serves any more; Ollama's does not
    void want_login(std::string host) { wants_login_ = std::move(host); } // has it, but nobody else may read its blobs

    // What befalls each reading of a part of this blob when that many bytes of the part have gone: the connection
    // breaks, or nothing more comes until it is stopped.
    enum class Trouble { cut, stall };
    void disturb_blob(const Digest&, Trouble, std::uint64_t after);
    void wait_for_readings(std::size_t count) const; // until so many go on; throws where that lasts too long

    struct Call {
        enum class What { digest, image, image_by_digest, find_blob, blob, blob_head, read_blob };
        What what;
        std::string name;                // display form
        std::optional<Digest> blob = {}; // or that of the manifest
        std::optional<registry::ByteRange> range = {};
        bool operator==(const Call&) const = default;
    };
    void fail(Call::What, Error, int after = 0, int times = 1); // the call after `after` ones of that kind that go well
    void fail_model(std::string_view name, Error);              // each call about it
    void before_each_call(std::function<void(const Call&)> act) { before_each_ = std::move(act); } // unlocked

    std::vector<Call> calls() const;
    std::size_t count(Call::What) const;
    void forget_calls();

    Digest digest(const ModelName&, Stop) override;
    Image image(const ModelName&, Stop) override;
    std::optional<Image> image(const ModelName&, const Digest&, Stop) override;
    std::optional<registry::BlobPlace> find_blob(const ModelName&, const Digest&, Stop) override;
    std::string blob(const ModelName&, const Digest&, ByteCount limit, Stop) override;
    std::string blob_head(const ModelName&, const Digest&, ByteCount count, Stop) override;
    void read_blob(const ModelName&, const Digest&, registry::ByteRange,
                   const std::function<http::Flow(std::string_view)>& take, Stop) override;

private:
    using Repository = std::pair<std::string, std::string>; // host; owner/model
    struct PlannedFailure {
        Call::What what;
        Error error;
        int after, times;
    };

    void record(const Call&, const ModelName&, const Stop&);
    const std::string& manifest(const ModelName&) const;
    using Content = std::shared_ptr<const std::string>;
    class Reading;

    Content content(const ModelName&, const Digest&) const;
    Content existing_blob(const ModelName&, const Digest&) const;
    std::optional<std::uint64_t> trouble_after(const Digest&, Trouble) const;
    [[noreturn]] void throw_no_tag(const ModelName&) const;

    mutable std::mutex mutex_;
    std::map<Repository, std::map<std::string, std::string>> tags_; // to manifests; empty where all were withdrawn
    std::map<Repository, std::map<Digest, std::string>> manifests_; // all that were ever there
    std::map<Repository, std::map<Digest, Content>> blobs_;
    std::map<Digest, std::pair<Trouble, std::uint64_t>> troubles_;
    std::size_t readings_ = 0;
    mutable std::condition_variable_any readings_changed_;
    std::vector<PlannedFailure> failures_;
    std::map<ModelName, Error> failing_;
    std::vector<Call> calls_;
    bool lists_ = true, by_digest_ = false;
    std::string wants_login_;
    std::function<void(const Call&)> before_each_;
};

} // namespace codemate::test
