#include "lifecycle/refs/find.hpp"
#include "support/catch.hpp"

using namespace codemate;
using namespace codemate::lifecycle::refs;
using Names = std::vector<std::string>;

namespace {

const Vocabulary& vocabulary() {
    static const std::vector<ModelName> names{ModelName::parse("mistral"), ModelName::parse("qwen2.5-coder:7b-q4_0"),
                                              ModelName::parse("nomic-embed-text"), ModelName::parse("me/tuned:v1x")};
    static const Vocabulary value(names, {"primary", "code"});
    return value;
}

Names found(std::string_view text, std::string_view path) {
    Names names;
    for (const Mention& mention : find(text, kind_of(path), vocabulary()).mentions) {
        CHECK(text.substr(mention.offset, mention.length) == mention.text);
        names.push_back(mention.text);
    }
    return names;
}

} // namespace

TEST_CASE("what is a mention, and what is none") {
    struct Row {
        const char* path;
        const char* text;
        Names names;
    };
    const Row rows[] = {
        // A name with a tag counts anywhere if its family is known …
        {"a.py", "x = 'mistral:7b'", {"mistral:7b"}},
        {"a.txt", "We use mistral:7b-instruct.", {"mistral:7b-instruct"}},
        {"a.md", "MISTRAL:7B", {"MISTRAL:7B"}},
        {"a.py", "f(\"\\nmistral:7b\\n\")", {"mistral:7b"}},
        {"a.py", "x = 'me/tuned:v1x'", {"me/tuned:v1x"}},
        {"a.py", "x = 'someone/mistral:7b'", {"someone/mistral:7b"}},
        {"a.py", "x = 'hf.co/owner/repo:Q4_K_M'", {"hf.co/owner/repo:Q4_K_M"}},
        {"a.py", "x = 'mistral-nemo:12b'", {"mistral-nemo:12b"}}, // never its first half
        {"a.sh", "pull mistral:7b@sha256:6577803aa9a0", {"mistral:7b"}},
        // … and its tag looks like one.
        {"a.js", "x = c ? phi:3", {}},
        {"a.js", "host = 'mistral:11434'", {}},
        {"a.md", "At 12:30, 16:9, std::move, :rocket:, redis:7", {}},
        {"a.md", "https://ollama.com/library/mistral:7b", {}},
        {"a.py", "'/models/mistral:7b'", {}},
        {"a.py", "f'mistral:{size}'", {}},
        {"a.sh", "echo mistral:7b-$QUANT", {}},
        {"a.sh", "echo $mistral:7b", {}},
        {"a.md", "user@mistral:7b", {}},
        {"a.py", "open('mistral:7b.gguf')", {}},
        // Misspelt ones are seen by what they are near.
        {"a.py", "x = 'mistrl:7b'", {"mistrl:7b"}},
        {"a.py", "x = 'kestrel:7b'", {}},
        // Without a tag something around it has to say what it is.
        {"a.md", "Mistral writes well, and mistral is small.", {}},
        {"a.md", "`mistral` and `mistral is`", {"mistral"}},
        {"a.md", "`llama2-13b`", {"llama2-13b"}},
        {"a.md", "    ollama run mistral", {"mistral"}},
        {"a.md", "ollama run mistral", {}},
        {"a.md", "`ollama pull mistral`", {"mistral"}},
        {"a.py", "provider = 'mistral'", {}},
        {"a.py", "x = 'nomic-embed-text'", {"nomic-embed-text"}}, // no word of any language
        {"a.py", "import mistral", {}},
        {"a.py", "model = 'mistral'", {"mistral"}},
        {"a.py", "model = mistral", {}}, // a variable
        {"a.py", "model: str = 'mistral'", {"mistral"}},
        {"a.py", "ask(model='mistral', name='mistral')", {"mistral"}},
        {"a.py", "os.getenv('CHAT_MODEL', 'mistral')", {"mistral"}},
        {"a.py", "add_argument('--model', default='mistral')", {"mistral"}},
        {"a.py", "MODELS = [\n  'mistral',\n  'llava'\n]\nx = ['mistral']", {"mistral", "llava"}},
        {"a.py", "model_path = 'mistral'", {}},
        {"a.py", "model = 'gpt-4o'", {}},
        {"a.py", "model = 'mistral-7b'", {}}, // other services call theirs so
        {"a.json", R"({"model":"mistral","id":"mistral"})", {"mistral"}},
        {"a.json", R"({"models":[{"name":"mistral"}],"name":"mistral"})", {"mistral"}},
        {"a.json", R"({"chat":{"primary":"mistral"}})", {"mistral"}},
        {"a.yaml", "models:\n  - mistral\n  - llava\nothers:\n  - mistral", {"mistral", "llava"}},
        {"a.yaml", "image: mistral:7b", {}},
        {"a.yaml", "model: foo-tuned:7b", {"foo-tuned:7b"}},
        {"a.yaml", "other: foo-tuned:7b", {}},
        {".env", "MODEL=mistral\nOLLAMA_MODELS=/srv/models\nX=${CHAT_MODEL:-mistral}", {"mistral", "mistral"}},
        // Commands.
        {"a.sh", "ollama pull mistral; echo mistral", {"mistral"}},
        {"a.sh", "ollama rm a-b mistral | cat mistral", {"a-b", "mistral"}},
        {"a.sh", "ollama pull \"$MODEL\" <name> NAME", {}},
        {"a.sh", "ollama pull model-name", {}},
        {"a.sh", "ollama create my-coder -f Modelfile", {"my-coder"}},
        {"a.sh", "./scripts/model-pull.sh default\nmodel-pull.sh mistral", {"mistral"}},
        {"a.sh", "codemate pull primary code mistral", {"mistral"}},
        {"a.sh", "codemate use primary mistral", {"mistral"}},
        {"a.sh", "tool --model mistral --name mistral", {"mistral"}},
        {"a.sh", "for model in mistral llava; do echo mistral; done", {"mistral", "llava"}},
        {"a.sh", "docker run mistral:7b", {}},
        {"a.sh", "docker exec -it box ollama run mistral:7b", {"mistral:7b"}},
        {"a.py", "run([\"ollama\", \"pull\", \"mistral\"])", {"mistral"}},
        {"a.py", "# ollama pull in the background", {}},
        // FROM.
        {"Dockerfile", "FROM mistral:7b\nRUN ollama pull mistral", {"mistral"}},
        {"Modelfile", "FROM mistral\nSYSTEM mistral", {"mistral"}},
        {"x.Modelfile", "FROM anything-else", {"anything-else"}},
        {"Modelfile", "FROM ./mistral.gguf", {}},
        {"a.md", "```modelfile\nFROM mistral\n```\n```dockerfile\nFROM mistral:7b\n```", {"mistral"}},
        // What codemate docs makes anew is nobody's; a begin without its end is text.
        {"a.md",
         "llava:7b\n<!-- codemate:begin a -->\nmistral:7b\n<!-- codemate:end a -->\nllava:13b",
         {"llava:7b", "llava:13b"}},
        {"a.md", "<!-- codemate:begin a -->\nmistral:7b\n<!-- codemate:end b -->", {"mistral:7b"}},
        {"a.md", "<!-- codemate:begin a -->\nmistral:7b\n", {"mistral:7b"}},
        {"a.md", "```\n<!-- codemate:begin a -->\nmistral:7b\n<!-- codemate:end a -->\n```", {"mistral:7b"}},
        {"a.py", "<!-- codemate:begin a -->\nmistral:7b\n<!-- codemate:end a -->", {"mistral:7b"}},
        {"a.py", "completion(model=\"ollama/mistral:7b\")\nx(model='ollama_chat/mistral')", {"mistral:7b", "mistral"}},
        {"a.yaml", "image: ollama/ollama:latest", {}},
        {"a.sh", ": \"${EMBED_MODEL:=mistral}\"", {"mistral"}},
        {"a.py", "if (model := 'mistral'):", {"mistral"}},
        // Whatever bytes.
        {"a.py", "model = 'mistral'\r\n\xe9\xff model='mistral:7b'", {"mistral", "mistral:7b"}},
        {"a.py", "model='", {}},
        {"a.py", "((((((]]]]}}}} model=", {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path, row.text);
        CHECK(found(row.text, row.path) == row.names);
    }
}

TEST_CASE("line, column, key and digest of a mention") {
    const Found all = find("a\n\tmodel = 'mistral:7b@sha256:00'\n", FileKind::code, vocabulary());
    REQUIRE(all.mentions.size() == 1);
    const Mention& mention = all.mentions.front();
    CHECK(mention.line == 2);
    CHECK(mention.column == 11);
    CHECK(mention.key == "model");
    CHECK(mention.how == How::key);
    CHECK(mention.pinned);
}

TEST_CASE("lines are counted over generated parts") {
    const Found all =
        find("\n<!-- codemate:begin a -->\nx\n<!-- codemate:end a -->\nmistral:7b\n", FileKind::prose, vocabulary());
    REQUIRE(all.mentions.size() == 1);
    CHECK(all.mentions.front().line == 5);
    CHECK(all.mentions.front().column == 1);
}

TEST_CASE("where embeddings are made") {
    struct Row {
        const char* path;
        const char* text;
        bool embeds;
    };
    const Row rows[] = {
        {"a.py", "embedding_model = 'mistral'", true},
        {"a.py", "OllamaEmbeddings(base_url=x, model='mistral')", true},
        {"a.py", "OllamaEmbeddings('nomic-embed-text')", true},
        {"a.py", "Ollama(model='mistral')", false},
        {"a.py", "embed(chat_model='mistral')", false},
        {".env", "EMBEDDING_MODEL=mistral", true},
        {"a.json", R"({"embeddings":{"primary":"mistral"}})", true},
        {"a.json", R"({"embeddings":{"fallback":"mistral"}})", false},
        {"a.yaml", "embedding:\n  model: mistral", true},
        {"a.sh", "curl http://x/api/embed -d '{\"model\":\"mistral\"}'", true},
        {".env", "# EMBEDDING_MODEL=mistral", false},
        {"a.sh", "x=1 # EMBEDDING_MODEL=mistral", false},
        {"a.yaml", "  # embedding:\n  #   model: mistral", false},
        {"a.js", "// embeddingModel = 'mistral'", false},
        {"a.py", "embedding_model = 'mistral' # the best", true},
        {"a.py", "f('# x', embedding_model='mistral')", true},
        {"a.c", "#define EMBEDDING_MODEL \"x\"\n  embedding_model = \"mistral\"", true},
        {".env", "RAG_OLLAMA_EMBED=mistral", true},
        {"a.py", "requests.post(f\"{base}/api/embeddings\",\n    json={\"model\": \"mistral\"})", true},
        {"a.py", "post(base + '/api/embed',\n  timeout=3,\n  json={'model': 'mistral'},\n)", true},
        {"a.py", "post('/api/embed')\npost('/api/chat', json={'model': 'mistral'})", false},
        {"a.md", "`EMBEDDING_MODEL=mistral`", false}, // a document may show alternatives
    };
    for (const Row& row : rows) {
        CAPTURE(row.path, row.text);
        const Found all = find(row.text, kind_of(row.path), vocabulary());
        REQUIRE(all.mentions.size() == 1);
        CHECK(all.mentions.front().embeds == row.embeds);
    }
    const Found used = find("e = OllamaEmbeddings(model=DEFAULT_MODEL)\n", FileKind::code, vocabulary());
    REQUIRE(used.uses.size() == 1);
    CHECK(used.uses.front().constant == "DEFAULT_MODEL");
}

TEST_CASE("the quick look leaves out no text with a mention") {
    for (const char* text :
         {"x: mistral:7b", "my MODEL", "Ollama", "embed", "a codemate pull", "say mistrl:7b", "pull_on_startup"})
        CHECK(may_mention(text, vocabulary()));
    for (const char* text : {"", "abc", "a:b", "12:30", "redis:7", "mode lam a", "mistral is small"})
        CHECK_FALSE(may_mention(text, vocabulary()));
}
