#include "support/catch.hpp"

#include "codemate/ollama/environment.hpp"

using namespace codemate;
using ollama::Flaw;

TEST_CASE("which variables Ollama reads") {
    CHECK(ollama::find_variable("OLLAMA_NOPRUNE") != nullptr);
    CHECK(ollama::find_variable("OLLAMA_NUM_THREAD") == nullptr);
    CHECK(ollama::find_variable("ollama_host") == nullptr); // letter case counts
    CHECK(ollama::find_variable("OLLAMA_NEW_ENGINE")->until == "0.30.0");
    CHECK(ollama::instead_of("OLLAMA_NUM_THREAD").find("num_thread") != std::string_view::npos);
    CHECK(ollama::instead_of("OLLAMA_HOST").empty());
    CHECK(ollama::is_of_others("OLLAMA_MODEL"));
    CHECK_FALSE(ollama::is_of_others("OLLAMA_MODELS"));
}

TEST_CASE("what a misspelt variable means") {
    struct Row {
        const char* name;
        const char* meant; // nullptr: nothing
    };
    const Row row =
        GENERATE(Row{"OLLAMA_NOPRUN", "OLLAMA_NOPRUNE"}, Row{"OLLAMA_NO_PRUNE", "OLLAMA_NOPRUNE"},
                 Row{"OLLAMA_KEEPALIVE", "OLLAMA_KEEP_ALIVE"}, Row{"OLLAMA_ORIGIN", "OLLAMA_ORIGINS"},
                 Row{"OLLAMA_FLASH_ATENTION", "OLLAMA_FLASH_ATTENTION"}, Row{"OLLAMA_MODEL", nullptr},
                 Row{"OLLAMA_HOST", nullptr}, Row{"OLLAMA_HOSTS", "OLLAMA_HOST"}, Row{"OLLAMA_BASE_URL", nullptr},
                 Row{"OLLAMA_", nullptr}, Row{"OLLAMA_SOMETHING_ELSE", nullptr}, Row{"OTHER_HOST", nullptr});
    CAPTURE(row.name);
    CHECK(ollama::meant_by(row.name) == (row.meant ? std::optional<std::string>(row.meant) : std::nullopt));
}

TEST_CASE("values that do not mean what they seem to") {
    using What = Flaw::What;
    struct Row {
        const char* name;
        const char* value;
        std::optional<What> flaw;
    };
    const std::optional<What> fine;
    const Row row = GENERATE_COPY(
        Row{"OLLAMA_NOPRUNE", "no", What::opposite}, Row{"OLLAMA_NOPRUNE", "OFF", What::opposite},
        Row{"OLLAMA_NOPRUNE", "fALSE", What::opposite}, Row{"OLLAMA_NOPRUNE", "false", fine},
        Row{"OLLAMA_NOPRUNE", "0", fine}, Row{"OLLAMA_NOPRUNE", "yes", fine}, Row{"OLLAMA_NOPRUNE", "", fine},
        Row{"OLLAMA_NOPRUNE", " \"false\" ", fine}, Row{"OLLAMA_NUM_PARALLEL", "4", fine},
        Row{"OLLAMA_NUM_PARALLEL", "four", What::ignored}, Row{"OLLAMA_NUM_PARALLEL", "-1", What::ignored},
        Row{"OLLAMA_NUM_PARALLEL", "4x", What::ignored}, Row{"OLLAMA_GPU_OVERHEAD", "2GB", What::ignored},
        Row{"OLLAMA_KEEP_ALIVE", "24h", fine}, Row{"OLLAMA_KEEP_ALIVE", "1h30m", fine},
        Row{"OLLAMA_KEEP_ALIVE", "1.5h", fine}, Row{"OLLAMA_KEEP_ALIVE", "-1", fine},
        Row{"OLLAMA_KEEP_ALIVE", "300", fine}, Row{"OLLAMA_KEEP_ALIVE", "1d", What::ignored},
        Row{"OLLAMA_KEEP_ALIVE", "forever", What::ignored}, Row{"OLLAMA_KEEP_ALIVE", "5 m", What::ignored},
        Row{"OLLAMA_KEEP_ALIVE", "-", What::ignored}, Row{"OLLAMA_DEBUG", "1", fine}, Row{"OLLAMA_DEBUG", "2", fine},
        Row{"OLLAMA_DEBUG", "on", What::ignored}, Row{"OLLAMA_HOST", "0.0.0.0:11434", fine},
        Row{"OLLAMA_HOST", "ftp://x", What::fatal}, Row{"OLLAMA_MODELS", "/data/models", fine},
        Row{"OLLAMA_MODELS", "~/models", What::literal}, Row{"OLLAMA_ORIGINS", "*", fine},
        Row{"OLLAMA_ORIGINS", "http://a,https://b:*", fine}, Row{"OLLAMA_ORIGINS", "chrome-extension://*", fine},
        Row{"OLLAMA_ORIGINS", "http://a,example.com", What::fatal}, Row{"OLLAMA_LLM_LIBRARY", "no", fine},
        Row{"OLLAMA_KV_CACHE_TYPE", "q9", What::no_type}, Row{"OLLAMA_KV_CACHE_TYPE", "q8_0", fine},
        Row{"OLLAMA_HOST", "http://127.0.0.1:99999", What::port}, Row{"OLLAMA_HOST", "http://x", What::web_port},
        Row{"OLLAMA_UNKNOWN", "no", fine});
    CAPTURE(row.name, row.value);
    const auto flaw = ollama::flaw_of_value(row.name, row.value);
    REQUIRE(flaw.has_value() == row.flaw.has_value());
    if (!flaw) return;
    CHECK(flaw->what == *row.flaw);
    CHECK_FALSE(flaw->why.empty());
}

TEST_CASE("what is true to Ollama") {
    for (const char* value : {"1", "true", "T", "yes", "no", "off", "anything"})
        CHECK(ollama::is_true(value));
    for (const char* value : {"", "  ", "0", "false", "F", "'false'"})
        CHECK_FALSE(ollama::is_true(value));
}
