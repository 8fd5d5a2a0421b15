#pragma once

#include "codemate/base/error.hpp"
#include "codemate/http/client.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace codemate::registry {

inline constexpr std::string_view lower_case_only = "most registries take names in lower case only";

// A registry's answers as errors; the only place of this module that decides on kinds. Its own words are shown in one
// line, fit for a terminal, but for those that repeat a secret: what it was sent, it may send back.

// Of an answer that is no success. `what`: "registry.corp has no 'x'" needs "'x'"; `host`: who answered.
Error answer_error(const http::Response&, std::string_view what, std::string_view host,
                   std::span<const std::string> secrets);

// Of an answer 404 to the beginning of an upload: where nothing but a registry could say why, it is one.
Error takes_no_push(const http::Response&, std::string_view repository, std::string_view host,
                    std::span<const std::string> secrets);

Error not_found(std::string_view what, std::string_view host);
Error redirected(std::string_view what, std::string_view host, const http::Url& there); // what was to be sent
Error no_credentials(std::string_view what, std::string_view host);
Error credentials_refused(std::string_view what, std::string_view host);
Error no_known_login(std::string_view host); // it offers none that codemate can answer with what there is
Error unfit_token(std::string_view host);    // the user's
Error not_let_in(std::string_view what, std::string_view host, std::string_view there); // where the host redirects to
Error damaged(std::string_view what, std::string_view host);
Error another_part(std::string_view what, std::string_view host);                  // than the one that was asked for
Error too_short(std::string_view what, std::string_view host, std::uint64_t size); // what stands for it there
Error a_page(std::string_view what, std::string_view host);
Error no_such_part(std::string_view what, std::string_view host);
Error ended_early(std::string_view what, std::string_view host, std::uint64_t got, std::uint64_t wanted);
Error protocol_error(std::string message); // with a hint that fits a registry, not an Ollama server

// What the HTTP client threw, or what reads an answer: with a hint that fits, where it has none of its own.
Error with_hint(Error);

// The same of a request to where the registry redirects, which nobody has named.
Error redirected(Error, std::string_view registry, std::string_view there);

// The same of a request to the registry itself. Its address is the host of models' names, or CODEMATE_REGISTRY; or
// Options::everything_at, which the user has typed.
enum class Named { by_models, by_the_user };
Error with_hint(Error, const http::Url& registry, Named);

} // namespace codemate::registry
