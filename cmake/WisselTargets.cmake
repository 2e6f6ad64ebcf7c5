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

# wissel_store_test(NAME ... [FILES_ONLY FILTER]): a test of stores, run over files and once more over PostgreSQL
# (tests/postgres/places.h), but for the tests of GoogleTest's FILTER, which are about files.
function(wissel_store_test name)
  cmake_parse_arguments(ARG "APART" "FILES_ONLY" "SOURCES;DEPS;LABELS" ${ARGN})
  set(apart "")
  if(ARG_APART)
    set(apart APART)
  endif()
  wissel_test(${name} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS} wissel_postgres_testing LABELS ${ARG_LABELS} ${apart})
  add_test(NAME ${name}_postgres COMMAND ${name} "--gtest_filter=-${ARG_FILES_ONLY}")
  # Both may run at once, and name their folders alike.
  set(folder ${CMAKE_BINARY_DIR}/store_tests/${name})
  file(MAKE_DIRECTORY ${folder})
  set_tests_properties(${name}_postgres PROPERTIES TIMEOUT 900
                       ENVIRONMENT "WISSEL_SOURCE_DIR=${CMAKE_SOURCE_DIR};WISSEL_BUILD_DIR=${CMAKE_BINARY_DIR};WISSEL_TEST_STORES=postgres;TEST_TMPDIR=${folder}")
endfunction()
