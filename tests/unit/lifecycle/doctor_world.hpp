#pragma once

#include "support/hand_clock.hpp"
#include "unit/lifecycle/disks.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/lifecycle/doctor.hpp"
#include "codemate/store/scan.hpp"

#include <ctime>
#include <set>

namespace codemate::test {

inline std::string http_date(Time time) {
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[40];
    return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

// A machine, a server and a project with nothing wrong in them, to be broken.
struct DoctorWorld {
    using Ids = std::set<std::string>;

    FakeServer server;
    MemoryDisk disk;
    HandClock clock{disk.now() + std::chrono::hours(48)};
    lifecycle::doctor::Options options;
    std::map<std::string, std::string> files;      // of this machine, by path
    std::map<std::string, std::string> unreadable; // of this machine, by path: why
    http::Response answer;                         // of the server to a question for its version
    std::optional<Error> silence;                  // in place of it
    lifecycle::doctor::Store store;                // its inventory is that of the disk
    std::optional<Error> store_failure;
    lifecycle::doctor::Machine machine;
    std::string project = R"({"schema": 1, "ollama": ">=0.21", "roles": {"primary": "chat", "embedding": "embed"},
                              "vector_store": {"chroma": "db"}})";
    std::optional<Error> manifest_failure, lock_failure, chroma_failure;
    std::optional<manifest::Lock> lock = manifest::Lock{};
    std::vector<std::string> contradictions;
    std::vector<lifecycle::doctor::Reference> references;
    std::optional<std::size_t> asked_by; // the models that references were looked for with
    vector_store::Chroma chroma;

    DoctorWorld() {
        options.address = "http://127.0.0.1:11434";
        options.endpoint = http::Url::parse(options.address);
        options.environment = {{"SHELL", "/bin/bash"}, {"HOME", "/home/me"}};
        options.project = "/project";
        files["/usr/share/bash-completion/bash_completion"] = files["/usr/share/bash-completion/completions/codemate"] =
            "…";
        answer.status = 200;
        say_version("0.32.15");
        install("chat", "weights of chat");
        install("embed", "weights of embed");
        store.standing = lifecycle::doctor::Store::Standing::proven;
        store.path = "/models";
        store.space = machine::DiskSpace{gigabytes(1000), gigabytes(500)};
        machine.memory = machine::Memory{gigabytes(64), gigabytes(48)};
        machine.gpus = {{"RTX 4090", gigabytes(24), gigabytes(22)}};
        chroma.collections = {{.name = "docs", .dimension = 768, .embeddings = 3, .model = "embed"}};
    }

    static ByteCount gigabytes(std::uint64_t count) { return ByteCount(count * 1'000'000'000); }

    void say_version(const std::string& version) {
        answer.body = R"({"version":")" + version + "\"}";
        server.set_version(version);
    }
    void refuse(int status, std::string body = "") {
        answer.status = status;
        answer.body = std::move(body);
    }
    void pin(const std::string& name, const Digest& digest, ByteCount size) {
        manifest::Locked locked{digest, ModelName::parse(name), size, "", {}, {}, ""};
        lock->models.insert_or_assign(ModelName::parse(name), std::move(locked));
    }
    void install(const std::string& name, const std::string& weights) {
        test::install(disk, name, "{}", {weights});
        FakeServer::Model model = model_on(disk, name);
        model.embedding_length = 768;
        model.context_length = 32'768;
        pin(name, model.digest, ByteCount(weights.size()));
        server.install(name, std::move(model));
    }
    // Of the size that it states only.
    void install_large(const std::string& name, std::uint64_t size_in_gigabytes) {
        server.install(name, FakeServer::model({FakeServer::layer(name, gigabytes(size_in_gigabytes))}));
        lock->models.erase(ModelName::parse(name));
        pin(name, server.installed({}).front().digest.value(), gigabytes(size_in_gigabytes));
        for (const ollama::Installed& each : server.installed({}))
            if (each.name == ModelName::parse(name)) pin(name, *each.digest, each.size);
    }

    void refuse_unreadable(const std::filesystem::path& path) const {
        const auto why = unreadable.find(path.string());
        if (why != unreadable.end()) throw Error(Kind::storage, "cannot read '" + path.string() + "': " + why->second);
    }

    lifecycle::doctor::Ports ports() {
        return {
            .knock =
                [this](const Stop&) {
                    if (silence) throw Error(*silence);
                    if (answer.header("Date") == nullptr) answer.headers.push_back({"Date", http_date(clock.now())});
                    return answer;
                },
            .server = [this]() -> ollama::Server& { return server; },
            .store =
                [this](const std::vector<ollama::Installed>&, const Stop&) {
                    if (store_failure) throw Error(*store_failure);
                    using Standing = lifecycle::doctor::Store::Standing;
                    if (store.standing == Standing::proven || store.standing == Standing::named)
                        store.inventory = store::take_inventory(store::scan(disk, {}));
                    else
                        store.space.reset();
                    return store;
                },
            .machine = [this](const Stop&) { return machine; },
            .manifest =
                [this] {
                    if (manifest_failure) throw Error(*manifest_failure);
                    return project.empty() ? manifest::parse(manifest::built_in_text(), {}).manifest
                                           : manifest_of(project);
                },
            .lock =
                [this] {
                    if (lock_failure) throw Error(*lock_failure);
                    return lock;
                },
            .contradictions = [this](const manifest::Manifest&,
                                     const std::optional<manifest::Lock>&) { return contradictions; },
            .references =
                [this](const manifest::Manifest&, const std::optional<manifest::Lock>&,
                       const std::vector<ollama::Installed>* installed, const Stop&) {
                    asked_by = installed ? std::optional(installed->size()) : std::nullopt;
                    return references;
                },
            .chroma =
                [this](const std::filesystem::path&, const Stop&) {
                    if (chroma_failure) throw Error(*chroma_failure);
                    return chroma;
                },
            .read = [this](const std::filesystem::path& path) -> std::optional<std::string> {
                refuse_unreadable(path);
                const auto found = files.find(path.string());
                return found == files.end() ? std::nullopt : std::optional(found->second);
            },
            .list =
                [this](const std::filesystem::path& directory) {
                    refuse_unreadable(directory);
                    std::vector<std::string> names;
                    for (const auto& [path, text] : files) {
                        if (std::filesystem::path(path).parent_path() == directory)
                            names.push_back(std::filesystem::path(path).filename().string());
                    }
                    return names;
                },
            .clock = clock,
        };
    }
    lifecycle::doctor::Report look() {
        return lifecycle::doctor::examine(lifecycle::doctor::gather(options, ports(), {}));
    }
    static Ids ids(const lifecycle::doctor::Report& report, lifecycle::doctor::Level level) {
        Ids ids;
        for (const auto& finding : report.findings) {
            if (finding.level == level) ids.insert(finding.id());
        }
        return ids;
    }
};

} // namespace codemate::test
