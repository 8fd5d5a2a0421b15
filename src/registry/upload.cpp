#include "registry/upload.hpp"

#include "registry/error_text.hpp"
#include "registry/hosts.hpp"
#include "registry/url_reference.hpp"

#include "codemate/base/backoff.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::registry {

namespace {

constexpr int most_lost = 3;                             // uploads of one blob that a registry may drop
constexpr ByteCount least_part(std::uint64_t{16} << 10); // below it a registry takes nothing that is worth sending
constexpr ByteCount largest_least_part(std::uint64_t{64} << 20); // more is not kept in memory at once

} // namespace

void tell_and_wait(const PushOptions& options, const Error& why, Duration span, const Stop& stop) {
    if (options.note) options.note(why.message() + "; trying again in " + to_text(span));
    if (options.wait) options.wait(span, stop);
}

Upload::Upload(Session& session, const PushOptions& options, Manners& manners, Question asked, std::string mount_from,
               const Content& content, const Sending& sending, Stop stop)
    : session_(session), options_(options), manners_(manners), asked_(std::move(asked)),
      mount_from_(std::move(mount_from)), content_(content), sending_(sending), stop_(std::move(stop)), hash_(content) {
}

Sent Upload::run(const std::function<bool()>& is_there) {
    try {
        return send_all(is_there);
    } catch (const SourceFailed& failed) {
        throw Error(failed.why).context("what is to be sent cannot be read");
    }
}

Sent Upload::send_all(const std::function<bool()>& is_there) {
    std::uint64_t furthest = 0;
    bool unsure = false; // whether what was sent last has arrived
    if (sending_.unfinished) {
        try {
            address_ = absolute_url(*sending_.unfinished, shown(asked_.entrance.registry));
            from_before_ = unsure = true;
        } catch (const Error& error) { // whatever wrote that
            diagnostics::info(error.message());
        }
    }
    while (!done_) {
        throw_if_stopped(stop_);
        try {
            if (unsure && failures_ > 0 && is_there()) break;
            if (unsure && address_) ask_how_far();
            unsure = false;
            step();
        } catch (const Lost& lost) {
            // An end that had arrived before its connection broke is not known any more when it comes again.
            if (address_ && there_ > 0 && is_there()) break;
            lose(lost.why);
            unsure = false;
        } catch (const Error& error) {
            if (error.kind() == Kind::damaged) give_up();
            if (error.kind() == Kind::damaged || !worth_retrying(error.kind())) throw;
            wait_after(error);
            unsure = true;
        }
        if (there_ > furthest) failures_ = 0;
        furthest = std::max(furthest, there_);
    }
    if (sending_.address) sending_.address({});
    if (unconfirmed_ && !is_there())
        throw protocol_error(shown(asked_.entrance.registry) + " says that it took " + asked_.entrance.what +
                             ", and does not have it");
    tell(content_.size.count());
    return sent_;
}

void Upload::step() {
    if (!address_) return begin();
    switch (next_step(there_, content_.size, manners_, least_part_)) {
    case Step::finish:
        return finish();
    case Step::whole:
        return send_whole();
    case Step::small:
        return send_small();
    case Step::part:
        return send_part();
    }
}

const http::Response& Upload::checked(const http::Response& answer) const {
    if (!is_out_of_space(answer)) return answer;
    throw Error(Kind::storage, shown(asked_.entrance.registry) + " has no space left")
        .hint("free some space there (a registry frees it by its garbage collection), then run it again");
}

void Upload::begin() {
    std::string path = "v2/" + asked_.entrance.repository + "/blobs/uploads/";
    const bool mounts = !mount_from_.empty();
    if (mounts) path += "?mount=" + percent_encoded(content_.digest.text()) + "&from=" + percent_encoded(mount_from_);
    http::Response answer;
    try {
        answer = send("POST", {}, path, {}, {});
    } catch (const Error& error) {
        if (!mounts || worth_retrying(error.kind())) throw;
        diagnostics::info(error.message()); // that repository may be none of ours
        mount_from_.clear();
        return;
    }
    mount_from_.clear();
    switch (after_begin(answer, mounts)) {
    case Begun::mounted:
        sent_.mounted = done_ = true;
        return;
    case Begun::not_mounted:
        return;
    case Begun::no_pushes:
        throw session_.takes_no_push(answer, asked_);
    case Begun::refused:
        throw refusal(answer);
    case Begun::nowhere:
        throw protocol_error(shown(asked_.entrance.registry) + " begins an upload and does not say where");
    case Begun::upload:
        break;
    }
    least_part_ = stated_least_part(answer);
    if (least_part_ > largest_least_part) manners_.takes_parts = false;
    there_ = 0;
    follow(answer);
}

void Upload::follow(const http::Response& answer) {
    const std::string* location = answer.header("Location");
    if (!location) return;
    const http::Url from =
        address_.value_or(asked_.entrance.registry / ("v2/" + asked_.entrance.repository + "/blobs/uploads/"));
    address_ = resolve(from, *location, shown(from));
    if (sending_.address) sending_.address(address_->text());
}

