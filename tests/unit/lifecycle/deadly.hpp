#pragma once

#include "support/fake_server.hpp"

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace codemate::test {

class Killed {}; // no Error: nothing of codemate's catches it

// A server that the process does not live to hear of after so many calls: the last one is carried out or not.
class Deadly final : public ollama::Server {
public:
    Deadly(FakeServer& inner, int calls, bool last_happens)
        : inner_(inner), left_(calls), last_happens_(last_happens) {}
    // The same of a server that goes away, and of a process that lives on and is told so.
    Deadly(FakeServer& inner, int calls, bool last_happens, Error told) : Deadly(inner, calls, last_happens) {
        told_ = std::move(told);
    }

    std::string version(Stop stop) override {
        return call([&] { return inner_.version(stop); });
    }
    std::vector<ollama::Installed> installed(Stop stop) override {
        return call([&] { return inner_.installed(stop); });
    }
    std::vector<ollama::Running> running(Stop stop) override {
        return call([&] { return inner_.running(stop); });
    }
    ollama::Shown show(const ModelName& name, Stop stop) override {
        return call([&] { return inner_.show(name, stop); });
    }
    bool has_blob(const Digest& digest, Stop stop) override { return inner_.has_blob(digest, stop); }
    ollama::PullEnd pull(const ModelName& name, ollama::Transport transport,
                         const std::function<ollama::Flow(const ollama::PullEvent&)>& on, Stop stop) override {
        return call([&] { return inner_.pull(name, transport, on, stop); });
    }
    ollama::Generated generate(const ollama::Prompt& prompt,
                               const std::function<ollama::Flow(const ollama::Chunk&)>& on, Stop stop) override {
        return call([&] { return inner_.generate(prompt, on, stop); });
    }
    ollama::Embedded embed(const ollama::Passage& passage, Stop stop) override { return inner_.embed(passage, stop); }
    void load(const ModelName& name, const ollama::LoadOptions& options, Stop stop) override {
        inner_.load(name, options, stop);
    }
    void unload(const ModelName& name, Stop stop) override { inner_.unload(name, stop); }
    void copy(const ModelName& from, const ModelName& to, Stop stop) override {
        call([&] { return inner_.copy(from, to, stop), 0; });
    }
    void remove(const ModelName& name, Stop stop) override {
        call([&] { return inner_.remove(name, stop), 0; });
    }

private:
    template<typename Act>
    std::invoke_result_t<Act&> call(Act&& act) {
        if (left_ < 0) end(); // who is dead does nothing more
        if (left_-- > 0) return act();
        if (last_happens_) act();
        end();
    }

    [[noreturn]] void end() const {
        if (told_) throw Error(*told_);
        throw Killed();
    }

    FakeServer& inner_;
    int left_;
    bool last_happens_;
    std::optional<Error> told_;
};

} // namespace codemate::test
