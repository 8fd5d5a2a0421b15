#include "lifecycle/init/proposal.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>

namespace codemate::lifecycle::init {
namespace {

using json::Value;

class Import {
public:
    void start_up(const Value& list);
    void use_cases(const Value& cases);
    void describe(const Value& text);
    void leave_out(std::string what, std::string why) { left_out_.push_back({std::move(what), std::move(why)}); }
    Proposal proposal() &&;

private:
    std::optional<std::string> model(const Value&, const std::string& place); // its name, in full
    std::vector<std::string> models(const Value&, const std::string& place);  // of one, or of a list
    void use_case(const std::string& name, const Value& value);
    void give_roles(const std::string& use_case, const std::vector<std::string>& primary,
                    const std::vector<std::string>& fallback);
    void give_options(const std::string& place, const std::vector<std::string>& models, const Value& parameters);
    void note(std::string text) { notes_.add(std::move(text)); }
    std::string group_name(const std::string& use_case) const;

    struct Group {
        std::string use_case;
        std::vector<std::string> members;
    };
    std::vector<std::string> default_;
    std::vector<Group> groups_;
    std::vector<std::string> named_; // every model's name in its short form
    Value roles_ = Value::object(), models_ = Value::object();
    Value purpose_ = Value::array(), notes_ = Value::array();
    std::vector<LeftOut> left_out_;
};

void add_new(std::vector<std::string>& list, const std::string& text) {
    const bool known =
        std::any_of(list.begin(), list.end(), [&](const auto& other) { return equal_ignoring_case(other, text); });
    if (!known) list.push_back(text);
}

std::optional<std::string> Import::model(const Value& value, const std::string& place) {
    const std::string* text = value.string();
    if (text == nullptr) {
        leave_out(place, "expected a model name, found " + std::string(value.type_name()));
        return std::nullopt;
    }
    try {
        const ModelName name = ModelName::parse(*text);
        if (!name.misread_by_server()) {
            add_new(named_, name.display_short());
            return name.display();
        }
        leave_out(place, "Ollama takes the tag of " + quoted(*text, 100) + " for the place where a model runs");
    } catch (const Error& error) {
        leave_out(place, error.message());
    }
    return std::nullopt;
}

std::vector<std::string> Import::models(const Value& value, const std::string& place) {
    std::vector<std::string> names;
    if (value.is_null()) return names;
    if (!value.is_array()) {
        if (auto name = model(value, place)) names.push_back(*std::move(name));
        return names;
    }
    for (const Value& element : value.elements()) {
        if (const auto name = model(element, place)) add_new(names, *name);
    }
    return names;
}

void Import::start_up(const Value& list) {
    default_ = models(list, "pull_on_startup");
}

void Import::use_cases(const Value& cases) {
    for (const json::Member& member : cases.members())
        use_case(member.key, member.value);
}

void Import::use_case(const std::string& name, const Value& value) {
    const std::string place = "use case " + quoted(name, 100);
    std::vector<std::string> primary;
    std::vector<std::string> fallback;
    if (!value.is_object()) primary = models(value, place);
    for (const json::Member& member : value.members()) {
        if (member.key == "primary" || member.key == "model") {
            primary = models(member.value, place);
        } else if (member.key == "fallback" || member.key == "fallbacks") {
            fallback = models(member.value, place);
        } else if ((member.key == "note" || member.key == "notes" || member.key == "description") &&
                   member.value.is_string()) {
            note(name + ": " + *member.value.string());
        } else if (member.key != "parameters" && member.key != "options") {
            leave_out(place + ": " + quoted(member.key, 100), "it has no place in codemate.json");
        }
    }
    for (const char* key : {"parameters", "options"}) {
        if (const Value* parameters = value.find(key)) give_options(name, primary, *parameters);
    }
    give_roles(name, primary, fallback);
    Group group{name, {}};
    for (const auto* list : {&primary, &fallback}) {
        for (const std::string& member : *list)
            add_new(group.members, member);
    }
    if (!group.members.empty()) groups_.push_back(std::move(group));
}

void Import::give_roles(const std::string& use_case, const std::vector<std::string>& primary,
                        const std::vector<std::string>& fallback) {
    if (primary.empty()) return;
    const bool is_first = groups_.empty();
    if (is_first) roles_.set("primary", primary.front());
    if (is_first && !fallback.empty()) roles_.set("fallback", fallback.front());
    if (to_lower(use_case).starts_with("embed") && roles_.find("embedding") == nullptr)
        roles_.set("embedding", primary.front());
}

// Options belong to a model, parameters to a use case: the first use case of a model decides.
void Import::give_options(const std::string& use_case, const std::vector<std::string>& models,
                          const Value& parameters) {
    if (!parameters.is_object() || parameters.members().empty()) return;
    Value options = Value::object();
    for (const json::Member& member : parameters.members())
        options.set(member.key, member.value);
    for (const std::string& name : models) {
        const Value* known = models_.find(name);
        if (known == nullptr) {
            models_.set(name, Value::object().set("options", options));
        } else if (!(*known->find("options") == options)) {
            note(use_case + " asks " + name + " for other parameters: " + json::to_line(options));
            leave_out("parameters of use case " + quoted(use_case, 100),
                      "a model has one set of options, and an earlier use case gave " + name +
                          " its own; kept as a note");
        }
    }
}

void Import::describe(const Value& text) {
    if (text.string() != nullptr && !text.string()->empty()) purpose_.add(text);
}

// A word means one thing: groups are called after their use case, unless that is taken.
std::string Import::group_name(const std::string& use_case) const {
    std::string name;
    for (const char c : use_case) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                          c == '-' || c == '.';
        name += good ? c : '_';
    }
    name.resize(std::min<std::size_t>(name.size(), 60));
    if (name.empty() || name.front() == '-' || name.front() == '.') name.insert(0, "_");
    std::vector<std::string> taken{"all", "default"};
    for (const json::Member& role : roles_.members())
        taken.push_back(role.key);
    taken.insert(taken.end(), named_.begin(), named_.end());
    const bool is_taken =
        std::any_of(taken.begin(), taken.end(), [&](const auto& word) { return equal_ignoring_case(word, name); });
    return is_taken ? name + "-models" : name;
}

Value strings(const std::vector<std::string>& texts) {
    return Value(Value::Array(texts.begin(), texts.end()));
}

Proposal Import::proposal() && {
    Value groups = Value::object();
    if (!default_.empty()) groups.set("default", strings(default_));
    for (const Group& group : groups_) {
        const std::string name = group_name(group.use_case);
        const bool is_twice = std::any_of(groups.members().begin(), groups.members().end(),
                                          [&](const auto& other) { return equal_ignoring_case(other.key, name); });
        if (is_twice)
            leave_out("use case " + quoted(group.use_case, 100), "there is another one of that name");
        else
            groups.set(name, strings(group.members));
    }
    Value about = Value::object();
    if (!purpose_.elements().empty()) about.set("purpose", purpose_);
    if (!notes_.elements().empty()) about.set("notes", notes_);
    Value document = Value::object();
    document.set("schema", 1);
    for (auto& [key, value] : {std::pair<const char*, Value*>{"about", &about},
                               {"roles", &roles_},
                               {"groups", &groups},
                               {"models", &models_}}) {
        if (!value->members().empty()) document.set(key, *value);
    }
    return {std::move(document), std::move(left_out_)};
}

} // namespace

