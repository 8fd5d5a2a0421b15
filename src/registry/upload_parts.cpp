#include "registry/hosts.hpp"
#include "registry/upload.hpp"
#include "registry/url_reference.hpp"

#include <algorithm>
#include <memory>

// What carries a blob's bytes.
namespace codemate::registry {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t window = std::uint64_t{1} << 20; // of what is sent in one piece
constexpr Duration silence = 60s;                        // also in which nothing of ours is taken
constexpr Duration patience_at_end = 15min;              // a registry may hash it all once more

} // namespace

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
    checked(answer);
    return answer;
}

void Upload::send_part() {
    const std::uint64_t most = std::max(manners_.part, least_part_).count();
    const std::uint64_t count = std::min(most, content_.size.count() - there_);
    std::string bytes = source_bytes({there_, count});
    hash_.add(there_, bytes);
    throw_if_spoilt();
    const std::string range = std::to_string(there_) + '-' + std::to_string(there_ + count - 1);
    const http::Response answer = send("PATCH", address_, {}, {{"Content-Range", range}}, body_of(std::move(bytes)));
    switch (after_part(answer)) {
    case AfterPart::too_large:
        return shrink_parts(answer);
    case AfterPart::takes_no_parts:
        manners_.takes_parts = false;
        throw Lost{refusal(answer)};
    case AfterPart::not_there: {
        const std::uint64_t before = there_;
        ask_how_far();
        if (there_ == before) throw Lost{refusal(answer)};
        return;
    }
    case AfterPart::lost:
        throw Lost{refusal(answer)};
    case AfterPart::refused:
        throw refusal(answer);
    case AfterPart::taken:
        break;
    }
    follow(answer);
    const auto there = stated_range(answer);
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
            kept->bytes = source_bytes({offset, count});
            kept->begin = offset;
            hash_.add(offset, kept->bytes);
            throw_if_spoilt(); // the last bytes are kept back from a registry that might believe them
            sent_.sent += ByteCount(count);
            tell(offset + count);
        }
        const std::string_view rest = std::string_view(kept->bytes).substr(offset - kept->begin);
        const std::size_t count = std::min(rest.size(), into.size());
        std::copy_n(rest.data(), count, into.data());
        return count;
    };
    const auto at = with_parameter(*address_, "digest", content_.digest.text());
    accept(send("PUT", at, {}, {}, http::Upload{content_.size.count(), read}));
}

void Upload::send_small() {
    std::string bytes = source_bytes({0, content_.size.count()});
    hash_.add(0, bytes);
    throw_if_spoilt();
    const auto at = with_parameter(*address_, "digest", content_.digest.text());
    const http::Response answer = send("PUT", at, {}, {}, body_of(std::move(bytes)));
    if (is_too_large(answer)) return shrink_parts(answer);
    accept(answer);
}

void Upload::finish() {
    throw_if_spoilt();
    Question question = asked_;
    question.method = "PUT";
    question.at = with_parameter(*address_, "digest", content_.digest.text());
    question.headers = {{"Content-Type", "application/octet-stream"}};
    question.patience = patience_at_end;
    const http::Response answer = session_.send(question, stop_);
    accept(checked(answer));
}

} // namespace codemate::registry
