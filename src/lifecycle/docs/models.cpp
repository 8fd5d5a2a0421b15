#include "lifecycle/docs/writing.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::lifecycle::docs {
namespace {

using manifest::Declared;
using manifest::Locked;

// A page for people, where the model's registry has one.
std::string page_of(const ModelName& name) {
    if (name.on_public_registry()) {
        return "https://ollama.com/" + (name.owner() == ModelName::default_owner ? "library" : name.owner()) + "/" +
               name.model();
    }
    if (equal_ignoring_case(name.host(), "hf.co") || equal_ignoring_case(name.host(), "huggingface.co"))
        return "https://huggingface.co/" + name.owner() + "/" + name.model();
    return {};
}

std::string size_line(const Declared& declared, const Locked* pin) {
    std::vector<std::string> parts;
    if (!declared.about.stated.size.empty()) parts.push_back("~" + prose(declared.about.stated.size) + " (stated)");
    if (pin != nullptr)
        parts.push_back(to_string(pin->size) + " (locked: " + std::to_string(pin->size.count()) + " bytes)");
    return joined(parts, "; ");
}

std::string quantization_line(const Declared& declared, const Locked* pin) {
    std::vector<std::string> parts;
    if (!declared.about.stated.quantization.empty())
        parts.push_back(prose(declared.about.stated.quantization) + " (stated)");
    if (declared.expect.quantization) parts.push_back(prose(*declared.expect.quantization) + " (expected)");
    if (pin != nullptr && !pin->quantization.empty()) parts.push_back(prose(pin->quantization) + " (locked)");
    return joined(parts, "; ");
}

std::string context_line(const Declared& declared) {
    std::vector<std::string> parts;
    if (declared.expect.context)
        parts.push_back("at least " + std::to_string(*declared.expect.context) + " tokens (expected)");
    if (declared.about.stated.context)
        parts.push_back(std::to_string(*declared.about.stated.context) + " tokens (stated)");
    if (parts.empty()) return {};
    return joined(parts, "; ") + ". Many models support more, and the server serves 4096 unless a request or its "
                                 "settings say otherwise: `codemate show` tells all three figures";
}

// What to type; the name that a registry knows may be another one than the project's.
std::string pull_line(const Facts& facts, const ModelName& name, const std::vector<std::string>& roles) {
    const ModelName source = facts.manifest.source_of(name);
    std::string line = code("codemate pull " + (roles.empty() ? name.display() : roles.front()));
    if (!roles.empty()) line += ", with all others that are required `codemate pull`";
    if (source == name) return line + "; with Ollama alone " + code("ollama pull " + name.display());
    return line + "; with Ollama alone " + code("ollama pull " + source.display()) + ", then " +
           code("ollama cp " + source.display() + " " + name.display());
}

std::string digest_line(const Locked* pin) {
    return pin == nullptr ? "not locked; `codemate lock` pins it" : code(pin->digest.text()) + " (locked)";
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (const std::string_view line : split(text, '\n')) {
        if (!trimmed(line).empty()) lines.push_back(prose(line));
    }
    return lines;
}

std::string measured_line(const Facts& facts, const ModelName& name) {
    std::vector<std::string> parts;
    for (const manifest::MeasuredSpeed& speed : facts.releases.measured) {
        if (!speed.model.same_on_server(name) || !speed.decode_tps) continue;
        parts.push_back(number(speed.decode_tps->median) + " tokens/s" +
                        (speed.hardware.empty() ? "" : " on " + prose(speed.hardware)));
    }
    return parts.empty() ? std::string("not measured yet") : "measured: " + joined(parts, "; ");
}

void add(std::string& text, std::string_view what, const std::string& value) {
    if (!value.empty()) text += "- **" + std::string(what) + ":** " + value + "\n";
}

std::string heading_of(const std::vector<std::string>& roles, const ModelName& name) {
    return "### " + capitalised(prose(joined(roles, ", "))) + ": " + code(name.display()) + "\n\n";
}

std::string model_text(const Facts& facts, const ModelName& name) {
    const Declared* known = facts.manifest.declared(name);
    const Declared declared = known == nullptr ? Declared{} : *known;
    const Locked* pin = locked(facts, name);
    const std::vector<std::string> roles = facts.manifest.roles_of(name);
    const ModelName source = facts.manifest.source_of(name);
    std::string text = heading_of(roles, name);
    add(text, "Name", code(name.display()));
    if (source != name) add(text, "Content from", code(source.display()) + " (`from` in `codemate.json`)");
    add(text, "Purpose", prose(joined(declared.about.purpose, ", ")));
    add(text, "Size", size_line(declared, pin));
    add(text, "Quantization", quantization_line(declared, pin));
    add(text, "Context Length", context_line(declared));
    add(text, "Languages", prose(joined(declared.about.languages, ", ")));
    add(text, "Digest", digest_line(pin));
    add(text, "Pull Command", pull_line(facts, name, roles));
    add(text, "Ollama Hub", page_of(source));
    std::vector<std::string> speed;
    if (!declared.about.performance.empty()) speed.push_back(prose(declared.about.performance) + " (stated)");
    speed.push_back(measured_line(facts, name));
    add(text, "Performance", joined(speed, "; "));
    for (const std::string& note : lines_of(declared.about.notes))
        add(text, "Note", note);
    if (declared.about.why.empty()) return text;
    std::vector<std::string> reasons;
    for (const std::string& reason : declared.about.why)
        reasons.push_back(prose(reason));
    return text + "\n**Why " + code(name.display_short()) + ":**\n\n" + bullets(reasons);
}

std::optional<ByteCount> bytes_of(const std::string& size) {
    try {
        return ByteCount::parse(size);
    } catch (const Error&) {
        return std::nullopt;
    }
}

// The graphics processor with the most memory of those for which speeds are stated.
struct Card {
    std::string name;
    ByteCount memory;
    std::string written;
};
std::optional<Card> largest_card(const Facts& facts) {
    std::optional<Card> largest;
    for (const auto& [model, speeds] : facts.stated) {
        for (const manifest::StatedSpeed& speed : speeds) {
            const auto memory = speed.processor == "gpu" ? bytes_of(speed.memory) : std::nullopt;
            if (memory && (!largest || *memory > largest->memory))
                largest = Card{speed.hardware, *memory, speed.memory};
        }
    }
    return largest;
}

std::string notes_cell(const Facts& facts, const ModelName& name, const Declared& declared) {
    std::vector<std::string> notes;
    for (const std::string& line : lines_of(declared.about.notes))
        notes.push_back(line);
    if (declared.expect.gpu == true) notes.emplace_back("has to run on a GPU (expected)");
    const auto size = bytes_of(declared.about.stated.size);
    if (const auto card = largest_card(facts); card && size && *size > card->memory)
        notes.push_back("larger than the " + prose(card->written) + " of the " + prose(card->name) +
                        ": partly on the CPU there");
    if (const Locked* pin = locked(facts, name))
        notes.push_back("locked: " + pin->digest.id() + ", " + to_string(pin->size));
    return notes.empty() ? "-" : cell(joined(notes, "; "));
}

std::string title_of(const std::string& group) {
    if (group == "code") return "Code-Focused Models";
    if (group == "general") return "General-Purpose Models";
    if (group == "large") return "Large Models (GPU Recommended)";
    return capitalised(prose(group)) + " Models";
}

std::string group_text(const Facts& facts, const std::string& group, const std::vector<ModelName>& models) {
    std::string text = "\n### " + title_of(group) + "\n\nThe group " + code(group) + ": " +
                       code("codemate pull " + group) + " makes all of it present.\n\n" +
                       table_head({"Model", "Size (stated)", "Context (stated)", "Notes"});
    for (const ModelName& name : models) {
        const Declared& declared = *facts.manifest.declared(name);
        const auto& stated = declared.about.stated;
        text += row({code(name.display()), cell(stated.size), stated.context ? std::to_string(*stated.context) : "-",
                     notes_cell(facts, name, declared)});
    }
    return text;
}

// A row of the group's table that would tell something.
bool has_anything_to_say(const Facts& facts, const ModelName& name) {
    const Declared& declared = *facts.manifest.declared(name);
    const auto& stated = declared.about.stated;
    return !stated.size.empty() || stated.context || notes_cell(facts, name, declared) != "-";
}

std::string group_sentence(const std::string& group, const std::vector<ModelName>& models) {
    std::vector<std::string> names;
    for (const ModelName& name : models)
        names.push_back(code(name.display()));
    return "\nThe group " + code(group) + " has " + listed(names) +
           ", too, of which nothing is stated: " + code("codemate pull " + group) + " makes all of it present.\n";
}

// What there is to say of the project's set as a whole.
std::string notes_text(const Facts& facts) {
    if (facts.manifest.about.notes.empty()) return {};
    std::vector<std::string> notes;
    for (const std::string& note : facts.manifest.about.notes)
        notes.push_back(prose(note));
    return "\n## Notes\n\n" + bullets(notes);
}

} // namespace

