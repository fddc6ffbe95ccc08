# Compiles a file into a target as bytes.
#
#   embed_file(<target> <file> <namespace> <function>)
#
# adds to <target> a function `std::string_view <namespace>::<function>()` that returns the contents of <file>. A
# header of the project declares it. The same file, run with cmake -P, writes the source at build time.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(embed_file target file namespace function)
    get_filename_component(input ${file} ABSOLUTE)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/generated/embedded/${function}.cpp)
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${input} -DOUTPUT=${output} -DNAMESPACE=${namespace} -DFUNCTION=${function}
              -P ${EMBED_SCRIPT}
      DEPENDS ${input} ${EMBED_SCRIPT}
      COMMENT "Embedding ${file}"
      VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endfunction()

  return()
endif()

file(READ ${INPUT} bytes HEX)
string(LENGTH "${bytes}" length)
set(lines "")
# Each byte as \xNN, so that nothing in the file can end the literal early; 32 of them a line.
foreach(start RANGE 0 ${length} 64)
  string(SUBSTRING "${bytes}" ${start} 64 line)
  string(REGEX REPLACE "(..)" "\\\\x\\1" line "${line}")
  string(APPEND lines "\n      \"${line}\"")
endforeach()
math(EXPR size "${length} / 2")

get_filename_component(name ${INPUT} NAME)
file(WRITE ${OUTPUT} "// Written by cmake/embed.cmake from ${name}.
#include <string_view>

namespace ${NAMESPACE} {

std::string_view ${FUNCTION}() {
  static constexpr char bytes[] =${lines};
  return {bytes, ${size}};
}

}  // namespace ${NAMESPACE}
")
