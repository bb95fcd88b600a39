# libdatachannel, as the target LibDataChannel::LibDataChannel. A system package serves from 0.24.3 on; before
# that connects stall (docs/decisions/0003-libdatachannel-patch.md), so the pinned source is patched and built.
find_package(LibDataChannel 0.24.3 QUIET)
if(LibDataChannel_FOUND)
  message(STATUS "libdatachannel: ${LibDataChannel_VERSION} of the system")
  return()
endif()

set(pantheon_libdatachannel_version 0.23.2)
if(DEFINED ENV{PANTHEON_CACHE})
  set(pantheon_cache "$ENV{PANTHEON_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(pantheon_cache "$ENV{XDG_CACHE_HOME}/pantheon")
else()
  set(pantheon_cache "$ENV{HOME}/.cache/pantheon")
endif()
option(PANTHEON_LIBDATACHANNEL_PATCHED "Apply the patches of third_party/libdatachannel (off: to compare with)" ON)
file(GLOB pantheon_libdatachannel_patches CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/third_party/libdatachannel/*.patch")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pantheon_libdatachannel_patches})
# A folder for each set of patches: checkouts of different age share the cache.
set(pantheon_libdatachannel_set)
set(pantheon_libdatachannel_flags --unpatched)
if(PANTHEON_LIBDATACHANNEL_PATCHED)
  set(pantheon_libdatachannel_flags)
  foreach(patch IN LISTS pantheon_libdatachannel_patches)
    file(SHA256 "${patch}" hash)
    string(APPEND pantheon_libdatachannel_set "${hash}")
  endforeach()
endif()
string(SHA256 pantheon_libdatachannel_set "${pantheon_libdatachannel_set}")
string(SUBSTRING "${pantheon_libdatachannel_set}" 0 8 pantheon_libdatachannel_set)
set(PANTHEON_LIBDATACHANNEL_FOLDER "" CACHE PATH
  "Where the pinned source of libdatachannel is kept (empty: in the cache folder)")
set(pantheon_libdatachannel_dir "${PANTHEON_LIBDATACHANNEL_FOLDER}")
if(NOT pantheon_libdatachannel_dir)
  set(pantheon_libdatachannel_dir
    "${pantheon_cache}/libdatachannel-${pantheon_libdatachannel_version}-${pantheon_libdatachannel_set}")
endif()
execute_process(COMMAND "${CMAKE_SOURCE_DIR}/scripts/fetch-libdatachannel" ${pantheon_libdatachannel_flags} "${pantheon_libdatachannel_dir}"
  COMMAND_ERROR_IS_FATAL ANY)

# A function, so that settings for the library's own CMake files stay out of ours.
function(pantheon_add_libdatachannel)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  set(CMAKE_WARN_DEPRECATED OFF)
  set(BUILD_SHARED_LIBS OFF)
  set(NO_MEDIA ON)
  set(NO_WEBSOCKET ON)
  set(NO_EXAMPLES ON)
  set(NO_TESTS ON)
  set(WARNINGS_AS_ERRORS OFF)
  set(sctp_werror OFF)
  set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
  add_subdirectory("${pantheon_libdatachannel_dir}" "${CMAKE_BINARY_DIR}/libdatachannel" EXCLUDE_FROM_ALL SYSTEM)
endfunction()
pantheon_add_libdatachannel()

# Optimised in every preset: throughput and time-outs are its business. Undefined-behaviour checks stay with our
# own code: usrsctp reads unaligned headers by design. Nor is usrsctp checked for races: it has some, in its timers and
# counters; what it hands on is guarded by mutexes, which the sanitizer sees all the same.
foreach(target datachannel juice usrsctp)
  target_compile_options(${target} PRIVATE -O2 -w)
  if(PANTHEON_SANITIZE MATCHES "undefined")
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
endforeach()
# Most of the time goes into reading the same headers, as in our own parts (decision 68).
set_target_properties(datachannel PROPERTIES
  UNITY_BUILD ${PANTHEON_UNITY} UNITY_BUILD_MODE BATCH UNITY_BUILD_BATCH_SIZE 16)
# Its helpers are called as those of candidate.cpp.
set_source_files_properties("${pantheon_libdatachannel_dir}/src/description.cpp" TARGET_DIRECTORY datachannel
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
if(PANTHEON_SANITIZE MATCHES "thread")
  target_compile_options(usrsctp PRIVATE -fno-sanitize=thread)
endif()
