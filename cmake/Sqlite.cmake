# codemate::sqlite: SQLite, linked statically where the archive is there: one command reads databases, and the loader
# would look for the library before each. docs/decisions/0011-sqlite-is-linked-statically.md
find_package(SQLite3 3.34 REQUIRED)
find_library(CODEMATE_SQLITE_ARCHIVE libsqlite3.a)
mark_as_advanced(CODEMATE_SQLITE_ARCHIVE)
add_library(codemate_sqlite INTERFACE)
add_library(codemate::sqlite ALIAS codemate_sqlite)
target_include_directories(codemate_sqlite SYSTEM INTERFACE ${SQLite3_INCLUDE_DIRS})
if(CODEMATE_SQLITE_ARCHIVE)
  target_link_libraries(codemate_sqlite INTERFACE ${CODEMATE_SQLITE_ARCHIVE} ${CMAKE_DL_LIBS} m)
else()
  target_link_libraries(codemate_sqlite INTERFACE SQLite::SQLite3)
endif()
