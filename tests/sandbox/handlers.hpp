#pragma once

#include "sandbox/message.hpp"
#include "sandbox/world.hpp"

#include "codemate/json/value.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

// One function an endpoint; api.cpp chooses. Refused bodies come out as go::JsonError, refused requests as Refusal.
namespace codemate::sandbox {

struct Refusal {
    int status;
    std::string text;
};

Reply handle_version(World&, const Request&);
Reply handle_tags(World&, const Request&);
Reply handle_ps(World&, const Request&);
Reply handle_show(World&, const Request&);
Reply handle_copy(World&, const Request&);
Reply handle_delete(World&, const Request&);
Reply handle_pull(World&, const Request&);
Reply handle_generate(World&, const Request&);
Reply handle_chat(World&, const Request&);
Reply handle_embed(World&, const Request&);
Reply handle_embeddings(World&, const Request&);
Reply handle_blob_head(World&, const Request&);
Reply handle_blob_post(World&, const Request&);
Reply handle_faults(World&, const Request&);
Reply handle_pushed(World&, const Request&);

// What several of them use.
Reply json_reply(int status, const json::Value&);
Reply error_reply(int status, std::string_view text);
Reply empty_reply(int status);

// RFC 3339 as Go writes it, with up to nine digits of a second.
enum class Zone { local, utc };
std::string time_text(FileTime, Zone = Zone::local);
std::string time_text(std::chrono::sys_seconds, std::chrono::nanoseconds fraction, Zone); // also beyond the year 2262
FileTime now();

// One installed model with its small blobs read (server/images.go, GetModel).
struct Model {
    StoredManifest manifest;
    json::Value config;
    std::string template_text = "{{ .Prompt }}";
    std::string system, license;
    json::Value params;
    std::filesystem::path weights;         // empty: none
    std::vector<std::string> capabilities; // "completion", "tools" …
    std::optional<gguf::File> file;        // nothing: the header cannot be read

    std::string config_string(std::string_view key) const;
};
Model load_model(const Store&, const Name&);           // throws StoreError
Model list_model(const Store&, const StoredManifest&); // only what /api/tags looks at; throws StoreError
void refresh_listed(World&, const Name&); // after pull and copy: what the list says of it is made anew at once
json::Value details_of(const Model&);     // without context and embedding length

} // namespace codemate::sandbox
