// SHA-256 (FIPS 180-4) of up to three independent streams on one core, by the SHA instructions of x86-64 processors.
//
// Why several: SHA256RNDS2 does two rounds, and its result goes into the next one. On the processor measured (AMD, Zen
// 5) that result takes 4 cycles, in which others could begin; the 32 of a block in a row take 128 cycles, 0.5 bytes a
// cycle, and that is the speed of every implementation for one stream, OpenSSL's as well. Out-of-order execution cannot
// fill the gaps from the same stream: all else there waits for the last result. So the rounds of a second and a third
// stream stand between those of the first. 64 KiB each, in the cache, GB/s:
//
//     OpenSSL 3.0: 1.95   one lane: 1.95   two: 2.9   three: 3.15   four: 3.3, for a third more of the cache
//
// Three lanes want 18 registers where there are 16 (state 2 and message 4, each); what the compiler puts on the stack
// costs less than the third lane gains. AVX encodings were no faster, and not every processor with SHA instructions has
// them.
//
// Which processor it is gets asked at run time; all others use OpenSSL. OpenSSL is also what the tests compare with.
#include "codemate/base/sha256_lanes.hpp"

#include "codemate/base/error.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace codemate {
namespace {

constexpr std::size_t block_size = 64;

// One stream's part of a call: its hash so far and the whole blocks that come next.
struct Blocks {
    std::uint32_t* hash;
    const unsigned char* at;
    std::size_t count;
};

#ifdef __x86_64__

// The instructions are allowed in functions with this attribute alone, so that the program starts on any processor.
#define CODEMATE_SHA gnu::target("sha,sse4.1")

bool has_instructions() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0 || (c & bit_SSSE3) == 0) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

alignas(16) constexpr std::uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// A stream while it is in registers. The instructions want the eight words a … h of the hash as these two quadruples,
// highest word first, and the message schedule as four quadruples of which the oldest makes room for the next one.
struct Lane {
    __m128i abef, cdgh;
    __m128i message[4];
};

[[CODEMATE_SHA, gnu::always_inline]] inline __m128i load(const void* from) {
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
}
[[CODEMATE_SHA, gnu::always_inline]] inline void store(void* to, __m128i value) {
    _mm_storeu_si128(static_cast<__m128i*>(to), value);
}

[[CODEMATE_SHA, gnu::always_inline]] inline void load_hash(Lane& lane, const std::uint32_t* hash) {
    const __m128i cdab = _mm_shuffle_epi32(load(hash), 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(load(hash + 4), 0x1b);
    lane.abef = _mm_alignr_epi8(cdab, efgh, 8);
    lane.cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

[[CODEMATE_SHA, gnu::always_inline]] inline void store_hash(const Lane& lane, std::uint32_t* hash) {
    const __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(lane.cdgh, 0xb1);
    store(hash, _mm_blend_epi16(feba, dchg, 0xf0));
    store(hash + 4, _mm_alignr_epi8(dchg, feba, 8));
}

// A block's sixteen words, which the standard reads with the highest byte first.
[[CODEMATE_SHA, gnu::always_inline]] inline void load_message(Lane& lane, const unsigned char* block) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (std::size_t i = 0; i < 4; ++i)
        lane.message[i] = _mm_shuffle_epi8(load(block + 16 * i), swap);
}

// Rounds 4 × Group to 4 × Group + 3, and what the schedule can already do for later ones: words t = t-16 + σ0(t-15) by
// SHA256MSG1, three groups ahead, and + t-7 + σ1(t-2) by SHA256MSG2, one group ahead.
template<std::size_t Group>
[[CODEMATE_SHA, gnu::always_inline]] inline void four_rounds(Lane& lane) {
    constexpr std::size_t now = Group % 4, next = (Group + 1) % 4, last = (Group + 3) % 4;
    auto& words = lane.message;
    const __m128i sum = _mm_add_epi32(words[now], load(round_constants + 4 * Group));
    lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
    if constexpr (Group >= 3 && Group < 15) {
        const __m128i seven_back = _mm_alignr_epi8(words[now], words[last], 4);
        words[next] = _mm_sha256msg2_epu32(_mm_add_epi32(words[next], seven_back), words[now]);
    }
    lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0e));
    if constexpr (Group >= 1 && Group < 13) words[last] = _mm_sha256msg1_epu32(words[last], words[now]);
}

// Written out by the compiler, for each group of rounds and in it for each lane: a loop would leave the lanes in
// memory.
template<std::size_t Count, std::size_t Group = 0>
[[CODEMATE_SHA, gnu::always_inline]] inline void all_rounds(Lane (&lanes)[Count]) {
    four_rounds<Group>(lanes[0]);
    if constexpr (Count > 1) four_rounds<Group>(lanes[1]);
    if constexpr (Count > 2) four_rounds<Group>(lanes[2]);
    if constexpr (Group < 15) all_rounds<Count, Group + 1>(lanes);
}

