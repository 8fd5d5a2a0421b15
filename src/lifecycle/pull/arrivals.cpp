#include "lifecycle/pull/arrivals.hpp"

#include <algorithm>

namespace codemate::lifecycle::pull {
namespace {

using namespace std::chrono_literals;

// A complete layer is reported at once; a transfer, however short, at the first tick of the server's clock.
constexpr Duration first_tick = 60ms;
constexpr Duration at_once = 40ms;
constexpr std::size_t most_layers = 1000;

// How long a first layer took cannot be told from how long the manifest before it took. What would have had to come
// faster than this was there already; a small layer that was there may be counted as fetched then, never a large one.
constexpr double fastest = 1e9; // bytes a second
bool too_much_for(Duration span, ByteCount bytes) {
    return static_cast<double>(bytes.count()) > fastest * in_seconds(span);
}

} // namespace

void Arrivals::on(const ollama::PullEvent& event, SteadyTime now) {
    using Stage = ollama::PullEvent::Stage;
    if (event.stage == Stage::silence) return;
    if (event.stage == Stage::resolving) current_.clear(); // a new stream: the layer in hand did not end
    if (event.stage != Stage::layer || event.layer_name != current_) close_current();
    if (event.stage == Stage::layer) on_layer(event, now);
    previous_ = now;
}

void Arrivals::on_layer(const ollama::PullEvent& event, SteadyTime now) {
    // A server that makes up layers without end must not cost memory without end.
    if (layers_.size() >= most_layers && !layers_.contains(event.layer_name)) return;
    current_ = event.layer_name;
    const auto [entry, is_new] = layers_.try_emplace(event.layer_name);
    Layer& layer = entry->second;
    if (is_new) {
        layer.began = std::max(previous_, now - first_tick);
        layer.first_at = now;
        layer.first = event.completed;
        const bool complete = event.total.count() > 0 && event.completed >= event.total;
        const bool was_there = now - previous_ < at_once || too_much_for(now - previous_, event.total);
        if (complete) layer.before = was_there ? event.total : ByteCount();
    } else if (!layer.before && now > layer.first_at && event.completed > layer.first) {
        const double rate =
            static_cast<double>((event.completed - layer.first).count()) / in_seconds(now - layer.first_at);
        const double before_first = rate * in_seconds(layer.first_at - layer.began);
        const ByteCount before = layer.first - ByteCount(static_cast<std::uint64_t>(std::min(before_first, 1e18)));
        layer.before = static_cast<double>(before.count()) > before_first ? before : ByteCount();
    }
    lost_ += layer.latest - event.completed; // nothing where it goes up
    layer.closed = false;
    layer.latest = event.completed;
    layer.total = std::max(layer.total, event.total);
}

void Arrivals::close_current() {
    if (current_.empty()) return;
    layers_[current_].closed = true;
    current_.clear();
}

ByteCount Arrivals::before(const Layer& layer) {
    return layer.before.value_or(ByteCount());
}
ByteCount Arrivals::reached(const Layer& layer) {
    return layer.closed ? layer.total : std::min(layer.latest, layer.total);
}

ByteCount Arrivals::present_before() const {
    ByteCount sum;
    for (const auto& [name, layer] : layers_)
        sum += before(layer);
    return sum;
}

ByteCount Arrivals::completed() const {
    ByteCount sum;
    for (const auto& [name, layer] : layers_)
        sum += reached(layer);
    return sum;
}

ByteCount Arrivals::total() const {
    ByteCount sum;
    for (const auto& [name, layer] : layers_)
        sum += layer.total;
    return sum;
}

ByteCount Arrivals::seen_moving() const {
    ByteCount sum;
    for (const auto& [name, layer] : layers_)
        sum += layer.latest - layer.first;
    return sum;
}

ByteCount Arrivals::seen_fetched() const {
    ByteCount sum;
    for (const auto& [name, layer] : layers_)
        sum += layer.before ? reached(layer) - *layer.before : ByteCount();
    return sum;
}

ByteCount Arrivals::fetched() const {
    ByteCount sum;
    for (const auto& [name, layer] : layers_)
        sum += reached(layer) - before(layer);
    return sum;
}

} // namespace codemate::lifecycle::pull
