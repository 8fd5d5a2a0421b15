#include "support/catch.hpp"

#include "codemate/ui/markup.hpp"

using namespace codemate;

TEST_CASE("text in HTML") {
    CHECK(ui::html_escaped("") == "");
    CHECK(ui::html_escaped("plain, 12 % – ü") == "plain, 12 % – ü");
    CHECK(ui::html_escaped(R"(<a href="x" title='y'>&amp;)") ==
          "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;");
}

TEST_CASE("text in Markdown") {
    CHECK(ui::markdown_escaped("Intel(R) Core(TM), 32 GB") == "Intel(R) Core(TM), 32 GB");
    CHECK(ui::markdown_escaped("a|b") == "a\\|b");
    CHECK(ui::markdown_escaped("*a* _b_ `c` [d](e) ~f~") == "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\~f\\~");
    CHECK(ui::markdown_escaped("Q4_0, a_ _b, 1__2") == "Q4_0, a\\_ \\_b, 1\\_\\_2");
    CHECK(ui::markdown_escaped("<b>&lt;\\") == "&lt;b>&amp;lt;\\\\");
    CHECK(ui::markdown_escaped("two\nlines\r\n") == "two lines  ");
}

TEST_CASE("lines as they are, in Markdown") {
    CHECK(ui::markdown_preformatted("") == "");
    CHECK(ui::markdown_preformatted("a  b\n\n``` <x>\n") == "<pre>a  b\n\n``` &lt;x&gt;\n</pre>\n");
}
