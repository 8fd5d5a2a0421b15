// Part of the portable program alone: docs/decisions/0013-portable-binary.md
#include <nss.h>

namespace {

// glibc looks for names of hosts and users with modules that /etc/nsswitch.conf names and that it loads as shared
// libraries. Those belong to the machine's glibc and would fail, or worse, in a program that has one of its own. Files
// and DNS are built in; they are asked, whatever that file says. Before main(), so that nothing has looked for a name
// yet.
[[gnu::constructor]] void ask_built_in_modules_only() {
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
}

} // namespace
