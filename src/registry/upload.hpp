#pragma once

#include "registry/session.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/registry/push.hpp"

#include <optional>
#include <string>

namespace codemate::registry {

// What one publisher has found out about its registry.
struct Manners {
    ByteCount part;          // what it takes at once
    bool takes_parts = true; // else a blob goes in one piece
};

// "0-4194303" of an upload's answer, also with "bytes=": how many bytes are there. Registries say 0-0 of none and of
// one: that is none. Nothing for what is no range.
std::optional<ByteCount> parse_uploaded(std::string_view);

// Whether a registry's answer says that its own disk is full.
bool is_out_of_space(const http::Response&);

// Before the next attempt. Throws Interrupted.
void tell_and_wait(const PushOptions&, const Error& why, Duration, const Stop&);

// One blob on its way to a repository.
class Upload {
public:
    // `asked`: a question about the repository, of which entrance and patience are taken.
    Upload(Session&, const PushOptions&, Manners&, Question asked, std::string mount_from, const Content&,
           const Sending&, Stop);

    // `is_there`: whether the registry has the blob; asked after an end that did not arrive.
    Sent run(const std::function<bool()>& is_there);

private:
    struct Lost { // the registry does not go on with it
        Error why;
    };
    class Hashing;

    void step();
    void begin();
    void ask_how_far();
    void send_part();
    void send_whole();
    void send_small();
    void finish();
    http::Response send(std::string method, std::optional<http::Url> at, std::string path,
                        std::vector<http::Header> headers, std::optional<http::Upload> body);
    http::Upload body_of(std::string bytes);
    std::optional<Error> spoilt();
    void hash(std::uint64_t first, std::string_view bytes);
    void hash_what_was_sent_before();
    void accept(const http::Response&, const char* what);
    void follow(const http::Response&);
    void lose(const Error&);
    void wait_after(const Error&);
    void shrink_parts(const http::Response&);
    void tell(std::uint64_t there) const;
    void give_up();
    Error refusal(const http::Response&) const;

    Session& session_;
    const PushOptions& options_;
    Manners& manners_;
    Question asked_;
    std::string mount_from_;
    const Content& content_;
    const Sending& sending_;
    Stop stop_;

    std::optional<http::Url> address_;
    std::uint64_t there_ = 0;
    ByteCount least_part_; // that the registry wants
    Sha256 hash_;
    std::uint64_t hashed_ = 0;
    bool done_ = false, from_before_ = false;
    bool unconfirmed_ = false; // the end was answered with a success that says nothing
    int failures_ = 0, lost_ = 0, kept_less_ = 0;
    Sent sent_;
};

} // namespace codemate::registry
