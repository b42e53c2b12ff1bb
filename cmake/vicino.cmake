# One way to declare a library, a test and a program, so that every folder's CMakeLists.txt reads alike.

add_library(vicino_options INTERFACE)
target_compile_options(vicino_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Werror
  # GCC 12 sees uninitialised members in every moved std::variant (GCC bug 105593 and its kin).
  # And it takes the allocation functions of Asio's coroutine frames for mismatched.
  # And in files that are compiled with others it takes every unnamed namespace for a header's.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-mismatched-new-delete -Wno-subobject-linkage>)
target_include_directories(vicino_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
if(VICINO_SANITIZE)
  # Without the checks of every single pointer, which take a quarter of the time to compile: what a wrong one leads to is
  # AddressSanitizer's to find.
  set(vicino_sanitizers -fsanitize=${VICINO_SANITIZE} -fno-sanitize=null,alignment,object-size,pointer-overflow,vptr
    -fno-sanitize-recover=all -fno-omit-frame-pointer -g1 -O1)
  target_compile_options(vicino_options INTERFACE ${vicino_sanitizers})
  target_link_options(vicino_options INTERFACE -fsanitize=${VICINO_SANITIZE})
endif()
if(VICINO_TESTS AND NOT VICINO_WASM)
  enable_testing()
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# Builds with sanitizers are made from nothing by every run of the tests elsewhere: what nearly every file includes is compiled
# once for all. vicino_header(NAME OPTION...) makes build/NAME.h of cmake/NAME.h, for files that are compiled with the options.
function(vicino_header name)
  set(header ${CMAKE_BINARY_DIR}/${name}.h)
  configure_file(cmake/${name}.h ${header} COPYONLY)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_DEBUG}")
  # It is only good for the very headers it was made of: again when Debian packages have come or gone.
  file(GLOB packages /var/lib/dpkg/status)
  add_custom_command(OUTPUT ${header}.gch
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} -std=c++2b -Wpedantic ${vicino_sanitizers} ${ARGN}
      -x c++-header ${header} -o ${header}.gch
    DEPENDS ${header} ${packages} VERBATIM)
  add_custom_target(vicino_${name} DEPENDS ${header}.gch)
endfunction()

if(VICINO_SANITIZE AND VICINO_TESTS)
  # The tests' own code: checking it for undefined behaviour would take three times as long to compile, and it is not what is
  # being checked.
  set(vicino_test_options -fno-sanitize=undefined -O0)
  vicino_header(test_header ${vicino_test_options} -DGTEST_HAS_PTHREAD=1)
  # Options of what is linked last come last on the command line and win.
  add_library(vicino_test_options INTERFACE)
  target_compile_options(vicino_test_options INTERFACE ${vicino_test_options}
    $<$<BOOL:${VICINO_UNITY}>:-Wno-shadow>  # of what another file in the same unit has for itself
    -include ${CMAKE_BINARY_DIR}/test_header.h -Winvalid-pch -Wno-error=invalid-pch)
  vicino_header(library_header)
endif()

function(vicino_include_library_header name)
  if(VICINO_SANITIZE AND VICINO_TESTS)
    target_compile_options(${name} PRIVATE
      -include ${CMAKE_BINARY_DIR}/library_header.h -Winvalid-pch -Wno-error=invalid-pch)
    add_dependencies(${name} vicino_library_header)
  endif()
endfunction()

# vicino_library(NAME SOURCES a.cpp ... DEPS base ... [TESTS a_test.cpp ...])
# Headers are found from src/, as "rtc/stun.h". The folder's tests become one program, NAME_test.
function(vicino_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS;TESTS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC vicino_options ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  vicino_include_library_header(${name})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${VICINO_UNITY} UNITY_BUILD_BATCH_SIZE 8)
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
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${VICINO_UNITY} UNITY_BUILD_BATCH_SIZE 4)
  if(VICINO_SANITIZE)
    target_link_libraries(${name} PRIVATE vicino_test_options)
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
  vicino_include_library_header(${name})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${VICINO_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# vicino_quickly(FILE...): these are compiled with less optimisation, in half of the time; in builds with sanitizers without
# any and without checks of undefined behaviour, in a third. For files that are template libraries' work above all and that no
# packet of media passes through. Clang would refuse the header that was compiled with optimisation: but for a macro it is the same.
function(vicino_quickly)
  set(options -O1)
  if(VICINO_SANITIZE)
    set(options -O0 -fno-sanitize=undefined)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      list(APPEND options -Xclang -fno-validate-pch)
    endif()
  endif()
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${options}")
endfunction()