// What the registry has of it: after a cut, or in another run.
void Upload::ask_how_far() {
    const http::Response answer = send("GET", address_, {}, {}, {});
    switch (after_question(answer, content_.size)) {
    case HowFar::refused:
        throw refusal(answer);
    case HowFar::lost:
        throw Lost{
            Error(Kind::unreachable, shown(asked_.entrance.registry) + " does not go on with " + asked_.entrance.what)};
    case HowFar::stated:
        break;
    }
    const ByteCount there = *stated_range(answer);
    there_ = there.count();
    if (from_before_ && sent_.sent == ByteCount()) sent_.resumed = there;
    follow(answer);
    try {
        hash_.add_up_to(there_, stop_);
    } catch (const Error& error) {
        throw SourceFailed{error};
    }
    tell(there_);
}

void Upload::accept(const http::Response& answer) {
    const std::string registry = shown(asked_.entrance.registry);
    const AfterEnd end = after_end(answer, content_.digest);
    switch (end) {
    case AfterEnd::wrong_digest:
        // What was read here is right, and all of it was sent by this run: twice, that is no accident.
        if (lost_ > 0 && !from_before_ && hash_.verdict() == UploadHash::Verdict::good)
            throw Error(Kind::damaged, registry + " got other bytes than were sent for " + asked_.entrance.what)
                .hint("a proxy on the way may change them");
        [[fallthrough]];
    case AfterEnd::lost:
        throw Lost{refusal(answer).context("when all of it had been sent")};
    case AfterEnd::refused:
        throw refusal(answer);
    case AfterEnd::other_digest:
        throw Error(Kind::damaged, registry + " says that " + asked_.entrance.what + " has the digest " +
                                       stated_digest(answer)->id() + " there");
    case AfterEnd::taken:
    case AfterEnd::unconfirmed:
        break;
    }
    unconfirmed_ = end == AfterEnd::unconfirmed;
    done_ = true;
}

// Begins anew; an upload of an earlier run is no failure of this one.
void Upload::lose(const Error& why) {
    diagnostics::info("upload of " + content_.digest.id() + " begins anew: " + why.message());
    const bool earlier = from_before_ && sent_.sent == ByteCount();
    if (!earlier && ++lost_ > most_lost) throw why;
    if (there_ > 0 || earlier) ++sent_.begun_anew;
    if (earlier) sent_.resumed = ByteCount();
    from_before_ = false;
    address_.reset();
    there_ = 0;
    if (sending_.address) sending_.address({});
    tell(0);
}

void Upload::wait_after(const Error& error) {
    const auto span = backoff(error, ++failures_, options_.retries, options_.random());
    if (!span) throw error;
    tell_and_wait(options_, error, *span, stop_);
}

void Upload::shrink_parts(const http::Response& answer) {
    if (manners_.part <= least_part) throw refusal(answer);
    manners_.part = std::max(least_part, ByteCount(std::min(manners_.part, content_.size).count() / 2));
}

// A disk gives the second time what it gave the first time.
std::string Upload::source_bytes(ByteRange range) {
    for (int again = 1;; ++again) {
        try {
            return content_.read(range, stop_);
        } catch (const Error& error) {
            const auto span = backoff(error, again, content_.at_hand ? 0 : options_.retries, options_.random());
            if (!span) throw SourceFailed{error};
            tell_and_wait(options_, error, *span, stop_);
        }
    }
}

// The registry that it was for has no part in that.
void Upload::throw_if_spoilt() {
    if (hash_.verdict() != UploadHash::Verdict::spoilt) return;
    const std::string whose = content_.from.empty() ? "" : " of " + content_.from;
    throw Error(Kind::damaged,
                "the blob " + content_.digest.id() + whose + " is damaged: what was read does not have its digest")
        .hint(content_.at_hand ? "`codemate verify --deep --repair` looks for what is damaged, and heals it"
                               : "a proxy on the way may change it; if it stays so, what is read from is damaged");
}

void Upload::give_up() {
    if (!address_) return;
    try {
        send("DELETE", address_, {}, {}, {});
    } catch (const Error& error) { // it forgets uploads by itself, after days
        diagnostics::info(error.message());
    }
    address_.reset();
    if (sending_.address) sending_.address({});
}

void Upload::tell(std::uint64_t there) const {
    if (sending_.progress) sending_.progress(ByteCount(there));
}

Error Upload::refusal(const http::Response& answer) const {
    if (is_too_large(answer)) {
        return Error(Kind::failed,
                     shown(asked_.entrance.registry) + " takes no part of " + to_string(manners_.part) + " (413)")
            .hint("a proxy before it may limit what one request sends (nginx: client_max_body_size)");
    }
    // Of an upload that had begun: the blob was not asked for.
    if (answer.status == 404 || answer.status == 410) {
        return protocol_error(shown(asked_.entrance.registry) + " does not go on with the upload of " +
                              asked_.entrance.what + " (" + std::to_string(answer.status) + ")");
    }
    return session_.refusal(answer, asked_);
}

} // namespace codemate::registry
