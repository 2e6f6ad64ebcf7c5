# The browser and client tests need npm packages and are run by `./dev test`; this one does not.
find_program(NODE node)
if(NODE)
  add_test(NAME kill_loop COMMAND ${NODE} ${CMAKE_CURRENT_LIST_DIR}/kill_loop.mjs)
  set_tests_properties(kill_loop PROPERTIES TIMEOUT 1800 LABELS slow COST 60
                       ENVIRONMENT "WISSEL_BINARY=$<TARGET_FILE:wissel>")
endif()
