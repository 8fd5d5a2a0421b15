#pragma once

#include "codemate/base/time.hpp"
#include "codemate/ollama/types.hpp"

#include <map>
#include <optional>
#include <string>

namespace codemate::lifecycle::pull {

// What one pull brought over the network, read from the server's events. The server does not say it: a layer that is
// there already gives one event at once with completed = total, one that is resumed begins somewhere in the middle, a
// small one may give no event at all, counts go down and need not reach the total (facts.md 3.5). The first event of a
// layer comes about 60 ms after its transfer began, so what was there before is found by extrapolating the first two
// events back to that moment. Less than what comes until the first event is taken for nothing: a transfer that slows
// down a little would look as if so much had been there.
class Arrivals {
public:
    explicit Arrivals(SteadyTime begin) : previous_(begin) {}

    void on(const ollama::PullEvent&, SteadyTime);

    ByteCount present_before() const; // bytes of the model's layers that the server had
    ByteCount completed() const;      // bytes of the layers seen, as they stand now, those present before included
    ByteCount total() const;          // of the layers seen so far
    ByteCount seen_moving() const;    // between first and last events: of a pull that changed nothing, what it repaired
    ByteCount seen_fetched() const;   // fetched, of layers of which a second event has told what was present before
    ByteCount fetched() const;        // completed without what was present before
    ByteCount lost() const {
        return lost_;
    } // bytes that had come, were in flight when the stream broke, and came again

private:
    struct Layer {
        SteadyTime began{}, first_at{};
        ByteCount first, latest, total;
        std::optional<ByteCount> before; // nothing until a second event tells
        bool closed = false;             // the server went on to the next: complete
    };
    static ByteCount before(const Layer&);
    static ByteCount reached(const Layer&);
    void on_layer(const ollama::PullEvent&, SteadyTime);
    void close_current();

    std::map<std::string, Layer> layers_;
    std::string current_;
    ByteCount lost_;
    SteadyTime previous_; // event, of any kind but silence
};

} // namespace codemate::lifecycle::pull
