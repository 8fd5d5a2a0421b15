#include "lifecycle/doctor/settings.hpp"

#include "codemate/base/text.hpp"
#include "codemate/ollama/environment.hpp"

#include <algorithm>

namespace codemate::lifecycle::doctor {
namespace {

using Whose = Setting::Whose;
constexpr std::string_view prefix = "OLLAMA_";
constexpr std::size_t most_files = 20;

bool is_name_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The variable's name at the beginning; empty if none of Ollama's stands there.
std::string_view name_at(std::string_view text) {
    if (!text.starts_with(prefix)) return {};
    const auto end = std::ranges::find_if_not(text, is_name_character);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::string place(const std::string& file, std::size_t line) {
    return printable(file, 300) + ":" + std::to_string(line);
}

std::string_view unquoted(std::string_view text) {
    text = trimmed(text);
    const bool paired =
        text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
    return paired ? text.substr(1, text.size() - 2) : text;
}

std::string_view without_comment(std::string_view value) {
    value = trimmed(value);
    if (value.starts_with('"') || value.starts_with('\'')) {
        const std::size_t end = value.find(value.front(), 1);
        return end == value.npos ? value : value.substr(0, end + 1);
    }
    return trimmed(value.substr(0, std::min(value.find(" #"), value.size())));
}

// "${NAME:-default}" is its default where nobody sets NAME; of other texts with $ nothing is known.
std::optional<std::string> resolved(std::string_view value) {
    if (value.find('$') == value.npos) return std::string(value);
    const std::size_t dash = value.find('-');
    const bool whole = value.starts_with("${") && value.find('}') == value.size() - 1 && value.rfind('$') == 0;
    if (!whole || dash == value.npos) return std::nullopt;
    return std::string(value.substr(dash + 1, value.size() - dash - 2));
}

std::size_t indentation(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

// One service after the other; whose a service is stands in its image, before or after the variables.
class ComposeReader {
public:
    explicit ComposeReader(const std::string& file) : file_(file) {}

    std::vector<Setting> read(std::string_view text) {
        std::size_t number = 0;
        for (std::string_view line : split(text, '\n')) {
            ++number;
            if (line.ends_with('\r')) line.remove_suffix(1);
            const std::string_view content = trimmed(line);
            if (content.empty() || content.starts_with('#')) continue;
            if (depth_ > 0)
                take_flow(content, number);
            else
                take(indentation(line), content, number);
        }
        end_service();
        return std::move(settings_);
    }

private:
    void take(std::size_t indent, std::string_view content, std::size_t number) {
        if (indent == 0) {
            end_service();
            in_services_ = content.starts_with("services:");
            service_indent_ = 0;
            return;
        }
        if (in_services_ && (service_indent_ == 0 || indent <= service_indent_)) {
            end_service();
            service_indent_ = indent;
            return;
        }
        if (content.starts_with("image:")) image_ = resolved(unquoted(without_comment(content.substr(6)))).value_or("");
        if (const std::string_view flow = flow_of_environment(content); !flow.empty()) {
            take_flow(flow, number);
            return;
        }
        if (content.starts_with("- ")) content = trimmed(content.substr(2));
        add(content, number);
    }

    // What follows `environment:` where it is [A=1, B=2] or {A: 1, B: 2}, which may go on for several lines.
    static std::string_view flow_of_environment(std::string_view content) {
        for (const std::string_view key : {"environment:", "\"environment\":"}) {
            if (!content.starts_with(key)) continue;
            const std::string_view rest = trimmed(content.substr(key.size()));
            if (rest.starts_with('[') || rest.starts_with('{')) return rest;
        }
        return {};
    }

    // Entries are parted by commas; in quotation marks, and in ${…}, nothing parts.
    void take_flow(std::string_view content, std::size_t number) {
        std::string entry;
        char quote = '\0';
        std::size_t variables = 0; // open ${
        const auto end_entry = [&] {
            add(trimmed(entry), number);
            entry.clear();
        };
        for (std::size_t i = 0; i < content.size(); ++i) {
            const char c = content[i];
            if (quote != '\0') {
                if (c == quote) quote = '\0';
                entry += c;
            } else if (c == '"' || c == '\'') {
                quote = c;
                entry += c;
            } else if (c == '{' && entry.ends_with('$')) {
                ++variables;
                entry += c;
            } else if (c == '}' && variables > 0) {
                --variables;
                entry += c;
            } else if (c == '#' && (i == 0 || content[i - 1] == ' ')) {
                break;
            } else if (c == '[' || c == '{') {
                ++depth_;
            } else if (c == ']' || c == '}') {
                end_entry();
                if (--depth_ == 0) return;
            } else if (c == ',' && variables == 0) {
                end_entry();
            } else {
                entry += c;
            }
        }
        end_entry();
    }

    // NAME=value, NAME: value, "NAME": value, "NAME=value".
    void add(std::string_view content, std::size_t number) {
        const char quote = content.starts_with('"') || content.starts_with('\'') ? content.front() : '\0';
        if (quote != '\0') content.remove_prefix(1);
        const std::string_view name = name_at(content);
        if (name.empty()) return;
        std::string_view rest = content.substr(name.size());
        if (quote != '\0' && rest.starts_with(quote))
            rest.remove_prefix(1);
        else if (quote != '\0')
            rest = rest.substr(0, rest.find(quote));
        rest = trimmed(rest);
        if (!rest.starts_with('=') && !rest.starts_with(':')) return;
        const std::string_view value = unquoted(without_comment(rest.substr(1)));
        settings_.push_back({std::string(name), resolved(value), place(file_, number)});
    }

    void end_service() {
        for (; settled_ < settings_.size(); ++settled_) {
            if (!image_.empty()) settings_[settled_].whose = is_server() ? Whose::server : Whose::program;
        }
        image_.clear();
    }

    // ollama/ollama, or one that somebody made of it; not the interfaces that are named after it.
    bool is_server() const {
        const std::string_view image = image_;
        const std::string_view last = image.substr(image.rfind('/') + 1);
        const std::string_view name = last.substr(0, last.find_first_of(":@"));
        return name.find("ollama") != name.npos && name.find("ui") == name.npos;
    }

    const std::string& file_;
    std::vector<Setting> settings_;
    std::size_t settled_ = 0; // settings whose service has ended
    std::string image_;       // of the service
    bool in_services_ = false;
    std::size_t service_indent_ = 0; // of the services' names; 0: none has come yet
    std::size_t depth_ = 0;          // open brackets of an `environment:`
};

// The words of a line of systemd's: quotation marks hold them together.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    char quote = '\0';
    bool any = false;
    for (const char c : text) {
        if (quote != '\0' ? c == quote : (c == '"' || c == '\'')) {
            quote = quote == '\0' ? c : '\0';
            any = true;
        } else if (quote == '\0' && (c == ' ' || c == '\t')) {
            if (any) words.push_back(std::exchange(word, {}));
            any = false;
        } else {
            word += c;
            any = true;
        }
    }
    if (any) words.push_back(word);
    return words;
}

// NAME=… or NAME: … of a variable of Ollama's, wherever it stands in the line; not ${NAME:-…}.
bool seems_to_set(std::string_view line) {
    for (std::size_t at = line.find(prefix); at != line.npos; at = line.find(prefix, at + 1)) {
        const char before = at == 0 ? ' ' : line[at - 1];
        if (before == '$' || is_name_character(before) || (before == '{' && at > 1 && line[at - 2] == '$')) continue;
        const std::string_view name = name_at(line.substr(at));
        if (ollama::is_of_others(name)) continue;
        std::string_view rest = line.substr(at + name.size());
        if (rest.starts_with('"') || rest.starts_with('\'')) rest.remove_prefix(1);
        rest = trimmed(rest);
        if (rest.starts_with('=') || rest.starts_with(':')) return true;
    }
    return false;
}

bool is_compose(const std::string& name) {
    const bool yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    return yaml && (name.starts_with("docker-compose") || name.starts_with("compose"));
}

class Finder {
public:
    Finder(const Options& options, const Ports& ports) : options_(options), ports_(ports) {}

    Settings run() {
        all_ = settings_of_environment(options_.environment);
        if (!options_.project.empty()) look_at_project();
        look_at_units();
        return {std::move(all_), std::move(unread_)};
    }

private:
    using Reading = std::vector<Setting> (*)(std::string_view, const std::string&);

    void look_at(const std::filesystem::path& path, const std::string& shown, Reading reading) {
        try {
            const auto text = ports_.read(path);
            if (!text) return;
            if (text->find('\0') != text->npos) throw Error(Kind::storage, quoted(shown) + " is no text");
            std::string_view content = *text;
            if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3); // which editors of Windows put there
            std::vector<Setting> found = reading(content, shown);
            if (reading == settings_of_compose) not_understood(content, shown, found);
            std::move(found.begin(), found.end(), std::back_inserter(all_));
        } catch (const Error& error) {
            unread_.push_back(printable(error.message(), 300));
        }
    }

    std::vector<std::string> names_in(const std::filesystem::path& directory) {
        try {
            return ports_.list(directory);
        } catch (const Error& error) {
            unread_.push_back(printable(error.message(), 300));
            return {};
        }
    }

    void not_understood(std::string_view text, const std::string& shown, const std::vector<Setting>& found) {
        for (const std::size_t number : lines_not_understood(text, shown, found))
            unread_.push_back(place(shown, number) + " sets a variable in a way that is not understood here");
    }

    void skip(const std::string& shown) {
        unread_.push_back(printable(shown, 300) + " was not looked at: it is more than the " +
                          counted(most_files, "file") + " that are");
    }

    void look_at_project() {
        std::size_t files = 0;
        for (const std::string& name : names_in(options_.project)) {
            if (!is_compose(name)) continue;
            if (++files <= most_files)
                look_at(options_.project / name, name, settings_of_compose);
            else
                skip(name);
        }
        look_at(options_.project / ".env", ".env", settings_of_dotenv);
    }

    // The unit that counts is the first of these; parts of it may stand in both.
    void look_at_units() {
        for (const char* directory : {"/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                      "/lib/systemd/system"}) {
            const std::filesystem::path unit = std::filesystem::path(directory) / "ollama.service";
            look_at(unit, unit.string(), settings_of_unit);
            const std::filesystem::path parts = unit.string() + ".d";
            std::size_t files = 0;
            for (const std::string& name : names_in(parts)) {
                if (!name.ends_with(".conf")) continue;
                if (++files <= most_files)
                    look_at(parts / name, (parts / name).string(), settings_of_unit);
                else
                    skip((parts / name).string());
            }
            if (std::ranges::any_of(all_, [&](const Setting& each) { return each.place.starts_with(unit.string()); }))
                return;
        }
    }

    const Options& options_;
    const Ports& ports_;
    std::vector<Setting> all_;
    std::vector<std::string> unread_;
};

} // namespace

std::vector<Setting> settings_of_compose(std::string_view text, const std::string& file) {
    return ComposeReader(file).read(text);
}

std::vector<std::size_t> lines_not_understood(std::string_view text, const std::string& file,
                                              const std::vector<Setting>& found) {
    std::vector<std::size_t> numbers;
    std::size_t number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        if (trimmed(line).starts_with('#') || !seems_to_set(line.substr(0, line.find(" #")))) continue;
        if (std::ranges::find(found, place(file, number), &Setting::place) == found.end()) numbers.push_back(number);
    }
    return numbers;
}

std::vector<Setting> settings_of_dotenv(std::string_view text, const std::string& file) {
    std::vector<Setting> settings;
    std::size_t number = 0;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        line = trimmed(line);
        if (line.starts_with("export ")) line = trimmed(line.substr(7));
        const std::string_view name = name_at(line);
        const std::string_view rest = trimmed(line.substr(name.size()));
        if (name.empty() || !rest.starts_with('=')) continue;
        settings.push_back({std::string(name), resolved(unquoted(without_comment(rest.substr(1)))), place(file, number),
                            Whose::readers});
    }
    return settings;
}

std::vector<Setting> settings_of_unit(std::string_view text, const std::string& file) {
    std::vector<Setting> settings;
    std::size_t number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        const std::string_view content = trimmed(line);
        const std::size_t equals = content.find('=');
        if (equals == content.npos || trimmed(content.substr(0, equals)) != "Environment") continue;
        for (const std::string& word : words_of(content.substr(equals + 1))) {
            const std::string_view name = name_at(word);
            if (name.empty() || word.size() == name.size() || word[name.size()] != '=') continue;
            settings.push_back({std::string(name), word.substr(name.size() + 1), place(file, number), Whose::server});
        }
    }
    return settings;
}

std::vector<Setting> settings_of_environment(const Environment& environment) {
    std::vector<Setting> settings;
    for (const auto& [name, value] : environment) {
        if (name_at(name) == name && !name.empty()) settings.push_back({name, value, std::string(the_environment)});
    }
    return settings;
}

Settings find_settings(const Options& options, const Ports& ports) {
    return Finder(options, ports).run();
}

} // namespace codemate::lifecycle::doctor
