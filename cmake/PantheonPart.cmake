# pantheon_compile_in_groups(<target> <most> <source>...)
#
# Sources are compiled in groups of about one size, at most so many in each: the headers are half of the time of a source
# (docs/decisions/0068-sources-in-groups.md).
function(pantheon_compile_in_groups target most)
  list(LENGTH ARGN count)
  math(EXPR groups "(${count} + ${most} - 1) / ${most}")
  math(EXPR size "(${count} + ${groups} - 1) / ${groups}")
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ${PANTHEON_UNITY} UNITY_BUILD_MODE BATCH UNITY_BUILD_BATCH_SIZE ${size})
endfunction()

# pantheon_part(<name> [DEPENDS <part>...] [LIBRARIES <target>...])
#
# One static library `pantheon_<name>` from src/<name>/*.cpp and one test program
# `test_<name>` from src/<name>/*_test.cpp. DEPENDS lists the parts whose headers it
# may include; it must agree with the table in architecture.md (tests/architecture).
function(pantheon_part name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES;TEST_LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ARG_DEPENDS PREPEND "pantheon_")

  if(sources)
    add_library(pantheon_${name} STATIC ${sources})
    set(scope PUBLIC)
    pantheon_warnings(pantheon_${name})
    pantheon_compile_in_groups(pantheon_${name} 24 ${sources})
  else()
    add_library(pantheon_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(pantheon_${name} ${scope} "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(pantheon_${name} ${scope} ${ARG_DEPENDS} ${ARG_LIBRARIES})

  if(PANTHEON_TESTS AND tests)
    add_executable(test_${name} ${tests})
    pantheon_warnings(test_${name})
    target_link_libraries(test_${name} PRIVATE pantheon_${name} ${ARG_TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
    target_compile_definitions(test_${name} PRIVATE PANTHEON_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    pantheon_compile_in_groups(test_${name} 24 ${tests})
    add_test(NAME ${name} COMMAND test_${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300)
  endif()
endfunction()
