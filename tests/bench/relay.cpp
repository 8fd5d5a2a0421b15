// Opens a relay for what a tag serves now, says what is to be pulled, and at the end of its input what that has cost:
// for tests/bench/relay.sh. Usage: codemate-bench-relay carry|redirect http://HOST:PORT/OWNER/MODEL:TAG
// [BYTES_A_SECOND]

#include "codemate/relay/relay.hpp"

#include "codemate/base/error.hpp"

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

using namespace codemate;

namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

relay::Offer offer_of(registry::Registry& registry, const ModelName& place, bool redirect) {
    relay::Offer offer{registry.image(place, {}), place, {}};
    for (const Layer& blob : offer.image.blobs()) {
        relay::Source source{place};
        if (redirect) source.open = registry.find_blob(place, blob.digest, {}).value_or(registry::BlobPlace{}).open;
        offer.sources.insert_or_assign(blob.digest, source);
    }
    return offer;
}

void serve(std::string_view how, const ModelName& place, std::optional<ByteCount> rate) {
    const auto client = http::make_client({.user_agent = "codemate-bench"});
    registry::Options plain;
    plain.plain_http_hosts = {place.host()};
    const auto registry = registry::connect(*client, plain);
    relay::Options options;
    options.owner = "codemate-" + std::to_string(::getpid());
    options.probe_owner = options.owner + "-probe";
    options.rate = rate;
    const auto relay = relay::over_http(*registry)->open(offer_of(*registry, place, how == "redirect"), options);
    std::printf("%s\n", relay->name().display().c_str());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    const relay::Traffic traffic = relay->traffic();
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    std::printf("carried %llu bytes in %llu requests, redirected %llu; CPU %.2f s user, %.2f s system; peak %ld MiB\n",
                static_cast<unsigned long long>(traffic.carried.count()),
                static_cast<unsigned long long>(traffic.carried_requests),
                static_cast<unsigned long long>(traffic.redirected), seconds(used.ru_utime), seconds(used.ru_stime),
                used.ru_maxrss / 1024);
    if (const auto failure = relay->failure()) std::printf("a source failed: %s\n", failure->message().c_str());
}

} // namespace

int main(int count, char** words) {
    try {
        if (count != 3 && count != 4) throw Error(Kind::usage, "carry or redirect, a name, and perhaps a rate");
        std::string_view name = words[2];
        if (name.starts_with("http://")) name.remove_prefix(7);
        serve(words[1], ModelName::parse(name), count == 4 ? std::optional(ByteCount::parse(words[3])) : std::nullopt);
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "codemate-bench-relay: %s\n", error.message().c_str());
        return 1;
    }
}
