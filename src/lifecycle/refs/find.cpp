#include "lifecycle/refs/find.hpp"

#include "lifecycle/refs/commands.hpp"
#include "lifecycle/refs/context.hpp"
#include "lifecycle/refs/line.hpp"
#include "lifecycle/refs/past.hpp"
#include "lifecycle/refs/spelling.hpp"
#include "lifecycle/refs/tokens.hpp"
#include "lifecycle/refs/verdict.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::refs {
namespace {

class Scan {
public:
    Scan(std::string_view text, FileKind kind, const Vocabulary& vocabulary)
        : text_(text), kind_(kind), vocabulary_(vocabulary) {}

    Found run() {
        std::size_t begin = 0;
        while (begin < text_.size()) {
            begin = behind_generated(begin);
            const std::size_t end = std::min(text_.find('\n', begin), text_.size());
            ++line_;
            line_begin_ = begin;
            line(begin, end);
            begin = end + 1;
        }
        return std::move(found_);
    }

private:
    // What `codemate docs` makes anew is nobody's mention. The end's own line is read as any other.
    std::size_t behind_generated(std::size_t begin) {
        if (kind_ != FileKind::prose || in_fence_) return begin;
        std::size_t end = end_of_generated(text_, begin);
        if (end == begin) return begin;
        end = text_.rfind('\n', end - 1) + 1;
        const auto skipped = text_.substr(begin, end - begin);
        line_ += static_cast<std::size_t>(std::count(skipped.begin(), skipped.end(), '\n'));
        context_.end_paragraph();
        command_.end();
        return end;
    }

    void line(std::size_t begin, std::size_t end) {
        const std::string_view line = text_.substr(begin, end - begin);
        const std::string_view said = trimmed(line);
        if (kind_ == FileKind::prose && is_fence(said)) return fence(said);
        if (said.empty()) {
            if (kind_ == FileKind::prose && !in_fence_) context_.end_paragraph();
            return command_.end();
        }
        in_code_ = kind_ != FileKind::prose || in_fence_ || is_command_line(line, said);
        span_ = false;
        comment_ = begin + (in_code_ ? comment_in(line) : line.size());
        constant_ = assigned_in(line);
        if (!is_constant(constant_)) constant_ = {};
        context_.begin_line(line, kind_ == FileKind::data || in_fence_);
        take_from(said);
        take_tokens(text_, begin, end, tokens_);
        for (const Token& token : tokens_) {
            if (token.word)
                word(token);
            else
                mark(token);
        }
        context_.end_line();
        const bool goes_on = said.back() == '\\' || (said.back() == ',' && context_.inside_brackets()) ||
                             said.back() == '[' || said.back() == '(';
        if (!goes_on) command_.end();
    }

    static bool is_fence(std::string_view said) { return said.starts_with("```") || said.starts_with("~~~"); }

    void fence(std::string_view said) {
        in_fence_ = !in_fence_;
        context_.end_paragraph();
        command_.end();
        const std::string language = in_fence_ ? to_lower(trimmed(said.substr(3))) : "";
        fence_kind_ = language == "dockerfile"  ? FileKind::dockerfile
                      : language == "modelfile" ? FileKind::modelfile
                                                : FileKind::code;
    }

    // An indented block of a Markdown text that shows what to type.
    static bool is_command_line(std::string_view line, std::string_view said) {
        if (!line.starts_with("    ") && !line.starts_with('\t')) return false;
        if (said.starts_with("$ ")) said.remove_prefix(2);
        return said.starts_with("ollama ") || said.starts_with("codemate ") || said.starts_with("./scripts/");
    }

    FileKind kind() const { return kind_ == FileKind::prose && in_fence_ ? fence_kind_ : kind_; }
    bool is_code() const { return in_code_ || span_; }

    void take_from(std::string_view said) {
        const bool from =
            said.size() > 5 && equal_ignoring_case(said.substr(0, 4), "FROM") && (said[4] == ' ' || said[4] == '\t');
        words_ = 0;
        from_model_ = from && kind() == FileKind::modelfile;
        from_image_ = from && kind() == FileKind::dockerfile;
    }

    void mark(const Token& token) {
        const char mark = text_[token.begin];
        const auto next = token.end < text_.size() ? text_[token.end] : '\n';
        const auto before = token.begin > 0 ? text_[token.begin - 1] : '\n';
        if (mark == '`' && kind_ == FileKind::prose && !in_fence_) {
            if (before == '`') return;
            span_ = !span_;
            context_.end_paragraph();
            context_.begin_line({}, false);
            return command_.end();
        }
        const bool breaks = mark == ';' || mark == '|' || mark == '&' || mark == '`' || mark == '>' ||
                            (mark == '#' && token.space_before);
        if (breaks) command_.end();
        if (is_code()) context_.mark(mark, before, next, token.space_before);
    }

