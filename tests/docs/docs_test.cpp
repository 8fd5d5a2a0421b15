// Every command in README.md and docs/*.md runs, and what the pages show of its output, in text and in pictures, is
// what the program writes now. How a page says what it needs: page.hpp.
//
// CODEMATE_ACCEPT=1 writes the output as it is into the pages; CODEMATE_RECORD=DIR writes recordings of the pictures'
// commands there, for scripts/make-pictures.py.
#include "cli/command.hpp"
#include "docs/compare.hpp"
#include "docs/page.hpp"
#include "docs/session.hpp"
#include "docs/words.hpp"
#include "support/catch.hpp"

#include "codemate/base/parallel.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/value.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <ranges>
#include <set>
#include <utility>

using namespace codemate;
using namespace codemate::test::docs;
namespace fs = std::filesystem;

namespace {

const fs::path source_directory(CODEMATE_SOURCE_DIR);

std::vector<std::string> pages() {
    std::vector<std::string> names{"README.md"};
    for (const auto& entry : fs::directory_iterator(source_directory / "docs")) {
        if (entry.path().extension() == ".md") names.push_back("docs/" + entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string all_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    return text;
}

std::vector<std::string> in_order(std::vector<std::string> lines, bool any_order) {
    if (any_order) std::sort(lines.begin(), lines.end());
    return lines;
}

// A command as it runs here, by the comment "instead".
std::string by_what_is_here(std::string command, const Block& block) {
    const auto note = block.note("instead");
    if (!note) return command;
    const std::size_t blank = note->find(' ');
    if (blank == std::string::npos) throw std::runtime_error("what runs instead of " + *note + "?");
    const std::size_t at = command.find(note->substr(0, blank));
    return at == std::string::npos ? command : command.replace(at, blank, note->substr(blank + 1));
}

std::optional<fs::path> recordings() {
    const char* const directory = std::getenv("CODEMATE_RECORD");
    return directory == nullptr ? std::nullopt : std::optional<fs::path>(directory);
}

// Runs a page from top to bottom and collects what is wrong with it.
class Reading {
public:
    explicit Reading(std::string page) : page_(std::move(page)), text_(test::read_text(source_directory / page_)) {}
    // Only what needs another machine, on one that far.sh has made.
    Reading(std::string page, const Session::Far& far) : Reading(std::move(page)) {
        session_ = std::make_unique<Session>(far);
        is_far_ = true;
    }

    // What is wrong, each with its place.
    std::vector<std::string> read() {
        try {
            read_all();
        } catch (const std::exception& error) {
            mistakes_.push_back(page_ + ": " + error.what());
        }
        return std::move(mistakes_);
    }

private:
    void read_all() {
        for (const Part& part : read_page(text_)) {
            if (is_far_) {
                take_far(part);
                continue;
            }
            if (const auto* note = std::get_if<Note>(&part))
                take(*note);
            else
                take(std::get<Block>(part));
        }
        for (const Span& span : code_spans(text_))
            if (!is_far_) check_words(span.text, span.line);
        if (!accepted_.empty()) write_accepted();
    }

    void mistake(std::size_t line, const std::string& what) {
        mistakes_.push_back(page_ + ":" + std::to_string(line) + ": " + what);
    }

    Session& session() {
        if (!session_) session_ = std::make_unique<Session>(world_);
        return *session_;
    }

    void take_far(const Part& part) {
        const auto* note = std::get_if<Note>(&part);
        if (note != nullptr && note->name == "far") session().meanwhile_in_shell(note->value);
        const auto* block = std::get_if<Block>(&part);
        if (block != nullptr && block->note("not run") == "it needs another machine")
            run_commands(*block, commands_of(*block));
    }

    static std::vector<Shown> commands_of(const Block& block) {
        return block.language == "console" ? shown_commands(block.text, block.line + 1)
                                           : plain_commands(block.text, block.line + 1);
    }

    void take(const Note& note) {
        if (note.name == "world") world_ = note.value;
        if (note.name == "meanwhile") session().meanwhile(note.value);
        if (note.name == "registry") session().start_registry();
        if (note.name == "picture") take_picture(note);
        if (note.name == "page") take_page(note);
    }

    void take(const Block& block) {
        if (const auto file = block.note("file")) {
            session().write(*file, block.text);
            return;
        }
        if (block.language == "console" || block.language == "sh") return take_commands(block, commands_of(block));
        if (!block.notes.empty()) mistake(block.line, "only blocks of sh and console run");
        if (page_ == "docs/cli.md") return; // made of the table of commands; its examples have a test of their own
        for (const std::string& line : block.text) {
            if (block.language.empty() && !calls_of_codemate(line).empty())
                mistake(block.line, "a block of commands has to be called sh or console");
        }
    }

    void take_commands(const Block& block, const std::vector<Shown>& commands) {
        if (const auto why = block.note("not run")) {
            if (why->empty()) mistake(block.line, "why is it not run?");
            for (const Shown& shown : commands)
                check_words(shown.command, shown.line);
            return;
        }
        run_commands(block, commands);
    }

    void run_commands(const Block& block, const std::vector<Shown>& commands) {
        const std::vector<int> expected = statuses(block, commands.size());
        const Figures figures = block.note("figures vary") ? Figures::vary : Figures::stay;
        std::vector<std::string> found;
        bool differs = false;
        for (std::size_t at = 0; at < commands.size(); ++at) {
            const Shown& shown = commands[at];
            const Outcome outcome = session().run(by_what_is_here(shown.command, block), block.note("answer"));
            if (outcome.status != expected[at])
                mistake(shown.line, shown.command + "\nends with " + std::to_string(outcome.status) + ", not " +
                                        std::to_string(expected[at]) + ":\n" + all_of(outcome.lines));
            if (block.language == "sh") continue;
            const bool any_order = block.note("any order").has_value();
            const std::string difference =
                output_difference(in_order(shown.output, any_order), in_order(outcome.lines, any_order), figures);
            differs = differs || !difference.empty();
            if (!difference.empty() && std::getenv("CODEMATE_ACCEPT") == nullptr)
                mistake(shown.line, shown.command + "\n" + difference + "\nall of it:\n" + all_of(outcome.lines));
            append(found, shown, difference.empty() ? shown.output : outcome.lines);
        }
        if (differs && std::getenv("CODEMATE_ACCEPT") != nullptr) accepted_.emplace_back(block, std::move(found));
    }

    static void append(std::vector<std::string>& text, const Shown& shown, const std::vector<std::string>& output) {
        std::string prompt = "$ ";
        for (const std::string_view line : split(shown.command, '\n')) {
            text.push_back(prompt + std::string(line));
            prompt = "> ";
        }
        text.insert(text.end(), output.begin(), output.end());
    }

    std::vector<int> statuses(const Block& block, std::size_t commands) {
        std::vector<int> result(commands, 0);
        const std::string note = block.note("status").value_or("");
        std::vector<int> given;
        for (const std::string_view word : split(note, ' ')) {
            if (!word.empty()) given.push_back(std::stoi(std::string(word)));
        }
        if (given.empty() || commands == 0) return result;
        if (given.size() != 1 && given.size() != commands) mistake(block.line, "as many statuses as commands, or one");
        given.resize(std::min(given.size(), commands));
        std::copy(given.begin(), given.end(), result.end() - static_cast<std::ptrdiff_t>(given.size()));
        return result;
    }

    void check_words(const std::string& line, std::size_t number) {
        for (const auto& words : calls_of_codemate(line)) {
            const std::string why = misunderstood(words);
            if (!why.empty()) mistake(number, "`" + line + "`: " + why);
        }
    }

    // "speed.html pictures/benchmark.png"
    void take_page(const Note& note) {
        const auto words = split(note.value, ' ');
        if (words.size() != 2) return mistake(note.line, "a page and its picture");
        const fs::path picture = (source_directory / page_).parent_path() / std::string(words[1]);
        const auto now = headings_of(session().read(std::string(words[0])));
        const auto then = headings_in_picture(test::read_text(picture));
        if (now != then || now.empty())
            mistake(note.line,
                    "the picture is out of date; `scripts/make-pictures.py --page HTML PNG` makes one\nthe page:\n" +
                        all_of(now) + "the picture:\n" + all_of(then));
    }

    // "pictures/pull.svg slow=250KB/s", then the commands, one a line after "$ ".
    void take_picture(const Note& note) {
        const auto lines = split(note.value, '\n');
        const auto head = split(trimmed(lines.front()), ' ');
        const fs::path file = (source_directory / page_).parent_path() / std::string(head.front());
        const bool recording = recordings().has_value();
        if (recording && head.size() > 1) session().server().set_fault(head[1]);
        std::vector<std::string> text;
        json::Value recorded = json::Value::array();
        for (std::size_t at = 1; at < lines.size(); ++at) {
            if (!lines[at].starts_with("$ ")) continue;
            const std::string command(lines[at].substr(2));
            const Outcome outcome =
                session().run(command, {}, recording ? Session::Form::recorded : Session::Form::picture);
            text.push_back("$ " + command);
            text.insert(text.end(), outcome.lines.begin(), outcome.lines.end());
            std::erase(text, ""); // a picture ends each output where its text ends
            recorded.add(recording_of(command, outcome));
        }
        if (recording && head.size() > 1) session().server().clear_faults();
        if (recording) return write_recording(file, head.size() > 1, std::move(recorded));
        if (!fs::exists(file)) return mistake(note.line, "there is no picture " + std::string(head.front()));
        std::vector<std::string> shown = picture_text(test::read_text(file));
        std::erase(shown, "");
        const std::string difference = output_difference(shown, text);
        if (!difference.empty())
            mistake(note.line, "the picture is out of date (scripts/make-pictures.py makes it anew):\n" + difference);
    }

    static json::Value recording_of(const std::string& command, const Outcome& outcome) {
        json::Value frames = json::Value::array();
        for (const auto& [at, text] : outcome.recording) {
            json::Value frame = json::Value::object();
            frame.set("at_ms", static_cast<std::int64_t>(at * 1000));
            frame.set("text", text);
            frames.add(frame);
        }
        json::Value result = json::Value::object();
        result.set("command", command);
        result.set("frames", frames);
        return result;
    }

    static void write_recording(const fs::path& picture, bool moves, json::Value commands) {
        json::Value root = json::Value::object();
        root.set("picture", fs::relative(picture, source_directory).string());
        root.set("moves", moves);
        root.set("commands", std::move(commands));
        std::ofstream(*recordings() / picture.stem().concat(".json"), std::ios::binary) << json::to_line(root) << "\n";
    }

    // From the end, so that the lines before keep their numbers.
    void write_accepted() {
        std::vector<std::string> lines;
        for (const std::string_view line : split(text_, '\n'))
            lines.emplace_back(line);
        for (auto it = accepted_.rbegin(); it != accepted_.rend(); ++it) {
            const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(it->first.line);
            const auto behind = lines.erase(begin, begin + static_cast<std::ptrdiff_t>(it->first.text.size()));
            lines.insert(behind, it->second.begin(), it->second.end());
        }
        std::ofstream(source_directory / page_, std::ios::binary) << joined(lines, "\n");
        mistakes_.push_back("accepted: " + page_ + " was rewritten; run again without CODEMATE_ACCEPT");
    }

    std::string page_, text_, world_;
    std::unique_ptr<Session> session_;
    bool is_far_ = false;
    std::vector<std::string> mistakes_;
    std::vector<std::pair<Block, std::vector<std::string>>> accepted_;
};

} // namespace

// CODEMATE_PAGE=pin runs one page alone.
TEST_CASE("every command in the documentation does what its page says", "[pages]") {
    const char* const only = std::getenv("CODEMATE_PAGE");
    std::vector<std::string> names = pages();
    if (only != nullptr) std::erase_if(names, [&](const fs::path& page) { return page.stem() != only; });
    REQUIRE(names.size() > (only == nullptr ? 10 : 0));
    std::vector<std::vector<std::string>> mistakes(names.size());
    for_each_parallel(names.size(), 3, [&](std::size_t page) { mistakes[page] = Reading(names[page]).read(); });
    for (const std::string& mistake : std::as_const(mistakes) | std::views::join)
        FAIL_CHECK(mistake);
}

TEST_CASE("docs/commands.md has all commands") {
    std::set<std::string> shown;
    for (const Part& part : read_page(test::read_text(source_directory / "docs/commands.md"))) {
        if (const auto* block = std::get_if<Block>(&part)) {
            for (const std::string& line : block->text)
                for (const auto& words : calls_of_codemate(line))
                    shown.insert(words.empty() ? "" : words.front());
        }
    }
    for (const cli::CommandInfo& command : cli::commands()) {
        INFO(command.name);
        CHECK(shown.contains(command.name));
    }
}

TEST_CASE("what needs another machine does on it what its page says", "[.far]") {
    const char* const directory = std::getenv("CODEMATE_FAR");
    REQUIRE(directory != nullptr); // tests/docs/far.sh
    for (const std::string& mistake : Reading("docs/remote.md", Session::Far{directory}).read())
        FAIL_CHECK(mistake);
}
