#include "lifecycle/refs/context.hpp"

#include <algorithm>
#include <array>

namespace codemate::lifecycle::refs {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t deepest = 64; // brackets in brackets; what is deeper is no project's text

// "model: str = …": the type is not the key.
bool is_type(std::string_view word) {
    static constexpr std::array types = {"str"sv, "string"sv, "String"sv,     "None"sv,
                                         "Any"sv, "const"sv,  "std::string"sv};
    return std::find(types.begin(), types.end(), word) != types.end();
}

// Where a default stands for the value of what was named before it.
bool is_default(std::string_view key) {
    return key == "default" || key == "value" || key == "fallback";
}

std::string_view without_dashes(std::string_view word) {
    while (word.starts_with('-'))
        word.remove_prefix(1);
    return word;
}

bool is_strong(KeyForce force) {
    return force >= KeyForce::model;
}

} // namespace

void ContextReader::begin_line(std::string_view line, bool lists_by_dashes) {
    key_ = last_ = {};
    fresh_ = adjacent_ = in_loop_ = option_ = false;
    line_ = line;
    lists_ = lists_by_dashes;
    if (lists_) take_list_key(line);
}

void ContextReader::take_list_key(std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') return;
    indent_ = first;
    if (list_key_.empty()) return;
    if (line[first] == '-' && first >= list_indent_) {
        key_ = list_key_;
        fresh_ = true;
    } else if (first <= list_indent_) {
        list_key_ = {};
    }
}

void ContextReader::end_line() {
    if (lists_ && fresh_ && !key_.empty() && !in_loop_ && frames_.empty() && key_ != list_key_) {
        if (force_of(key_) != KeyForce::none || speaks_of_embedding(key_)) {
            list_key_ = key_;
            list_indent_ = indent_;
        }
    }
}

void ContextReader::end_paragraph() {
    frames_.clear();
    list_key_ = {};
}

void ContextReader::set_key() {
    if (!adjacent_ || last_.empty()) {
        fresh_ = false;
        key_ = {};
        return;
    }
    if (is_type(last_) && !key_.empty()) {
        fresh_ = true;
        return;
    }
    key_ = without_dashes(last_);
    if (is_default(key_) && !frames_.empty() && !frames_.back().hint.empty()) key_ = frames_.back().hint;
    fresh_ = true;
    adjacent_ = false;
}

void ContextReader::open(char mark, bool space_before) {
    Frame frame;
    frame.closing = mark == '(' ? ')' : mark == '[' ? ']' : '}';
    const bool called = adjacent_ && !space_before && mark == '(';
    if (called) frame.callee = last_;
    if (!key_.empty() && (fresh_ || called)) frame.key = key_;
    frame.force = force_of(frame.key);
    frame.embeds = speaks_of_embedding(frame.callee) || speaks_of_embedding(frame.key);
    if (frames_.size() < deepest) frames_.push_back(frame);
    if (!fresh_) key_ = {};
    adjacent_ = false;
}

void ContextReader::close(char mark) {
    const auto found =
        std::find_if(frames_.rbegin(), frames_.rend(), [&](const Frame& frame) { return frame.closing == mark; });
    if (found != frames_.rend()) frames_.erase(std::prev(found.base()), frames_.end());
    key_ = {};
    fresh_ = adjacent_ = false;
    last_ = {};
}

void ContextReader::comma() {
    const bool named = adjacent_ && last_quoted_ && is_strong(force_of(without_dashes(last_)));
    key_ = named ? without_dashes(last_) : std::string_view();
    fresh_ = named;
    adjacent_ = false;
}

void ContextReader::mark(char mark, char before, char after, bool space_before) {
    switch (mark) {
    case '"':
    case '\'':
    case '\\':
    case '*':
        return;
    case '=':
        if (before == '=' || before == '!') return; // a comparison: it names the same
        if (before == ':') return;                  // ${NAME:=value}: the colon has set the key
        return set_key();
    case ':':
        return set_key();
    case '>':
        if (before == '=' || before == '-') return; // =>, ->
        break;
    case '(':
    case '[':
    case '{':
        return open(mark, space_before);
    case ')':
    case ']':
    case '}':
        return close(mark);
    case ',':
        return comma();
    case '$':
        return;
    case '?': // ${NAME?…}, NAME?: string
        if (after == ':' || after == '=') return;
        break;
    case '|': // str | None
        if (is_type(last_)) return;
        break;
    default:
        break;
    }
    key_ = {};
    fresh_ = adjacent_ = in_loop_ = false;
}

void ContextReader::word(std::string_view word, bool quoted) {
    if (word == "-") return; // of a list
    if (word == "in" && !quoted && is_strong(force_of(last_))) {
        key_ = last_;
        fresh_ = in_loop_ = true;
        return;
    }
    const std::string_view bare = without_dashes(word);
    const bool option = bare.size() + 2 == word.size() && is_strong(force_of(bare)); // --model NAME
    if (option) key_ = bare;
    option_ = option;
    fresh_ = option || (in_loop_ && fresh_);
    last_ = word;
    last_quoted_ = quoted;
    adjacent_ = true;
    if (frames_.empty()) return;
    if (quoted && is_strong(force_of(bare))) frames_.back().hint = bare;
    // post("…/api/embed", json={"model": …}), over as many lines as it takes.
    if (word.find("/api/embed") != std::string_view::npos) frames_.back().embeds = true;
}

KeyForce ContextReader::force_around() const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend() && frame - frames_.rbegin() < 4; ++frame) {
        if (is_strong(frame->force)) return frame->force;
    }
    return is_strong(force_of(list_key_)) ? force_of(list_key_) : KeyForce::none;
}

bool ContextReader::embeds() const {
    if (key_ == "fallback") return false;
    if (speaks_of_embedding(key_)) return true;
    if (key_.empty() && frames_.empty()) return false;
    const KeyForce force = force_of(key_);
    const bool open_key = key_.empty() || force == KeyForce::generic || force == KeyForce::role || key_ == "model" ||
                          key_ == "model_name" || key_ == "modelName" || key_ == "model_id";
    if (!open_key) return false;
    if (!key_.empty() && line_.find("/api/embed") != std::string_view::npos) return true;
    for (auto frame = frames_.rbegin(); frame != frames_.rend() && frame - frames_.rbegin() < 2; ++frame) {
        if (frame->embeds) return true;
    }
    return !key_.empty() && key_ != list_key_ && speaks_of_embedding(list_key_);
}

bool ContextReader::says_nothing() const {
    if (!key_.empty()) return !fresh_;
    return frames_.empty() || frames_.back().closing == '}' || frames_.back().key.empty();
}

Context ContextReader::context() const {
    Context context{key_, force_of(key_), fresh_, option_ || in_loop_, false};
    const bool in_list =
        key_.empty() && !frames_.empty() && frames_.back().closing != '}' && !frames_.back().key.empty();
    if (in_list) {
        context.key = frames_.back().key;
        context.force = frames_.back().force;
        context.fresh = true;
    }
    if (context.force == KeyForce::generic || context.force == KeyForce::role) {
        const KeyForce around = force_around();
        if (is_strong(around))
            context.force = around;
        else if (context.key == "name" && line_.find("/api/") != std::string_view::npos)
            context.force = KeyForce::ollama;
    }
    const bool plural = context.key.ends_with('s') || context.key.ends_with('S');
    context.embeds = embeds() || (in_list && !plural && speaks_of_embedding(context.key));
    return context;
}

} // namespace codemate::lifecycle::refs
