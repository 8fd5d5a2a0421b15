#include "http/trust.hpp"
#include "support/catch.hpp"

#include "codemate/base/error.hpp"

#include <map>
#include <set>

using namespace codemate;
using namespace codemate::http;

namespace {

using Variables = std::map<std::string, std::string>;
using Files = std::set<std::string>;

Trust find(const Variables& variables, const Files& files) {
    return find_trust(
        [&](const char* name) {
            const auto found = variables.find(name);
            return found == variables.end() ? nullptr : found->second.c_str();
        },
        [&](const std::string& path) { return files.contains(path); });
}

} // namespace

TEST_CASE("certificates are where the environment says, else where distributions keep them") {
    struct Row {
        Variables variables;
        Files files;
        std::string file, directory;
    };
    const std::string debian = "/etc/ssl/certs/ca-certificates.crt";
    const std::string fedora = "/etc/pki/tls/certs/ca-bundle.crt";
    const auto row = GENERATE_COPY(values<Row>({
        {{}, {debian}, debian, ""},
        {{}, {fedora}, fedora, ""},
        {{}, {"/etc/ssl/ca-bundle.pem"}, "/etc/ssl/ca-bundle.pem", ""},
        {{}, {"/etc/ssl/cert.pem"}, "/etc/ssl/cert.pem", ""},
        {{}, {fedora, debian, "/etc/ssl/cert.pem"}, debian, ""},
        {{}, {}, "", ""},
        {{{"SSL_CERT_FILE", "/own.pem"}}, {debian}, "/own.pem", ""}, // also where it is not there: the error names it
        {{{"SSL_CERT_DIR", "/own"}}, {debian}, "", "/own"},
        {{{"SSL_CERT_FILE", "/own.pem"}, {"SSL_CERT_DIR", "/own"}}, {}, "/own.pem", "/own"},
        {{{"SSL_CERT_FILE", ""}, {"SSL_CERT_DIR", ""}}, {debian}, debian, ""},
    }));
    const Trust trust = find(row.variables, row.files);
    CHECK(trust.file == row.file);
    CHECK(trust.directory == row.directory);
}

TEST_CASE("whether there is any certificate to judge a server by") {
    const auto has = [](const Trust& found, const Trust& built_in, const Files& files) {
        return has_certificates(found, built_in, [&](const std::string& path) { return files.contains(path); });
    };
    CHECK(has({.file = "/own.pem", .directory = {}}, {}, {}));
    CHECK(has({.file = {}, .directory = "/own"}, {}, {}));
    CHECK_FALSE(has({}, {}, {}));
    CHECK(has({}, {.file = "/built/in.pem", .directory = {}}, {"/built/in.pem"}));
    CHECK(has({}, {.file = {}, .directory = "/built"}, {"/built"}));
    CHECK_FALSE(has({}, {.file = "/built/in.pem", .directory = "/built"}, {"/built"}));
    CHECK_FALSE(has({}, {.file = "/built/in.pem", .directory = {}}, {}));
}

TEST_CASE("certificates that are named have to be there, and readable") {
    const std::map<std::string, Found> disk{{"/own.pem", Found::file},
                                            {"/own", Found::directory},
                                            {"/pipe", Found::other},
                                            {"/secret.pem", Found::unreadable}};
    const auto what_is = [&](const std::string& path) {
        const auto found = disk.find(path);
        return found == disk.end() ? Found::nothing : found->second;
    };
    struct Row {
        Trust trust;
        std::string why; // empty: all is well
    };
    for (const Row& row : std::vector<Row>{
             {{}, ""},
             {{"/own.pem", ""}, ""},
             {{"", "/own"}, ""},
             {{"/own.pem", "/own"}, ""},
             {{"/none.pem", ""}, "'/none.pem' is not there"},
             {{"/own", ""}, "'/own' is no file"},
             {{"/pipe", ""}, "'/pipe' is no file"},
             {{"/secret.pem", ""}, "'/secret.pem' may not be read"},
             {{"", "/none"}, "'/none' is not there"},
             {{"", "/own.pem"}, "'/own.pem' is no directory"},
             {{"/own.pem", "/pipe"}, "'/pipe' is no directory"},
         }) {
        const auto error = mistake_in(row.trust, what_is);
        REQUIRE(error.has_value() == !row.why.empty());
        if (!error) continue;
        CHECK(error->kind() == Kind::usage);
        CHECK(error->message() == "the certificates to trust cannot be read: " + row.why);
        CHECK_FALSE(error->hint().empty());
    }
}
