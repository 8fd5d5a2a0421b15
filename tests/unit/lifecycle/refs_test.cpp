#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/lifecycle/manifests.hpp"

#include "codemate/base/error.hpp"
#include "codemate/base/text.hpp"
#include "codemate/lifecycle/refs.hpp"

#include <filesystem>
#include <sys/stat.h>

using namespace codemate;
namespace use = lifecycle::refs;
namespace fs = std::filesystem;
using test::read_text;
using test::TempDir;
using Texts = std::vector<std::string>;

namespace {

const char* const plain = R"({"schema":1,"roles":{"primary":"mistral:7b","embedding":"nomic-embed-text"},
  "groups":{"more":["mxbai-embed-large"]}})";

// Without git: the tests of listing are elsewhere.
struct NoPrograms final : machine::Programs {
    machine::Finished run(const machine::Program&, Stop) override { throw Error(Kind::not_found, "none"); }
};

struct Tree {
    TempDir dir;
    NoPrograms programs;
    manifest::Manifest manifest = test::manifest_of(plain);
    std::optional<std::vector<ModelName>> installed;

    use::Facts gather() {
        return use::gather(dir.path(), manifest, {programs, nullptr, [&] { return installed; }}, {});
    }
    Texts states() {
        Texts texts;
        for (const use::Item& item : use::examine(gather()).items)
            texts.push_back(item.file + " " + item.mention.text + " " + std::string(to_string(item.state)) +
                            (item.meant ? " " + item.meant->display() : ""));
        return texts;
    }
    use::Rewrite plan(const char* before, const char* after) {
        return use::plan_rewrite(dir.path(), gather(), ModelName::parse(before), after);
    }
    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir.path()), {}));
    }
};

std::string failure(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return error.message() + (error.notes().empty() ? "" : " | " + joined(error.notes(), " | "));
    }
    return "";
}

} // namespace

TEST_CASE("where a declared model's content comes from is declared, too") {
    Tree tree;
    tree.manifest = test::manifest_of(
        R"({"schema":1,"roles":{"primary":"coder:7b"},"models":{"coder:7b":{"from":"coder:7b-instruct"}}})");
    tree.dir.write("a.py", "model='coder:7b-instruct'\nmodel='coder:7b'\n");
    CHECK(tree.states() == Texts{"a.py coder:7b-instruct declared", "a.py coder:7b declared"});
}

TEST_CASE("each mention has its state") {
    Tree tree;
    tree.dir.write("a.py", "model='mistral:7b'\nmodel='mistrl:7b'\nmodel='llama3:8b'\n");
    CHECK(tree.states() ==
          Texts{"a.py mistral:7b declared", "a.py mistrl:7b misspelt mistral:7b", "a.py llama3:8b undeclared"});
    tree.installed = std::vector{ModelName::parse("mistrl:7b")};
    const use::Report report = use::examine(tree.gather());
    CHECK(report.items[1].state == use::State::undeclared); // it is there, so it is meant
    CHECK(report.not_installed() == 2);
    CHECK(report.models == 3);
    CHECK(use::examine(tree.gather(), {NamePattern::parse("mistral")}).items.size() == 1);
}

TEST_CASE("two embedding models on one store contradict, also through a constant") {
    Tree tree;
    tree.dir.write("a.py", "DEFAULT_MODEL = 'mistral:7b'\nCHAT_MODEL = 'mistral:7b'\n");
    tree.dir.write("b.py", "OllamaEmbeddings(model=DEFAULT_MODEL)\n");
    tree.dir.write("Dockerfile", "ENV DEFAULT_MODEL=mistral:7b\n"); // another one of that name
    tree.dir.write("c.env", "EMBEDDING_MODEL=nomic-embed-text\n");
    tree.dir.write("d.env", "EMBEDDING_MODEL=mxbai-embed-large\n");
    tree.dir.write("e.env", "EMBEDDING_MODEL=all-minilm\n");
    // Without a declared store a declared model may be an alternative; nobody declares all-minilm.
    CHECK(tree.states() == Texts{"Dockerfile mistral:7b declared", "a.py mistral:7b declared",
                                 "a.py mistral:7b declared", "c.env nomic-embed-text declared",
                                 "d.env mxbai-embed-large declared",
                                 "e.env all-minilm contradicting nomic-embed-text:latest"});
    std::string with_store = plain;
    tree.manifest = test::manifest_of(with_store.insert(1, R"("vector_store":{"chroma":"db","dimension":768},)"));
    CHECK(tree.states() == Texts{"Dockerfile mistral:7b declared",
                                 "a.py mistral:7b contradicting nomic-embed-text:latest", "a.py mistral:7b declared",
                                 "c.env nomic-embed-text declared",
                                 "d.env mxbai-embed-large contradicting nomic-embed-text:latest",
                                 "e.env all-minilm contradicting nomic-embed-text:latest"});
}

