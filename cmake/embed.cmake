# Compiles the files of a folder into a target as bytes.
#
#   embed_folder(<target> <folder> <namespace>)
#
# defines in <target> what src/web/assets.hpp declares: `std::span<const Asset> <namespace>::assets()`, every file below
# <folder> by its path there, and `std::string_view <namespace>::page_version()`, a hash over all of them. A file may
# hold @PAGE_VERSION@, which is replaced by that hash. The same file, run with cmake -P, writes the source at build time.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(embed_folder target folder namespace)
    get_filename_component(folder ${folder} ABSOLUTE)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/generated/embedded_assets.cpp)
    # A list of the names, so that a file that is added or removed is noticed too.
    file(GENERATE OUTPUT ${output}.files CONTENT "${files}")
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DOUTPUT=${output} -DNAMESPACE=${namespace} -P ${EMBED_SCRIPT}
      DEPENDS ${files} ${output}.files ${EMBED_SCRIPT}
      COMMENT "Embedding the files of ${folder}"
      VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endfunction()

  return()
endif()

file(READ ${OUTPUT}.files files)
list(SORT files)

set(all_hashes "")
foreach(file ${files})
  file(SHA256 ${file} hash)
  file(RELATIVE_PATH name ${FOLDER} ${file})
  string(APPEND all_hashes "${name} ${hash}\n")
endforeach()
string(SHA256 version "${all_hashes}")
string(SUBSTRING ${version} 0 16 version)
string(HEX "@PAGE_VERSION@" placeholder_hex)
string(HEX "${version}" version_hex)

set(arrays "")
set(rows "")
set(number 0)
foreach(file ${files})
  file(RELATIVE_PATH name ${FOLDER} ${file})
  file(READ ${file} bytes HEX)
  string(REPLACE "${placeholder_hex}" "${version_hex}" bytes "${bytes}")
  file(SHA256 ${file} hash)
  string(SHA256 hash "${version} ${hash}")
  string(SUBSTRING ${hash} 0 16 hash)
  string(LENGTH "${bytes}" length)
  math(EXPR size "${length} / 2")
  set(lines "")
  # Each byte as \xNN, so that nothing in the file can end the literal early; 32 of them a line.
  foreach(start RANGE 0 ${length} 64)
    string(SUBSTRING "${bytes}" ${start} 64 line)
    string(REGEX REPLACE "(..)" "\\\\x\\1" line "${line}")
    string(APPEND lines "\n    \"${line}\"")
  endforeach()
  string(APPEND arrays "constexpr char file_${number}[] =${lines};\n")
  string(APPEND rows "    Asset{\"${name}\", {file_${number}, ${size}}, \"${hash}\"},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUTPUT} "// Written by cmake/embed.cmake from the files of ${FOLDER}.
#include \"web/assets.hpp\"

#include <array>

namespace ${NAMESPACE} {
namespace {

${arrays}
constexpr std::array kAssets = {
${rows}};

}  // namespace

std::span<const Asset> assets() {
  return kAssets;
}

std::string_view page_version() {
  return \"${version}\";
}

}  // namespace ${NAMESPACE}
")
