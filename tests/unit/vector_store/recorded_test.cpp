#include "support/catch.hpp"
#include "vector_store/recorded.hpp"

using codemate::vector_store::recorded_in;

TEST_CASE("who makes a collection's vectors is read as each version of Chroma writes it") {
    struct Row {
        std::string schema, configuration, function, model;
    };
    // The first two as Chroma 1.5.9 and 1.0.0 wrote them.
    const std::vector<Row> rows{
        {R"({"defaults":{"float_list":{"vector_index":{"enabled":false,"config":{"space":"l2"}}}},"keys":{"#embedding":)"
         R"({"float_list":{"vector_index":{"enabled":true,"config":{"space":"cosine","embedding_function":{"type":)"
         R"("known","name":"ollama","config":{"model_name":"nomic-embed-text","timeout":60,"url":"http://h:1"}}}}}}}})",
         "{}", "ollama", "nomic-embed-text"},
        {"", R"({"hnsw":{"space":"l2"},"embedding_function":{"type":"known","name":"default","config":{}}})", "default",
         ""},
        {"", R"({"hnsw_configuration":{"space":"l2"},"_type":"CollectionConfigurationInternal"})", "", ""},
        {"", R"({"embedding_function":{"type":"legacy"}})", "", ""},
        {"", R"({"embedding_function":{"name":"jina","config":{"model":"j2"}}})", "jina", "j2"},
        {"{", "nothing", "", ""},
        {"[]", R"({"embedding_function":7})", "", ""},
        {R"({"keys":{"#embedding":[]}})", R"({"embedding_function":{"name":7,"config":{"model_name":7}}})", "", ""},
        {"", "", "", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.schema, row.configuration);
        const auto found = recorded_in(row.schema, row.configuration);
        CHECK(found.function == row.function);
        CHECK(found.model == row.model);
    }
}
