# Command streams of the engine. With clang and -DWISSEL_FUZZ=ON a libFuzzer program; otherwise its
# corpus and a number of seeded inputs are a test.
option(WISSEL_FUZZ "Build fuzz targets with libFuzzer (clang)" OFF)

add_executable(command_fuzz ${CMAKE_CURRENT_LIST_DIR}/command_fuzz.cc)
target_link_libraries(command_fuzz PRIVATE wissel_flags wissel_simulation)
set(command_corpus ${CMAKE_CURRENT_LIST_DIR}/corpus/command_fuzz)
if(WISSEL_FUZZ)
  foreach(library wissel_router_core wissel_reference wissel_simulation)
    target_compile_options(${library} PRIVATE -fsanitize=fuzzer-no-link)
  endforeach()
  target_compile_options(command_fuzz PRIVATE -fsanitize=fuzzer)
  target_link_options(command_fuzz PRIVATE -fsanitize=fuzzer)
  set(command_found ${CMAKE_CURRENT_BINARY_DIR}/command_fuzz_found)
  file(MAKE_DIRECTORY ${command_found})
  add_test(NAME command_fuzz COMMAND command_fuzz -runs=20000 -max_total_time=60 -max_len=8192
           ${command_found} ${command_corpus})
else()
  target_sources(command_fuzz PRIVATE ${CMAKE_CURRENT_LIST_DIR}/command_replay.cc)
  add_test(NAME command_fuzz COMMAND command_fuzz ${command_corpus} 200)
endif()
set_tests_properties(command_fuzz PROPERTIES LABELS fuzz TIMEOUT 300)
