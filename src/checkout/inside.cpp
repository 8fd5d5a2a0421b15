#include "codemate/checkout/inside.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/files.hpp"
#include "codemate/base/text.hpp"

#include <algorithm>
#include <system_error>

namespace codemate::checkout {

void refuse_outside(const std::filesystem::path& project, const std::filesystem::path& file) {
    std::error_code error;
    const std::filesystem::path root = std::filesystem::canonical(project.empty() ? "." : project, error);
    if (error) throw_errno(error.value(), "read", project);
    const std::filesystem::path real = std::filesystem::weakly_canonical(std::filesystem::absolute(file), error);
    if (error) throw_errno(error.value(), "read", file);
    if (std::ranges::mismatch(root, real).in1 == root.end()) return;
    throw Error(Kind::storage, "cannot write " + quoted(file.string()) + ": a symbolic link leads to " +
                                   quoted(real.string()) + ", which is outside of the project")
        .hint("replace the link by a file or directory of the project; nothing was written there");
}

} // namespace codemate::checkout
