#include "lifecycle/pull/route.hpp"

#include "codemate/base/diagnostics.hpp"
#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"
#include "codemate/json/value.hpp"
#include "codemate/rules/own_names.hpp"

namespace codemate::lifecycle::pull {
namespace {

using namespace std::chrono_literals;
using ollama::Flow;
using ollama::PullEvent;
using ollama::Transport;

// A server that dials an address behind a firewall waits for half a minute.
constexpr Duration probe_patience = 3s;

std::string port_of(const ModelName& name) {
    return name.host().substr(name.host().rfind(':') + 1);
}

bool is_loopback(const std::string& host) {
    http::Url url;
    url.host = host;
    return url.is_loopback();
}

// Of this machine alone: a server elsewhere would look for it on its own.
bool is_of_this_machine(const relay::Source& source) {
    return source.open && http::Url::parse(*source.open).is_loopback();
}

} // namespace

std::unique_ptr<relay::Relay> Route::open_at(const std::string& address, relay::Offer offer) {
    if (!is_loopback(address)) {
        for (auto& [digest, source] : offer.sources) {
            if (is_of_this_machine(source)) source.open.reset();
        }
    }
    relay::Options options;
    options.address = address;
    options.port = options_.relay_port;
    options.rate = options_.rate;
    options.owner = rules::new_relay_owner();
    options.probe_owner = rules::new_relay_owner();
    return ports_.relays->open(std::move(offer), std::move(options));
}

bool Route::is_reached(const relay::Relay& relay, const Run& run) {
    const SteadyTime began = ports_.clock.steady();
    const auto on = [&](const PullEvent&) {
        const bool enough = relay.reached() || ports_.clock.steady() - began >= probe_patience;
        return enough ? Flow::drop : Flow::go_on;
    };
    try {
        ports_.server.pull(relay.probe(), Transport::plain_http, on, run.stop);
        last_answer_ = "";
    } catch (const Error& error) { // the usual end: there is no such model
        last_answer_ = error.message();
    }
    return relay.reached();
}

std::unique_ptr<relay::Relay> Route::find(const relay::Offer& offer, const Run& run) {
    const std::lock_guard lock(mutex_);
    if (address_) return open_at(*address_, offer);
    if (is_known_) return nullptr;
    for (const std::string& address : ports_.addresses ? ports_.addresses() : std::vector<std::string>{"127.0.0.1"}) {
        try {
            auto relay = open_at(address, offer);
            port_ = port_of(relay->name());
            tried_.push_back(address);
            if (!is_reached(*relay, run)) continue;
            address_ = address;
            return relay;
        } catch (const Error& error) {
            if (error.kind() != Kind::unreachable) throw;
            diagnostics::info(error.message()); // an address that cannot be bound
            last_answer_ = error.message();
            tried_.push_back(address + " (not to be bound)");
        }
    }
    is_known_ = true;
    return nullptr;
}

std::unique_ptr<relay::Relay> Route::open(const relay::Offer& offer, const Run& run) {
    if (auto relay = find(offer, run)) return relay;
    throw no_way();
}

bool Route::leads_here(const relay::Offer& offer, const Run& run) {
    return find(offer, run) != nullptr;
}

void Route::discard(const std::vector<Layer>& blobs, const Run& run) {
    if (blobs.empty()) return;
    const auto described = [](const Layer& blob) {
        return json::Value::object()
            .set("mediaType", "application/octet-stream")
            .set("digest", blob.digest.text())
            .set("size", blob.size.count());
    };
    json::Value layers = json::Value::array();
    for (const Layer& blob : blobs)
        layers.add(described(blob));
    json::Value manifest = json::Value::object();
    manifest.set("schemaVersion", 2).set("config", described(blobs.front())).set("layers", std::move(layers));
    const auto relay = open({Image::parse(json::to_line(manifest)), ModelName::parse("discard"), {}}, run);
    std::optional<Error> problem;
    try {
        ports_.server.pull(
            relay->name(), Transport::plain_http, [](const PullEvent&) { return Flow::go_on; }, run.stop);
    } catch (const Error& error) {
        problem = error; // it may be there all the same
    }
    try {
        ports_.server.remove(relay->name(), run.stop);
    } catch (const Error& error) {
        if (!problem && error.kind() != Kind::not_found) problem = error;
    }
    if (!problem) return;
    if (problem->kind() != Kind::not_found) throw *problem;
    diagnostics::info(problem->message()); // a blob has gone meanwhile
}

Error Route::no_way() const {
    Error error(Kind::unreachable, "the server does not get to this machine, where codemate would serve the locked "
                                   "content: tried " +
                                       listed(tried_));
    if (!last_answer_.empty()) error.note("the server's own words: " + last_answer_);
    const std::string host = options_.server.empty() ? "" : http::Url::parse(options_.server).host;
    const std::string server = host.empty() || is_loopback(host) ? "SERVER" : host; // a tunnel does not say whose it is
    const std::string from = options_.from ? " --from " + shell_word(options_.from->where) : "";
    const std::string targets = from + (options_.targets.empty() ? "" : " " + joined(options_.targets, " "));
    error.note("by ssh, if you can log in there: `ssh -N -R " + port_ + ":127.0.0.1:" + port_ + " " + server +
               "` in another terminal, and `codemate pull --relay-port " + port_ + targets + "` here");
    error.note("or there, beside the server: `codemate --host 127.0.0.1 pull" + targets +
               "`, with the same codemate.json");
    return error.hint("one of these two ways");
}

} // namespace codemate::lifecycle::pull
