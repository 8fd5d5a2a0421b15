#include "docs/page.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace codemate::test::docs {
namespace {

enum class Place { first, between, block };

struct Form {
    std::string_view name;
    Place place;
};

constexpr std::array forms{
    Form{"world", Place::first},        Form{"meanwhile", Place::between}, Form{"registry", Place::between},
    Form{"far", Place::between},        Form{"page", Place::between},      Form{"picture", Place::between},
    Form{"file", Place::block},         Form{"status", Place::block},      Form{"answer", Place::block},
    Form{"figures vary", Place::block}, Form{"not run", Place::block},     Form{"any order", Place::block},
    Form{"instead", Place::block},
};

const Form* form_of(std::string_view name) {
    const auto* const found = std::ranges::find(forms, name, &Form::name);
    return found == forms.end() ? nullptr : found;
}

[[noreturn]] void refuse(std::size_t line, const std::string& why) {
    throw std::runtime_error("line " + std::to_string(line) + ": " + why);
}

bool is_fence(std::string_view line) {
    return trimmed(line).starts_with("```");
}

// "name: value" of a comment; nothing for prose and for the marks of `codemate docs`.
std::optional<Note> note_of(std::string_view comment, std::size_t line) {
    comment = trimmed(comment);
    const std::size_t colon = comment.find(':');
    const std::string_view name = trimmed(comment.substr(0, colon));
    if (name == "codemate") return std::nullopt;
    if (form_of(name) == nullptr) refuse(line, "no comment is called " + quoted(name) + " (tests/docs/page.hpp)");
    return Note{std::string(name), colon == comment.npos ? "" : std::string(trimmed(comment.substr(colon + 1))), line};
}

class Reader {
public:
    explicit Reader(std::string_view markdown) : lines_(split(markdown, '\n')) {}

    std::vector<Part> read() {
        while (at_ < lines_.size()) {
            const std::string_view line = lines_[at_];
            if (line.starts_with("<!--"))
                take_comment();
            else if (is_fence(line))
                take_block();
            else
                take_text(line);
        }
        drop_pending();
        return std::move(parts_);
    }

private:
    void take_text(std::string_view line) {
        if (!trimmed(line).empty()) drop_pending();
        ++at_;
    }

    void drop_pending() const {
        if (!pending_.empty()) refuse(pending_.front().line, "there is no block of code behind this comment");
    }

    void take_comment() {
        const std::size_t begin = at_;
        std::string text;
        while (at_ < lines_.size()) {
            text.append(lines_[at_]).append("\n");
            if (lines_[at_++].find("-->") != std::string_view::npos) break;
        }
        const std::size_t end = text.find("-->");
        if (end == std::string::npos) refuse(begin + 1, "a comment without an end");
        auto note = note_of(std::string_view(text).substr(4, end - 4), begin + 1);
        if (!note) return;
        const Form& form = *form_of(note->name);
        if (form.place == Place::first && !parts_.empty()) refuse(begin + 1, "the world has to stand first");
        if (form.place == Place::block)
            pending_.push_back(std::move(*note));
        else
            parts_.emplace_back(std::move(*note));
    }

    void take_block() {
        Block block;
        block.line = at_ + 1;
        block.language = std::string(trimmed(trimmed(lines_[at_]).substr(3)));
        const std::size_t indent = lines_[at_].find('`');
        for (++at_; at_ < lines_.size() && !is_fence(lines_[at_]); ++at_)
            block.text.emplace_back(lines_[at_].substr(std::min(indent, lines_[at_].size())));
        if (at_ == lines_.size()) refuse(block.line, "a block without an end");
        ++at_;
        block.notes = std::exchange(pending_, {});
        parts_.emplace_back(std::move(block));
    }

    std::vector<std::string_view> lines_;
    std::size_t at_ = 0;
    std::vector<Note> pending_; // for the next block
    std::vector<Part> parts_;
};

} // namespace

std::optional<std::string> Block::note(std::string_view name) const {
    const auto found = std::ranges::find(notes, name, &Note::name);
    return found == notes.end() ? std::nullopt : std::optional(found->value);
}

std::vector<Part> read_page(std::string_view markdown) {
    return Reader(markdown).read();
}

std::vector<Span> code_spans(std::string_view markdown) {
    std::vector<Span> spans;
    bool fenced = false;
    std::size_t number = 0;
    for (const std::string_view line : split(markdown, '\n')) {
        ++number;
        if (is_fence(line)) fenced = !fenced;
        if (fenced || is_fence(line)) continue;
        for (std::size_t open = line.find('`'); open != line.npos;) {
            const std::size_t close = line.find('`', open + 1);
            if (close == line.npos) break;
            if (close > open + 1) spans.push_back({std::string(line.substr(open + 1, close - open - 1)), number});
            open = line.find('`', close + 1);
        }
    }
    return spans;
}

std::vector<Shown> shown_commands(const std::vector<std::string>& text, std::size_t first_line) {
    std::vector<Shown> commands;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string& line = text[at];
        if (line.starts_with("$ ")) {
            commands.push_back({line.substr(2), {}, first_line + at});
            while (commands.back().command.ends_with('\\') && at + 1 < text.size() && text[at + 1].starts_with("> "))
                commands.back().command += "\n" + text[++at].substr(2);
        } else if (commands.empty()) {
            refuse(first_line + at, "output before the first command (\"$ \")");
        } else {
            commands.back().output.push_back(line);
        }
    }
    return commands;
}

std::vector<Shown> plain_commands(const std::vector<std::string>& text, std::size_t first_line) {
    std::vector<Shown> commands;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view line = trimmed(text[at]);
        if (line.empty() || line.starts_with('#')) continue;
        commands.push_back({text[at], {}, first_line + at});
        while (commands.back().command.ends_with('\\') && at + 1 < text.size())
            commands.back().command += "\n" + text[++at];
    }
    return commands;
}

} // namespace codemate::test::docs