std::string current_text(const Facts& facts) {
    const std::vector<ModelName> models = models_of_roles(facts);
    const std::string& version = facts.manifest.version;
    std::string text = "## Current Production Models" + (version.empty() ? "" : " (v" + prose(version) + ")") + "\n";
    if (models.empty())
        return text + "\nNo role has a model: `codemate use ROLE NAME` gives it one.\n" + notes_text(facts);
    for (const ModelName& name : models)
        text += "\n" + model_text(facts, name);
    return text + notes_text(facts);
}

std::string alternatives_text(const Facts& facts) {
    const std::vector<ModelName> required = manifest::required_set(facts.manifest);
    std::string groups, sentences;
    for (const auto& [group, members] : facts.manifest.groups) {
        if (group == "default") continue;
        std::vector<ModelName> optional;
        const std::string target = group;
        for (const manifest::Wanted& wanted : manifest::resolve(facts.manifest, std::span(&target, 1))) {
            const bool is_required =
                std::ranges::any_of(required, [&](const auto& each) { return each.same_on_server(wanted.name); });
            if (!is_required && facts.manifest.declared(wanted.name) != nullptr) optional.push_back(wanted.name);
        }
        if (optional.empty()) continue;
        const bool tells =
            std::ranges::any_of(optional, [&](const auto& each) { return has_anything_to_say(facts, each); });
        if (tells)
            groups += group_text(facts, group, optional);
        else
            sentences += group_sentence(group, optional);
    }
    groups = sentences + groups; // behind a table they would be read as the last group's
    if (groups.empty()) return {};
    return "## Alternative Models\n\nThese models are compatible but not default-installed. `codemate list "
           "--available` "
           "says of each whether it fits the memory of a machine.\n" +
           groups;
}

} // namespace codemate::lifecycle::docs
