#pragma once

#include "download/journal.hpp"

#include "codemate/base/bytes.hpp"
#include "codemate/download/download.hpp"
#include "codemate/store/disk.hpp"

#include <optional>
#include <string_view>

namespace codemate::download {

// What an earlier run left in the partial file, which is `file`, if that is about this blob and not another file of the
// same name: without the blocks that the file has lost, and with the hash from where it can be believed. `boot`: this
// one. Throws Error{storage}.
std::optional<Journal> earlier_journal(const Wanted&, const store::Identity& file, const Target&, store::Disk&,
                                       std::string_view boot);

ByteCount bytes_there(const Journal&);

} // namespace codemate::download
