if(CODEMATE_SANITIZE)
  add_compile_options(-fsanitize=${CODEMATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CODEMATE_SANITIZE})
endif()
