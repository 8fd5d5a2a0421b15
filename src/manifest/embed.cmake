# Writes OUTPUT, the definitions of built_in_text() and built_in_releases_text(), from the files MANIFEST and RELEASES.
file(READ "${MANIFEST}" manifest)
file(READ "${RELEASES}" releases)
set(delimiter "built_in")
foreach(text IN ITEMS "${manifest}" "${releases}")
  string(FIND "${text}" ")${delimiter}\"" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "a built-in file contains the end of its own literal: )${delimiter}\"")
  endif()
endforeach()
file(WRITE "${OUTPUT}" "// Generated from built_in.json and built_in_releases.json.
#include \"codemate/manifest/manifest.hpp\"

std::string_view codemate::manifest::built_in_text() {
    return R\"${delimiter}(${manifest})${delimiter}\";
}

std::string_view codemate::manifest::built_in_releases_text() {
    return R\"${delimiter}(${releases})${delimiter}\";
}
")
