// What of the store takes time, without the rest of codemate. Built with the tests, run by hash.sh and inventory.sh
// only.
//   codemate-store-bench check DIRECTORY [CORES]   deep check of every blob of a models directory
//   codemate-store-bench scan DIRECTORY            scan and inventory
//   codemate-store-bench blob DIRECTORY SIZE_MIB   makes a blob of random bytes
//   codemate-store-bench store DIRECTORY MODELS    makes that many models of six blobs, five times as many blobs in all
#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/store/check.hpp"
#include "codemate/store/inventory.hpp"
#include "codemate/store/local_disk.hpp"
#include "codemate/store/scan.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <sys/resource.h>
#include <vector>

using namespace codemate;

namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point begin) {
    return std::chrono::duration<double>(Steady::now() - begin).count();
}

double peak_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

int check(const std::string& directory, std::size_t cores) {
    const auto disk = store::open_disk(directory);
    const store::Inventory inventory = store::take_inventory(store::scan(*disk, {}));
    std::vector<store::ToCheck> blobs;
    ByteCount total;
    for (const store::Blob& blob : inventory.blobs) {
        blobs.push_back({blob.digest, blob.stat.identity.size});
        total += blob.stat.identity.size;
    }
    const auto begin = Steady::now();
    const auto results = store::check_blobs(*disk, blobs, {cores}, {});
    const double seconds = seconds_since(begin);
    const auto good = std::ranges::count(results, store::Checked::Verdict::good, &store::Checked::verdict);
    std::printf("%.4f s %.3f GB/s %zu of %zu good, peak %.1f MiB\n", seconds,
                static_cast<double>(total.count()) / seconds / 1e9, static_cast<std::size_t>(good), results.size(),
                peak_mib());
    return static_cast<std::size_t>(good) == results.size() ? 0 : 1;
}

int scan(const std::string& directory) {
    const auto begin = Steady::now();
    const auto disk = store::open_disk(directory);
    const store::Scan found = store::scan(*disk, {});
    const double scanned = seconds_since(begin);
    const store::Inventory inventory = store::take_inventory(found);
    const ByteCount sum = store::usage(inventory).sum();
    std::printf("%zu models, %zu blobs, %zu oddities, %llu bytes: scan %.3f s, inventory %.3f s, peak %.1f MiB\n",
                inventory.models.size(), inventory.blobs.size(), inventory.oddities.size(),
                static_cast<unsigned long long>(sum.count()), scanned, seconds_since(begin) - scanned, peak_mib());
    return 0;
}

int make_blob(const std::string& directory, std::size_t mib) {
    const std::filesystem::path blobs = std::filesystem::path(directory) / "blobs";
    std::filesystem::create_directories(blobs);
    const std::filesystem::path temporary = blobs / "sha256-1";
    std::FILE* const file = std::fopen(temporary.c_str(), "wb");
    if (file == nullptr) throw Error(Kind::storage, "cannot write " + quoted(temporary.string()));
    std::mt19937_64 random(std::random_device{}());
    std::vector<std::uint64_t> words((1U << 20U) / sizeof(std::uint64_t));
    Sha256 hash;
    for (std::size_t i = 0; i < mib; ++i) {
        for (std::uint64_t& word : words)
            word = random();
        hash.update({reinterpret_cast<const char*>(words.data()), 1U << 20U});
        std::fwrite(words.data(), sizeof(std::uint64_t), words.size(), file);
    }
    if (std::fclose(file) != 0) throw Error(Kind::storage, "cannot write " + quoted(temporary.string()));
    std::filesystem::rename(temporary, blobs / ("sha256-" + hash.finish().hex()));
    return 0;
}

std::string layer(const std::string& type, const std::string& content) {
    return R"({"mediaType":"application/vnd.)" + type + R"(","digest":")" + Digest::of(content).text() +
           R"(","size":)" + std::to_string(content.size()) + '}';
}

void write(const std::filesystem::path& path, const std::string& content) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

// Each model shares its last blob with the next one.
int make_store(const std::string& directory, std::size_t models) {
    const std::vector<std::string> types{"model", "template", "license", "params", "system"};
    const std::filesystem::path root = directory;
    for (std::size_t i = 0; i < 5 * models; ++i)
        write(root / "blobs" / ("sha256-" + Digest::of(std::to_string(i)).hex()), std::to_string(i));
    for (std::size_t model = 0; model < models; ++model) {
        std::string manifest =
            R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":)" +
            layer("docker.container.image.v1+json", std::to_string(5 * model)) + R"(,"layers":[)";
        for (std::size_t i = 0; i < types.size(); ++i) {
            const std::size_t number = (5 * model + i + 1) % (5 * models);
            manifest += (i == 0 ? "" : ",") + layer("ollama.image." + types[i], std::to_string(number));
        }
        write(root / "manifests/registry.ollama.ai/library" / ("model" + std::to_string(model / 4)) /
                  ("tag" + std::to_string(model % 4)),
              manifest + "]}");
    }
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    try {
        if (words.size() >= 2 && words[0] == "check")
            return check(words[1], words.size() > 2 ? std::stoul(words[2]) : 0);
        if (words.size() == 2 && words[0] == "scan") return scan(words[1]);
        if (words.size() == 3 && words[0] == "blob") return make_blob(words[1], std::stoul(words[2]));
        if (words.size() == 3 && words[0] == "store") return make_store(words[1], std::stoul(words[2]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "codemate-store-bench: %s\n", error.what());
        return 2;
    }
    std::fprintf(stderr, "usage: codemate-store-bench check|scan|blob|store DIRECTORY [CORES|MIB|MODELS]\n");
    return 2;
}
