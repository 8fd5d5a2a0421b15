#include "ui/progress_drawers.hpp"

#include "codemate/json/value.hpp"

#include <array>
#include <cstdio>
#include <map>
#include <optional>

namespace codemate::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto amount_distance = 100ms;

std::string_view name_of(Event::Type type) {
    switch (type) {
    case Event::Type::begin:
        return "begin";
    case Event::Type::stage:
        return "stage";
    case Event::Type::amount:
        return "amount";
    case Event::Type::note:
        return "note";
    case Event::Type::end:
        break;
    }
    return "end";
}

json::Value value_of(const Event& event, Time now) {
    const bool amount = event.type == Event::Type::amount;
    json::Value value = json::Value::object();
    value.set("event", name_of(event.type));
    value.set("item", event.item);
    if (!amount) value.set("text", event.text);
    if (amount) value.set("done", event.done.count());
    const bool may_have_total = amount || event.type == Event::Type::begin;
    if (may_have_total && event.total != ByteCount()) value.set("total", event.total.count());
    if (event.type == Event::Type::end) value.set("failed", event.failed);
    value.set("time", to_rfc3339(now));
    return value;
}

// Stderr may be a terminal, and JSON leaves DEL and the C1 controls of U+0080 to U+009F (in UTF-8 C2 80 to C2 9F) as
// they are. Escaped they say the same to whoever parses the line.
std::string without_controls(std::string_view line) {
    std::string result;
    for (std::size_t i = 0; i < line.size(); ++i) {
        auto code = static_cast<unsigned char>(line[i]);
        const auto next = static_cast<unsigned char>(i + 1 < line.size() ? line[i + 1] : '\0');
        const bool c1 = code == 0xC2 && next >= 0x80 && next <= 0x9F;
        if (!c1 && code != 0x7F) {
            result += line[i];
            continue;
        }
        if (c1) {
            code = next;
            ++i;
        }
        std::array<char, 8> escape{};
        std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(code));
        result += escape.data();
    }
    return result;
}

// Every event is a line, for programs. Only amounts are thinned out: the last one before the end always comes.
class Json final : public Progress {
public:
    Json(Out& out, const Clock& clock) : out_(out), clock_(clock) {}

    void handle(const Event& event) override {
        if (event.type == Event::Type::amount) return amount(event);
        if (event.type == Event::Type::end) flush(event.item);
        send(event);
    }
    void clear() override {} // nothing is drawn in place

private:
    struct Amounts {
        std::optional<SteadyTime> sent;
        std::optional<Event> waiting;
    };

    void amount(const Event& event) {
        Amounts& amounts = amounts_[event.item];
        if (amounts.sent && clock_.steady() - *amounts.sent < amount_distance) {
            amounts.waiting = event;
            return;
        }
        amounts.sent = clock_.steady();
        amounts.waiting.reset();
        send(event);
    }

    void flush(const std::string& item) {
        const auto found = amounts_.find(item);
        if (found == amounts_.end()) return;
        if (found->second.waiting) send(*found->second.waiting);
        amounts_.erase(found);
    }

    void send(const Event& event) {
        write_or_drop(out_, without_controls(json::to_line(value_of(event, clock_.now()))) + "\n");
    }

    Out& out_;
    const Clock& clock_;
    std::map<std::string, Amounts> amounts_; // of items that have not ended
};

} // namespace

std::unique_ptr<Progress> make_json(Out& out, const Clock& clock) {
    return std::make_unique<Json>(out, clock);
}

} // namespace codemate::ui
