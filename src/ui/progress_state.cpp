#include "ui/progress_state.hpp"

#include <algorithm>

namespace codemate::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto silence = 2s; // after that, a text without moving numbers is followed by how long it has been standing

// Minutes may pass between two events while a server hashes; the time shows that we are alive.
std::string with_age(const std::string& text, Duration age, const Reading& reading) {
    if (text.empty() || reading.per_second || age < silence) return text;
    return text + " (" + seconds_text(std::chrono::floor<std::chrono::seconds>(age).count()) + ")";
}

} // namespace

ProgressState::Item& ProgressState::running(const Event& event, SteadyTime now) {
    const auto found =
        std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.name == event.item; });
    if (found != items_.end()) return *found;
    Item item;
    item.name = event.item;
    item.since = now;
    return items_.emplace_back(std::move(item));
}

ProgressState::Change ProgressState::say(Item& item, const std::string& text, Change change, SteadyTime now) {
    if (text == item.text) return Change::none;
    item.text = text;
    item.since = now;
    return change;
}

ProgressState::Change ProgressState::apply(const Event& event, SteadyTime now) {
    if (event.type == Event::Type::note) return Change::note;
    if (event.item.empty()) return apply_to_whole(event, now);
    switch (event.type) {
    case Event::Type::begin: {
        Item& item = running(event, now);
        item.meter.expect(event.total);
        if (whole_) whole_->text.clear(); // from here on the items speak
        say(item, event.text, Change::began, now);
        return Change::began;
    }
    case Event::Type::stage:
        return say(running(event, now), event.text, Change::stage, now);
    case Event::Type::amount:
        running(event, now).meter.tell(event.done, event.total, now);
        return Change::amount;
    case Event::Type::end:
        finish(event, now);
        return Change::ended;
    case Event::Type::note:
        break;
    }
    return Change::note;
}

ProgressState::Change ProgressState::apply_to_whole(const Event& event, SteadyTime now) {
    if (event.type == Event::Type::end) {
        whole_.reset();
        return Change::ended;
    }
    if (!whole_) {
        whole_ = Item();
        whole_->since = now;
    }
    if (event.type == Event::Type::amount) {
        whole_->meter.tell(event.done, event.total, now);
        return Change::amount;
    }
    if (event.type == Event::Type::begin) planned_ = event.total;
    const Change change = event.type == Event::Type::begin ? Change::began : Change::stage;
    return say(*whole_, event.text, change, now);
}

// The last amount of an item that went well may have been below its total (Ollama's server/download.go sends none for
// the rest), so it counts in full; of one that failed, only what was there.
void ProgressState::finish(const Event& event, SteadyTime now) {
    Item& item = running(event, now);
    const Reading reading = item.meter.read(now);
    ended_.bytes += event.failed || !item.meter.told() ? reading.done : std::max(reading.done, reading.total);
    ++(event.failed ? ended_.failed : ended_.ok);
    items_.erase(items_.begin() + (&item - items_.data()));
}

std::vector<ProgressLine> ProgressState::items(SteadyTime now) {
    std::vector<ProgressLine> lines;
    for (Item& item : items_) {
        const Reading reading = item.meter.read(now);
        lines.push_back({item.name, with_age(item.text, now - item.since, reading), reading});
    }
    return lines;
}

std::optional<ProgressLine> ProgressState::whole(SteadyTime now) {
    if (items_.empty()) {
        if (!whole_) return std::nullopt;
        const Reading reading = sum(now);
        if (whole_->text.empty()) return ProgressLine{"total", counts(), reading};
        return ProgressLine{"", with_age(whole_->text, now - whole_->since, reading), reading};
    }
    if (items_.size() + ended_.count() == 1) return std::nullopt;
    return ProgressLine{"total", counts(), sum(now)};
}

std::string ProgressState::counts() const {
    std::string text;
    const auto add = [&text](std::size_t count, std::string_view what) {
        if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(what);
    };
    add(ended_.ok, "done");
    add(ended_.failed, "failed");
    add(items_.size(), "running");
    return text;
}

// Of an item whose total is not known the whole has no total either, unless the use case knew it from the start.
Reading ProgressState::sum(SteadyTime now) {
    if (whole_ && whole_->meter.told()) return whole_->meter.read(now);
    Reading whole;
    whole.done = whole.total = ended_.bytes;
    bool known = true;
    for (Item& item : items_) {
        const Reading part = item.meter.read(now);
        whole.done += part.done;
        whole.total += std::max(part.done, part.total);
        whole.open = whole.open || part.open;
        known = known && part.total != ByteCount();
        if (part.per_second) whole.per_second = whole.per_second.value_or(ByteCount()) + *part.per_second;
    }
    if (planned_ >= whole.total && planned_ != ByteCount()) {
        whole.total = planned_;
    } else if (!known) {
        whole.total = ByteCount();
    }
    whole.percent = mark_.pass(percent_of(whole.done, whole.total));
    if (!whole.open && whole.per_second) whole.seconds_left = seconds_for(whole.total - whole.done, *whole.per_second);
    return whole;
}

} // namespace codemate::ui
