# WISSEL_UNITY: files of a target are compiled together, which takes a third of the time from nothing and
# more after a change. Targets whose files cannot be (names of their own that others have too) say APART.
option(WISSEL_UNITY "Compile the files of a target together" OFF)
if(WISSEL_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
endif()

# wissel_library(NAME SOURCES ... DEPS ... [APART]): the one library of a folder. Without sources: headers only.
function(wissel_library name)
  cmake_parse_arguments(ARG "APART" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    # Generated sources are each made to stand alone.
    set(generated ${ARG_SOURCES})
    list(FILTER generated INCLUDE REGEX "\\.pb\\.cc$")
    set_source_files_properties(${generated} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC wissel_flags ${ARG_DEPS})
    if(ARG_APART)
      set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE wissel_flags ${ARG_DEPS})
  endif()
endfunction()

# wissel_test(NAME SOURCES ... DEPS ... LABELS ... [APART]): a GoogleTest program, run as one ctest test.
function(wissel_test name)
  cmake_parse_arguments(ARG "APART" "" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  if(ARG_APART)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  # What a test asks of runs in libraries, optimised as shipped; its own code need not be.
  target_compile_options(${name} PRIVATE -O1)
  target_link_libraries(${name} PRIVATE wissel_flags ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 900
                       ENVIRONMENT "WISSEL_SOURCE_DIR=${CMAKE_SOURCE_DIR};WISSEL_BUILD_DIR=${CMAKE_BINARY_DIR}")
endfunction()