Proposal propose_imported(std::string_view text, std::string_view shown) {
    const Value root = json::read(text, shown, json::Comments::allowed).root;
    if (root.find("schema") != nullptr) {
        throw Error(Kind::usage, std::string(shown) + " is a codemate.json already")
            .hint("use it with --manifest, or copy it");
    }
    const Value* start_up = root.find("pull_on_startup");
    const Value* cases = root.find("models") != nullptr ? root.find("models") : root.find("use_cases");
    if (start_up == nullptr && (cases == nullptr || !cases->is_object())) {
        throw Error(Kind::usage, std::string(shown) + " lists no models that codemate understands: it has neither "
                                                      "\"pull_on_startup\" nor \"models\" by use case")
            .hint("`codemate init` writes a codemate.json from what is installed");
    }
    Import import;
    if (start_up != nullptr) import.start_up(*start_up);
    if (cases != nullptr) import.use_cases(*cases);
    for (const json::Member& member : root.members()) {
        if (member.key == "description") {
            import.describe(member.value);
        } else if (&member.value != start_up && &member.value != cases && member.key != "version" &&
                   member.key != "$schema") {
            import.leave_out(quoted(member.key, 100), "it has no place in codemate.json");
        }
    }
    return std::move(import).proposal();
}

} // namespace codemate::lifecycle::init
