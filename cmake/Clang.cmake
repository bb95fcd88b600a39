# The clang of the fuzz preset: the newest from 16 on. Older ones cannot compile coroutines with
# coverage ("Cannot represent a difference across sections").
find_program(PANTHEON_CLANG NAMES clang-19 clang-18 clang-17 clang-16 clang REQUIRED)
string(REGEX REPLACE "clang(-[0-9]+)?$" "clang++\\1" PANTHEON_CLANGXX "${PANTHEON_CLANG}")
set(CMAKE_C_COMPILER "${PANTHEON_CLANG}")
set(CMAKE_CXX_COMPILER "${PANTHEON_CLANGXX}")
