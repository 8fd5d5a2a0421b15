#pragma once

#include "codemate/lifecycle/docs.hpp"

#include <string>
#include <string_view>
#include <vector>

// How the document is written, and by whom each part of it.
namespace codemate::lifecycle::docs {

// A text of somebody else's as a part of a line. It may be Markdown; it cannot begin a line, an element or a marker.
std::string prose(std::string_view);
std::string code(std::string_view);                         // `text`
std::string cell(std::string_view);                         // prose in a table
std::string bullets(const std::vector<std::string>& texts); // "- text" each
std::string row(const std::vector<std::string>& cells);
std::string table_head(const std::vector<std::string>& headings);
std::string shell(std::string_view commands); // a block of command lines
std::string capitalised(std::string text);
std::string number(double); // as it was written, six digits at most

// The sections' texts; empty: there is nothing to say.
std::string overview_text(const Facts&);
std::string current_text(const Facts&);
std::string criteria_text(const Facts&);
std::string history_text(const Facts&);
std::string alternatives_text(const Facts&);
std::string procedure_text(const Facts&);
std::string checksums_text(const Facts&);
std::string storage_text(const Facts&);
std::string speeds_text(const Facts&);
std::string troubleshooting_text(const Facts&);
std::string references_text(const Facts&);
std::string questions_text(const Facts&);

const manifest::Locked* locked(const Facts&, const ModelName&); // nullptr: no pin
std::vector<ModelName> models_of_roles(const Facts&);           // each once, in the roles' order
std::string link_to(const Facts&, const std::string& title,
                    const std::string& target); // or text, where it is not there
bool is_url(std::string_view);

} // namespace codemate::lifecycle::docs
