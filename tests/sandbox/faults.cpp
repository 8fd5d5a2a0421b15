#include "sandbox/faults.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/base/time.hpp"

#include <algorithm>
#include <charconv>

namespace codemate::sandbox {

const std::vector<FaultForm>& fault_forms() {
    static const std::vector<FaultForm> forms{
        {"slow", "RATE", "pull: bytes come at RATE, as in 5MB/s, with their events every 60 ms"},
        {"stall", "", "pull: half of a blob comes, then no more bytes; events go on"},
        {"silent-stall", "", "pull: half of a blob comes, then neither bytes nor events"},
        {"cut-line", "", "pull: the stream ends in the middle of a line"},
        {"cut-before-success", "", "pull: the stream ends properly, but without success"},
        {"digest-mismatch", "", "pull: one bit of the first blob that is fetched comes wrong"},
        {"no-space", "", "pull: the disk is full after half of a blob"},
        {"slow-verify", "DURATION", "pull: verifying takes so long, as in 2s"},
        {"status", "CODE", "API: answers CODE with {\"error\": …}"},
        {"retry-after", "SECONDS", "API: Retry-After beside status and queue-full; alone: 429"},
        {"queue-full", "", "API: 503, server busy"},
        {"html", "", "API: a page of HTML, status 200"},
        {"proxy", "CODE", "API: a page of HTML with that status, as from a proxy before the server"},
        {"forbidden", "", "API: 403 without a body"},
        {"hang", "", "API: takes the request and never answers"},
        {"container", "", "API: show names a directory that is on no file system but the server's"},
        {"version", "TEXT", "API: what /api/version says"},
        {"load-time", "DURATION", "answers, vectors: loading takes so long (30ms)"},
        {"prefill-rate", "NUMBER", "answers, vectors: tokens of the prompt read in a second (20000)"},
        {"decode-rate", "NUMBER", "answers: tokens written in a second (2000), in each place"},
        {"token-stall", "DURATION", "answers, vectors: nothing for so long before the first, which no figure tells"},
        {"thinking", "", "answers: the first half is thought"},
        {"short-answer", "", "answers: stops at half of what was asked for"},
        {"no-final", "", "answers: the stream ends properly, but without its final object"},
        {"no-metrics", "", "answers, vectors: no figures at the end"},
        {"generate-error", "", "answers, vectors: an error in their place"},
        {"reload", "", "answers, vectors: the model is loaded again, as if another client had wanted other options"},
        {"parallel", "NUMBER", "answers, vectors: so many at once of a model (1), others queue"},
        {"queue", "NUMBER", "answers, vectors: so many may queue for a model (512); one more gets a 503"},
        {"moving-tag", "MODEL", "registry: the tag serves another image; the former one's blobs stay"},
        {"registry-status", "CODE", "registry: answers CODE"},
        {"registry-retry-after", "SECONDS", "registry: Retry-After beside it; alone: 429"},
        {"registry-html", "", "registry: a page of HTML, status 200"},
        {"registry-hang", "", "registry: takes the request and never answers"},
        {"registry-slow", "RATE", "registry: blobs leave at RATE, each connection"},
        {"registry-cut", "", "registry: a blob's connection closes half way"},
        {"corrupt", "", "registry: one bit of each weights file is wrong"},
        {"too-old", "", "registry: 412, wants a newer Ollama"},
        {"blob-missing", "", "registry: 404 for GET of a blob, not for HEAD"},
        {"no-location", "", "registry: blobs come with 200 and no Location, as from a stock one"},
        {"no-digest-header", "", "registry: no ollama-content-digest"},
        {"no-head", "", "registry: 405 for HEAD"},
        {"push-status", "CODE", "pushes: answers CODE to what would change something"},
        {"push-cut", "", "pushes: half of a part arrives, and the connection closes"},
        {"push-cut-at-end", "", "pushes: a blob is there, and the connection closes without saying so"},
        {"push-forgets", "", "pushes: an upload is not known any more"},
        {"push-no-parts", "", "pushes: 405 for a part, a blob has to come whole"},
        {"push-part-limit", "SIZE", "pushes: 413 for a part of more"},
        {"push-wrong-digest", "", "pushes: says another digest of what it has taken"},
    };
    return forms;
}

namespace {

const FaultForm* form_of(std::string_view name) {
    const auto& forms = fault_forms();
    const auto found = std::ranges::find(forms, name, &FaultForm::name);
    return found == forms.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw Error(Kind::usage, "the fault " + quoted(text) + ": " + why).hint("codemate-sandbox --help lists the faults");
}

void check_value(const Fault& fault, const FaultForm& form, std::string_view text) {
    if (form.value.empty() != fault.value.empty())
        refuse(text,
               form.value.empty() ? "takes no value" : "wants a value: " + fault.name + "=" + std::string(form.value));
    if (form.value == "RATE") parse_rate(fault.value);
    if (form.value == "SIZE") ByteCount::parse(fault.value);
    if (form.value == "DURATION") parse_duration(fault.value);
    if (form.value == "SECONDS" && !whole_number(fault.value)) refuse(text, "wants whole seconds");
    if (form.value == "NUMBER" && whole_number(fault.value).value_or(0) == 0) refuse(text, "wants a whole number");
    const auto code = whole_number(fault.value);
    if (form.value == "CODE" && (!code || *code < 200 || *code > 599)) refuse(text, "wants a status from 200 to 599");
    if (form.value == "MODEL" && !Name::parse(fault.value)) refuse(text, "wants a model's name");
}

// A blob's address has no tag: it may belong to any.
bool covers(const std::string& scope, const Name& name) {
    const auto wanted = Name::parse(scope);
    if (!wanted) return false;
    const auto colon = scope.rfind(':');
    const auto slash = scope.rfind('/');
    const bool any_tag = colon == std::string::npos || (slash != std::string::npos && colon < slash);
    return equal_ignoring_case(wanted->owner, name.owner) && equal_ignoring_case(wanted->model, name.model) &&
           (any_tag || name.tag.empty() || equal_ignoring_case(wanted->tag, name.tag));
}

bool applies(const Fault& fault, const Occasion& occasion) {
    if (!fault.path.empty() && !occasion.path.starts_with(fault.path)) return false;
    return fault.model.empty() || (occasion.model && covers(fault.model, *occasion.model));
}

} // namespace

Fault Fault::parse(std::string_view text) {
    Fault fault;
    std::string_view rest = text;
    if (const auto hash = rest.rfind('#'); hash != std::string_view::npos) {
        fault.times = whole_number(rest.substr(hash + 1));
        if (!fault.times) refuse(text, "wants a number behind #");
        rest = rest.substr(0, hash);
    }
    const auto parts = split(rest, '@');
    for (std::size_t i = 1; i < parts.size(); ++i)
        (parts[i].starts_with('/') ? fault.path : fault.model) = parts[i];
    const auto equals = parts[0].find('=');
    fault.name = parts[0].substr(0, equals);
    if (equals != std::string::npos) fault.value = parts[0].substr(equals + 1);
    const auto* form = form_of(fault.name);
    if (form == nullptr) refuse(text, "there is none of that name");
    if (!fault.model.empty() && !Name::parse(fault.model)) refuse(text, "wants a model's name or a path behind @");
    check_value(fault, *form, text);
    return fault;
}

std::string Fault::text() const {
    std::string result = name;
    if (!value.empty()) result += "=" + value;
    if (!model.empty()) result += "@" + model;
    if (!path.empty()) result += "@" + path;
    if (times) result += "#" + std::to_string(*times);
    return result;
}

void Faults::set(const Fault& fault) {
    const std::lock_guard lock(mutex_);
    std::erase_if(faults_, [&](const Fault& other) {
        // Several tags may have moved at once.
        return other.name == fault.name && other.model == fault.model && other.path == fault.path &&
               (fault.name != "moving-tag" || other.value == fault.value);
    });
    faults_.push_back(fault);
    faults_.back().id = next_id_++;
}

bool Faults::clear(std::string_view name) {
    const std::lock_guard lock(mutex_);
    return std::erase_if(faults_, [&](const Fault& fault) { return fault.name == name; }) > 0;
}

void Faults::clear_all() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
}

