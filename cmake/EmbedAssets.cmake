# cmake -DDIST=<folder> -DOUT=<folder> -P EmbedAssets.cmake
#
# Writes web_assets.S (the bytes of every file, by .incbin) and web_assets.cpp (their table).
file(GLOB_RECURSE files RELATIVE "${DIST}" "${DIST}/*")
list(SORT files)

function(content_type path out)
  get_filename_component(extension "${path}" LAST_EXT)
  set(types_html "text/html; charset=utf-8")
  set(types_js "text/javascript; charset=utf-8")
  set(types_css "text/css; charset=utf-8")
  set(types_svg "image/svg+xml")
  set(types_png "image/png")
  set(types_ico "image/x-icon")
  set(types_json "application/json")
  set(types_webmanifest "application/manifest+json")
  set(types_woff2 "font/woff2")
  set(types_txt "text/plain; charset=utf-8")
  string(REGEX REPLACE "^\\." "" extension "${extension}")
  if(DEFINED types_${extension})
    set(${out} "${types_${extension}}" PARENT_SCOPE)
  else()
    set(${out} "application/octet-stream" PARENT_SCOPE)
  endif()
endfunction()

set(assembly ".section .rodata\n")
set(declarations "")
set(rows "")
set(index 0)
foreach(file IN LISTS files)
  if(file MATCHES "\\.map$")
    continue()
  endif()
  file(SHA256 "${DIST}/${file}" hash)
  string(SUBSTRING "${hash}" 0 32 etag)
  content_type("${file}" type)
  string(APPEND assembly ".balign 16\n.global pantheon_asset_${index}\npantheon_asset_${index}:\n.incbin \"${DIST}/${file}\"\n.global pantheon_asset_${index}_end\npantheon_asset_${index}_end:\n.byte 0\n")
  string(APPEND declarations "extern const unsigned char pantheon_asset_${index}[];\nextern const unsigned char pantheon_asset_${index}_end[];\n")
  string(APPEND rows "      {\"/${file}\", \"${type}\", {pantheon_asset_${index}, pantheon_asset_${index}_end}, \"\\\"${etag}\\\"\"},\n")
  math(EXPR index "${index} + 1")
endforeach()
string(APPEND assembly ".section .note.GNU-stack,\"\",@progbits\n")

file(WRITE "${OUT}/web_assets.S" "${assembly}")
file(WRITE "${OUT}/web_assets.cpp" "// Written by cmake/EmbedAssets.cmake.
#include \"app/web_assets.hpp\"

#include <vector>

extern \"C\" {
${declarations}}

namespace pantheon::app {

std::span<const signaling::Asset> web_assets() {
  static const std::vector<signaling::Asset> assets{
${rows}  };
  return assets;
}

}  // namespace pantheon::app
")
