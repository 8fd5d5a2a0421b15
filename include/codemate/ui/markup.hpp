#pragma once

#include <string>
#include <string_view>

// Text as a part of a document that is read elsewhere. Control characters are not their business: printable().
namespace codemate::ui {

std::string html_escaped(std::string_view);     // for content and for attributes in quotation marks, of HTML and SVG
std::string markdown_escaped(std::string_view); // for a line, also in a cell of a table, of GitHub's Markdown

// Lines as they are, with their spaces, as a block of a Markdown document; nothing for no text.
std::string markdown_preformatted(std::string_view);

} // namespace codemate::ui
