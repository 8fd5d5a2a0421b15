#include "support/catch.hpp"

#include "codemate/ui/annotation.hpp"

using codemate::ui::Annotation;
using codemate::ui::workflow_command;

TEST_CASE("an annotation is one command of GitHub Actions, whatever its text") {
    CHECK(workflow_command({Annotation::Level::error, "src/a.py", 3, 7, "misspelt: 50% sure\nreally, yes: so"}) ==
          "::error title=codemate,file=src/a.py,line=3,col=7::misspelt: 50%25 sure%0Areally, yes: so\n");
    CHECK(workflow_command({Annotation::Level::warning, "a,b:c%\r.md", 0, 0, "x"}) ==
          "::warning title=codemate,file=a%2Cb%3Ac%25%0D.md::x\n");
    CHECK(workflow_command({Annotation::Level::error, "", 0, 0, "no server"}) == "::error title=codemate::no server\n");
    CHECK(workflow_command({Annotation::Level::error, "", 0, 0, "no ##[error]x"}) ==
          "::error title=codemate::no ##\\u005berror]x\n");
}