    void word(const Token& token) {
        const std::string_view written = text_.substr(token.begin, token.end - token.begin);
        const auto place = is_code() ? command_.next(written) : CommandReader::Word::other;
        const bool first = words_++ == 0;
        const char before = token.begin > 0 ? text_[token.begin - 1] : '\n';
        const bool quoted = before == '"' || before == '\'';
        const bool in_context =
            place != CommandReader::Word::other || from_model_ || (is_code() && !context_.says_nothing());
        const bool of_its_own = quoted || before == '`' || written.find(':') != std::string_view::npos;
        if ((in_context || of_its_own) && !(first && from_model_)) look_at(token, written, place);
        if (!first) from_model_ = false; // of its one argument
        if (is_code()) context_.word(written, quoted);
    }

    void look_at(const Token& token, std::string_view written, CommandReader::Word place) {
        const Context context = is_code() ? context_.context() : Context{};
        if (is_code()) note_use(written, token, context);
        Shape shape;
        if (!from_image_ && take_shape(text_, token, shape)) judge(shape, context, place);
    }

    void note_use(std::string_view written, const Token& token, const Context& context) {
        if (kind_ == FileKind::prose || !context.embeds || !context.fresh || !is_constant(written)) return;
        if (token.begin >= comment_) return;
        if (token.begin > 0 && (text_[token.begin - 1] == '"' || text_[token.begin - 1] == '\'')) return;
        if (written != context.key) found_.uses.push_back({std::string(written), line_});
    }

    void judge(const Shape& shape, const Context& context, CommandReader::Word place) {
        Surroundings around;
        around.kind = kind();
        around.code = is_code();
        around.prose = kind_ == FileKind::prose;
        around.place = place;
        around.image = command_.is_of_docker() || equal_ignoring_case(context.key, "image");
        around.from_model = from_model_;
        const auto how = verdict(shape, context, around, vocabulary_);
        if (!how) return;
        try {
            add(shape, context, *how);
        } catch (const Error&) {
            // Looks like a name and breaks a rule of names: no mention of any model.
        }
    }

    void add(const Shape& shape, const Context& context, How how) {
        const std::string_view text = text_.substr(shape.begin, shape.end - shape.begin);
        const bool positional = how == How::quoted && context.key.empty(); // OllamaEmbeddings("…")
        const bool comment = shape.begin >= comment_;
        const bool embeds =
            !comment && kind_ != FileKind::prose && context.embeds && (context.fresh || how == How::key || positional);
        found_.mentions.push_back({shape.begin, text.size(), line_, shape.begin - line_begin_ + 1, std::string(text),
                                   ModelName::parse(text), how, how == How::key ? std::string(context.key) : "", embeds,
                                   shape.pinned, comment, is_its_value(shape) ? std::string(constant_) : ""});
    }

    // Not one of a list or of a table that the constant stands for.
    bool is_its_value(const Shape& shape) const {
        if (constant_.empty() || shape.begin >= comment_) return false;
        const std::size_t behind = static_cast<std::size_t>(constant_.data() - text_.data()) + constant_.size();
        if (shape.begin < behind) return false;
        const std::string_view between = text_.substr(behind, shape.begin - behind);
        const auto brace = between.find('{');
        return between.find('[') == std::string_view::npos &&
               (brace == std::string_view::npos || (brace > 0 && between[brace - 1] == '$'));
    }

    std::string_view text_;
    FileKind kind_;
    const Vocabulary& vocabulary_;
    Found found_;
    ContextReader context_;
    CommandReader command_;
    std::vector<Token> tokens_;
    std::size_t line_ = 0, line_begin_ = 0;
    std::size_t comment_ = 0;     // where that of the line begins
    std::string_view constant_{}; // that the line gives a value
    FileKind fence_kind_ = FileKind::code;
    bool in_fence_ = false; // of a prose file
    bool in_code_ = true;   // the line is code
    bool span_ = false;     // between backticks of a prose file
    bool from_model_ = false, from_image_ = false;
    std::size_t words_ = 0; // of the line
};

} // namespace

Found find(std::string_view text, FileKind kind, const Vocabulary& vocabulary) {
    return Scan(text, kind, vocabulary).run();
}

} // namespace codemate::lifecycle::refs
