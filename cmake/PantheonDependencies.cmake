# Every library from outside, in one place. Debian packages: scripts/packages.txt.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(tl-expected REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(cjose REQUIRED IMPORTED_TARGET cjose)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)
find_package(CLI11 REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
if(PANTHEON_TESTS)
  find_package(GTest REQUIRED)
endif()

# Asio and Beast are compiled once, in src/core/boost_separate.cpp, not in every file.
add_library(pantheon_boost INTERFACE)
target_link_libraries(pantheon_boost INTERFACE Boost::headers Boost::json Boost::url OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_definitions(pantheon_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

# Header-only: one file includes it, and the binary needs no library for it where it runs.
add_library(pantheon_toml INTERFACE)
target_include_directories(pantheon_toml SYSTEM INTERFACE "${TOMLPLUSPLUS_INCLUDE}")

# The fuzz targets are of pure protocol code; they need no peer connections.
if(NOT PANTHEON_FUZZ)
  include(LibDataChannel)
endif()
