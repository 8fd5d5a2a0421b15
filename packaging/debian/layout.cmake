# Run by CPack before it packs: what a Debian package has elsewhere, or in another form, than `cmake --install`.
# Needs SOURCE_DATE_EPOCH where the package shall be the same each time.
if(CPACK_GENERATOR AND NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(usr ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
set(doc ${usr}/share/doc/codemate)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # obeys SOURCE_DATE_EPOCH

# Where Debian's zsh looks; site-functions belongs to the administrator.
file(MAKE_DIRECTORY ${usr}/share/zsh/vendor-completions)
file(RENAME ${usr}/share/zsh/site-functions/_codemate ${usr}/share/zsh/vendor-completions/_codemate)
file(REMOVE_RECURSE ${usr}/share/zsh/site-functions)

# The licence is the file "copyright", the changelog "changelog.gz".
file(READ ${doc}/LICENSE licence)
string(REGEX REPLACE "^MIT License\n+(Copyright [^\n]*)\n+" "" terms "${licence}")
set(holder "${CMAKE_MATCH_1}")
string(REGEX REPLACE "^Copyright \\(c\\) " "" holder "${holder}")
string(REGEX REPLACE "\n+$" "" terms "${terms}")
string(REGEX REPLACE "\n\n" "\n.\n" terms "${terms}")
string(REGEX REPLACE "\n" "\n " terms "${terms}")
file(WRITE ${doc}/copyright "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: codemate

Files: *
Copyright: ${holder}
License: Expat
 ${terms}
")
file(REMOVE ${doc}/LICENSE)
file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
file(WRITE ${doc}/changelog.Debian "codemate (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * The release as it is. What changed in it stands in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")

file(GLOB manual ${usr}/share/man/man1/*.1)
execute_process(COMMAND gzip -9n ${manual} ${doc}/changelog ${doc}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)

# It names the compiler, which nothing reads.
execute_process(COMMAND strip --remove-section=.comment ${usr}/bin/codemate COMMAND_ERROR_IS_FATAL ANY)

# One time for all files, which is what the archive stores of them.
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND find ${CPACK_TEMPORARY_INSTALL_DIRECTORY} -exec touch --no-dereference --date=@$ENV{SOURCE_DATE_EPOCH} {} +
    COMMAND_ERROR_IS_FATAL ANY)
endif()
