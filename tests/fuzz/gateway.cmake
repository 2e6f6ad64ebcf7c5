# What reads outside bytes at the doors. With clang and -DWISSEL_FUZZ=ON each target is a libFuzzer
# program (run it with its corpus folder); otherwise it replays its corpus as a test.
option(WISSEL_FUZZ "Build fuzz targets with libFuzzer (clang)" OFF)

if(WISSEL_FUZZ)
  foreach(library wissel_gateway wissel_sign_in)
    target_compile_options(${library} PRIVATE -fsanitize=fuzzer-no-link)
  endforeach()
  # clang 14 cannot instrument coroutines; no target runs these two.
  set_source_files_properties(
    ${CMAKE_CURRENT_LIST_DIR}/../../gateway/http_door.cc
    ${CMAKE_CURRENT_LIST_DIR}/../../gateway/http_session.cc
    TARGET_DIRECTORY wissel_gateway PROPERTIES COMPILE_OPTIONS -fno-sanitize=all)
endif()

function(wissel_gateway_fuzz name)
  add_executable(${name} ${CMAKE_CURRENT_LIST_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE wissel_flags wissel_gateway wissel_sign_in)
  set(corpus ${CMAKE_CURRENT_LIST_DIR}/corpus/${name})
  if(WISSEL_FUZZ)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set(found ${CMAKE_CURRENT_BINARY_DIR}/${name}_found)
    file(MAKE_DIRECTORY ${found})
    add_test(NAME ${name} COMMAND ${name} -runs=100000 -max_total_time=60 ${found} ${corpus})
  else()
    target_sources(${name} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../gateway_support/replay_corpus.cc)
    add_test(NAME ${name} COMMAND ${name} ${corpus})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS fast TIMEOUT 120)
endfunction()

wissel_gateway_fuzz(connect_protocol_fuzz)
wissel_gateway_fuzz(http_request_fuzz)
wissel_gateway_fuzz(http_token_fuzz)
