#include "codemate/registry/patient.hpp"

#include "codemate/base/backoff.hpp"
#include "codemate/base/text.hpp"
#include "codemate/http/obstacle.hpp"
#include "codemate/http/silence.hpp"

#include <map>
#include <mutex>
#include <set>

namespace codemate::registry {
namespace {

// Somebody is there, and may answer a little later. Who was not reached is as a rule not there at all, and who said
// nothing for as long as a request may take has been waited for.
bool is_passing(const Error& error) {
    if (error.kind() == Kind::busy) return true;
    if (error.kind() != Kind::unreachable || http::silence_of(error) != http::Silence::none) return false;
    const http::Obstacle obstacle = http::obstacle_of(error);
    return obstacle == http::Obstacle::none || obstacle == http::Obstacle::hangs_up;
}

class PatientRegistry final : public Registry {
public:
    PatientRegistry(Registry& inner, Patience patience) : inner_(inner), patience_(std::move(patience)) {}

    Digest digest(const ModelName& model, Stop stop) override {
        return ask(model, stop, [&] { return inner_.digest(model, stop); });
    }
    Image image(const ModelName& model, Stop stop) override {
        return ask(model, stop, [&] { return inner_.image(model, stop); });
    }
    std::optional<Image> image(const ModelName& model, const Digest& digest, Stop stop) override {
        return ask(model, stop, [&] { return inner_.image(model, digest, stop); });
    }
    std::optional<BlobPlace> find_blob(const ModelName& model, const Digest& digest, Stop stop) override {
        return ask(model, stop, [&] { return inner_.find_blob(model, digest, stop); });
    }
    std::string blob(const ModelName& model, const Digest& digest, ByteCount limit, Stop stop) override {
        return ask(model, stop, [&] { return inner_.blob(model, digest, limit, stop); });
    }
    std::string blob_head(const ModelName& model, const Digest& digest, ByteCount count, Stop stop) override {
        return ask(model, stop, [&] { return inner_.blob_head(model, digest, count, stop); });
    }
    // Whoever reads knows what has come, and how to go on.
    void read_blob(const ModelName& model, const Digest& digest, ByteRange range,
                   const std::function<http::Flow(std::string_view)>& take, Stop stop) override {
        inner_.read_blob(model, digest, range, take, std::move(stop));
    }

private:
    template<typename Ask>
    auto ask(const ModelName& model, const Stop& stop, Ask question) -> decltype(question()) {
        const std::string host = patience_.one_place ? std::string() : model.host();
        for (int attempt = 1;; ++attempt) {
            throw_if_lost(host);
            try {
                auto answer = question();
                answered(host);
                return answer;
            } catch (const Error& error) {
                const std::optional<Duration> wait = wait_after(error, attempt, host);
                if (!wait) throw;
                patience_.wait(*wait, stop);
            }
        }
    }

    void throw_if_lost(const std::string& host) {
        const std::lock_guard lock(mutex_);
        if (const auto lost = lost_.find(host); lost != lost_.end()) throw lost->second;
    }

    void answered(const std::string& host) {
        const std::lock_guard lock(mutex_);
        tired_.erase(host);
    }

    // Nothing: it is given up.
    std::optional<Duration> wait_after(const Error& error, int attempt, const std::string& host) {
        const std::lock_guard lock(mutex_);
        if (!is_passing(error)) {
            if (error.kind() == Kind::unreachable) lost_.emplace(host, error);
            return std::nullopt;
        }
        if (tired_.contains(host)) return std::nullopt;
        const std::optional<Duration> wait = backoff(error, attempt, patience_.retries, patience_.random());
        if (!wait) {
            tired_.insert(host);
            return std::nullopt;
        }
        // Many ask at once; one line tells of all.
        if (patience_.note && noted_.insert(error.message()).second)
            patience_.note(error.message() + "; trying again in " + to_text(*wait));
        return wait;
    }

    Registry& inner_;
    const Patience patience_;
    std::mutex mutex_;
    std::map<std::string, Error> lost_; // by host: not reached, for the rest of this registry's life
    std::set<std::string> tired_;       // hosts that were tried again in vain: each next question is asked once
    std::set<std::string> noted_;
};

} // namespace

std::unique_ptr<Registry> patient(Registry& registry, Patience patience) {
    return std::make_unique<PatientRegistry>(registry, std::move(patience));
}

} // namespace codemate::registry