// The next `blocks` blocks of each of these streams.
template<std::size_t Count>
[[CODEMATE_SHA]] void compress(const Blocks* streams, std::size_t blocks) {
    Lane lanes[Count];
    for (std::size_t i = 0; i < Count; ++i)
        load_hash(lanes[i], streams[i].hash);
    for (std::size_t offset = 0; offset < blocks * block_size; offset += block_size) {
        __m128i abef[Count], cdgh[Count];
        for (std::size_t i = 0; i < Count; ++i) {
            abef[i] = lanes[i].abef;
            cdgh[i] = lanes[i].cdgh;
            load_message(lanes[i], streams[i].at + offset);
        }
        all_rounds(lanes);
        for (std::size_t i = 0; i < Count; ++i) {
            lanes[i].abef = _mm_add_epi32(lanes[i].abef, abef[i]);
            lanes[i].cdgh = _mm_add_epi32(lanes[i].cdgh, cdgh[i]);
        }
    }
    for (std::size_t i = 0; i < Count; ++i)
        store_hash(lanes[i], streams[i].hash);
}

void compress(const Blocks* streams, std::size_t count, std::size_t blocks) {
    if (count == 1) compress<1>(streams, blocks);
    if (count == 2) compress<2>(streams, blocks);
    if (count == 3) compress<3>(streams, blocks);
}

#else

bool has_instructions() {
    return false;
}
void compress(const Blocks*, std::size_t, std::size_t) {}

#endif

// All blocks of all these streams, side by side for as long as they last.
void compress_all(std::span<Blocks> streams) {
    for (;;) {
        const auto ended = std::ranges::partition(streams, [](const Blocks& stream) { return stream.count > 0; });
        streams = streams.first(streams.size() - ended.size());
        if (streams.empty()) return;
        const std::size_t blocks = std::ranges::min(streams, {}, &Blocks::count).count;
        compress(streams.data(), streams.size(), blocks);
        for (Blocks& stream : streams) {
            stream.at += blocks * block_size;
            stream.count -= blocks;
        }
    }
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

Sha256Lane::Means Sha256Lane::best() {
    static const Means means = has_instructions() ? Means::instructions : Means::openssl;
    return means;
}

std::size_t Sha256Lane::at_once(Means means) {
    return means == Means::instructions ? most : 1;
}

Sha256Lane::State Sha256Lane::initial() {
    return {{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}, {}, 0};
}

Sha256Lane::Sha256Lane(Means means) : state_(initial()) {
    if (means == Means::openssl) {
        state_ = Sha256();
    } else if (best() != Means::instructions) {
        throw Error(Kind::defect, "this processor has no SHA instructions");
    }
}

// One lane's way through a call: what completes the block that it had begun, whole blocks, what begins another one.
struct Sha256Lane::Walk {
    // Completes and hashes the block that was begun, if the bytes suffice.
    static void begin(State& state, std::string_view& bytes) {
        const std::size_t begun = state.length % block_size;
        state.length += bytes.size();
        if (begun == 0) return;
        const std::size_t taken = std::min(block_size - begun, bytes.size());
        std::memcpy(state.rest.data() + begun, bytes.data(), taken);
        bytes.remove_prefix(taken);
        if (begun + taken < block_size) return;
        Blocks block{state.hash.data(), state.rest.data(), 1};
        compress_all({&block, 1});
    }

    static Blocks whole_blocks(State& state, std::string_view bytes) {
        return {state.hash.data(), bytes_of(bytes), bytes.size() / block_size};
    }

    static void end(State& state, std::string_view bytes) {
        const std::string_view rest = bytes.substr(bytes.size() / block_size * block_size);
        if (!rest.empty()) std::memcpy(state.rest.data(), rest.data(), rest.size());
    }

    // A one, zeros, and the length in bits fill the last block or the last two.
    static void pad(State& state) {
        std::array<unsigned char, 2 * block_size> padding{0x80};
        const std::size_t begun = state.length % block_size;
        const std::size_t size = (begun < block_size - 8 ? block_size : 2 * block_size) - begun;
        const std::uint64_t bits = state.length * 8;
        for (std::size_t i = 0; i < 8; ++i)
            padding[size - 1 - i] = static_cast<unsigned char>(bits >> (8 * i));
        std::string_view bytes(reinterpret_cast<const char*>(padding.data()), size);
        begin(state, bytes);
        Blocks blocks = whole_blocks(state, bytes);
        compress_all({&blocks, 1});
    }
};

void Sha256Lane::update(std::span<const Feed> feeds) {
    std::array<Blocks, most> group{};
    std::size_t filled = 0;
    for (const Feed& feed : feeds) {
        if (feed.bytes.empty()) continue;
        if (auto* other = std::get_if<Sha256>(&feed.lane->state_)) {
            other->update(feed.bytes);
            continue;
        }
        State& state = std::get<State>(feed.lane->state_);
        std::string_view bytes = feed.bytes;
        Walk::begin(state, bytes);
        group[filled++] = Walk::whole_blocks(state, bytes);
        Walk::end(state, bytes);
        if (filled < most) continue;
        compress_all(group);
        filled = 0;
    }
    compress_all(std::span(group).first(filled));
}

Digest Sha256Lane::finish() {
    if (auto* other = std::get_if<Sha256>(&state_)) return other->finish();
    State state = std::exchange(std::get<State>(state_), initial());
    Walk::pad(state);
    Digest::Bytes bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<unsigned char>(state.hash[i / 4] >> (24 - 8 * (i % 4)));
    return Digest(bytes);
}

} // namespace codemate
