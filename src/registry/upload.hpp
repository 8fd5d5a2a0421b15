#pragma once

#include "registry/session.hpp"
#include "registry/upload_answers.hpp"
#include "registry/upload_hash.hpp"

#include "codemate/base/digest.hpp"
#include "codemate/registry/push.hpp"

#include <optional>
#include <string>

namespace codemate::registry {

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
    struct SourceFailed { // what is to be sent cannot be read, whatever the registry says
        Error why;
    };

    Sent send_all(const std::function<bool()>& is_there);
    std::string source_bytes(ByteRange);
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
    void throw_if_spoilt();
    const http::Response& checked(const http::Response&) const;
    void accept(const http::Response&);
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
    UploadHash hash_;
    bool done_ = false, from_before_ = false;
    bool unconfirmed_ = false; // the end was answered with a success that says nothing
    int failures_ = 0, lost_ = 0, kept_less_ = 0;
    Sent sent_;
};

} // namespace codemate::registry