TEST_CASE("a rewrite changes the mentions and no other byte") {
    Tree tree;
    const std::string text = "r\xe9sum\xe9 \xff\r\nmodel='mistral:7b'\r\nmistral, mistral:7b-x, MISTRAL:7B\r\nlast";
    const fs::path path = tree.dir.write("a.py", text);
    tree.dir.write("b.py", "model='mistral'\n");
    fs::permissions(path, fs::perms(0750));
    const use::Rewrite plan = tree.plan("mistral:7b", "llama3:8b");
    REQUIRE(plan.edits.size() == 1);
    CHECK(plan.mentions() == 2);
    CHECK(plan.edits[0].diff == Texts{"--- a/a.py", "+++ b/a.py", "@@ -1,4 +1,4 @@", " r\\xe9sum\\xe9 \\xff",
                                      "-model='mistral:7b'", "-mistral, mistral:7b-x, MISTRAL:7B", "+model='llama3:8b'",
                                      "+mistral, mistral:7b-x, llama3:8b", " last", "\\ No newline at end of file"});
    CHECK(read_text(path) == text);
    use::execute_rewrite(tree.dir.path(), plan, {});
    CHECK(read_text(path) == "r\xe9sum\xe9 \xff\r\nmodel='llama3:8b'\r\nmistral, mistral:7b-x, llama3:8b\r\nlast");
    CHECK(fs::status(path).permissions() == fs::perms(0750));
    CHECK(tree.entries() == 2); // nothing is left beside them
    CHECK(tree.plan("mistral:7b", "llama3:8b").edits.empty());
    CHECK_THROWS_AS(tree.plan("llama3:8b", "no name"), Error);
}

TEST_CASE("what makes embeddings is followed through constants of any name and form") {
    Tree tree;
    tree.dir.write("a.py", "DM2 = os.getenv(\"EMODEL\", \"llama3:8b\")\nDM3: str = \"mistral:7b\"\n"
                           "EM = \"snowflake-arctic-embed\"\nLIST = [\"llama3:8b\"]\nDM4 = \"llama3:8b\"\n");
    tree.dir.write("b.py", "OllamaEmbeddings(model=DM2)\nOllamaEmbeddings(model=DM3)\nollama.embeddings(model=EM)\n"
                           "OllamaEmbeddings(model=LIST[0])\nollama.chat(model=DM4)\n");
    const std::string with_store = std::string(plain).insert(1, R"("vector_store":{"chroma":"db","dimension":768},)");
    tree.manifest = test::manifest_of(with_store.c_str());
    CHECK(tree.states() == Texts{"a.py llama3:8b contradicting nomic-embed-text:latest",
                                 "a.py mistral:7b contradicting nomic-embed-text:latest",
                                 "a.py snowflake-arctic-embed contradicting nomic-embed-text:latest",
                                 "a.py llama3:8b undeclared", "a.py llama3:8b undeclared"});
}

TEST_CASE("why a file was not searched") {
    Tree tree;
    tree.dir.write("a.md", std::string("\xff\xfem\0", 4));
    tree.dir.write("b.md", std::string((std::size_t{4} << 20) + 1, 'x'));
    Texts texts;
    for (const use::NotRead& file : tree.gather().unread)
        texts.push_back(file.file + " " + std::string(to_string(file)));
    CHECK(texts == Texts{"a.md is UTF-16", "b.md is larger than 4 MiB"});
}

TEST_CASE("a comment is no problem") {
    Tree tree;
    tree.dir.write(".env", "# EMBEDDING_MODEL=all-minilm\n#MODEL=mistrl:7b\n");
    tree.dir.write("a.py", "# DEFAULT_MODEL = 'llama3:8b'\nOllamaEmbeddings(model=DEFAULT_MODEL)\n"
                           "# OllamaEmbeddings(model=CHAT_MODEL)\nCHAT_MODEL = 'llama3:8b'\n");
    CHECK(tree.states() == Texts{".env all-minilm undeclared", ".env mistrl:7b undeclared", "a.py llama3:8b undeclared",
                                 "a.py llama3:8b undeclared"});
}

