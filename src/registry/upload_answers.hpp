#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/http/client.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

// What to do after which answer to an upload. Pure.
namespace codemate::registry {

// What one publisher has found out about its registry.
struct Manners {
    ByteCount part;          // what it takes at once
    bool takes_parts = true; // else a blob goes in one piece
};

// "0-4194303" of an upload's answer, also with "bytes=": how many bytes are there. Registries say 0-0 of none and of
// one: that is none. Nothing for what is no range.
std::optional<ByteCount> parse_uploaded(std::string_view);
std::optional<ByteCount> stated_range(const http::Response&); // likewise, where the answer says it

bool is_out_of_space(const http::Response&);        // the registry's own disk is full
bool is_too_large(const http::Response&);           // what was sent at once
ByteCount stated_least_part(const http::Response&); // 0 where it is not said

// Of an upload that has `there` of `size` bytes. `least`: what the registry wants at once but for the end.
enum class Step { part, small, whole, finish };
Step next_step(std::uint64_t there, ByteCount size, const Manners&, ByteCount least);

// To what asks for an upload, or to have the blob of another repository (`mounts`).
enum class Begun { upload, mounted, not_mounted, no_pushes, nowhere, refused };
Begun after_begin(const http::Response&, bool mounts);

// To the question how much of `size` is there.
enum class HowFar { stated, lost, refused }; // lost: it has to begin anew
HowFar after_question(const http::Response&, ByteCount size);

enum class AfterPart { taken, too_large, takes_no_parts, not_there, lost, refused }; // not_there: it begins elsewhere
AfterPart after_part(const http::Response&);

// To the last that is sent.
enum class AfterEnd { taken, unconfirmed, other_digest, wrong_digest, lost, refused };
AfterEnd after_end(const http::Response&, const Digest&);

std::optional<Digest> stated_digest(const http::Response&);

} // namespace codemate::registry
