#pragma once

#include "codemate/base/error.hpp"
#include "codemate/registry/registry.hpp"

#include <functional>
#include <map>
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

    struct Call {
        enum class What { digest, image, has_blob, blob, blob_head };
        What what;
        std::string name; // display form
        std::optional<Digest> blob = {};
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
    bool has_blob(const ModelName&, const Digest&, Stop) override;
    std::string blob(const ModelName&, const Digest&, ByteCount limit, Stop) override;
    std::string blob_head(const ModelName&, const Digest&, ByteCount count, Stop) override;

private:
    using Repository = std::pair<std::string, std::string>; // host; owner/model
    struct PlannedFailure {
        Call::What what;
        Error error;
        int after, times;
    };

    void record(const Call&, const ModelName&, const Stop&);
    const std::string& manifest(const ModelName&) const;
    const std::string* find_blob(const ModelName&, const Digest&) const;
    std::string existing_blob(const ModelName&, const Digest&) const;
    [[noreturn]] void throw_no_tag(const ModelName&) const;

    mutable std::mutex mutex_;
    std::map<Repository, std::map<std::string, std::string>> tags_; // to manifests; empty where all were withdrawn
    std::map<Repository, std::map<Digest, std::string>> blobs_;
    std::vector<PlannedFailure> failures_;
    std::map<ModelName, Error> failing_;
    std::vector<Call> calls_;
    bool lists_ = true;
    std::function<void(const Call&)> before_each_;
};

} // namespace codemate::test