TEST_CASE("what tells of the past is shown, no problem, and never rewritten") {
    Tree tree;
    tree.dir.write("CHANGELOG.md", "- `mistral:7b` was `mistrl:7b`, `llama3:8b`\n");
    tree.dir.write("docs/History", "EMBEDDING_MODEL=all-minilm\n");
    tree.dir.write("history.py", "model='mistral:7b'\n");
    tree.dir.write("newsletter.md", "mistral:7b\n");
    tree.installed = std::vector<ModelName>{};
    CHECK(tree.states() == Texts{"CHANGELOG.md mistral:7b past", "CHANGELOG.md mistrl:7b past",
                                 "CHANGELOG.md llama3:8b past", "docs/History all-minilm past",
                                 "history.py mistral:7b declared", "newsletter.md mistral:7b declared"});
    CHECK(use::examine(tree.gather()).not_installed() == 2);
    const use::Rewrite plan = tree.plan("mistral:7b", "llama3:8b");
    CHECK(plan.mentions() == 2);
    CHECK(plan.past == Texts{"CHANGELOG.md"});
}

TEST_CASE("a digest behind the name is left alone, and told") {
    Tree tree;
    tree.dir.write("a.sh", "ollama pull mistral\nollama pull mistral@sha256:6577803aa9a0\n");
    const use::Rewrite plan = tree.plan("mistral", "llama3");
    CHECK(plan.mentions() == 1);
    CHECK(plan.left_alone == Texts{"a.sh:2"});
}

TEST_CASE("a rewrite that cannot be whole changes nothing") {
    Tree tree;
    const fs::path a = tree.dir.write("a.sh", "ollama pull mistral\n");
    const fs::path b = tree.dir.write("b.sh", "ollama pull mistral\n");
    const use::Rewrite plan = tree.plan("mistral", "llama3");
    REQUIRE(plan.edits.size() == 2);
    const auto refused = [&](const std::string& why) {
        const std::string said = failure([&] { use::execute_rewrite(tree.dir.path(), plan, {}); });
        CHECK(said.find(why) != std::string::npos);
        CHECK(read_text(a) == "ollama pull mistral\n");
        CHECK(tree.entries() == 2);
    };
    SECTION("somebody changed a file") {
        tree.dir.write("b.sh", "ollama pull mistral # new\n");
        refused("has changed since it was read");
    }
    SECTION("a file has become a link") {
        fs::remove(b);
        fs::create_symlink("a.sh", b);
        refused("no regular file any more");
    }
    SECTION("a file has another hard link") {
        const TempDir elsewhere;
        fs::create_hard_link(b, elsewhere / "b.sh");
        refused("hard link");
    }
    SECTION("a file is gone") {
        fs::remove(b);
        fs::create_directory(b);
        refused("no regular file any more");
    }
}

TEST_CASE("what was replaced comes back where a later file cannot be") {
    Tree tree;
    const fs::path a = tree.dir.write("a.sh", "ollama pull mistral\n");
    const fs::path b = tree.dir.write("sub/b.sh", "ollama pull mistral\n");
    use::Rewrite plan = tree.plan("mistral", "llama3");
    REQUIRE(plan.edits.size() == 2);
    // The same file twice: its second replacement finds another text than the plan's.
    plan.edits.push_back(plan.edits.front());
    const std::string said = failure([&] { use::execute_rewrite(tree.dir.path(), plan, {}); });
    CHECK(said == "'a.sh' has changed since it was read; nothing was changed | what was changed before is as it was");
    CHECK(read_text(a) == "ollama pull mistral\n");
    CHECK(read_text(b) == "ollama pull mistral\n");
    CHECK(tree.entries() == 2);
}

TEST_CASE("a directory that has become a link is not followed") {
    Tree tree;
    tree.dir.write("sub/a.sh", "ollama pull mistral\n");
    const use::Rewrite plan = tree.plan("mistral", "llama3");
    fs::rename(tree.dir / "sub", tree.dir / "real");
    fs::create_directory_symlink("real", tree.dir / "sub");
    CHECK(failure([&] { use::execute_rewrite(tree.dir.path(), plan, {}); }).find("symbolic link") != std::string::npos);
    CHECK(read_text(tree.dir / "real/a.sh") == "ollama pull mistral\n");
}
