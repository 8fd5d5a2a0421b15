#include "lifecycle/refs/names.hpp"
#include "lifecycle/refs/past.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace codemate::lifecycle::refs {
namespace {

// The model that a project's embeddings are made with, and where that is said.
struct Embedding {
    ModelName model;
    std::string said_by; // "the role embedding of codemate.json", "src/memory.py:12"
};

class Examination {
public:
    explicit Examination(const Facts& facts) : facts_(facts), vocabulary_(vocabulary_of(facts)) {
        if (facts.installed) installed_.insert(facts.installed->begin(), facts.installed->end());
        for (const auto& [name, declared] : facts.manifest.models)
            if (declared.from) sources_.insert(*declared.from);
    }

    std::vector<Item> items() {
        for (const FileFacts& file : facts_.found) {
            for (const Mention& mention : file.mentions)
                items_.push_back(item(file.path, mention));
        }
        follow_constants();
        if (const auto embedding = this->embedding()) contradict(*embedding);
        return std::move(items_);
    }

private:
    Item item(const std::string& file, const Mention& mention) const {
        Item item{file, mention, State::undeclared, std::nullopt, std::nullopt, ""};
        if (tells_of_the_past(file)) {
            item.state = State::past;
            item.mention.embeds = false;
            return item;
        }
        const bool declared = facts_.manifest.declared(mention.name) != nullptr;
        const bool locked = facts_.lock && facts_.lock->find(mention.name) != nullptr;
        if (declared) item.state = locked ? State::locked : State::declared;
        const bool is_source = sources_.contains(mention.name); // where a declared model's content comes from
        if (!declared && is_source) item.state = State::declared;
        if (facts_.installed) item.installed = installed_.contains(mention.name);
        if (declared || is_source || item.installed == true) return item;
        item.meant = vocabulary_.meant(mention.name);
        if (item.mention.comment) item.meant.reset(); // nothing breaks by it
        if (!item.meant) return item;
        item.state = State::misspelt;
        item.text = "did you mean " + item.meant->display_short() + "?";
        return item;
    }

    // OllamaEmbeddings(model=DEFAULT_MODEL): whatever the constant's own line says is what makes the embeddings. By its
    // name alone, in files of the same ending: DEFAULT_MODEL of a Dockerfile is not that of a Python module.
    void follow_constants() {
        std::set<std::pair<std::string, std::string>> constants;
        for (const FileFacts& file : facts_.found) {
            for (const EmbeddingUse& use : file.uses)
                constants.emplace(use.constant, ending_of(file.path));
        }
        for (Item& item : items_) {
            const Mention& mention = item.mention;
            if (item.state == State::past || mention.comment) continue;
            const std::string ending = ending_of(item.file);
            if (constants.contains({mention.constant, ending}) ||
                (mention.how == How::key && constants.contains({mention.key, ending})))
                item.mention.embeds = true;
        }
    }

    static std::string ending_of(const std::string& path) { return std::filesystem::path(path).extension().string(); }

    // Nothing where the project has no store that two models could disagree about.
    std::optional<Embedding> embedding() const {
        const auto role = facts_.manifest.roles.find("embedding");
        if (role != facts_.manifest.roles.end())
            return Embedding{role->second, "the role embedding of " + facts_.manifest.origin.display()};
        if (!facts_.manifest.vector_store) return std::nullopt;
        for (const Item& item : items_) {
            if (item.mention.embeds && item.state != State::misspelt)
                return Embedding{item.mention.name, item.file + ":" + std::to_string(item.mention.line)};
        }
        return std::nullopt;
    }

    void contradict(const Embedding& embedding) {
        const bool store = facts_.manifest.vector_store.has_value();
        for (Item& item : items_) {
            if (!item.mention.embeds || item.state == State::misspelt) continue;
            if (item.mention.name.same_on_server(embedding.model)) continue;
            // Without a store that is declared, a declared model may be an alternative.
            if (!store && item.state != State::undeclared) continue;
            item.state = State::contradicting;
            item.meant = embedding.model;
            item.text =
                embedding.said_by + " says " + embedding.model.display() + ": vectors of two models cannot be compared";
        }
    }

    const Facts& facts_;
    Vocabulary vocabulary_;
    std::set<ModelName, ServerOrder> installed_, sources_;
    std::vector<Item> items_;
};

bool is_wanted(const Item& item, const std::vector<NamePattern>& only) {
    if (only.empty()) return true;
    return std::any_of(only.begin(), only.end(),
                       [&](const NamePattern& pattern) { return pattern.matches(item.mention.name); });
}

} // namespace

std::string_view to_string(How how) {
    switch (how) {
    case How::key:
        return "key";
    case How::command:
        return "command";
    case How::quoted:
        return "quoted";
    case How::name:
        break;
    }
    return "name";
}

std::string_view to_string(State state) {
    switch (state) {
    case State::locked:
        return "locked";
    case State::declared:
        return "declared";
    case State::undeclared:
        return "undeclared";
    case State::misspelt:
        return "misspelt";
    case State::contradicting:
        return "contradicting";
    case State::past:
        break;
    }
    return "past";
}

std::size_t Report::count(State state) const {
    return static_cast<std::size_t>(
        std::count_if(items.begin(), items.end(), [&](const Item& item) { return item.state == state; }));
}

std::size_t Report::not_installed() const {
    return static_cast<std::size_t>(
        std::count_if(items.begin(), items.end(), [](const Item& item) { return item.installed == false; }));
}

Report examine(const Facts& facts, const std::vector<NamePattern>& only) {
    Report report;
    report.items = Examination(facts).items();
    std::erase_if(report.items, [&](const Item& item) { return !is_wanted(item, only); });
    std::set<ModelName, ServerOrder> models;
    std::set<std::string> files;
    for (const Item& item : report.items) {
        models.insert(item.mention.name);
        files.insert(item.file);
    }
    report.models = models.size();
    report.in_files = files.size();
    return report;
}

} // namespace codemate::lifecycle::refs