json::Value Faults::list() const {
    const std::lock_guard lock(mutex_);
    auto list = json::Value::array();
    for (const auto& fault : faults_)
        list.add(fault.text());
    auto value = json::Value::object();
    value.set("faults", list);
    return value;
}

std::optional<Fault> Faults::strike(std::string_view name, const Occasion& occasion) {
    const std::lock_guard lock(mutex_);
    for (auto& fault : faults_) {
        if (fault.name != name || !applies(fault, occasion) || fault.times == std::optional<std::uint64_t>(0)) continue;
        if (fault.times) --*fault.times;
        return fault;
    }
    return std::nullopt;
}

bool Faults::is_set(std::uint64_t id) const {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(faults_, id, &Fault::id) != faults_.end();
}

bool Faults::tag_moved(const Name& name) const {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(faults_, [&](const Fault& fault) {
        const auto moved = fault.name == "moving-tag" ? Name::parse(fault.value) : std::nullopt;
        return moved && moved->owner == name.owner && moved->model == name.model && moved->tag == name.tag;
    });
}

std::optional<Fault> PullFaults::now(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto before = struck_.find(name);
    if (before != struck_.end() && faults_.is_set(before->second.id)) return before->second;
    auto fault = faults_.strike(name, occasion_);
    if (fault) struck_.insert_or_assign(std::string(name), *fault);
    return fault;
}

std::uint64_t parse_rate(std::string_view text) {
    if (text.ends_with("/s")) text.remove_suffix(2);
    const auto rate = ByteCount::parse(text).count();
    if (rate == 0) throw Error(Kind::usage, "a rate of zero bytes is no rate").hint("stall stands still");
    return rate;
}

} // namespace codemate::sandbox
