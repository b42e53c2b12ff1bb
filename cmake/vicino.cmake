# One way to declare a library, a test and a program, so that every folder's CMakeLists.txt reads alike.

add_library(vicino_options INTERFACE)
target_compile_options(vicino_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Werror
  # GCC 12 sees uninitialised members in every moved std::variant (GCC bug 105593 and its kin).
  # And it takes the allocation functions of Asio's coroutine frames for mismatched.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-mismatched-new-delete>)
target_include_directories(vicino_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
if(VICINO_SANITIZE)
  target_compile_options(vicino_options INTERFACE
    -fsanitize=${VICINO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1 -O1)
  target_link_options(vicino_options INTERFACE -fsanitize=${VICINO_SANITIZE})
endif()
if(VICINO_TESTS AND NOT VICINO_WASM)
  enable_testing()
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# The tests' own code, in builds with sanitizers: checking it for undefined behaviour would take three times as long to
# compile, and it is not what is being checked. What every test includes is compiled once for all.
if(VICINO_SANITIZE AND VICINO_TESTS)
  set(vicino_test_options -fno-sanitize=undefined -O0)
  set(vicino_test_header ${CMAKE_BINARY_DIR}/test_header.h)
  configure_file(cmake/test_header.h ${vicino_test_header} COPYONLY)
  separate_arguments(vicino_test_flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_DEBUG}")
  # It is only good for the very headers it was made of: again when Debian packages have come or gone.
  file(GLOB vicino_packages /var/lib/dpkg/status)
  add_custom_command(OUTPUT ${vicino_test_header}.gch
    COMMAND ${CMAKE_CXX_COMPILER} ${vicino_test_flags} -std=c++2b -Wpedantic -fsanitize=${VICINO_SANITIZE}
      -fno-sanitize-recover=all -fno-omit-frame-pointer -g1 ${vicino_test_options} -DGTEST_HAS_PTHREAD=1
      -x c++-header ${vicino_test_header} -o ${vicino_test_header}.gch
    DEPENDS ${vicino_test_header} ${vicino_packages} VERBATIM)
  add_custom_target(vicino_test_header DEPENDS ${vicino_test_header}.gch)
endif()

# vicino_library(NAME SOURCES a.cpp ... DEPS base ... [TESTS a_test.cpp ...])
# Headers are found from src/, as "rtc/stun.h". The folder's tests become one program, NAME_test.
function(vicino_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS;TESTS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC vicino_options ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  if(ARG_TESTS AND VICINO_TESTS AND NOT VICINO_WASM)
    vicino_test(${name}_test SOURCES ${ARG_TESTS} DEPS ${name})
  endif()
endfunction()

# vicino_test(NAME SOURCES a_test.cpp ... DEPS ... [TIMEOUT SECONDS]): a GoogleTest program whose cases CTest lists one by
# one, each with that limit.
function(vicino_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock_main)
  if(VICINO_SANITIZE)
    # As properties of the files, because those come last on the command line and win.
    set_source_files_properties(${ARG_SOURCES} PROPERTIES
      COMPILE_OPTIONS "${vicino_test_options};-include;${vicino_test_header};-Winvalid-pch;-Wno-error=invalid-pch")
    add_dependencies(${name} vicino_test_header)
  endif()
  target_compile_definitions(${name} PRIVATE
    VICINO_SOURCE_DIR="${CMAKE_SOURCE_DIR}" VICINO_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# vicino_executable(NAME SOURCES ... DEPS ...)
function(vicino_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE vicino_options ${ARG_DEPS})
endfunction()
