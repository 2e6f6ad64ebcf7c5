# wissel_library(NAME SOURCES ... DEPS ...): the one library of a folder. Without sources: headers only.
function(wissel_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC wissel_flags ${ARG_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE wissel_flags ${ARG_DEPS})
  endif()
endfunction()

# wissel_test(NAME SOURCES ... DEPS ... LABELS ...): a GoogleTest program, run as one ctest test.
function(wissel_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  # What a test asks of runs in libraries, optimised as shipped; its own code need not be.
  target_compile_options(${name} PRIVATE -O1)
  target_link_libraries(${name} PRIVATE wissel_flags ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 900
                       ENVIRONMENT "WISSEL_SOURCE_DIR=${CMAKE_SOURCE_DIR};WISSEL_BUILD_DIR=${CMAKE_BINARY_DIR}")
endfunction()
