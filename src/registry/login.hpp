#pragma once

#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/http/client.hpp"
#include "codemate/registry/registry.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace codemate::registry {

struct Challenge;

// What goes along with a request, and what must not be seen in any text because of it.
struct Authorization {
    enum class Who { nobody, user };

    std::string header; // empty: none
    std::vector<std::string> secrets;
    Who who = Who::nobody;
    std::string note; // what the user should know if it is refused
};

// Who wants in, where.
struct Entrance {
    http::Url registry;
    std::string repository; // owner/model
    std::string what;       // for messages: "'owner/model:tag'"
    enum class Wish { read, write } wish = Wish::read;
    std::string mount_from = {}; // of write: another repository, to be read
};

// Answers a registry's 401, and remembers what it took. Where credentials may go is decided here alone
// (docs/decisions/0004-registry-credentials.md). Any thread may call.
class Login {
public:
    Login(http::Client& client, const Options& options) : client_(client), options_(options) {}

    Authorization known(const Entrance&) const; // none, where nothing was asked for so far
    // Throws Error{unauthorised} where there is nothing to answer with but what was refused.
    Authorization answer(const http::Response& refusal, const Entrance&, const Authorization& refused, Stop);
    // Why the registry's refusal of this answer too is the end.
    static Error refused(const Entrance&, const Authorization&);

private:
    std::optional<Credentials> credentials_for(const http::Url&);
    Authorization as_they_are(const Credentials&, const Entrance&);
    Authorization token_from(const http::Url& realm, const Challenge&, const Entrance&, Stop);
    Authorization keep(std::string key, Authorization);
    void check_realm(const http::Url& realm, const http::Url& registry) const;

    http::Client& client_;
    const Options& options_;
    mutable std::mutex mutex_;
    std::map<std::string, Authorization> known_; // by origin, or by origin and repository
    std::mutex asking_;                          // a helper that asks its user must do so once
    std::map<std::string, std::optional<Credentials>> credentials_;
};

} // namespace codemate::registry
