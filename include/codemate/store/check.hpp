#pragma once

#include "codemate/base/bytes.hpp"
#include "codemate/base/digest.hpp"
#include "codemate/base/error.hpp"
#include "codemate/base/run.hpp"
#include "codemate/store/disk.hpp"
#include "codemate/store/stat.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace codemate::store {

struct ToCheck {
    Digest digest;
    std::optional<ByteCount> size; // as its manifests say; another one on the disk is an answer without reading
};

// What a blob's content turned out to be.
struct Checked {
    enum class Verdict {
        good,
        wrong_digest,
        wrong_size, // not read
        missing,
        unreadable,
        changed,   // written to, cut, replaced or removed while it was being read: neither good nor bad
        unchecked, // the stop came first
    };
    Digest digest;
    Verdict verdict = Verdict::unchecked;
    std::optional<Digest> found = {}; // what it has, if read to the end: of good and wrong_digest
    // As it was before and after reading; of wrong_size: as it is. To tell later whether it is still the same file. A
    // file system's clock has a tick: what was changed shortly before the reading may be changed once more without a
    // trace.
    std::optional<Identity> identity = {};
    std::optional<Error> error = {}; // of unreadable and changed
};

struct CheckOptions {
    std::size_t cores = 0; // threads; 0: all of this machine
    // Called by one thread at a time, between two pieces of work: must not take long. What they throw ends the check
    // and is thrown by it.
    std::function<void(ByteCount done, ByteCount total)> progress = {}; // every few MiB
    std::function<void(const Checked&)> checked = {};                   // each blob, as soon as it is known
    std::string (*path)(const Digest&) = nullptr; // where a blob stands on the disk; none: as in a models directory
};

// Reads and hashes each of these blobs once and completely. Large ones begin first, and whatever is left is shared out
// again every few MiB, so that no core waits for another one as long as there are as many blobs as cores. Each core
// works on up to Sha256Lane::at_once() blobs and needs 64 KiB for each. The results are in the order of the blobs, of
// which none should be there twice. A stop ends it within milliseconds (a disk that does not answer aside); what was
// not finished is unchecked then.
std::vector<Checked> check_blobs(Disk&, std::span<const ToCheck>, const CheckOptions&, Stop);

} // namespace codemate::store
