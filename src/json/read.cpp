#include "codemate/json/read.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace codemate::json {
namespace {

constexpr std::size_t deepest = 200;
constexpr std::size_t most_values = 4'000'000;     // each takes some 64 bytes; ten thousand models are half a million
constexpr std::size_t values_between_looks = 4096; // whether it shall stop

// nlohmann's parser says what it found, not where. It takes the text character by character through this iterator, so
// how far it has come is known; where a token begins is found by skipping what may stand between the last token and
// this one.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}

    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        *furthest_ = ++at_;
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
    bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

private:
    const char* at_;
    const char** furthest_;
};

// Follows the parser's events with a cursor of its own over the same text, and builds the tree.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    Builder(std::string_view text, const char*& furthest, const Stop& stop)
        : text_(text), furthest_(furthest), stop_(stop) {}

    bool null() override { return leaf(Value(), 4); }
    bool boolean(bool value) override { return leaf(Value(value), value ? 4 : 5); }
    bool number_integer(std::int64_t value) override { return leaf(Value(value), number_length()); }
    bool number_unsigned(std::uint64_t value) override { return leaf(Value(value), number_length()); }
    bool number_float(double value, const std::string&) override { return leaf(Value(value), number_length()); }
    bool string(std::string& value) override { return leaf(Value(std::move(value)), string_length()); }
    bool binary(nlohmann::json::binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Value::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Value::array()); }
    bool end_array() override { return close(); }

    bool key(std::string& key) override {
        key_ = std::move(key);
        key_extent_ = token(string_length());
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& failure) override {
        failure_ = failure.what();
        failed_at_ = std::min(position == 0 ? 0 : position - 1, text_.size());
        return false;
    }

    Document take() {
        skip_between(); // comments behind the last token
        return {std::move(root_), std::move(comments_)};
    }
    std::size_t line_at(std::size_t offset) {
        line_ += static_cast<std::size_t>(
            std::count(text_.begin() + counted_, text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
        counted_ = static_cast<std::ptrdiff_t>(offset);
        return line_;
    }
    const std::string& failure() const { return failure_; }
    std::size_t failed_at() const { return failed_at_; }
    const std::string& refusal() const { return refusal_; }

private:
    bool leaf(Value value, std::size_t length) {
        if (too_many()) return false;
        value.place(token(length));
        put(std::move(value));
        return true;
    }

    // What takes two bytes of text takes sixty-four of memory.
    bool too_many() {
        if (++values_ % values_between_looks == 0) throw_if_stopped(stop_);
        if (values_ <= most_values) return false;
        refusal_ = "more than " + std::to_string(most_values) + " values";
        failed_at_ = at_;
        return true;
    }

    bool open(Value value) {
        if (too_many()) return false;
        if (path_.size() >= deepest) {
            refusal_ = "nested deeper than " + std::to_string(deepest) + " levels";
            failed_at_ = at_;
            return false;
        }
        value.place(token(1));
        path_.push_back({std::move(value), std::move(key_), key_extent_});
        key_.clear();
        return true;
    }

    bool close() {
        const std::size_t end = token(1).end;
        Open done = std::move(path_.back());
        path_.pop_back();
        Extent extent = done.value.extent();
        extent.end = end;
        done.value.place(extent);
        key_ = std::move(done.key);
        key_extent_ = done.key_extent;
        put(std::move(done.value));
        return true;
    }

    void put(Value value) {
        if (path_.empty()) {
            root_ = std::move(value);
        } else if (path_.back().value.is_array()) {
            path_.back().value.add(std::move(value));
        } else {
            path_.back().value.append_member({std::move(key_), std::move(value), key_extent_});
        }
        key_.clear();
    }

    // The next token, which has this many bytes; the cursor stands behind it then.
    Extent token(std::size_t length) {
        skip_between();
        const Extent extent{at_, at_ + length, line_at(at_)};
        at_ += length;
        return extent;
    }

    void skip_between() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '/') {
                take_comment();
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':') {
                ++at_;
            } else {
                return;
            }
        }
    }

    void take_comment() {
        const bool line_comment = text_.substr(at_, 2) == "//";
        std::size_t end = line_comment ? text_.find_first_of("\r\n", at_) : text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) {
            end = text_.size();
        } else if (!line_comment) {
            end += 2;
        }
        const Extent extent{at_, end, line_at(at_)};
        comments_.push_back({std::string(text_.substr(at_, end - at_)), extent});
        at_ = end;
    }

    std::size_t number_length() {
        skip_between();
        const std::size_t end = text_.find_first_not_of("+-.0123456789eE", at_);
        return (end == std::string_view::npos ? text_.size() : end) - at_;
    }

    // The parser stands right behind the closing quotation mark.
    std::size_t string_length() {
        skip_between();
        return static_cast<std::size_t>(furthest_ - text_.data()) - at_;
    }

    struct Open {
        Value value;
        std::string key;
        Extent key_extent;
    };

    std::string_view text_;
    const char*& furthest_;
    const Stop& stop_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::ptrdiff_t counted_ = 0;
    std::vector<Open> path_;
    std::string key_;
    Extent key_extent_;
    Value root_;
    std::vector<Comment> comments_;
    std::string failure_;
    std::size_t failed_at_ = 0;
    std::string refusal_; // ours, not the parser's
    std::size_t values_ = 0;
};

// "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while parsing value - invalid
// literal; last read: 'x'": the part that helps is behind the position.
std::string explanation(std::string_view text) {
    std::size_t from = text.find("syntax error");
    if (from == std::string_view::npos) from = text.rfind("] ") == std::string_view::npos ? 0 : text.rfind("] ") + 2;
    return printable(text.substr(from), 200);
}

std::string place(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t last_break = before.rfind('\n');
    const std::size_t column = offset - (last_break == std::string_view::npos ? 0 : last_break + 1) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

} // namespace

Document read(std::string_view text, std::string_view what, Comments comments, const Stop& stop) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    // Blanks instead of the mark, so that offsets stay those of the caller's text.
    std::string unmarked;
    if (text.starts_with(byte_order_mark)) {
        unmarked = "   " + std::string(text.substr(3));
        text = unmarked;
    }
    const char* furthest = text.data();
    Builder builder(text, furthest, stop);
    const bool good = nlohmann::json::sax_parse(
        CountingIterator(text.data(), &furthest), CountingIterator(text.data() + text.size(), &furthest), &builder,
        nlohmann::json::input_format_t::json, true, comments == Comments::allowed);
    if (good) return builder.take();
    const std::string reason = builder.refusal().empty() ? explanation(builder.failure()) : builder.refusal();
    throw Error(Kind::protocol,
                std::string(what) + " is not valid JSON: " + place(text, builder.failed_at()) + ": " + reason);
}

} // namespace codemate::json
