#include "lifecycle/doctor/secrets.hpp"
#include "unit/lifecycle/doctor_setups.hpp"

using namespace codemate;
namespace use = lifecycle::doctor;
using test::check_all;
using test::DoctorWorld;

TEST_CASE("doctor shows no password: broken set-ups with one") {
    check_all({
        {"a proxy without a scheme, for this machine",
         [](DoctorWorld& w) { w.options.environment["http_proxy"] = "u:sekret@127.0.0.1:9"; },
         {},
         {"proxy.loopback"},
         "http_proxy=…@127.0.0.1:9"},
        {"a proxy without a scheme, on the way",
         [](DoctorWorld& w) {
             w.options.address = "http://gpu.example:11434";
             w.options.endpoint = http::Url::parse(w.options.address);
             w.options.environment["http_proxy"] = "u:sek/sekret@proxy.example:3128";
             w.refuse(407);
         },
         {"server.proxy_credentials"},
         {"proxy.used"},
         "proxy.example:3128"},
        {"OLLAMA_HOST in .env",
         [](DoctorWorld& w) { w.files["/project/.env"] = "OLLAMA_HOST=http://u:sekret@h:1\n"; },
         {"variables.fatal_value"},
         {},
         "OLLAMA_HOST=http://…@h:1 (.env:1)"},
        {"OLLAMA_HOST in .env, without a scheme",
         [](DoctorWorld& w) { w.files["/project/.env"] = "OLLAMA_HOST=u:sekret@h:1\n"; },
         {"variables.fatal_value"},
         {},
         "OLLAMA_HOST=…@h:1 (.env:1)"},
        {"origins",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_ORIGINS"] = "u:sekret@h"; },
         {"variables.fatal_value"},
         {},
         "write http://…@h"},
        {"origins, the second of them",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_ORIGINS"] = "http://a,u:sekret@h"; },
         {"variables.fatal_value"},
         {},
         "http://…@h"},
        {"a span",
         [](DoctorWorld& w) { w.options.environment["OLLAMA_KEEP_ALIVE"] = "u:sekret@h"; },
         {"variables.ignored_value"},
         {},
         "'…@h' is no span"},
        {"a secret by its name",
         [](DoctorWorld& w) {
             w.options.environment["OLLAMA_OWN_TOKEN"] = "sekret";
             w.files["/project/.env"] = "OLLAMA_DB_PASSWORD=sekret\n";
         },
         {},
         {"variables.unknown"},
         "OLLAMA_OWN_TOKEN"},
    });
}

TEST_CASE("what is shown of a value") {
    struct Row {
        const char *name, *value, *shown;
    };
    const Row row = GENERATE(
        Row{"X", "", ""}, Row{"X", "127.0.0.1:9", "127.0.0.1:9"}, Row{"X", "u:p@h:9", "…@h:9"},
        Row{"X", "http://u:p@h:9/a", "http://…@h:9/a"}, Row{"X", "socks5h://u:p@h", "socks5h://…@h"},
        Row{"X", "u:p//q@h", "…@h"}, Row{"X", "http://u:a/b@h", "http://…@h"}, Row{"X", "http://u:a@b@h", "http://…@h"},
        Row{"X", "u:p@h?key=1", "…@h?…"}, Row{"X", "http://h/?key=1", "http://h/?…"}, Row{"X", "//u:p@h", "//…@h"},
        Row{"X", "http://@h", "http://@h"}, Row{"X", "@", "@"}, Row{"X", "u:p@", "…@"},
        Row{"X", "'http://u:p@h'", "'http://…@h'"}, Row{"X", "http://u:p@h http://i", "http://…@h http://i"},
        Row{"X", "pass:word//@h", "…@h"}, Row{"OLLAMA_API_KEY", "abc", "…"}, Row{"some_token", "abc", "…"},
        Row{"MY_SECRETS", "1", "…"});
    CAPTURE(row.name, row.value);
    CHECK(use::showable(row.name, row.value) == row.shown);
}
