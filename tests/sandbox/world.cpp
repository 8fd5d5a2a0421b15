#include "sandbox/world.hpp"

#include "sandbox/handlers.hpp"
#include "sandbox/registry.hpp"

#include "codemate/base/text.hpp"

#include <algorithm>

namespace codemate::sandbox {

Running::Was Running::load(const Loaded& model) {
    const std::lock_guard lock(mutex_);
    std::erase_if(models_, [&](const Loaded& each) { return each.expires && *each.expires <= now(); });
    const auto known = std::ranges::find(models_, model.weights, &Loaded::weights);
    if (known == models_.end()) {
        models_.push_back(model);
    } else if (known->context == model.context) {
        known->expires = model.expires;
        return Was::loaded_before;
    } else {
        *known = model; // another context: it is loaded again
    }
    return Was::loaded_now;
}

void Running::unload(const std::string& weights) {
    const std::lock_guard lock(mutex_);
    std::erase_if(models_, [&](const Loaded& model) { return model.weights == weights; });
}

Runners::Runner* Runners::free_one(Places& places, const Limits& limits) {
    while (places.runners.size() < limits.parallel)
        places.runners.emplace_back();
    const auto end = places.runners.begin() + static_cast<std::ptrdiff_t>(limits.parallel); // there were more once
    const auto found = std::find_if(places.runners.begin(), end, [](const Runner& each) { return !each.busy; });
    return found == end ? nullptr : &*found;
}

Runners::Turn Runners::turn(const std::string& weights, const Limits& limits, const std::function<bool()>& gone,
                            std::stop_token stop) {
    constexpr auto between_looks = std::chrono::milliseconds(20);
    std::unique_lock lock(mutex_);
    Places& places = places_[weights];
    Runner* runner = places.waiting.empty() ? free_one(places, limits) : nullptr;
    const bool waits = runner == nullptr;
    if (waits) {
        if (places.waiting.size() >= limits.queue) throw QueueFull();
        const std::uint64_t mine = next_++;
        places.waiting.push_back(mine);
        const auto is_mine = [&] {
            return places.waiting.front() == mine && (runner = free_one(places, limits)) != nullptr;
        };
        bool has_gone = false;
        while (!free_.wait_for(lock, stop, between_looks, is_mine))
            if (stop.stop_requested() || (has_gone = gone())) break;
        std::erase(places.waiting, mine);
        if (runner == nullptr) {
            free_.notify_all();
            if (has_gone) throw Abandoned();
            throw PullCanceled();
        }
    }
    runner->busy = true;
    free_.notify_all(); // there may be a place for the next one, too
    return {*this, *runner, waits};
}

std::size_t Runners::queued(const std::string& weights) {
    const std::lock_guard lock(mutex_);
    return places_[weights].waiting.size();
}

void Runners::forget_prompts(const std::string& weights) {
    const std::lock_guard lock(mutex_);
    for (Runner& each : places_[weights].runners)
        if (!each.busy) each.prompt.clear();
}

void Runners::give_back(Runner& runner) {
    const std::lock_guard lock(mutex_);
    runner.busy = false;
    free_.notify_all();
}

std::vector<Loaded> Running::list(FileTime now) {
    const std::lock_guard lock(mutex_);
    std::erase_if(models_, [&](const Loaded& model) { return model.expires && *model.expires <= now; });
    auto models = models_;
    std::ranges::stable_sort(models, [](const Loaded& a, const Loaded& b) {
        if (!a.expires || !b.expires) return !a.expires && b.expires;
        return *a.expires > *b.expires;
    });
    return models;
}

json::Value Cache::get(const std::string& key, const std::string& digest, const std::function<json::Value()>& make) {
    {
        const std::lock_guard lock(mutex_);
        const auto known = entries_.find(key);
        if (known != entries_.end() && known->second.digest == digest) return known->second.value;
    }
    auto value = make();
    const std::lock_guard lock(mutex_);
    entries_.insert_or_assign(key, Entry{digest, value});
    return value;
}

void Cache::forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    entries_.erase(key);
}

void Cache::keep_only(const std::set<std::string>& keys) {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& entry) { return !keys.contains(entry.first); });
}

World::World(WorldOptions options)
    : store(std::move(options.store)), catalog(std::move(options.catalog)), waits(options.waits),
      outside(std::move(options.outside)), downloads(store, waits) {
    std::filesystem::create_directories(store.root() / "blobs");
    std::filesystem::create_directories(store.root() / "manifests");
}

namespace {

// The own registry, asked as any other, without a connection.
class InsideFetch final : public Fetch {
public:
    explicit InsideFetch(World& world) : world_(world) {}

    FetchReply send(const FetchRequest& request, const Take& take, const Stop& stop) override {
        const auto url = parse_url(request.url);
        Request inner{.method = request.method, .path = url.target, .headers = request.headers};
        inner.headers.emplace_back("Host", url.authority);
        Reply reply = registry(world_, inner);
        if (reply.hang) {
            wait_for(request.patience.value_or(std::chrono::hours(24)), stop);
            throw PullFailure{"stalled"};
        }
        FetchReply result{.status = reply.status, .headers = reply.headers};
        const auto length = reply.content ? reply.content->size : reply.body.size();
        result.headers.emplace_back("Content-Length", std::to_string(length));
        if (request.method == "HEAD") return result;
        Collect collect(take, result.body, stop);
        if (reply.content) {
            send_content(*reply.content, collect);
        } else if (reply.stream) {
            if (reply.stream(collect) == StreamEnd::cut) throw PullFailure{"unexpected EOF"};
        } else {
            collect.write(reply.body);
        }
        return result;
    }

private:
    class Collect final : public Sink {
    public:
        Collect(const Take& take, std::string& body, const Stop& stop) : take_(take), body_(body), stop_(stop) {}
        bool write(std::string_view bytes) override {
            if (stop_.stop_requested()) throw PullCanceled();
            if (take_) return take_(bytes);
            body_ += bytes;
            return true;
        }

    private:
        const Take& take_;
        std::string& body_;
        const Stop& stop_;
    };

    static void send_content(const Content& content, Sink& sink) {
        for (std::uint64_t at = 0; at < content.size;) {
            const auto bytes = content.read(at, static_cast<std::size_t>(std::min(content_piece, content.size - at)));
            if (bytes.empty()) throw PullFailure{"unexpected EOF"};
            if (!sink.write(bytes)) return;
            at += bytes.size();
        }
    }

    World& world_;
};

} // namespace

std::shared_ptr<const Source> World::source_for(const Name& name, bool insecure) {
    const std::string url = (insecure ? "http://" : "https://") + name.host;
    if (equal_ignoring_case(name.host, "registry.ollama.ai"))
        return std::make_shared<Source>(std::make_shared<InsideFetch>(*this), url, waits);
    // Without `insecure` it would be HTTPS. The sandbox does not ask the world for names that nobody meant it to.
    const auto host = parse_url(url).host();
    if (!insecure && host != "localhost" && !host.starts_with("127.") && host != "[::1]")
        throw PullFailure{"pull model manifest: Get \"" + url + "/v2/" + name.owner + "/" + name.model + "/manifests/" +
                          name.tag + "\": dial tcp: lookup " + host + ": no such host"};
    return std::make_shared<Source>(outside(), url, waits);
}

void World::end() {
    stop.request_stop();
    downloads.stop_all();
}

} // namespace codemate::sandbox
