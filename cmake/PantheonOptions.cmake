# Switches of the build, and the flags every target of ours is compiled with.
option(PANTHEON_TESTS "Build the unit tests" ON)
option(PANTHEON_BENCH "Build the benchmark tools" ON)
option(PANTHEON_FUZZ "Build the fuzz targets only (needs clang)" OFF)
option(PANTHEON_UNITY "Compile several sources of a part at one time: a third of the time for a whole build, more for one source" OFF)
set(PANTHEON_SANITIZE "" CACHE STRING "Sanitizers for everything built here: address,undefined or thread")
set(PANTHEON_VERSION "${PROJECT_VERSION}")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(PANTHEON_CCACHE ccache)
if(PANTHEON_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${PANTHEON_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

if(PANTHEON_SANITIZE)
  add_compile_options(-fsanitize=${PANTHEON_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PANTHEON_SANITIZE})
  if(PANTHEON_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

if(PANTHEON_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link) # coverage of the parts, which steers the fuzzer
endif()

# Warnings are errors in our code only; dependencies are compiled before this function is used.
function(pantheon_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Wconversion -Wno-sign-conversion -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND PANTHEON_UNITY)
    # GCC takes a source that another includes for a header.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND PANTHEON_SANITIZE)
    # GCC reports uninitialised values that its own instrumentation introduces.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-tsan)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    if(CMAKE_BUILD_TYPE STREQUAL "Release")
      target_compile_options(${target} PRIVATE -Wno-restrict) # GCC 12 sees overlaps in inlined std::string (PR 105651)
    endif()
    if(CMAKE_BUILD_TYPE STREQUAL "Release" OR PANTHEON_SANITIZE)
      # GCC 12 takes the frames of inlined coroutines, allocated by Asio's operator new, for memory of another allocator.
      target_compile_options(${target} PRIVATE -Wno-mismatched-new-delete)
    endif()
  endif()
endfunction()
