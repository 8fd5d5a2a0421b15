#include "registry/upload.hpp"

#include "registry/error_text.hpp"
#include "registry/hosts.hpp"
#include "registry/url_reference.hpp"

#include "codemate/base/backoff.hpp"
#include "codemate/base/diagnostics.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <memory>

namespace codemate::registry {

namespace {

using namespace std::chrono_literals;

constexpr int most_lost = 3;                             // uploads of one blob that a registry may drop
constexpr ByteCount least_part(std::uint64_t{16} << 10); // below it a registry takes nothing that is worth sending
constexpr ByteCount largest_least_part(std::uint64_t{64} << 20); // more is not kept in memory at once
constexpr std::uint64_t window = std::uint64_t{1} << 20;         // of what is sent in one piece
constexpr Duration silence = 60s;                                // also in which nothing of ours is taken
constexpr Duration patience_at_end = 15min;                      // a registry may hash it all once more

bool is_success(const http::Response& answer) {
    return answer.status / 100 == 2;
}

bool is_gone(const http::Response& answer) {
    return answer.status == 404 || answer.status == 410 || answer.status == 400 || answer.status == 416;
}

bool knows_no_parts(const http::Response& answer) {
    return answer.status == 405 || answer.status == 501;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

ByteCount stated_least_part(const http::Response& answer) {
    const std::string* text = answer.header("OCI-Chunk-Min-Length");
    const auto value = text ? number(trimmed(*text)) : std::nullopt;
    return ByteCount(value.value_or(0));
}

} // namespace

std::optional<ByteCount> parse_uploaded(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with("bytes=")) text.remove_prefix(6);
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = number(text.substr(0, dash)), last = number(text.substr(dash + 1));
    if (!first || !last || *first != 0 || *last == UINT64_MAX) return std::nullopt;
    return ByteCount(*last == 0 ? 0 : *last + 1);
}

// docker-registry says it with an "unknown error" of its file system: "Err":28 is ENOSPC.
bool is_out_of_space(const http::Response& answer) {
    if (answer.status == 507) return true;
    return answer.status == 500 && (answer.body.find("\"Err\":28") != std::string::npos ||
                                    answer.body.find("no space left on device") != std::string::npos);
}

void tell_and_wait(const PushOptions& options, const Error& why, Duration span, const Stop& stop) {
    if (options.note) options.note(why.message() + "; trying again in " + to_text(span));
    if (options.wait) options.wait(span, stop);
}

Upload::Upload(Session& session, const PushOptions& options, Manners& manners, Question asked, std::string mount_from,
               const Content& content, const Sending& sending, Stop stop)
    : session_(session), options_(options), manners_(manners), asked_(std::move(asked)),
      mount_from_(std::move(mount_from)), content_(content), sending_(sending), stop_(std::move(stop)) {}

Sent Upload::run(const std::function<bool()>& is_there) {
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
    if (there_ == content_.size.count()) return finish();
    if (!manners_.takes_parts) return send_whole();
    if (there_ == 0 && content_.size <= std::max(manners_.part, least_part_)) return send_small();
    send_part();
}

http::Response Upload::send(std::string method, std::optional<http::Url> at, std::string path,
                            std::vector<http::Header> headers, std::optional<http::Upload> body) {
    Question question = asked_;
    question.method = std::move(method);
    question.at = std::move(at);
    question.path = std::move(path);
    question.headers = std::move(headers);
    if (body) {
        question.headers.push_back({"Content-Type", "application/octet-stream"});
        question.patience.reset();
        question.silence = silence;
        question.upload = std::move(body);
    }
    http::Response answer = session_.send(question, stop_);
    if (is_out_of_space(answer)) {
        throw Error(Kind::storage, shown(asked_.entrance.registry) + " has no space left")
            .hint("free some space there (a registry frees it by its garbage collection), then run it again");
    }
    return answer;
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
    if (mounts && answer.status == 201) {
        sent_.mounted = done_ = true;
        return;
    }
    if (mounts && !is_success(answer)) {
        mount_from_.clear();
        return;
    }
    mount_from_.clear();
    if (answer.status == 404 || answer.status == 410) throw session_.takes_no_push(answer, asked_);
    if (!is_success(answer)) throw refusal(answer);
    if (!answer.header("Location"))
        throw protocol_error(shown(asked_.entrance.registry) + " begins an upload and does not say where");
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
    if (answer.status >= 500 || answer.status == 429) throw refusal(answer);
    const std::string* range = answer.header("Range");
    const auto there = range && is_success(answer) ? parse_uploaded(*range) : std::nullopt;
    if (!there || *there > content_.size)
        throw Lost{
            Error(Kind::unreachable, shown(asked_.entrance.registry) + " does not go on with " + asked_.entrance.what)};
    there_ = there->count();
    if (from_before_ && sent_.sent == ByteCount()) sent_.resumed = *there;
    follow(answer);
    hash_what_was_sent_before();
    tell(there_);
}

void Upload::send_part() {
    const std::uint64_t most = std::max(manners_.part, least_part_).count();
    const std::uint64_t count = std::min(most, content_.size.count() - there_);
    std::string bytes = content_.read({there_, count}, stop_);
    hash(there_, bytes);
    if (there_ + count == content_.size.count()) {
        if (auto error = spoilt()) throw std::move(*error);
    }
    const std::string range = std::to_string(there_) + '-' + std::to_string(there_ + count - 1);
    const http::Response answer = send("PATCH", address_, {}, {{"Content-Range", range}}, body_of(std::move(bytes)));
    if (answer.status == 413) return shrink_parts(answer);
    if (knows_no_parts(answer)) {
        manners_.takes_parts = false;
        throw Lost{refusal(answer)};
    }
    if (answer.status == 416) {
        const std::uint64_t before = there_;
        ask_how_far();
        if (there_ == before) throw Lost{refusal(answer)};
        return;
    }
    if (is_gone(answer)) throw Lost{refusal(answer)};
    if (!is_success(answer)) throw refusal(answer);
    follow(answer);
    const std::string* stated = answer.header("Range");
    const auto there = stated ? parse_uploaded(*stated) : std::nullopt;
    if (there && there->count() > there_ + count)
        throw Lost{protocol_error(shown(asked_.entrance.registry) + " has more of " + asked_.entrance.what +
                                  " than was sent")};
    const std::uint64_t wanted = there_ + count;
    there_ = there ? there->count() : wanted;
    tell(there_);
    if (there_ < wanted && ++kept_less_ > options_.retries)
        throw protocol_error(shown(asked_.entrance.registry) + " keeps less than it is sent of " +
                             asked_.entrance.what + ": " + to_string(ByteCount(there_)) + " of " +
                             to_string(content_.size) + " after " + std::to_string(kept_less_) + " such parts");
}

http::Upload Upload::body_of(std::string bytes) {
    const auto kept = std::make_shared<const std::string>(std::move(bytes));
    const auto furthest = std::make_shared<std::uint64_t>(0);
    return {kept->size(), [this, kept, furthest](std::uint64_t offset, std::span<char> into) {
                const std::size_t count = std::min<std::uint64_t>(into.size(), kept->size() - offset);
                std::copy_n(kept->data() + offset, count, into.data());
                if (offset + count > *furthest) {
                    sent_.sent += ByteCount(offset + count - *furthest);
                    *furthest = offset + count;
                    tell(there_ + *furthest);
                }
                return count;
            }};
}

// To a registry that takes no parts: never more than a window of it is in memory.
void Upload::send_whole() {
    struct Window {
        std::uint64_t begin = 0;
        std::string bytes = {};
    };
    const auto kept = std::make_shared<Window>();
    const auto read = [this, kept](std::uint64_t offset, std::span<char> into) -> std::size_t {
        if (offset < kept->begin || offset >= kept->begin + kept->bytes.size()) {
            const std::uint64_t count = std::min(window, content_.size.count() - offset);
            kept->bytes = content_.read({offset, count}, stop_);
            kept->begin = offset;
            hash(offset, kept->bytes);
            // The last bytes are kept back from a registry that might believe them.
            if (offset + count == content_.size.count()) {
                if (auto error = spoilt()) throw std::move(*error);
            }
            sent_.sent += ByteCount(count);
            tell(offset + count);
        }
        const std::string_view rest = std::string_view(kept->bytes).substr(offset - kept->begin);
        const std::size_t count = std::min(rest.size(), into.size());
        std::copy_n(rest.data(), count, into.data());
        return count;
    };
    const auto at = with_parameter(*address_, "digest", content_.digest.text());
    accept(send("PUT", at, {}, {}, http::Upload{content_.size.count(), read}), "the whole");
}

void Upload::send_small() {
    std::string bytes = content_.read({0, content_.size.count()}, stop_);
    hash(0, bytes);
    if (auto error = spoilt()) throw std::move(*error);
    const auto at = with_parameter(*address_, "digest", content_.digest.text());
    const http::Response answer = send("PUT", at, {}, {}, body_of(std::move(bytes)));
    if (answer.status == 413) return shrink_parts(answer);
    accept(answer, "it");
}

void Upload::finish() {
    if (auto error = spoilt()) throw std::move(*error);
    Question question = asked_;
    question.method = "PUT";
    question.at = with_parameter(*address_, "digest", content_.digest.text());
    question.headers = {{"Content-Type", "application/octet-stream"}};
    question.patience = patience_at_end;
    const http::Response answer = session_.send(question, stop_);
    accept(answer, "the last part");
}

void Upload::accept(const http::Response& answer, const char* what) {
    if (is_out_of_space(answer)) throw Error(Kind::storage, shown(asked_.entrance.registry) + " has no space left");
    const bool wrong = answer.status == 400 && answer.body.find("DIGEST_INVALID") != std::string::npos;
    if (wrong && !from_before_ && lost_ == 0 && hashed_ == content_.size.count()) {
        throw Error(Kind::damaged,
                    shown(asked_.entrance.registry) + " got other bytes than were sent for " + asked_.entrance.what)
            .hint("a proxy on the way may change them");
    }
    if (is_gone(answer)) throw Lost{refusal(answer).context(std::string("after ") + what)};
    if (!is_success(answer)) throw refusal(answer);
    const std::string* stated = answer.header("Docker-Content-Digest");
    const auto digest = stated ? Digest::parse(trimmed(*stated)) : std::nullopt;
    if (digest && *digest != content_.digest)
        throw Error(Kind::damaged, shown(asked_.entrance.registry) + " says that " + asked_.entrance.what +
                                       " has the digest " + digest->id() + " there");
    unconfirmed_ = answer.status != 201 && !digest;
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

void Upload::hash(std::uint64_t first, std::string_view bytes) {
    if (first > hashed_ || first + bytes.size() <= hashed_) return;
    hash_.update(bytes.substr(hashed_ - first));
    hashed_ = first + bytes.size();
}

void Upload::hash_what_was_sent_before() {
    while (content_.at_hand && hashed_ < there_) {
        throw_if_stopped(stop_);
        hash(hashed_, content_.read({hashed_, std::min(window, there_ - hashed_)}, stop_));
    }
}

// What was read is not what it should be. Without the beginning, of another run, the registry alone says it.
std::optional<Error> Upload::spoilt() {
    if (hashed_ != content_.size.count()) return std::nullopt;
    Sha256 whole = std::move(hash_);
    const bool good = whole.finish() == content_.digest;
    hash_ = Sha256();
    if (good) {
        hashed_ = UINT64_MAX; // known
        return std::nullopt;
    }
    return Error(Kind::damaged, asked_.entrance.what + " is damaged: what was read does not have its digest");
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
    if (answer.status == 413) {
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
