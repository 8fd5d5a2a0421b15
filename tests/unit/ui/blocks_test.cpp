#include "support/catch.hpp"

#include "codemate/ui/blocks.hpp"

using codemate::ui::Blocks;
using codemate::ui::Style;

TEST_CASE("blocks of aligned rows, with a line between them") {
    Blocks blocks;
    blocks.begin("Model");
    blocks.row({"name", "mistral:latest"});
    blocks.row({"quantization", "Q4_0"});
    blocks.begin("Empty");
    blocks.begin("Layers");
    blocks.row({"weights", "0123456789ab", "4.1 GB", "shared"});
    blocks.row({"licence", "ab", "11 KB", ""});
    blocks.row({"in all", "a last cell as long as it likes"});
    CHECK(blocks.text(Style(false)) == "  Model\n"
                                       "    name            mistral:latest\n"
                                       "    quantization    Q4_0\n"
                                       "\n"
                                       "  Layers\n"
                                       "    weights    0123456789ab    4.1 GB    shared\n"
                                       "    licence    ab              11 KB\n"
                                       "    in all     a last cell as long as it likes\n");
    CHECK(blocks.text(Style(true)).find("\x1b[1mModel\x1b[") != std::string::npos);
}

TEST_CASE("what comes from a server cannot move the cursor, and wide characters count") {
    Blocks blocks;
    blocks.begin("A\x1b[2J");
    blocks.row({"日本", "a\nb"});
    blocks.row({"xxxx", "c"});
    CHECK(blocks.text(Style(false)) == "  A\\x1b[2J\n    日本    a\\nb\n    xxxx    c\n");
    CHECK(Blocks().text(Style(true)).empty());
}
