#pragma once

#include "codemate/base/error.hpp"
#include "codemate/http/client.hpp"
#include "codemate/model/name.hpp"

#include <optional>
#include <string_view>

// The one place where the texts and statuses of Ollama servers become kinds. The texts are Ollama's, of
// server/images.go, server/download.go, server/routes.go, and those of Go's network library.
namespace codemate::ollama {

// The text of an error line in a pull's stream, or of a failed pull.
Error pull_error(std::string_view text, const ModelName& model);

// The text of an error line in an answer's stream.
Error generate_error(std::string_view text, const ModelName& model);

// A failed answer to a text that was to become a vector. Where the server itself failed, its text is not taken for one
// of a transfer.
Error embed_error(const http::Response&, const ModelName&, std::string_view source);

// An answer whose status is no success. `model`: whom the request was about, or nullptr. `source`: who answered.
Error answer_error(const http::Response&, const ModelName* model, std::string_view source);

// Whether a text is about something below manifests/ that had gone, or come, since the server had seen it: with a name
// that it removes go directories that have become empty.
enum class ChangedPlace { none, gone, not_empty };
ChangedPlace changed_place(std::string_view text);

// What a proxy says in the server's place (error_text_between.cpp); nothing where the server may have said it itself.
std::optional<Error> error_between(const http::Response&, std::string_view source);
bool looks_like_html(std::string_view body);

} // namespace codemate::ollama
