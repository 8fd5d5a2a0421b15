#include "lifecycle/pull/account.hpp"

#include "codemate/base/text.hpp"

namespace codemate::lifecycle::pull {
namespace {

using ollama::PullEvent;

std::string beginning(const Step& step) {
    if (step.what == Step::Do::refuse) return "comparing with the lock";
    if (step.what == Step::Do::fetch_limited) return "pulling at a limited rate";
    if (step.what == Step::Do::fetch_locked) return "pulling the locked content, layer by layer";
    if (step.what != Step::Do::fetch) return step.reason;
    return step.copies() ? "pulling " + step.source.display() : "pulling";
}

std::string ending(const Item& item, const std::string& cause) {
    switch (item.outcome) {
    case Outcome::pulled:
        return "pulled, " + to_string(item.fetched) + " in " + to_text(item.took);
    case Outcome::updated:
        return "updated, " + to_string(item.fetched) + " in " + to_text(item.took);
    case Outcome::copied:
        return "copied from " + item.step.source.display();
    case Outcome::unchanged:
        return "up to date";
    case Outcome::failed:
        return cause;
    default:
        return "interrupted";
    }
}

} // namespace

Account::Account(const Step& step, LayerOwners& layers, const Clock& clock, const Run& run)
    : step_(step), layers_(layers), clock_(clock), run_(run), arrivals_(clock.steady()) {}

Account::~Account() {
    layers_.release(this);
}

void Account::begin() const {
    tell(Event::Type::begin, beginning(step_));
}

void Account::tell(Event::Type type, std::string text) const {
    if (run_.events)
        run_.events({type, step_.name.display(), std::move(text), arrivals_.completed(), arrivals_.total()});
}

void Account::on(const PullEvent& event) {
    arrivals_.on(counted(event), clock_.steady());
    // The server's last word is not yet the end of the item.
    const bool is_news = event.stage != PullEvent::Stage::silence && event.status != "success";
    if (is_news && event.status != stage_) {
        stage_ = event.status;
        tell(Event::Type::stage, stage_);
    }
    // A pulse of silence is told too: whoever draws wants to move on.
    tell(Event::Type::amount, {});
}

// Without a layer that another model, pulled at the same time, counts already.
PullEvent Account::counted(const PullEvent& event) {
    if (event.stage != PullEvent::Stage::layer || layers_.is_mine(event.layer_name, this)) return event;
    elsewhere_[event.layer_name] = event.total;
    PullEvent without;
    without.status = event.status;
    return without;
}

void Account::end(const Item& item, const std::string& cause) const {
    const bool failed = item.outcome == Outcome::failed || item.outcome == Outcome::interrupted;
    if (run_.events)
        run_.events({Event::Type::end, step_.name.display(), ending(item, cause), item.size, item.size, failed});
}

ByteCount Account::fetched_of(ByteCount size) const {
    ByteCount fetched = size.count() > 0 ? size - arrivals_.present_before() : arrivals_.fetched();
    for (const auto& [layer, bytes] : elsewhere_)
        fetched = fetched - bytes;
    return fetched;
}

} // namespace codemate::lifecycle::pull
