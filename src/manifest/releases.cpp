#include "codemate/manifest/releases.hpp"

#include "manifest/lock_entry.hpp"
#include "manifest/schema.hpp"
#include "manifest/words.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/read.hpp"

#include <algorithm>

namespace codemate::manifest {
namespace {

struct Draft {
    Releases releases;
    std::map<std::string, std::size_t> lines; // of versions
};

constexpr std::string_view digits = "0123456789";

// Whether it has the form of one; that February has no 30th is nobody's mistake here.
bool is_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    const std::string figures =
        std::string(text.substr(0, 4)) + std::string(text.substr(5, 2)) + std::string(text.substr(8));
    if (figures.find_first_not_of(digits) != std::string::npos) return false;
    const int month = (figures[4] - '0') * 10 + (figures[5] - '0');
    const int day = (figures[6] - '0') * 10 + (figures[7] - '0');
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

void read_version(Reader& reader, const Node& node, Release& release) {
    const auto word = reader.word(node, "a version such as \"0.4.0\"");
    if (!word) return;
    check_version(*word, reader.problems());
    release.version = word->text;
}

void read_date(Reader& reader, const Node& node, Release& release) {
    const auto word = reader.word(node, "a date such as \"2024-12-23\"");
    if (!word) return;
    if (is_date(word->text))
        release.date = word->text;
    else
        reader.wrong(node, "a date such as \"2024-12-23\"");
}

void add_role(Reader& reader, const Node& node, const std::string& role, Release& release) {
    const auto word = reader.word(node, "a model name");
    const auto name = word ? model_name(*word, reader.problems()) : std::nullopt;
    if (!name) return;
    if (release.role(role) != nullptr)
        reader.problems().add(*word, "the role " + quoted(role, 100) + " is given twice");
    else
        release.roles.emplace_back(role, *name);
}

void read_roles(Reader& reader, const Node& node, Release& release) {
    for (const Entry& entry : reader.entries(node, "an object of roles and their models")) {
        check_word(entry.key, "role", reader.problems());
        add_role(reader, entry.node, entry.key.text, release);
    }
}

// "primary" and "fallback" are how releases were written before there were others; "current" is what the manifest's
// version says, and "stated" what a release without digests is anyway.
constexpr std::array<Key<Release>, 10> release_keys{{
    {"version", read_version},
    {"date", read_date},
    {"stated", [](Reader& reader, const Node& node, Release&) { reader.flag(node); }},
    {"current", [](Reader& reader, const Node& node, Release&) { reader.flag(node); }},
    {"primary", [](Reader& reader, const Node& node, Release& release) { add_role(reader, node, "primary", release); }},
    {"fallback",
     [](Reader& reader, const Node& node, Release& release) { add_role(reader, node, "fallback", release); }},
    {"roles", read_roles},
    {"models",
     [](Reader& reader, const Node& node, Release& release) { release.models = read_locked_models(reader, node); }},
    {"changes", [](Reader& reader, const Node& node,
                   Release& release) { release.changes = reader.text(node, "what has changed"); }},
    {"notes", [](Reader& reader, const Node& node,
                 Release& release) { release.notes = reader.text(node, "what there is to say"); }},
}};

void read_releases(Reader& reader, const Node& node, Draft& draft) {
    for (const Node& element : reader.elements(node, "a list of releases, the newest first")) {
        Release release;
        read_object(reader, element, release_keys, release);
        if (!element.value.is_object()) continue;
        for (const std::string_view key : {"version", "date"}) {
            if (element.value.find(key) == nullptr)
                reader.problems().add(element.value.extent(), element.path + json::pointer_step(key),
                                      "the key is missing");
        }
        if (release.version.empty()) continue;
        const std::size_t line = element.value.find("version")->extent().line;
        const auto [first, is_new] = draft.lines.emplace(release.version, line);
        if (!is_new) {
            reader.problems().add(element.value.find("version")->extent(), element.path + "/version",
                                  quoted(release.version, 100) + " is recorded twice; first on line " +
                                      std::to_string(first->second));
            continue;
        }
        draft.releases.releases.push_back(std::move(release));
    }
}

std::optional<MeasuredFigure> read_figure(Reader& reader, const Node& node) {
    MeasuredFigure figure;
    static constexpr std::array<Key<MeasuredFigure>, 3> keys{{
        {"median", [](Reader& each, const Node& at,
                      MeasuredFigure& into) { into.median = each.amount(at, "a number above nought").value_or(0); }},
        {"low", [](Reader& each, const Node& at,
                   MeasuredFigure& into) { into.low = each.amount(at, "a number above nought"); }},
        {"high", [](Reader& each, const Node& at,
                    MeasuredFigure& into) { into.high = each.amount(at, "a number above nought"); }},
    }};
    read_object(reader, node, keys, figure);
    if (figure.median <= 0) return std::nullopt;
    return figure;
}

// A row while it is read.
struct MeasuredDraft {
    std::optional<ModelName> model;
    MeasuredSpeed speed{ModelName::parse("unknown")};
};

template<std::string MeasuredSpeed::*field>
void read_text(Reader& reader, const Node& node, MeasuredDraft& draft) {
    draft.speed.*field = reader.text(node, "a text");
}

template<std::uint64_t MeasuredSpeed::*field>
void read_count(Reader& reader, const Node& node, MeasuredDraft& draft) {
    if (const auto number = node.value.unsigned_integer())
        draft.speed.*field = *number;
    else
        reader.wrong(node, "a whole number");
}

template<std::optional<MeasuredFigure> MeasuredSpeed::*field>
void read_figure_of(Reader& reader, const Node& node, MeasuredDraft& draft) {
    draft.speed.*field = read_figure(reader, node);
}

void read_measured_model(Reader& reader, const Node& node, MeasuredDraft& draft) {
    const auto word = reader.word(node, "a model name");
    if (word) draft.model = model_name(*word, reader.problems());
}

void read_measured_digest(Reader& reader, const Node& node, MeasuredDraft& draft) {
    const auto word = reader.word(node, "a digest (sha256: and 64 hexadecimal digits)");
    if (!word) return;
    check_digest(*word, reader.problems());
    draft.speed.digest = Digest::parse(word->text);
}

void read_gpu_percent(Reader& reader, const Node& node, MeasuredDraft& draft) {
    draft.speed.gpu_percent = node.value.unsigned_integer();
    if (!draft.speed.gpu_percent) reader.wrong(node, "a whole number");
}

constexpr std::array<Key<MeasuredDraft>, 16> measured_keys{{
    {"model", read_measured_model},
    {"digest", read_measured_digest},
    {"quantization", read_text<&MeasuredSpeed::quantization>},
    {"hardware", read_text<&MeasuredSpeed::hardware>},
    {"server_version", read_text<&MeasuredSpeed::server_version>},
    {"codemate", read_text<&MeasuredSpeed::codemate>},
    {"at", read_text<&MeasuredSpeed::at>},
    {"num_ctx", read_count<&MeasuredSpeed::num_ctx>},
    {"prompt_tokens", read_count<&MeasuredSpeed::prompt_tokens>},
    {"tokens", read_count<&MeasuredSpeed::tokens>},
    {"runs", read_count<&MeasuredSpeed::runs>},
    {"gpu_percent", read_gpu_percent},
    {"ttft_ms", read_figure_of<&MeasuredSpeed::ttft_ms>},
    {"prefill_tps", read_figure_of<&MeasuredSpeed::prefill_tps>},
    {"decode_tps", read_figure_of<&MeasuredSpeed::decode_tps>},
    {"load_ms", [](Reader& reader, const Node& node,
                   MeasuredDraft& draft) { draft.speed.load_ms = reader.amount(node, "a number above nought"); }},
}};

void read_measured(Reader& reader, const Node& node, Releases& releases) {
    for (const Node& element : reader.elements(node, "a list of measurements")) {
        MeasuredDraft draft;
        read_object(reader, element, measured_keys, draft);
        if (element.value.is_object() && element.value.find("model") == nullptr)
            reader.problems().add(element.value.extent(), element.path + "/model", "the key is missing");
        if (!draft.model) continue;
        draft.speed.model = *draft.model;
        releases.measured.push_back(std::move(draft.speed));
    }
}

// What is stated is read by stated_speeds, which has mistakes of its own.
constexpr std::array<Key<Releases>, 5> benchmarks_keys{{
    {"stated", [](Reader& reader, const Node& node, Releases&) { reader.flag(node); }},
    {"metrics", [](Reader& reader, const Node& node, Releases&) { reader.texts(node, "a list of texts"); }},
    {"notes", [](Reader& reader, const Node& node,
                 Releases& releases) { releases.benchmark_notes = reader.texts(node, "a list of texts"); }},
    {"hardware", [](Reader& reader, const Node& node, Releases&) { reader.elements(node, "a list of machines"); }},
    {"measured", read_measured},
}};

constexpr std::array<Key<Draft>, 5> keys{{
    {"$schema", [](Reader& reader, const Node& node, Draft&) { reader.word(node, "the URL of a JSON schema"); }},
    {"schema", [](Reader& reader, const Node& node, Draft&) { read_schema_number(reader, node); }},
    {"project", [](Reader& reader, const Node& node, Draft&) { reader.word(node, "the project's name"); }},
    {"releases", read_releases},
    {"benchmarks", [](Reader& reader, const Node& node,
                      Draft& draft) { read_object(reader, node, benchmarks_keys, draft.releases); }},
}};

} // namespace

const ModelName* Release::role(std::string_view wanted) const {
    const auto found = std::ranges::find(roles, wanted, &std::pair<std::string, ModelName>::first);
    return found == roles.end() ? nullptr : &found->second;
}

const Locked* Release::find(const ModelName& name) const {
    const auto found = models.find(name);
    return found == models.end() ? nullptr : &found->second;
}

bool MeasuredSpeed::same_place(const MeasuredSpeed& other) const {
    return model.same_on_server(other.model) && digest == other.digest && hardware == other.hardware &&
           num_ctx == other.num_ctx;
}

const Release* Releases::find(std::string_view version) const {
    if (version.starts_with('v')) version.remove_prefix(1);
    const auto found = std::ranges::find(releases, version, &Release::version);
    return found == releases.end() ? nullptr : &*found;
}

ParsedReleases parse_releases(std::string_view text) {
    Draft draft;
    Problems problems;
    try {
        const json::Document document = json::read(text, "releases", json::Comments::allowed);
        if (!is_newer_schema(document.root, "history of releases", problems)) {
            Reader reader(problems);
            require_schema(document.root, problems);
            read_object(reader, Node{document.root, ""}, keys, draft);
        }
    } catch (const Error& error) {
        return {{}, {syntax_problem(error)}};
    }
    return {std::move(draft.releases), std::move(problems).in_order()};
}

} // namespace codemate::manifest
